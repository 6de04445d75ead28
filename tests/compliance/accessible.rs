//! axe-core in a real browser, on every page of the site and those of the service: light and dark, in
//! the size that pages come in and in the largest for elderly readers. It must find nothing.

use std::sync::Mutex;

use e2e::browser::{Browser, DESK};
use e2e::install::Install;
use e2e::machine::{missing, repository};
use serde_json::{Value, json};

use crate::rules::SERVICE;
use crate::site::Site;

const AXE: &str = "var/tools/node_modules/axe-core/axe.min.js";

/// Two, since the machine that judges a change has two cores.
const BROWSERS: usize = 2;

/// Runs axe as it comes, best practices included, and tells what it finds and where.
const LOOK: &str = r#"
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(rule => rule.nodes.map(node =>
        rule.id + ": " + node.target.join(" ") + ": " + node.failureSummary.replace(/\s+/g, " ")));
"#;

/// How the page is shown: whether dark, and in which size.
const GUISE: &str = r#"
    const root = document.documentElement;
    return [matchMedia("(prefers-color-scheme: dark)").matches, root.dataset.size || ""];
"#;

/// A browser that carries axe into every page.
fn open() -> Browser {
    let path = repository().join(AXE);
    let axe = std::fs::read_to_string(&path).unwrap_or_else(|error| missing(&path, &error));
    let browser = Browser::open(DESK);
    browser.carry(&axe);
    browser
}

/// What axe says of the page that is shown.
fn look(browser: &Browser) -> Vec<String> {
    let found = browser.evaluate_async(LOOK);
    let list = found
        .as_array()
        .unwrap_or_else(|| panic!("axe does not run: {found}"));
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_string)
        .collect()
}

/// What axe says of a page in its four guises.
fn look_at(browser: &Browser, address: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    browser.go(address);
    for dark in [false, true] {
        browser.prefer_dark(dark);
        for size in ["", "xlarge"] {
            browser.evaluate(&format!(
                "document.querySelector(\".tools [data-size='{size}']\").click()"
            ));
            let guise = browser.evaluate(GUISE);
            assert_eq!(guise, json!([dark, size]), "{address} is not shown so");
            let found = look(browser).into_iter();
            complaints
                .extend(found.map(|what| format!("{address} dark {dark} size {size:?}: {what}")));
        }
    }
    complaints
}

#[test]
fn axe_finds_nothing_on_any_page_in_light_and_dark_normal_and_large() {
    let install = Install::new();
    let service = install.start();
    let site = Site::built();
    let pages = site.pages().map(|page| page.address.as_str());
    let own = SERVICE
        .iter()
        .copied()
        .filter(|route| !route.ends_with("/exit/"));
    let addresses: Vec<String> = pages
        .chain(own)
        .map(|path| format!("http://127.0.0.1:{}{path}", service.port))
        .collect();
    assert!(addresses.len() > 90, "only {} pages", addresses.len());
    let (left, complaints) = (Mutex::new(addresses.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..BROWSERS {
            scope.spawn(|| {
                let browser = open();
                while let Some(address) = { left.lock().expect("no panic").next() } {
                    let found = look_at(&browser, address);
                    complaints.lock().expect("no panic").extend(found);
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no panic");
    assert!(
        complaints.is_empty(),
        "{} findings:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

#[test]
fn axe_finds_faults_that_are_planted_into_a_page() {
    let install = Install::new();
    let service = install.start();
    let browser = open();
    for (fault, rule) in [
        (
            "document.querySelector('main p').style.color = 'silver'",
            "color-contrast",
        ),
        (
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/mark.svg\">')",
            "image-alt",
        ),
        (
            "document.documentElement.removeAttribute('lang')",
            "html-has-lang",
        ),
        (
            "document.querySelector('h1').insertAdjacentHTML('afterend', '<h4>题</h4>')",
            "heading-order",
        ),
    ] {
        browser.go(&format!("http://127.0.0.1:{}/about/", service.port));
        browser.evaluate(fault);
        let found = look(&browser);
        assert!(
            found.iter().any(|what| what.starts_with(rule)),
            "{rule}: {found:?}"
        );
    }
}
