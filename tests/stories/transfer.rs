//! 转办: a thread moves to another unit. The server holds no plaintext, so the officer is told to
//! forward the letter; from then on the new unit's signature counts and the old one's does not.

use e2e::dialogue::{self, Tip, mailbox, tip_at_dongfeng, wait_for_letter, write_back};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::officer::Officer;

use crate::refused::{assert_refused, assert_taken};

const WHAT: &str = "该市局管的";

#[test]
fn a_forwarded_thread_belongs_to_the_new_unit_alone() {
    let install = Install::new();
    let (old, tip) = tip_at_dongfeng(&install, WHAT);
    let new = Officer::of(&install, "city");
    let early = new.reply(&tip.letter).says("受理");
    let why = "不是现在负责这条线索的单位";
    assert_refused(&install, "before it is its own", &early.sealed(), why);
    let forward = old
        .reply(&tip.letter)
        .says("转办：city\n涉及别的县，请市局办。");
    assert_taken(&install, "forward", &forward.sealed());

    let service = install.start();
    let mut visitor = service.visitor();
    let page = mailbox(&mut visitor, &tip.receipt);
    let name = page.text(".progress__unit").expect("who is responsible");
    assert!(name.contains("市"), "{name}");
    for words in ["已转给", "转给了这个单位", "涉及别的县，请市局办。"] {
        assert!(
            page.has_text("main", words),
            "{words} is not in {}",
            page.body()
        );
    }
    let incoming = notices(&install, &old, &new, &tip);

    let late = old.reply(&tip.letter).says("受理");
    assert_refused(&install, "the old unit", &late.sealed(), why);
    assert_taken(
        &install,
        "the new unit",
        &new.reply(&incoming).says("询问：哪个县？").sealed(),
    );
    assert!(mailbox(&mut visitor, &tip.receipt).has_text("main", "哪个县？"));
    write_back(&mut visitor, &tip.receipt, "隔壁县。");
    let (answer, _) = wait_for_letter(&new, &install.path("mail/city"), |_, opened| {
        opened.text.contains("隔壁县。")
    });
    // The new unit never had the first letter; both name it, so a mail program holds them together.
    assert_eq!(incoming.header("References"), Some(tip.thread()));
    assert_eq!(answer.header("References"), Some(tip.thread()));
    dialogue::assert_settled(&install);
    let at_the_old_unit = install.letters("dongfeng").len();
    assert_eq!(at_the_old_unit, 2, "the tip and what to do with it");
}

/// What both officers are told; hands back the new one's letter.
fn notices(install: &Install, old: &Officer, new: &Officer, tip: &Tip) -> Letter {
    let (letter, told) = wait_for_letter(old, &install.path("mail/dongfeng"), |_, opened| {
        opened.subject.contains("转办")
    });
    told.keep(&letter, "forwarded");
    let address = "city@units.example.invalid";
    for part in [address, new.fingerprint(), tip.reference()] {
        let text = told.text.replace(' ', "");
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let (incoming, opened) = wait_for_letter(new, &install.path("mail/city"), |_, opened| {
        opened.subject.contains("转来")
    });
    opened.keep(&incoming, "incoming");
    let text = &opened.text;
    assert!(text.contains(tip.reference()), "{text}");
    assert!(!text.contains(WHAT), "the server knows the tip: {text}");
    assert_eq!(incoming.header("Reply-To"), tip.letter.header("Reply-To"));
    incoming
}

#[test]
fn a_thread_can_be_forwarded_by_the_units_name_and_back_again() {
    let install = Install::new();
    let (old, tip) = tip_at_dongfeng(&install, WHAT);
    let new = Officer::of(&install, "city");
    let forward = old.reply(&tip.letter).says("转办：city");
    assert_taken(&install, "there", &forward.sealed());
    let service = install.start();
    let page = mailbox(&mut service.visitor(), &tip.receipt);
    let name = page.text(".progress__unit").expect("who is responsible");
    let back = new.reply(&tip.letter).says("转办：dongfeng");
    assert_taken(&install, "and back", &back.sealed());
    let by_name = old.reply(&tip.letter).says(&format!("转办：{name}"));
    assert_taken(&install, "by name", &by_name.sealed());
    let accept = new.reply(&tip.letter).says("受理");
    assert_taken(&install, "the new unit", &accept.sealed());
}
