//! The guard against telling on oneself, where nobody but the browser can read what was written.

use e2e::browser::{Browser, DESK, Device, PHONE};
use e2e::dialogue::wait_for_letter;
use e2e::machine::{repository, wait_for};
use e2e::officer::Officer;
use e2e::tap::Tap;
use serde_json::json;

use super::{PATIENCE, PLACE, SEND, WHAT, fill_in, install};

/// What tells on its writer, and what is marked of it.
const TELLS: &str = "我家对门的大棚里种了罂粟，暗记QZX7731，有事打13812345678。";
const MARKS: [&str; 2] = ["我家对门", "13812345678"];

#[test]
fn the_pages_guard_finds_what_the_services_finds_and_leaves_what_it_leaves() {
    let install = install();
    let service = install.start();
    let browser = Browser::open(DESK);
    browser.go(&format!("http://127.0.0.1:{}/tip/", service.port));
    browser.fill("textarea[name=what]", "x");
    browser.evaluate_async(
        "while (!window.tipGuard) await new Promise(r => setTimeout(r, 50)); \
         window.lists = (await (await fetch('sealing/')).json()).lists; return true;",
    );
    let file = repository().join("tip-service/tests/exposure/sentences.toml");
    let text = std::fs::read_to_string(file).expect("the sentences");
    let sentences: toml::Table = text.parse().expect("TOML");
    let wrong = browser.evaluate(&format!(
        "const all = {}, told = (text) => tipGuard.inText('what', text, lists).map((p) => [p.why, p.found]); \
         const right = all.found.filter(([text, why, place]) => \
             JSON.stringify(told(text)) === JSON.stringify([[why.toLowerCase(), place]])); \
         return [all.found.length, all.left.length, \
             all.found.filter((one) => !right.includes(one)).map(([text]) => [text, told(text)]), \
             all.left.filter((text) => told(text).length).map((text) => [text, told(text)]), \
             tipGuard.inText('people', '外号老黑\\n王五', lists)];",
        json!(sentences)
    ));
    assert!(wrong[0].as_u64() > Some(40) && wrong[1].as_u64() > Some(40));
    assert_eq!(wrong[2], json!([]), "not found as the service finds it");
    assert_eq!(wrong[3], json!([]), "found");
    assert_eq!(wrong[4], json!([]), "a list of people is not signed");
}

#[test]
fn the_places_are_marked_once_on_the_page_and_then_it_goes_out_sealed() {
    let install = install();
    let service = install.start();
    let tap = Tap::on(service.port);
    let browser = Browser::open(Device {
        script: true,
        ..PHONE
    });
    warned(&browser, tap.port);
    let heard = tap.heard_of(b"sealed_press");
    assert!(!heard, "not even the letters' names were asked for");
    browser.picture("sealing-guard-phone");

    // The writer says it in other words.
    write(&browser, WHAT);
    browser.click(SEND);
    assert_eq!(browser.text("#receipt").split_whitespace().count(), 3);
    let officer = Officer::of(&install, "dongfeng");
    wait_for_letter(&officer, &install.path("mail/dongfeng"), |_, opened| {
        opened.facts["place"]["detail"] == PLACE
    });
    for word in ["QZX7731", "13812345678", "对门"] {
        assert!(!tap.heard_of(word.as_bytes()), "the service heard {word}");
    }
}

#[test]
fn its_own_button_sends_the_words_as_they_are() {
    let install = install();
    let service = install.start();
    let browser = Browser::open(DESK);
    warned(&browser, service.port);
    browser.picture("sealing-guard-desk");
    browser.click(".exposure button[type=submit]");
    assert_eq!(browser.text("#receipt").split_whitespace().count(), 3);
    let officer = Officer::of(&install, "dongfeng");
    wait_for_letter(&officer, &install.path("mail/dongfeng"), |_, opened| {
        opened.facts["what"] == TELLS
    });
}

#[test]
fn who_was_warned_on_the_page_is_not_asked_again_by_the_site() {
    let install = install();
    let service = install.start();
    let browser = Browser::open(DESK);
    browser.carry(
        "let real; Object.defineProperty(window, 'openpgp', { get: () => real, \
         set(library) { real = { ...library, encrypt() { throw Error('no'); } }; } });",
    );
    warned(&browser, service.port);
    browser.click(SEND);
    wait_for("the failure", PATIENCE, || {
        browser
            .text("#sealing p")
            .contains("没能加密")
            .then_some(())
    });
    browser.click_through("#sealing button");
    assert_eq!(browser.text("#receipt").split_whitespace().count(), 3);
}

/// A form with words that tell on its writer, sent once.
fn warned(browser: &Browser, port: u16) {
    fill_in(browser, port);
    write(browser, TELLS);
    browser.click(SEND);
    let shown = wait_for("the places", PATIENCE, || {
        let marks = browser.evaluate(
            "return Array.from(document.querySelectorAll('.exposure mark'), (m) => m.textContent);",
        );
        (marks != json!([])).then_some(marks)
    });
    assert_eq!(shown, json!(MARKS));
    assert_eq!(
        browser.evaluate("return document.querySelector('#what').value"),
        TELLS
    );
    assert!(browser.text(".exposure").contains("只提醒这一次"));
}

/// In place of what is there.
fn write(browser: &Browser, what: &str) {
    browser.evaluate("document.querySelector('#what').value = ''; return 0;");
    browser.fill("textarea[name=what]", what);
}
