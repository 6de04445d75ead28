//! What fails: it says so, keeps the words, and never sends one of them in plain before its writer has pressed the button that
//! says so.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::browser::{Browser, DESK, PHONE};
use e2e::dialogue::wait_for_letter;
use e2e::install::Install;
use e2e::machine::wait_for;
use e2e::officer::Officer;
use e2e::picture::jpeg;
use e2e::service::Service;
use e2e::tap::Tap;

use super::{PATIENCE, PLACE, SEND, WHAT, fill_in, install};

const PLAIN: &str = "#sealing button";

/// A form filled in and sent once, in a browser that a test has done something to.
struct Try {
    browser: Browser,
    tap: Tap,
}

impl Try {
    fn new(service: &Service<'_>, script: &str) -> Self {
        let tap = Tap::on(service.port);
        let browser = Browser::open(DESK);
        browser.carry(script);
        fill_in(&browser, tap.port);
        browser.click(SEND);
        Self { browser, tap }
    }

    /// Waits until the page says this, then looks that it was not at the price of a word.
    #[track_caller]
    fn says(&self, what: &str) {
        wait_for(what, PATIENCE, || {
            self.browser.text("#sealing p").contains(what).then_some(())
        });
        self.assert_nothing_in_plain();
        let kept = self
            .browser
            .evaluate("return document.querySelector('#what').value");
        assert_eq!(kept, WHAT, "the words stay in the page");
    }

    #[track_caller]
    fn assert_nothing_in_plain(&self) {
        for word in ["QZX7731", "QZX7732", "name=\"what\""] {
            assert!(!self.tap.heard_of(word.as_bytes()), "{word} went out");
        }
    }

    /// The writer chooses the other way.
    fn sends_plain(&self, install: &Install) {
        self.browser.click_through(PLAIN);
        assert_eq!(self.browser.text("#receipt").split_whitespace().count(), 3);
        assert!(self.tap.heard_of(b"QZX7731"));
        let officer = Officer::of(install, "dongfeng");
        wait_for_letter(&officer, &install.path("mail/dongfeng"), |_, opened| {
            opened.facts["place"]["detail"] == PLACE
        });
    }
}

#[test]
fn encryption_that_throws_is_said_and_another_press_tries_again_and_never_goes_plain() {
    let install = install();
    let service = install.start();
    let broken = "let real; Object.defineProperty(window, 'openpgp', { get: () => real, \
        set(library) { real = { ...library, encrypt() { throw Error('no'); } }; } });";
    let tried = Try::new(&service, broken);
    tried.says("没能加密");
    // Not even somebody who hammers on the button.
    for _ in 0..3 {
        tried.browser.click(SEND);
        tried.says("没能加密");
    }
    tried.sends_plain(&install);
}

#[test]
fn a_library_that_was_changed_is_not_run() {
    let install = install();
    let service = install.start();
    change(&install.path("site/seal/openpgp.js"), b"\n");
    let tried = Try::new(&service, "");
    tried.says("没能加密");
    assert_eq!(
        tried.browser.evaluate("return typeof openpgp"),
        "undefined",
        "it ran"
    );
    tried.sends_plain(&install);
}

#[test]
fn a_letter_builder_that_does_not_come_is_said() {
    let install = install();
    let service = install.start();
    change(&install.path("site/seal/letter.js"), b"");
    let tried = Try::new(&service, "");
    tried.says("没能加密");
    tried.sends_plain(&install);
}

#[test]
fn a_first_script_that_was_changed_leaves_the_form_as_it_is_without_script() {
    let install = install();
    let service = install.start();
    change(&install.path("site/seal/start.js"), b"\n");
    let browser = Browser::open(DESK);
    fill_in(&browser, service.port);
    assert!(browser.text("#sealing-how").contains("发到网站以后"));
    browser.click_through(SEND);
    assert_eq!(browser.text("#receipt").split_whitespace().count(), 3);
}

#[test]
fn without_script_the_form_says_that_the_site_encrypts_and_all_goes_on_as_before() {
    let install = install();
    let service = install.start();
    let browser = Browser::open(PHONE);
    fill_in(&browser, service.port);
    assert!(browser.text("#sealing-how").contains("发到网站以后"));
    assert!(!browser.shows("#sealing"));
    browser.click_through(SEND);
    assert_eq!(browser.text("#receipt").split_whitespace().count(), 3);
}

#[test]
fn a_form_with_photographs_is_not_sent_before_its_writer_says_so_and_then_arrives_with_them() {
    let install = install();
    let service = install.start();
    let jpeg = STANDARD.encode(jpeg(64, 48, 30, 1));
    let choose = format!(
        "addEventListener('submit', () => {{ const all = new DataTransfer(), bytes = atob('{jpeg}'); \
        all.items.add(new File([Uint8Array.from(bytes, (one) => one.charCodeAt(0))], 'a.jpg')); \
        document.querySelector('#files').files = all.files; }}, true);"
    );
    let tried = Try::new(&service, &choose);
    tried.says("有照片时要由网站加密");
    tried.sends_plain(&install);
    let officer = Officer::of(&install, "dongfeng");
    wait_for_letter(&officer, &install.path("mail/dongfeng"), |_, opened| {
        opened
            .files
            .iter()
            .any(|(_, bytes)| bytes.starts_with(b"\xff\xd8"))
    });
}

/// Puts something behind a file of the site; nothing: takes it away. What was compressed beforehand goes.
fn change(file: &Path, behind: &[u8]) {
    let packed = format!("{}.gz", file.display());
    std::fs::remove_file(packed).expect("it was built");
    if behind.is_empty() {
        std::fs::remove_file(file).expect("it was built");
    } else {
        let bytes = std::fs::read(file).expect("it was built");
        std::fs::write(file, [&bytes, behind].concat()).expect("it is written");
    }
}
