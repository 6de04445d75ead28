//! The self-exposure guard as a visitor meets it: once, before anything is stored; with all that was typed; without
//! script; and with nothing of it left anywhere.

use e2e::browser::{Browser, DESK, Device, PHONE};
use e2e::cases::{assert_error_page, assert_kept};
use e2e::dialogue::{self, tip_at_dongfeng};
use e2e::form::{Form, look_up, shown_receipt};
use e2e::install::Install;
use e2e::officer::Officer;
use e2e::page::Page;

use crate::privacy::{search, spellings};

const WHAT: &str = "我家对门的大棚里种了罂粟，暗记QZX7732，有事打13812345678。";
const TITLE: &str = "这样写可能让人认出您";

fn marks(page: &Page) -> Vec<String> {
    let found = page.all(".exposure mark");
    found.iter().map(|mark| mark.text().collect()).collect()
}

#[test]
fn the_form_comes_back_once_with_the_places_marked_and_then_goes_out() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).poppies(WHAT).text("when", "上周");
    let answer = form.send(&mut visitor);
    assert_error_page("the guard", &answer, 422);
    assert_kept(
        "the guard",
        &answer,
        &[("what", WHAT), ("when", "上周"), ("county", "220421")],
    );
    let page = answer.page();
    assert_eq!(page.text("#exposure").as_deref(), Some(TITLE));
    assert_eq!(marks(&page), ["我家对门", "13812345678"]);
    assert!(page.has_text(".exposure", "如果是别人的号码，可以照发"));
    assert_eq!(page.all(".exposure a[href='#what']").len(), 3);
    assert_eq!(page.value("exposure").as_deref(), Some("seen"));
    assert_eq!(
        page.value("form_id").as_deref(),
        Some(form.form_id.as_str())
    );
    // Nothing is kept of it so far: a repeat would be known, and the form's name is not.
    assert!(
        install
            .run_well(&["outbox", "list"], &[])
            .lines()
            .all(|line| !line.contains("queued"))
    );

    let again = form.text("exposure", "seen").send(&mut visitor);
    let receipt = shown_receipt(&again).expect("a receipt");
    // The unit reads what was sent in spite of it, word for word.
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    dialogue::wait_for_letter(&officer, &maildir, |_, opened| opened.facts["what"] == WHAT);
    assert_eq!(look_up(&mut visitor, &receipt).status, 200);
}

#[test]
fn an_ordinary_tip_is_not_stopped_and_one_changed_after_the_warning_is_not_asked_again() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let plain = "横道河镇东头的大棚里种了一片罂粟，有人看着，车牌吉D12345。";
    let answer = Form::fetch(&mut visitor).poppies(plain).send(&mut visitor);
    assert!(shown_receipt(&answer).is_some(), "{}", answer.page().body());
    let back = Form::fetch(&mut visitor).poppies(WHAT).send(&mut visitor);
    let changed = Form::of(&back).expect("the form again").poppies(plain);
    let answer = changed.text("exposure", "seen").send(&mut visitor);
    assert!(shown_receipt(&answer).is_some(), "{}", answer.page().body());
}

#[test]
fn nothing_of_what_came_back_is_found_anywhere() {
    let install = Install::new().with("log.level", "debug");
    let service = install.start();
    let mut visitor = service.visitor();
    assert_eq!(
        Form::fetch(&mut visitor)
            .poppies(WHAT)
            .send(&mut visitor)
            .status,
        422
    );
    let mut needles = spellings("the words", "暗记QZX7732");
    needles.extend(spellings("the number", "13812345678"));
    needles.extend(spellings("the place", "我家对门"));
    let found = search(install.folder(), &needles, &["keys"]);
    assert!(found.is_empty(), "found afterwards:\n{}", found.join("\n"));
    let log = service.said();
    for word in ["QZX7732", "13812345678", "exposure", "Exposing"] {
        assert!(!log.contains(word), "the log tells of it: {log}");
    }
}

#[test]
fn an_answer_in_the_mailbox_comes_back_once_and_then_goes_out() {
    let install = Install::new();
    let (_, tip) = tip_at_dongfeng(&install, "一块地");
    let service = install.start();
    let mut holder = service.visitor();
    let words = "我叫张三，可以给你们带路。";
    let answer = dialogue::write_back(&mut holder, &tip.receipt, words);
    assert_eq!(answer.status, 422, "{}", answer.page().body());
    assert_eq!(marks(&answer.page()), ["我叫张三"]);
    assert_eq!(answer.page().value("reply").as_deref(), Some(words));
    assert_eq!(answer.body.len() % (32 << 10), 0, "the size of any answer");
    let page = answer.page();
    let form_id = page.value("form_id").expect("the form again");
    let fields = [
        ("receipt", tip.receipt.as_str()),
        ("form_id", &form_id),
        ("reply", words),
        ("exposure", "seen"),
        ("action", "reply"),
    ];
    let sent = dialogue::post(&mut holder, &fields);
    assert_eq!(sent.status, 200, "{}", sent.page().body());
    assert!(
        sent.page().has_text(".callout", "已经发出"),
        "{}",
        sent.page().body()
    );
    // The next answer is looked at afresh.
    assert_eq!(sent.page().value("exposure"), None);
}

#[test]
fn on_a_phone_without_script_both_buttons_send_the_form() {
    in_a_browser(PHONE, "phone");
}

#[test]
fn at_a_desk_both_buttons_send_the_form() {
    in_a_browser(DESK, "desk");
}

/// Fills in the form, is asked, and sends it by either button.
fn in_a_browser(device: Device, name: &str) {
    let install = Install::new();
    let service = install.start();
    for (n, button) in [
        ".exposure button[type=submit]",
        "#tip-form .send button[type=submit]",
    ]
    .iter()
    .enumerate()
    {
        let browser = Browser::open(device);
        if n == 1 {
            browser.prefer_dark(true);
        }
        browser.go(&format!("http://127.0.0.1:{}/tip/", service.port));
        browser.fill("#what", WHAT);
        browser.click_through("#tip-form .send button[type=submit]");
        assert_eq!(browser.text("#exposure"), TITLE);
        browser.picture_whole(&format!("exposure-{name}-{}", n + 1), device);
        assert!(!browser.overflows(), "wider than the screen");
        browser.click_through(button);
        let receipt = browser.text("#receipt");
        assert_eq!(
            receipt
                .split_whitespace()
                .collect::<String>()
                .chars()
                .count(),
            12
        );
        assert!(!browser.address().contains('?'), "{}", browser.address());
    }
}
