//! A reply that is not the unit's: `refused.rs` and `refused_forms.rs` have the forgeries one by one, `machines.rs` the automatic
//! mails. Here what is genuine is used against its meaning: every letter of ours sent back as a reply, every genuine reply sent to every
//! other thread, a bounce of a bounce.

use e2e::database::Database;
use e2e::dialogue::{self, Tip};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::officer::{Officer, protected, text_part};
use e2e::pipe::receive;

use crate::refused::{assert_refused, assert_taken};

#[test]
fn our_own_letters_and_bounces_sent_back_to_us_are_no_replies_and_cause_none() {
    let install = Install::new();
    let mut service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let tip = Tip::file(
        &service,
        &officer,
        &install.path("mail/dongfeng"),
        "转圈的信",
    );
    let forward = officer.reply(&tip.letter).says("转办：city").sealed();
    assert_taken(&install, "forward", &forward);
    dialogue::assert_settled(&install);
    service.stop();
    let mut ours = install.letters("dongfeng");
    ours.extend(install.letters("city"));
    assert!(ours.len() >= 3, "{ours:?}");
    let before = Database::of(&install).dump();
    for path in ours {
        let verdict = receive(&install, &Letter::read(&path).raw);
        assert_eq!(
            (verdict.code, verdict.said.lines().count()),
            (Some(0), 1),
            "{}",
            verdict.said
        );
        assert_eq!(Database::of(&install).dump(), before, "{}", path.display());
    }
    // What we say of a bad mail, sent back to us as mail servers do, and again.
    let mut mail = officer.reply(&tip.letter).plain("受理");
    for turn in 0..5 {
        let verdict = receive(&install, &mail);
        assert_eq!(
            verdict.code,
            Some(if turn == 0 { 65 } else { 0 }),
            "{}",
            verdict.said
        );
        mail = officer
            .reply(&tip.letter)
            .header("Return-Path", "<>")
            .header("Auto-Submitted", "auto-replied")
            .plain(&verdict.said);
    }
    assert_eq!(Database::of(&install).dump(), before);
}

#[test]
fn a_genuine_reply_counts_for_its_own_thread_and_once() {
    let install = Install::new();
    let mut service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let file = |what| Tip::file(&service, &officer, &install.path("mail/dongfeng"), what);
    let tips = ["甲", "乙", "丙"].map(file);
    dialogue::assert_settled(&install);
    service.stop();
    for (number, tip) in tips.iter().enumerate() {
        let words = format!("询问：第{number}问");
        let words = text_part("text/plain; charset=UTF-8", words.as_bytes());
        // Mail programs that protect the subject sign the tip's number with it.
        let subject = format!("Re: 【线索】 · {}", tip.reference());
        let entity = protected(&subject, &words);
        let payload = officer.reply(&tip.letter).entity(&entity).payload();
        for (other, elsewhere) in tips
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != number)
        {
            let mail = officer.reply(&elsewhere.letter).wrap(&payload);
            assert_refused(&install, &format!("{number} to {other}"), &mail, "");
        }
        assert_taken(
            &install,
            "its own",
            &officer.reply(&tip.letter).wrap(&payload),
        );
        let again = officer.reply(&tip.letter).wrap(&payload);
        assert_refused(&install, "again", &again, "");
    }
    assert_eq!(Database::of(&install).count("entry"), 3);
}
