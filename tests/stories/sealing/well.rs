//! The good way: the service never sees a word, the officer reads the same letter.

use e2e::browser::{Browser, DESK};
use e2e::dialogue::wait_for_letter;
use e2e::form::{Form, look_up};
use e2e::letter::Opened;
use e2e::officer::Officer;
use e2e::tap::Tap;

use super::{PLACE, SEND, WHAT, fill_in, install};

#[test]
fn a_tip_sealed_in_the_browser_is_read_like_any_other_and_the_service_hears_no_word_of_it() {
    let install = install();
    let service = install.start();
    let tap = Tap::on(service.port);
    let browser = Browser::open(DESK);
    fill_in(&browser, tap.port);
    browser.click(SEND);
    let receipt = browser.text("#receipt").replace([' ', '\n'], "");
    assert_eq!(receipt.chars().count(), 12, "{receipt}");
    assert_eq!(browser.evaluate("return scrollY;"), 0, "its top is shown");

    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let mine = |opened: &Opened| opened.facts["place"]["detail"] == PLACE;
    let (letter, sealed) = wait_for_letter(&officer, &maildir, |_, opened| mine(opened));
    assert_eq!(sealed.facts["what"], WHAT);
    for word in [
        WHAT,
        "QZX7731",
        "QZX7732",
        "cultivation",
        "220421",
        "name=\"what\"",
    ] {
        assert!(!tap.heard_of(word.as_bytes()), "the service heard {word}");
    }
    assert!(tap.heard_of(b"name=\"sealed_0\""));
    assert_eq!(look_up(&mut service.visitor(), &receipt).status, 200);

    // The same words without script: the same letter, but for the names in it.
    let plain = Form::fetch(&mut service.visitor())
        .poppies(WHAT)
        .text("place", PLACE);
    assert_eq!(plain.send(&mut service.visitor()).status, 200);
    let first = letter.header("Message-ID");
    let (other, by_service) = wait_for_letter(&officer, &maildir, |letter, opened| {
        mine(opened) && letter.header("Message-ID") != first
    });
    assert_eq!(anonymous(&sealed), anonymous(&by_service));
    assert_eq!(letter.payload().len(), other.payload().len());
}

/// The decrypted letter with every name that is its own put away: what differs between two tips of the same words.
fn anonymous(opened: &Opened) -> String {
    let text = String::from_utf8(opened.raw.clone()).expect("UTF-8");
    let own = |key: &str| opened.facts[key].as_str().expect("it is there").to_owned();
    let mut text = text.replace(&own("reference"), "REFERENCE");
    let token = own("reply_to");
    text = text.replace(token.split(['+', '@']).nth(1).expect("a token"), "TOKEN");
    text = text.replace(&own("reward_check"), "CHECK");
    let subject = text.lines().filter(|line| !line.starts_with(" =?UTF-8?Q?"));
    let message_id = |line: &str| match line.split_once("In-Reply-To=%3C") {
        Some((before, after)) => format!("{before}{}", &after[32..]),
        None => line.to_owned(),
    };
    subject.map(message_id).collect::<Vec<_>>().join("\n")
}
