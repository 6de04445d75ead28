//! The same visits by a real Chromium without script, as a check on the likeness of the others. Host names begin with `x`.

use e2e::browser::{Browser, PHONE};

use crate::front::DOMAIN;
use crate::visit::KINDS;

/// Pages to read, other ones each time.
const PAGES: [&str; 9] = [
    "/knowledge/plants/",
    "/prevention/students/",
    "/recovery/",
    "/torch-relay/",
    "/knowledge/law/",
    "/campaigns/",
    "/resources/",
    "/about/",
    "/prevention/parents/",
];

/// So many visits of each kind.
pub(crate) fn visits(port: u16, each: usize) {
    let browser = Browser::open(PHONE);
    for number in 0..each {
        for kind in KINDS {
            let go = |path: &str| {
                browser.go(&format!("https://x{kind}{number:03}.{DOMAIN}:{port}{path}"));
            };
            if number % 2 == 0 {
                go("/");
            }
            match kind {
                't' => {
                    go("/report/");
                    go("/tip/");
                    let text = "有人在坡上种这个。".repeat(1 + number * 2);
                    browser.fill("textarea[name=what]", &text);
                    browser.choose("select[name=county]", "东丰县");
                    browser
                        .click_through("form[enctype='multipart/form-data'] button[type=submit]");
                    assert!(browser.shows("#receipt"), "no receipt");
                }
                'q' => {
                    go("/quiz/");
                    browser.click("label.pick");
                    go("/quiz/answers/");
                }
                _ => {
                    for step in 0..3 {
                        go(PAGES[(number * 3 + step) % PAGES.len()]);
                    }
                    go("/search/");
                }
            }
        }
    }
}
