//! With script off every kind of page is whole: what it says is seen, answers open, filters are
//! links, the type is the size for elderly readers, no control stands there that does nothing.

use std::collections::BTreeSet;

use e2e::browser::{Browser, PHONE};
use e2e::install::Install;

use crate::site::{Site, WebPage};

/// One page of each kind.
const KINDS: &[&str] = &[
    "/",
    "/campaigns/",
    "/campaigns/enforcement/",
    "/torch-relay/",
    "/knowledge/",
    "/knowledge/drugs/",
    "/knowledge/drugs/etomidate/",
    "/knowledge/drugs/looks/vapes/",
    "/knowledge/disguised/",
    "/knowledge/plants/",
    "/knowledge/law/",
    "/knowledge/timeline/",
    "/knowledge/figures/",
    "/prevention/students/",
    "/recovery/",
    "/quiz/",
    "/quiz/paper/",
    "/quiz/answers/",
    "/resources/",
    "/resources/posters/poppy/",
    "/resources/lessons/primary/",
    "/news/",
    "/news/2019-06-12-torch/",
    "/report/",
    "/report/unavailable/",
    "/search/",
    "/sitemap/",
    "/404.html",
];

/// The texts of a page that a reader must see, white space left out: its headings, paragraphs and
/// list entries, but those inside a disclosure.
fn due(page: &WebPage) -> BTreeSet<String> {
    let closed = page.all("details *");
    let elements = page.all("main h1, main h2, main h3, main p, main li, main dt, main dd");
    let open = elements.into_iter().filter(|element| {
        let is_hidden = element.attr("hidden").is_some();
        !is_hidden && !closed.iter().any(|other| other.id() == element.id())
    });
    // What holds a disclosure holds more than is seen.
    let plain = open.filter(|element| {
        !element.descendants().any(|node| {
            node.value()
                .as_element()
                .is_some_and(|inner| ["details", "svg"].contains(&inner.name()))
        })
    });
    plain
        .map(|element| unspaced(&element.text().collect::<String>()))
        .collect()
}

fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_kind_of_page_is_whole_with_script_off() {
    let install = Install::new();
    let service = install.start();
    let site = Site::built();
    let browser = Browser::open(PHONE);
    let mut wrong = Vec::new();
    for address in KINDS {
        let page = site.page(address).expect(address);
        browser.go(&format!("http://127.0.0.1:{}{address}", service.port));
        let shown = unspaced(&browser.text("main"));
        let unseen = due(page).into_iter().filter(|text| !shown.contains(text));
        wrong.extend(unseen.map(|text| format!("{address}: not seen: {text:.200}")));
        if browser.shows(".tools") {
            wrong.push(format!("{address}: shows controls that need script"));
        }
        if browser.overflows() {
            wrong.push(format!("{address}: wider than a telephone"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_answer_of_the_quiz_opens_without_script() {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(PHONE);
    browser.go(&format!("http://127.0.0.1:{}/quiz/", service.port));
    assert!(
        !browser.shows("#q-s01 details p"),
        "the answer is open before it is asked for"
    );
    browser.click("#q-s01 summary");
    assert!(
        browser.text("#q-s01 details").contains("答案：C. 白酒"),
        "no answer"
    );
    assert!(!browser.shows("#score"), "a score that nobody counts");
}

#[test]
fn drugs_are_filtered_by_links() {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(PHONE);
    browser.go(&format!(
        "http://127.0.0.1:{}/knowledge/drugs/",
        service.port
    ));
    browser.click_through("main a[href*='/knowledge/drugs/looks/']");
    assert!(
        browser.address().contains("/knowledge/drugs/looks/"),
        "{}",
        browser.address()
    );
    let links = Site::built();
    let looks = links
        .page("/knowledge/drugs/looks/vapes/")
        .expect("a filter");
    let drugs = looks.attributes("main a[href*='/knowledge/drugs/etomidate/']", "href");
    assert!(!drugs.is_empty(), "the filter leads to no drug");
}
