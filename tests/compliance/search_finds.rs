//! The search page finds what people type, under the very policy that the service sends with it.

use e2e::browser::{Browser, DESK};
use e2e::install::Install;
use serde_json::json;

/// What is typed, and the addresses of which one must be among the first three.
const WORDS: [(&str, &[&str]); 6] = [
    ("依托咪酯", &["/knowledge/drugs/etomidate/"]),
    ("虞美人", &["/knowledge/plants/"]),
    ("社区戒毒", &["/campaigns/community-recovery/"]),
    ("自铲", &["/knowledge/plants/", "/campaigns/zero-planting/"]),
    ("火炬", &["/torch-relay/"]),
    (
        "上头电子烟",
        &[
            "/knowledge/drugs/etomidate/",
            "/knowledge/drugs/synthetic-cannabinoids/",
        ],
    ),
];

/// Types a word, asks, and waits until the page says how many it found; gives the results' addresses.
fn search(browser: &Browser, word: &str) -> Vec<String> {
    let word = json!(word);
    let found = browser.evaluate_async(&format!(
        "const input = document.getElementById('q'); \
         const said = document.querySelector('.search__said'); \
         const told = new Promise(resolve => {{ \
           const watch = new MutationObserver(() => {{ \
             if (said.textContent.includes({word})) {{ watch.disconnect(); resolve(); }} \
           }}); \
           watch.observe(said, {{ childList: true, characterData: true, subtree: true }}); \
         }}); \
         input.value = {word}; \
         input.form.requestSubmit(); \
         await told; \
         return [...document.querySelectorAll('.results h2 a')].map(a => new URL(a.href).pathname);"
    ));
    let found = found.as_array().expect("a list of results");
    let addresses = found.iter().filter_map(|address| address.as_str());
    addresses.map(str::to_string).collect()
}

#[test]
fn what_people_type_is_among_the_first_three() {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(DESK);
    browser.go(&format!("http://127.0.0.1:{}/search/", service.port));
    for (word, right) in WORDS {
        let found = search(&browser, word);
        let first = &found[..found.len().min(3)];
        let is_there = first.iter().any(|page| right.contains(&page.as_str()));
        assert!(is_there, "{word}: {first:?}");
    }
}

#[test]
fn a_word_that_is_nowhere_finds_nothing_and_says_so() {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(DESK);
    browser.go(&format!("http://127.0.0.1:{}/search/", service.port));
    assert_eq!(search(&browser, "qzxjv"), Vec::<String>::new());
    assert!(browser.text(".search__said").contains("没有找到"));
}
