//! The anonymity contract: every sentence of `/report/anonymity/` has a name, and `anonymity.toml` names the tests that
//! fail when it is no longer true. No sentence without a test, no entry without a sentence, no test that is not there.

use std::collections::BTreeSet;

use e2e::machine::repository;
use e2e::page::Page;
use scraper::Node;
use toml::Table;

use crate::site::{Site, TONGUES};

const PAGE: &str = "/report/anonymity/";
const SENTENCE: &str = "article span[id^='anon-']";
/// What is no sentence of the contract: headings, what the page says of itself, where it comes from.
const FRAME: &[&str] = &["h2", "header", "footer", "nav"];

const MAP: &str = include_str!("anonymity.toml");

#[test]
fn every_sentence_has_a_name_and_every_name_a_test_that_is_there() {
    let site = Site::built();
    let page = site.page(PAGE).expect("the page");
    let mut wrong = outside(page);
    wrong.extend(unnamed(page, &map()));
    wrong.extend(missing(&map(), source));
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        page.all(SENTENCE).len() >= 40,
        "the contract has become short"
    );
}

#[test]
fn in_other_languages_the_contract_has_the_same_sentences() {
    let site = Site::built();
    let page = site.page(PAGE).expect("the page");
    for (language, root) in TONGUES {
        let address = format!("{root}{PAGE}");
        let other = site.page(&address).expect(&address);
        let names = |page: &Page| page.attributes(SENTENCE, "id");
        assert_eq!(names(other), names(page), "{language}");
        for sentence in other.all(SENTENCE) {
            let text: String = sentence.text().collect();
            assert!(text.trim_end().ends_with('.'), "{language}: {text}");
        }
    }
}

#[test]
fn a_sentence_outside_and_two_in_one_are_found() {
    let html = |body: &str| {
        Page::parse(&format!(
            "<main><article><header>关于</header>{body}</article></main>"
        ))
    };
    let good = "<h2>存</h2><ul><li><span id=anon-a>存<b>七</b>天。</span></li></ul>";
    assert_eq!(outside(&html(good)), Vec::<String>::new());
    for (bad, what) in [
        ("<p>多出来的一句。</p>", "多出来的一句"),
        ("<p><span id=anon-b>一句。</span>又半句</p>", "又半句"),
        ("<p><span id=other>一句。</span></p>", "一句"),
        ("<p><span id=anon-b>一句。两句。</span></p>", "anon-b"),
        ("<p><span id=anon-b>没有完</span></p>", "anon-b"),
    ] {
        let found = outside(&html(&format!("{good}{bad}")));
        assert!(
            found.len() == 1 && found[0].contains(what),
            "{bad}: {found:?}"
        );
    }
}

#[test]
fn a_name_without_an_entry_and_an_entry_without_a_name_are_found() {
    let page =
        Page::parse("<article><span id=anon-a>一。</span><span id=anon-b>二。</span></article>");
    let map: Table = "anon-a = ['x.rs::y']\nanon-c = ['x.rs::y']\n"
        .parse()
        .expect("TOML");
    assert_eq!(
        unnamed(&page, &map),
        [
            "anon-b stands on the page and has no test",
            "anon-c has tests and stands nowhere"
        ]
    );
}

#[test]
fn a_test_that_is_not_there_is_found() {
    let text = "#[test]\nfn a() {}\n\n#[tokio::test]\n// why\nasync fn b() {}\n\nfn c() {}\n#[test]\n#[ignore]\nfn d() {}\n";
    let source = |path: &str| (path == "x.rs").then(|| text.to_string());
    let told = |entry: &str| {
        let map: Table = format!("anon-a = {entry}").parse().expect("TOML");
        missing(&map, source)
    };
    for good in ["['x.rs::a']", "['x.rs::a', 'x.rs::b']"] {
        assert_eq!(told(good), Vec::<String>::new(), "{good}");
    }
    // Not a test, never run, not there, no file, no tests, no path.
    for bad in [
        "['x.rs::c']",
        "['x.rs::d']",
        "['x.rs::e']",
        "['y.rs::a']",
        "[]",
        "['a']",
        "'x.rs::a'",
    ] {
        assert_eq!(told(bad).len(), 1, "{bad}");
    }
}

#[test]
fn every_page_that_tells_of_the_law_of_networks_tells_the_same() {
    let site = Site::built();
    for address in [PAGE, "/report/kept/"] {
        let page = site.page(address).expect(address);
        let text = page.text("main").unwrap_or_default();
        let law = text.find("《网络安全法》").expect(address);
        assert!(text[law..].contains("网络日志"), "{address}");
        assert!(text[law..].contains("不少于六个月"), "{address}");
    }
    let text = site.page("/privacy/").expect("the page").text("main");
    assert!(text.is_some_and(|text| text.contains("不少于六个月")));
}

fn map() -> Table {
    MAP.parse().expect("anonymity.toml is TOML")
}

fn source(path: &str) -> Option<String> {
    std::fs::read_to_string(repository().join(path)).ok()
}

/// Words outside every sentence, and sentences that are none or several.
fn outside(page: &Page) -> Vec<String> {
    let mut wrong = Vec::new();
    for article in page.all("article") {
        for node in article.descendants() {
            let Node::Text(text) = node.value() else {
                continue;
            };
            let within = node
                .ancestors()
                .filter_map(|above| above.value().as_element());
            let is_known = within.into_iter().any(|element| {
                let is_sentence = element.id().is_some_and(|id| id.starts_with("anon-"));
                is_sentence || FRAME.contains(&element.name())
            });
            if !is_known && text.chars().any(char::is_alphanumeric) {
                wrong.push(format!("outside every sentence: {}", text.trim()));
            }
        }
    }
    for sentence in page.all(SENTENCE) {
        let text: String = sentence.text().collect();
        if text.matches('。').count() != 1 || !text.trim_end().ends_with('。') {
            let id = sentence.attr("id").unwrap_or_default();
            wrong.push(format!("{id} is not one sentence: {text}"));
        }
    }
    wrong
}

/// Names on the page without an entry in the map, and the reverse.
fn unnamed(page: &Page, map: &Table) -> Vec<String> {
    let named: BTreeSet<String> = page.attributes(SENTENCE, "id").into_iter().collect();
    let tested: BTreeSet<String> = map.keys().cloned().collect();
    let bare = named
        .difference(&tested)
        .map(|id| format!("{id} stands on the page and has no test"));
    let stray = tested
        .difference(&named)
        .map(|id| format!("{id} has tests and stands nowhere"));
    bare.chain(stray).collect()
}

/// Entries that name no test, or one that is not there or does not run.
fn missing(map: &Table, source: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, tests) in map {
        let tests: Vec<&str> = tests
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|test| test.as_str())
            .collect();
        if tests.is_empty() {
            wrong.push(format!("{id} names no test"));
        }
        for test in tests {
            let is_there = test
                .split_once("::")
                .is_some_and(|(path, name)| source(path).is_some_and(|text| runs(&text, name)));
            if !is_there {
                wrong.push(format!("{id}: there is no test {test}"));
            }
        }
    }
    wrong
}

/// Whether a source has a test function of this name that is not left out.
fn runs(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let begins = |line: &str| {
        [format!("fn {name}("), format!("async fn {name}(")]
            .iter()
            .any(|head| line.starts_with(head))
    };
    let Some(at) = lines.iter().position(|line| begins(line)) else {
        return false;
    };
    let above = lines[..at].iter().rev();
    let marks: Vec<&&str> = above
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .collect();
    let is_test = marks
        .iter()
        .any(|mark| mark.starts_with("#[test]") || mark.starts_with("#[tokio::test"));
    is_test && !marks.iter().any(|mark| mark.starts_with("#[ignore"))
}
