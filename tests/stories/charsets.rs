//! An officer's words in whatever charset the mail program chose: read right or refused, never garbled.

use std::process::{Command, Stdio};

use e2e::dialogue::{self, Tip, tip_at_dongfeng};
use e2e::install::Install;
use e2e::machine::words;
use e2e::officer::{Officer, text_part};

use crate::refused::{assert_refused, assert_taken};

#[test]
fn the_charsets_of_china_are_read_right() {
    let install = Install::new();
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(&service, &officer, &maildir, "文字编码");
    for (charset, words) in [
        ("GB18030", "花开了吗？㐂𠮷"),
        ("GBK", "镕基路口的花开了吗？"),
        ("gb2312", "哪天看见的？"),
        ("Big5", "哪天看見的？"),
        ("UTF-16BE", "哪一家？"),
    ] {
        let bytes = encoded(&format!("ask: {words}"), charset);
        assert_taken(&install, charset, &reply(&officer, &tip, charset, &bytes));
        let page = dialogue::mailbox(&mut service.visitor(), &tip.receipt);
        let shown = page.has_text("main", words);
        assert!(shown, "{charset} is garbled: {}", page.body());
    }
    let command = encoded("询问：在哪块地？", "GB18030");
    let mail = reply(&officer, &tip, "gb18030", &command);
    assert_taken(&install, "a Chinese command", &mail);
}

#[test]
fn a_charset_that_is_unknown_broken_or_wrongly_named_is_refused() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "乱码");
    let question = "ask: 哪天看见的？";
    let utf8 = question.as_bytes().to_vec();
    let iso2022 = encoded(question, "ISO-2022-CN");
    for (what, charset, bytes) in [
        ("ISO-2022-CN", "ISO-2022-CN", iso2022),
        ("unknown", "x-klingon", utf8.clone()),
        ("broken UTF-8", "UTF-8", utf8[..utf8.len() - 4].to_vec()),
        ("GBK that says UTF-8", "UTF-8", encoded(question, "GBK")),
        ("UTF-8 that says GBK", "GBK", utf8.clone()),
        ("UTF-8 that says GB18030", "GB18030", utf8.clone()),
        ("UTF-8 that says Big5", "Big5", utf8.clone()),
        ("UTF-8 that says Latin-1", "ISO-8859-1", utf8.clone()),
    ] {
        let mail = reply(&officer, &tip, charset, &bytes);
        assert_refused(&install, what, &mail, "文字编码");
    }
}

fn reply(officer: &Officer, tip: &Tip, charset: &str, bytes: &[u8]) -> Vec<u8> {
    let part = text_part(&format!("text/plain; charset={charset}"), bytes);
    officer.reply(&tip.letter).entity(&part).sealed()
}

fn encoded(text: &str, charset: &str) -> Vec<u8> {
    let mut child = Command::new("iconv")
        .args(["-f", "UTF-8", "-t", charset])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("iconv is part of the C library");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("iconv ends");
    assert!(output.status.success(), "{charset}: {}", words(&output));
    output.stdout
}
