//! Mails that no person wrote: let go without a word, so that no two machines ever write to each
//! other; and our own letters coming back, which the operator gets to see.

use e2e::database::Database;
use e2e::dialogue::tip_at_dongfeng;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::pipe::receive;

#[test]
fn what_a_machine_wrote_is_let_go_without_a_word() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "机器写的");
    let reply = || officer.reply(&tip.letter);
    let lines = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let absent = reply()
        .header("Subject", "=?UTF-8?B?6Ieq5Yqo5Zue5aSN?=")
        .plain("我不在。");
    for (what, mail) in [
        (
            "auto-reply",
            reply()
                .header("Auto-Submitted", "auto-replied")
                .plain("我在休假。"),
        ),
        ("an absence note without a mark", absent),
        (
            "a list",
            reply().header("List-Id", "<x.invalid>").plain("受理"),
        ),
        ("our own letter", tip.letter.raw.clone()),
        (
            "a delayed letter",
            lines(&report(&tip.letter, "delayed", "4.4.1")),
        ),
    ] {
        let before = Database::of(&install).dump();
        let verdict = receive(&install, &mail);
        assert_eq!(verdict.code, Some(0), "{what}: {}", verdict.said);
        assert_eq!(Database::of(&install).dump(), before, "{what}: stored");
    }
}

#[test]
fn a_letter_that_bounces_is_parked_and_shown_to_the_operator() {
    let install = Install::new();
    let (_, tip) = tip_at_dongfeng(&install, "退回来的");
    let listed = || install.run_well(&["outbox", "list"], &[]);
    assert!(!listed().contains("parked"), "{}", listed());
    let verdict = receive(&install, report(&tip.letter, "failed", "5.1.1").as_bytes());
    assert_eq!(verdict.code, Some(0), "{}", verdict.said);
    let name = tip
        .thread()
        .trim_start_matches('<')
        .split('@')
        .next()
        .map(str::to_string);
    let name = name.expect("a Message-ID");
    assert!(
        listed().contains(&name) && listed().contains("parked"),
        "{}",
        listed()
    );
    assert_eq!(Database::of(&install).count("entry"), 0);
}

/// A delivery report of RFC 3464 about one of our letters, as Postfix writes it.
fn report(letter: &Letter, action: &str, status: &str) -> String {
    let head = String::from_utf8_lossy(&letter.raw);
    let (head, _) = head
        .split_once("\r\n\r\n")
        .or(head.split_once("\n\n"))
        .expect("a head");
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.units.example.invalid (Mail Delivery System)\n\
         To: <tips@tips.example.invalid>\nSubject: Undelivered Mail Returned to Sender\n\
         Auto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"rep\"\n\n\
         --rep\nContent-Type: text/plain\n\nI'm sorry.\n\n\
         --rep\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.units.example.invalid\n\n\
         Final-Recipient: rfc822; dongfeng@units.example.invalid\nAction: {action}\nStatus: {status}\n\n\
         --rep\nContent-Type: text/rfc822-headers\n\n{}\n\n--rep--\n",
        head.replace("\r\n", "\n")
    )
}
