//! Replies as mail programs write them: what the tipster gets to read, and that no line of the
//! quoted tip is ever in it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its fixtures must fail"
)]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tip_service::correspondence::command::{Command, Verb, WordsError, read};
use tip_service::correspondence::html::to_text;

/// Pieces of the tipster's words in the letter that every fixture quotes; none is long enough for
/// a wrapped line to hide it whole.
const MARKERS: &[&str] = &[
    "河滩东头的塑料",
    "上个月起",
    "两条大狗",
    "半人高",
    "叶子像手掌",
    "搬麻袋",
    "十几袋",
    "往镇外的方向",
    "空着车回来",
    "举报人写的",
    "三百来株",
    "蓝色三轮车",
    "河滩东头",
    "│",
    "┆",
];

fn outcome(name: &str, body: &str, html: bool) -> String {
    let text = if html {
        match to_text(body) {
            Ok(text) => text,
            Err(error) => return format!("refused: Html({error:?})"),
        }
    } else {
        zeroize::Zeroizing::new(body.to_owned())
    };
    match read(&text) {
        Err(error) => format!("refused: {error:?}"),
        Ok(command) => {
            no_marker(name, &command);
            shown(&command)
        }
    }
}

fn shown(command: &Command) -> String {
    let mut out = command.verb.code().to_owned();
    if !command.argument.is_empty() {
        out.push_str(&format!(" {}", command.argument));
    }
    if !command.text.is_empty() {
        out.push_str(&format!("\n\n{}", command.text.as_str()));
    }
    out
}

fn no_marker(name: &str, command: &Command) {
    for marker in MARKERS {
        assert!(
            !(command.text.as_str().contains(marker) || command.argument.contains(marker)),
            "{name}: {marker} would reach the mailbox"
        );
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/replies"));
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt" || e == "html"))
        .collect();
    found.sort();
    found
}

#[test]
fn each_reply_gives_what_its_author_meant_for_the_tipster_or_is_refused() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 50, "only {} replies", fixtures.len());
    let mut wrong = Vec::new();
    for path in &fixtures {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let body = fs::read_to_string(path).unwrap();
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        let html = path.extension().is_some_and(|e| e == "html");
        let got = outcome(&name, &body, html);
        if got != expected.trim_end() {
            wrong.push(format!(
                "{name}\n  expected {expected:?}\n  got      {got:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_quotes_in_the_replies_hold_the_tipsters_words() {
    let holding = fixtures()
        .iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains("叶子像手掌"))
        .count();
    assert!(holding >= 50, "only {holding} quote the letter");
}

#[test]
fn every_command_is_known_in_both_languages_with_either_colon() {
    for (verb, chinese, english) in [
        (Verb::Accept, "受理", "accept"),
        (Verb::Ask, "询问", "ASK"),
        (Verb::Answer, "答复", "Answer"),
        (Verb::Forward, "转办", "forward"),
        (Verb::Close, "办结", "close"),
        (Verb::Reward, "奖励", "reward"),
        (Verb::Spam, "无关", "spam"),
    ] {
        for word in [chinese, english] {
            for colon in [
                ":",
                "\u{ff1a}",
                " ",
                "\u{3000}",
                " : ",
                "\u{3000}\u{ff1a}\u{3000}",
            ] {
                let command = read(&format!("{word}{colon}某某")).expect(word);
                assert_eq!(command.verb, verb);
                if verb == Verb::Forward {
                    assert_eq!(command.argument, "某某");
                } else {
                    assert_eq!(command.text.as_str(), "某某");
                }
            }
            assert_eq!(
                read(&format!("{word}x某某")).err(),
                Some(WordsError::NoCommand)
            );
            let twice = format!("受理\n{word}\u{ff1a}某某");
            assert_eq!(read(&twice).err(), Some(WordsError::SeveralCommands));
        }
    }
}

#[test]
fn a_text_may_have_4000_characters_and_not_one_more() {
    let most = "办结\u{ff1a}".to_owned() + &"好".repeat(4000);
    assert_eq!(read(&most).unwrap().text.chars(), 4000);
    let more = most + "好";
    assert_eq!(read(&more).err(), Some(WordsError::TooLong { chars: 4001 }));
}

#[test]
fn a_text_of_more_than_a_mebibyte_is_refused_before_it_is_read() {
    let blank_lines = |bytes: usize| "accept".to_owned() + &"\n".repeat(bytes - 6);
    assert!(read(&blank_lines(1 << 20)).is_ok());
    let chars = (1 << 20) + 1;
    let refused = read(&blank_lines(chars)).err();
    assert_eq!(refused, Some(WordsError::TooLong { chars }));
}

#[test]
fn a_signature_hides_no_second_command_and_no_essay() {
    assert_eq!(
        read("受理\n-- \n询问\u{ff1a}几点").err(),
        Some(WordsError::SeveralCommands)
    );
    let essay = "受理\n--\n".to_owned() + &"还有一行\n".repeat(21);
    assert_eq!(read(&essay).err(), Some(WordsError::Doubtful));
}

/// The letter of the fixtures, with words of the tipster's own choice in it.
fn letter(words: &str) -> String {
    let mut out = String::from(
        "【线索】非法种植 · 东丰县横道河镇\n编号\u{ff1a}LY-7K3M9QX2TD\n\n种类\u{ff1a}非法种植\n地点\u{ff1a}东丰县 横道河镇\n\n【经过】\n",
    );
    for line in words.split('\n') {
        out.push_str(&format!("│ {line}\n"));
    }
    out.push_str("\n────────\n本线索为匿名提交，来信系统未附举报人的身份和联系方式。\n附件 tip.json 内容与本信相同，供登记使用。\n");
    out
}

/// A tipster's words: lines with a marker at every third character, some shaped like commands,
/// signatures, dividers.
fn words() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[一-十a-z ，。]{0,120}".prop_map(|line| marked(&line)),
        ("受理|询问|答复|办结", "[:\u{ff1a} ]", "[一-十]{0,90}")
            .prop_map(|(verb, colon, rest)| marked(&format!("{verb}{colon}{rest}"))),
        Just("-- ".to_owned()),
        Just("-----原始邮件-----".to_owned()),
        Just("发自我的iPhone ※".to_owned()),
        Just("在 2026-11-24 某某 <a@b.example> 写道：".to_owned()),
        Just("> 受理 ※".to_owned()),
        Just(String::new()),
    ];
    proptest::collection::vec(line, 1..8).prop_map(|lines| lines.join("\n"))
}

/// Puts ※ after every third character: no piece of three is without.
fn marked(line: &str) -> String {
    let mut out = String::new();
    for (at, c) in line.chars().enumerate() {
        out.push(c);
        if at % 3 == 2 {
            out.push('※');
        }
    }
    out
}

fn quoted(letter: &str, mark: &str, width: usize, style: u8) -> String {
    let mut out = String::new();
    for line in letter.lines() {
        let chars: Vec<char> = format!("{mark}{line}").chars().collect();
        for (at, piece) in chars.chunks(width).enumerate() {
            // A program that wraps well marks each piece; one that does not marks the first.
            if at > 0 && style == 1 {
                out.push_str(mark);
            }
            out.extend(piece);
            out.push('\n');
        }
    }
    out
}

const HEADS: &[&str] = &[
    "",
    "在 2026/11/24 10:12, 线索 写道\u{3a}\n",
    "On Tue, Nov 24, 2026 at 10:12 AM X <\na@tips.example> wrote:\n\n",
    "-----Original Message-----\nFrom: X\nSent: Tuesday\nTo: Y\nSubject: Z\n\n",
    "------------------\u{a0}原始邮件\u{a0}------------------\n发件人\u{3a} X\n发送时间\u{3a} 2026\n主题\u{3a} Z\n\n",
    "________________________________\n发件人\u{3a} X\n发送时间\u{3a} 2026\n收件人\u{3a} Y\n主题\u{3a} Z\n\n",
    "---------- Forwarded message ---------\n",
    "线索 schreef op 24-11-2026:\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_quoted_letter_leaks_however_it_is_quoted_and_wrapped(
        words in words(), head in 0..HEADS.len(), mark in 0..5_usize, width in 40..100_usize,
        style in 0..2_u8, below in any::<bool>(), crlf in any::<bool>(),
    ) {
        let mark = ["> ", ">", "| ", "", "> > "][mark];
        let quote = format!("{}{}", HEADS[head], quoted(&letter(&words), mark, width, style));
        let mut mail = if below {
            format!("{quote}\n受理\u{ff1a}收到\n")
        } else {
            format!("受理\u{ff1a}收到\n\n{quote}")
        };
        if crlf {
            mail = mail.replace('\n', "\r\n");
        }
        if let Ok(command) = read(&mail) {
            prop_assert_eq!(command.text.as_str(), "收到");
            prop_assert_eq!(command.verb, Verb::Accept);
        }
    }

    #[test]
    fn a_letter_quoted_without_a_break_is_always_understood(
        words in words(), head in 1..7_usize, mark in 0..3_usize,
    ) {
        let mark = ["> ", ">", "> > "][mark];
        let mail = format!("受理\u{ff1a}收到\n\n{}{}", HEADS[head], quoted(&letter(&words), mark, 100_000, 0));
        let command = read(&mail);
        prop_assert!(command.is_ok(), "{:?}", command.err());
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), html in "[<>/a-z\"'=& \\n\u{3000}-]{0,300}") {
        let _ = read(&text);
        let _ = read(&format!("受理\n{text}"));
        let _ = to_text(&text);
        if let Ok(text) = to_text(&html) {
            let _ = read(&text);
        }
    }
}
