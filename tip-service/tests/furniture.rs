//! Every line of every letter that the service sends: none of them is ever taken for an officer's words, and a letter
//! quoted whole is left out whole. The letters are rendered, sealed and opened by what sends them, so a change of
//! their wording is noticed here.

#![expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]

#[path = "furniture/letters.rs"]
mod letters;

use letters::letters;
use tip_service::correspondence::command::{Command, Verb, WordsError, read};

/// Mail as an officer may leave it, `~` being a line of our letter that lost its mark.
const PLACES: &[&str] = &[
    "受理：收到\n~",
    "受理：收到\n~\n",
    "受理：收到\n\n~\n",
    "受理：收到\n~\n谢谢",
    "受理：收到\n\n~\n\n谢谢",
    "受理\n~",
    "受理：~",
    "受理 ~",
    "询问：~",
    "询问\n~",
    "转办：~",
    "转办：市局\n~",
    "~\n受理：收到",
    "~\n\n受理：收到",
    "*询问*\n\n~",
    "*询问：~*",
    "受理：收到\n\n在 2026/11/24 10:12, tips@tips.example.invalid 写道\u{3a}\n> 一行\n\n~",
    "在 2026/11/24 10:12, tips@tips.example.invalid 写道\u{3a}\n> 一行\n\n~\n受理：收到",
];

/// What programs do to a line that they quote, indent or set in bold, and lose the mark of.
const SHAPES: &[&str] = &[
    "@",
    "  @",
    "\u{3000}@",
    "* @",
    "- @",
    "*@*",
    "_@_",
    "/@/",
    "@  ",
    "? @",
];

fn lines() -> Vec<String> {
    let letters = letters();
    let mut lines: Vec<String> = letters
        .iter()
        .flat_map(|letter| letter.lines())
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

fn shown(command: &Command) -> String {
    format!(
        "{} {:?} {:?}",
        command.verb.code(),
        command.argument,
        command.text.as_str()
    )
}

#[test]
fn a_line_of_our_letter_without_its_mark_is_never_an_officers() {
    let lines = lines();
    assert!(lines.len() > 60, "only {} lines", lines.len());
    let mut wrong = Vec::new();
    for line in &lines {
        for shape in SHAPES {
            for place in PLACES {
                let mail = place.replace('~', &shape.replace('@', line));
                if let Ok(command) = read(&mail) {
                    wrong.push(format!("{mail:?} is taken: {}", shown(&command)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn below_a_command_such_a_line_is_known_as_ours() {
    for line in lines() {
        for place in ["受理：收到\n\n~\n", "受理：收到\n~\n谢谢", "受理：~"] {
            let error = read(&place.replace('~', &line)).err();
            assert_eq!(error, Some(WordsError::QuotedTip), "{place:?}: {line}");
        }
    }
}

#[test]
fn a_letter_that_lost_all_its_marks_is_refused_whole() {
    for letter in letters() {
        for mail in [
            format!("受理：收到\n{letter}"),
            format!("受理：收到\n\n{letter}"),
            format!("{letter}\n受理：收到"),
            letter.clone(),
        ] {
            assert!(read(&mail).is_err(), "{mail}");
        }
    }
}

/// What programs put above a quote; true when they mark its lines.
const HEADS: &[(&str, bool)] = &[
    (
        "在 2026/11/24 10:12, tips@tips.example.invalid 写道\u{3a}\n",
        true,
    ),
    (
        "On 11/24/26 10:12, tips@tips.example.invalid wrote:\n",
        true,
    ),
    ("tips@tips.example.invalid 写于 2026/11/24 10:12:\n", true),
    (
        "On Tue, Nov 24, 2026 at 10:12 AM X <\ntips@tips.example.invalid> wrote:\n\n",
        true,
    ),
    ("", true),
    (
        "-----Original Message-----\nFrom: X\nSent: Tuesday\nTo: Y\nSubject: Z\n\n",
        false,
    ),
    (
        "-----原始邮件-----\n发件人\u{3a} X\n发送时间\u{3a} 2026-11-24\n收件人\u{3a} Y\n主题\u{3a} Z\n\n",
        false,
    ),
    (
        "------------------\u{a0}原始邮件\u{a0}------------------\n发件人\u{3a} X\n发送时间\u{3a} 2026\n主题\u{3a} Z\n\n",
        false,
    ),
    (
        "________________________________\n发件人\u{3a} X\n发送时间\u{3a} 2026\n收件人\u{3a} Y\n主题\u{3a} Z\n\n",
        false,
    ),
    (
        "发件人\u{3a} X\n发送时间\u{3a} 2026\n收件人\u{3a} Y\n主题\u{3a} Z\n\n",
        false,
    ),
];

fn marked(letter: &str, mark: &str) -> String {
    let mut out = String::new();
    for line in letter.lines() {
        out.push_str(mark);
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[test]
fn a_letter_quoted_whole_is_left_out_whole() {
    for letter in letters() {
        for (head, is_marked) in HEADS {
            let marks: &[&str] = if *is_marked {
                &["> ", ">", "> > ", "| "]
            } else {
                &["", "> "]
            };
            for mark in marks {
                let quote = format!("{head}{}", marked(&letter, mark));
                let mut mails = vec![
                    format!("询问：几点？\n夜里几点？\n\n{quote}"),
                    format!("询问\n几点？\n夜里几点？\n\n\n{quote}\n"),
                    format!("询问：几点？\n夜里几点？\n-- \n某局\n\n{quote}"),
                ];
                if *is_marked {
                    mails.push(format!("{quote}\n询问：几点？\n夜里几点？\n"));
                }
                for mail in mails {
                    for mail in [mail.replace('\n', "\r\n"), mail] {
                        let command = read(&mail);
                        let error = command.as_ref().err();
                        assert!(command.is_ok(), "{error:?}:\n{mail}");
                        let command = command.ok().unwrap();
                        assert_eq!(command.verb, Verb::Ask);
                        assert_eq!(command.text.as_str(), "几点？\n夜里几点？", "{mail}");
                    }
                }
            }
        }
    }
}
