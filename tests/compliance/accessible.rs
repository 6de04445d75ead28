//! axe-core in a real browser, on every page of the site and on what the service answers: light and
//! dark, in the size that pages come in, in the largest for elderly readers, in high contrast. It must
//! find nothing.

use std::sync::Mutex;
use std::time::Duration;

use e2e::browser::{Browser, DESK};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::machine::{missing, repository};
use e2e::officer::Officer;
use e2e::pipe::receive;
use serde_json::{Value, json};

use crate::rules::SERVICE;
use crate::site::Site;

const AXE: &str = "var/tools/node_modules/axe-core/axe.min.js";

/// Two, since the machine that judges a change has two cores.
const BROWSERS: usize = 2;

/// The ways in which a reader may have set a page: size and contrast.
const SETTINGS: &[(&str, &str)] = &[("", ""), ("xlarge", ""), ("", "high")];

/// The rules that colours and sizes decide; what the others look at is the same in every guise.
const RULES_OF_LOOKS: &str =
    r#"["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]"#;

/// Runs axe as it comes, best practices included, or these rules alone, and tells what it finds and where.
const LOOK: &str = r#"
    const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
    const found = await axe.run(document, { resultTypes: ["violations"], ...only });
    return found.violations.flatMap(rule => rule.nodes.map(node =>
        rule.id + ": " + node.target.join(" ") + ": " + node.failureSummary.replace(/\s+/g, " ")));
"#;

/// Sets size and contrast by the page's own buttons and tells how the page is shown then.
const SET: &str = r#"
    const root = document.documentElement, tools = document.querySelector(".tools");
    tools.querySelector(`[data-size="${size}"]`).click();
    if ((root.dataset.contrast || "") !== contrast) tools.querySelector("[data-contrast]").click();
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return [dark, root.dataset.size || "", root.dataset.contrast || ""];
"#;

/// Which elements are shown, one by one.
const SHOWN: &str = r#"
    return [...document.querySelectorAll("*")].map(element => element.checkVisibility() ? 1 : 0).join("");
"#;

/// A browser that carries axe into every page.
fn open() -> Browser {
    let path = repository().join(AXE);
    let axe = std::fs::read_to_string(&path).unwrap_or_else(|error| missing(&path, &error));
    let browser = Browser::open(DESK);
    browser.carry(&axe);
    browser
}

/// What axe says of the page as it is shown, by these rules (a list in JavaScript), or by all of them if it is empty.
fn look(browser: &Browser, rules: &str) -> Vec<String> {
    let found = browser.evaluate_async(&format!("const rules = {rules};{LOOK}"));
    let list = found
        .as_array()
        .unwrap_or_else(|| panic!("axe does not run: {found}"));
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_string)
        .collect()
}

/// What axe says of the page that is open, in each of its guises: by all rules in the first, which must show the same
/// elements as the others, and in those by the rules of looks.
fn look_in_every_guise(browser: &Browser) -> Vec<String> {
    let mut complaints = Vec::new();
    let address = browser.address();
    let mut first = None;
    for dark in [false, true] {
        browser.prefer_dark(dark);
        for (size, contrast) in SETTINGS {
            let wishes = format!("const size = '{size}', contrast = '{contrast}';");
            let guise = browser.evaluate(&(wishes + SET));
            let due = json!([dark, size, contrast]);
            assert_eq!(guise, due, "{address} is shown otherwise");
            let shown = browser.evaluate(SHOWN);
            let rules = if first.is_some() {
                RULES_OF_LOOKS
            } else {
                "[]"
            };
            let first = first.get_or_insert_with(|| shown.clone());
            assert_eq!(shown, *first, "{address} {guise} shows other elements");
            let found = look(browser, rules).into_iter();
            complaints.extend(found.map(|what| format!("{address} {guise}: {what}")));
        }
    }
    complaints
}

fn assert_none(complaints: &[String]) {
    let count = complaints.len();
    assert!(count == 0, "{count} findings:\n{}", complaints.join("\n"));
}

#[test]
fn axe_finds_nothing_on_any_page_in_any_guise() {
    let install = Install::new();
    let service = install.start();
    let site = Site::built();
    let pages = site.pages().map(|page| page.address.as_str());
    let own = SERVICE.iter().filter(|route| !route.ends_with("/exit/"));
    let addresses: Vec<String> = pages
        .chain(own.copied())
        .map(|path| format!("http://127.0.0.1:{}{path}", service.port))
        .collect();
    assert!(addresses.len() > 90, "only {} pages", addresses.len());
    let (left, complaints) = (Mutex::new(addresses.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..BROWSERS {
            scope.spawn(|| {
                let browser = open();
                while let Some(address) = { left.lock().expect("no panic").next() } {
                    browser.go(address);
                    let found = look_in_every_guise(&browser);
                    complaints.lock().expect("no panic").extend(found);
                }
            });
        }
    });
    assert_none(&complaints.into_inner().expect("no panic"));
}

#[test]
fn axe_finds_nothing_on_what_the_service_answers() {
    let install = Install::new();
    let service = install.start();
    let browser = open();
    let go = |path: &str| browser.go(&format!("http://127.0.0.1:{}{path}", service.port));
    let mut complaints = Vec::new();
    let send = "form[enctype='multipart/form-data'] button[type=submit]";
    go("/tip/");
    // The browser itself would stop a form that lacks what it must have; another one would not.
    browser.evaluate("document.querySelector('form[enctype]').noValidate = true;");
    browser.click_through(send);
    assert!(browser.text("main").contains("错误"), "no error is shown");
    complaints.extend(look_in_every_guise(&browser));
    browser.fill("textarea[name=what]", "我家对门有人种罂粟");
    browser.click_through(send);
    assert!(browser.shows(".exposure mark"), "no place is marked");
    complaints.extend(look_in_every_guise(&browser));
    browser.click_through(".exposure button[type=submit]");
    // Its three groups stand on lines of their own; typed into the field, a line break would send the form.
    let receipt: String = browser.text("#receipt").split_whitespace().collect();
    complaints.extend(look_in_every_guise(&browser));
    the_unit_writes(&install);
    for words in ["不对的回执", receipt.as_str()] {
        go("/tip/mailbox/");
        browser.fill("input[name=receipt]", words);
        browser.evaluate("document.querySelector('main form').noValidate = true;");
        browser.click_through("main form button[type=submit], main form button:not([type])");
        complaints.extend(look_in_every_guise(&browser));
    }
    let talk = browser.text("main");
    assert!(
        talk.contains("在哪一块地") && talk.contains("领奖码"),
        "{talk}"
    );
    browser.evaluate(
        "document.querySelector('button[value=delete]').scrollIntoView({block: 'center'});",
    );
    browser.click_through("button[value=delete]");
    complaints.extend(look_in_every_guise(&browser));
    go("/tip/statistics/");
    complaints.extend(look_in_every_guise(&browser));
    assert_none(&complaints);
}

/// A question and a reward, so that the mailbox shows all it can.
fn the_unit_writes(install: &Install) {
    let letter = wait_for("the letter", Duration::from_secs(30), || {
        install.letters("city").pop()
    });
    let (officer, letter) = (Officer::of(install, "city"), Letter::read(&letter));
    for words in ["询问：在哪一块地？", "奖励：请带领奖码来。"] {
        let reply = officer.reply(&letter).says(words).sealed();
        let verdict = receive(install, &reply);
        assert_eq!(verdict.code, Some(0), "{}", verdict.said);
    }
}

#[test]
fn axe_finds_faults_that_are_planted_into_a_page() {
    let install = Install::new();
    let service = install.start();
    let browser = open();
    for (fault, rule, rules) in [
        (
            "document.querySelector('main p').style.color = 'silver'",
            "color-contrast",
            RULES_OF_LOOKS,
        ),
        (
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/mark.svg\">')",
            "image-alt",
            "[]",
        ),
        (
            "document.documentElement.removeAttribute('lang')",
            "html-has-lang",
            "[]",
        ),
        (
            "document.querySelector('h1').insertAdjacentHTML('afterend', '<h4>题</h4>')",
            "heading-order",
            "[]",
        ),
    ] {
        browser.go(&format!("http://127.0.0.1:{}/about/", service.port));
        browser.evaluate(fault);
        let found = look(&browser, rules);
        assert!(
            found.iter().any(|what| what.starts_with(rule)),
            "{rule}: {found:?}"
        );
    }
}
