//! Mails by the right person whose form is wrong: no command, words outside the signature, active
//! HTML, damage, depth, size. Each is refused, says why, and leaves nothing.

use e2e::database::Database;
use e2e::dialogue::{self, tip_at_dongfeng};
use e2e::install::Install;
use e2e::officer::{protected, text_part};
use e2e::pipe::receive;
use rand::Rng;

use crate::refused::{REFUSED, assert_refused, assert_taken};

#[test]
fn a_reply_without_a_command_or_with_two_is_refused() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "命令");
    for (words, why) in [
        ("我们知道了，谢谢。", "第一行不是命令"),
        ("您好！\n受理", "命令写在了话的后面"),
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
    assert_refused(
        &install,
        "too long",
        &reply.sealed(),
        "写得太长：最多 4000 字",
    );
    let quoting = format!("受理\n{}", tip.opened.text);
    let reply = officer.reply(&tip.letter).says(&quoting);
    assert_refused(
        &install,
        "the tip in the reply's own words",
        &reply.sealed(),
        "",
    );
}

#[test]
fn words_outside_the_signed_part_are_refused_and_never_read() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "夹带");
    let draft = officer.reply(&tip.letter).says("受理");
    let evil = text_part("text/plain; charset=UTF-8", "询问：您是谁？".as_bytes());
    let why = "签名以外还有文字";
    for (what, inner) in [
        ("encrypted", draft.sealed()),
        ("signed", draft.signed_only()),
    ] {
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
    let armour = String::from_utf8(draft.payload())
        .expect("ASCII")
        .replace('\n', "\r\n");
    let plain = "text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit";
    for body in [
        format!("询问：您是谁？\r\n{armour}"),
        format!("{armour}\r\n询问：您是谁？\r\n"),
    ] {
        assert_refused(&install, "inline", &draft.mail(plain, body.as_bytes()), why);
    }
}

#[test]
fn html_with_anything_active_is_refused_and_plain_html_is_read() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "网页格式");
    let reply = |html: &str| {
        let part = text_part("text/html; charset=UTF-8", html.as_bytes());
        officer
            .reply(&tip.letter)
            .entity(&protected("Re", &part))
            .sealed()
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
    let mail =
        reply("<html><body><p>询问：花<b>开</b>了吗？&lt;b&gt;</p><p>第二行</p></body></html>");
    assert_taken(&install, "plain HTML", &mail);
    let service = install.start();
    let page = dialogue::mailbox(&mut service.visitor(), &tip.receipt);
    assert!(
        page.has_text("#talk ~ *, .said-by", "花开了吗？<b> 第二行"),
        "{}",
        page.body()
    );
    assert!(
        !page.has(".said-by b"),
        "markup of the reply is markup of the page"
    );
}

#[test]
fn thirty_megabytes_and_a_thousand_levels_are_refused() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "又大又深");
    let big = "长".repeat(10 << 20);
    let mail = officer
        .reply(&tip.letter)
        .mail("text/plain; charset=UTF-8", big.as_bytes());
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
            head.push_str(&format!(
                "Content-Type: {kind}; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n"
            ));
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
    let end = String::from_utf8_lossy(&mail)
        .find("-----END")
        .expect("armour");
    let before = Database::of(&install).dump();
    for _ in 0..200 {
        let cut = rand::thread_rng().gen_range(0..end);
        let verdict = receive(&install, &mail[..cut]);
        assert_eq!(
            verdict.code,
            REFUSED,
            "cut at {cut} of {}: {}",
            mail.len(),
            verdict.said
        );
        assert!(
            verdict.said.contains("没有处理："),
            "cut at {cut}: {}",
            verdict.said
        );
    }
    assert_eq!(Database::of(&install).dump(), before);
    assert_taken(&install, "whole", &mail);
}
