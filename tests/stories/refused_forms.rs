//! Mails by the right person whose form is wrong: no command, words outside the signature, active
//! HTML, damage, depth, size, charsets; and mails that no person wrote. Refused ones say why and leave
//! nothing; a machine's mail is let go without a word.

use std::process::{Command, Stdio};

use e2e::database::Database;
use e2e::dialogue::{self, Tip, tip_at_dongfeng};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::words;
use e2e::officer::{Officer, protected, receive, text_part};
use rand::Rng;

use crate::refused::{REFUSED, assert_refused, assert_taken};

#[test]
fn a_reply_without_a_command_or_with_two_is_refused() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "命令");
    for (words, why) in [
        ("我们知道了，谢谢。", "第一行不是命令"),
        ("您好！\n受理", "第一行不是命令"),
        ("受理\n办结：已经铲除。", "两个命令"),
        ("询问：花开了吗？\n转办：city", "两个命令"),
        ("询问：", "后面要写给举报人看的话"),
        ("办结", "后面要写给举报人看的话"),
        ("转办", "转办后面要写单位的名称"),
        ("转办：nowhere", "没有这个单位。可以写：city"),
        ("转办：dongfeng", "本来就由贵单位负责"),
        ("  \n\n", "信里没有您写的文字"),
        ("> 受理", "信里没有您写的文字"),
    ] {
        let reply = officer.reply(&tip.letter).says(words);
        assert_refused(&install, words, &reply.sealed(), why);
    }
    let long = format!("答复：{}", "长".repeat(4_001));
    let reply = officer.reply(&tip.letter).says(&long);
    assert_refused(&install, "too long", &reply.sealed(), "写得太长：最多 4000 字");
    let quoting = format!("受理\n{}", tip.opened.text);
    let reply = officer.reply(&tip.letter).says(&quoting);
    assert_refused(&install, "the tip in the reply's own words", &reply.sealed(), "");
}

#[test]
fn words_outside_the_signed_part_are_refused_and_never_read() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "夹带");
    let draft = officer.reply(&tip.letter).says("受理");
    let evil = text_part("text/plain; charset=UTF-8", "询问：您是谁？".as_bytes());
    let why = "签名以外还有文字";
    for (what, inner) in [("encrypted", draft.sealed()), ("signed", draft.signed_only())] {
        let inner = String::from_utf8(inner).expect("ASCII");
        let at = inner.find("Content-Type: multipart").expect("its type");
        let part = &inner.as_bytes()[at..];
        for [first, second] in [[&evil, part], [part, &evil]] {
            let (open, close) = (b"--mix\r\n".as_slice(), b"\r\n--mix--\r\n".as_slice());
            let body = [open, first, b"\r\n", open, second, close].concat();
            let mail = draft.mail("multipart/mixed; boundary=\"mix\"", &body);
            assert_refused(&install, what, &mail, why);
        }
    }
    let armour = String::from_utf8(draft.payload()).expect("ASCII").replace('\n', "\r\n");
    let plain = "text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit";
    for body in [format!("询问：您是谁？\r\n{armour}"), format!("{armour}\r\n询问：您是谁？\r\n")] {
        assert_refused(&install, "inline", &draft.mail(plain, body.as_bytes()), why);
    }
}

#[test]
fn html_with_anything_active_is_refused_and_plain_html_is_read() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "网页格式");
    let reply = |html: &str| {
        let part = text_part("text/html; charset=UTF-8", html.as_bytes());
        officer.reply(&tip.letter).entity(&protected("Re", &part)).sealed()
    };
    for active in [
        "<script>alert(1)</script>",
        "<form action=\"https://x.invalid\"><input name=q></form>",
        "<img src=\"https://x.invalid/1.gif\">",
        "<a href=\"javascript:alert(1)\">这里</a>",
        "<a href=\" java&#10;script:alert(1)\">这里</a>",
        "<svg onload=alert(1)></svg>",
        "<iframe src=\"https://x.invalid\"></iframe>",
    ] {
        let mail = reply(&format!("<p>询问：花开了吗？</p>{active}"));
        assert_refused(&install, active, &mail, "网页格式的信里有");
    }
    let mail = reply("<html><body><p>询问：花<b>开</b>了吗？&lt;b&gt;</p><p>第二行</p></body></html>");
    assert_taken(&install, "plain HTML", &mail);
    let service = install.start();
    let page = dialogue::mailbox(&mut service.visitor(), &tip.receipt);
    assert!(page.has_text("#talk ~ *, .said-by", "花开了吗？<b> 第二行"), "{}", page.body());
    assert!(!page.has(".said-by b"), "markup of the reply is markup of the page");
}

#[test]
fn thirty_megabytes_and_a_thousand_levels_are_refused() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "又大又深");
    let big = "长".repeat(10 << 20);
    let mail = officer.reply(&tip.letter).mail("text/plain; charset=UTF-8", big.as_bytes());
    assert!(mail.len() > 30 << 20);
    assert_refused(&install, "30 MiB", &mail, "邮件超过 4 MiB");
    let draft = officer.reply(&tip.letter).says("受理");
    for kind in ["multipart/mixed", "multipart/alternative", "message/rfc822"] {
        let deep = nested(kind, 1_000);
        let outside = draft.clone().mail_of(&deep);
        assert_refused(&install, "nested outside", &outside, "");
        let inside = draft.clone().entity(&deep).sealed();
        assert_refused(&install, "nested inside", &inside, "");
    }
}

/// A reply's words within so many levels.
fn nested(kind: &str, levels: usize) -> Vec<u8> {
    let mut head = String::new();
    let mut tail = String::new();
    for level in 0..levels {
        if kind == "message/rfc822" {
            head.push_str("Content-Type: message/rfc822\r\n\r\n");
        } else {
            head.push_str(&format!("Content-Type: {kind}; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n"));
            tail.insert_str(0, &format!("\r\n--b{level}--\r\n"));
        }
    }
    let words = text_part("text/plain; charset=UTF-8", "受理".as_bytes());
    [head.as_bytes(), &words, tail.as_bytes()].concat()
}

#[test]
fn a_good_mail_cut_at_two_hundred_places_is_refused_each_time() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "断在半路");
    let mail = officer.reply(&tip.letter).says("询问：花开了吗？").sealed();
    let end = String::from_utf8_lossy(&mail).find("-----END").expect("armour");
    let before = Database::of(&install).dump();
    for _ in 0..200 {
        let cut = rand::thread_rng().gen_range(0..end);
        let verdict = receive(&install, &mail[..cut]);
        assert_eq!(verdict.code, REFUSED, "cut at {cut} of {}: {}", mail.len(), verdict.said);
        assert!(verdict.said.contains("没有处理："), "cut at {cut}: {}", verdict.said);
    }
    assert_eq!(Database::of(&install).dump(), before);
    assert_taken(&install, "whole", &mail);
}

#[test]
fn charsets_are_read_right_or_refused() {
    let install = Install::new();
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(&service, &officer, &maildir, "文字编码");
    dialogue::assert_settled(&install);
    let reply = |charset: &str, bytes: &[u8]| {
        let part = text_part(&format!("text/plain; charset={charset}"), bytes);
        officer.reply(&tip.letter).entity(&part).sealed()
    };
    for (charset, text) in [
        ("GB18030", "询问：花开了吗？㐂𠮷"),
        ("GBK", "询问：镕基路口的花开了吗？"),
        ("gb2312", "询问：哪天看见的？"),
        ("Big5", "詢問：哪天看見的？"),
        ("UTF-16", "询问：哪一家？"),
    ] {
        let mail = reply(charset, &encoded(text, charset));
        let verdict = receive(&install, &mail);
        if verdict.code == Some(0) {
            let words = text.split_once('：').expect("a command").1;
            let page = dialogue::mailbox(&mut service.visitor(), &tip.receipt);
            assert!(page.has_text("main", words), "{charset} is garbled: {}", page.body());
        } else {
            // Traditional words are no command of ours, and UTF-16 is no charset of mail.
            assert!(matches!(charset, "Big5" | "UTF-16"), "{charset}: {}", verdict.said);
            assert_refused(&install, charset, &mail, "");
        }
    }
    let question = "ask: 哪天看见的？";
    for (what, charset, bytes) in [
        ("ISO-2022-CN", "ISO-2022-CN", encoded(question, "ISO-2022-CN")),
        ("unknown", "x-klingon", question.as_bytes().to_vec()),
        ("broken UTF-8", "UTF-8", b"ask: \xe5\x93\xaa\xe5\xa4".to_vec()),
        ("GBK that says UTF-8", "UTF-8", encoded(question, "GBK")),
        ("UTF-8 that says GBK", "GBK", question.as_bytes().to_vec()),
        ("UTF-8 that says Big5", "Big5", question.as_bytes().to_vec()),
        ("UTF-8 that says Latin-1", "ISO-8859-1", question.as_bytes().to_vec()),
    ] {
        assert_refused(&install, what, &reply(charset, &bytes), "文字编码");
    }
    let big5 = reply("Big5", &encoded("ask: 哪天看見的？", "Big5"));
    assert_taken(&install, "Big5", &big5);
    let page = dialogue::mailbox(&mut service.visitor(), &tip.receipt);
    assert!(page.has_text("main", "哪天看見的？"), "{}", page.body());
}

fn encoded(text: &str, charset: &str) -> Vec<u8> {
    let mut child = Command::new("iconv")
        .args(["-f", "UTF-8", "-t", charset])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("iconv is part of the C library");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("iconv ends");
    assert!(output.status.success(), "{charset}: {}", words(&output));
    output.stdout
}

#[test]
fn what_a_machine_wrote_is_let_go_without_a_word() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "机器写的");
    let reply = || officer.reply(&tip.letter);
    let lines = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let absent = reply().header("Subject", "=?UTF-8?B?6Ieq5Yqo5Zue5aSN?=").plain("我不在。");
    for (what, mail) in [
        ("auto-reply", reply().header("Auto-Submitted", "auto-replied").plain("我在休假。")),
        ("an absence note without a mark", absent),
        ("a list", reply().header("List-Id", "<x.invalid>").plain("受理")),
        ("our own letter", tip.letter.raw.clone()),
        ("a delayed letter", lines(&report(&tip.letter, "delayed", "4.4.1"))),
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
    let name = tip.thread().trim_start_matches('<').split('@').next().map(str::to_string);
    let name = name.expect("a Message-ID");
    assert!(listed().contains(&name) && listed().contains("parked"), "{}", listed());
    assert_eq!(Database::of(&install).count("entry"), 0);
}

/// A delivery report of RFC 3464 about one of our letters, as Postfix writes it.
fn report(letter: &Letter, action: &str, status: &str) -> String {
    let head = String::from_utf8_lossy(&letter.raw);
    let (head, _) = head.split_once("\r\n\r\n").or(head.split_once("\n\n")).expect("a head");
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
