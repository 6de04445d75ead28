//! The first line of a reply, in all the ways in which mail programs and hands bend it: what still is the one command,
//! and what is refused instead of guessed.

use tip_service::correspondence::command::{Verb, WordsError, read};

const BLANKS: &[&str] = &[
    "",
    " ",
    "\t",
    "\n\n \n",
    "\r\n",
    "\u{3000}",
    "\u{a0}",
    "\u{feff}",
    "\u{200b} ",
    "\n\u{a0}\n\u{3000}",
];

#[test]
fn blanks_that_a_program_left_in_front_of_the_command_do_not_matter() {
    for blank in BLANKS {
        for mail in ["受理", "accept", "*受理*"] {
            let command = read(&format!("{blank}{mail}\n")).map(|c| c.verb);
            assert_eq!(command, Ok(Verb::Accept), "{blank:?} {mail}");
        }
        let command = read(&format!("{blank}询问：几点？\n")).unwrap();
        assert_eq!((command.verb, command.text.as_str()), (Verb::Ask, "几点？"));
    }
}

/// Marks of one kind or nested, as Thunderbird writes bold, italic and underlined words.
const MARKS: &[(&str, &str)] = &[
    ("*", "*"),
    ("_", "_"),
    ("/", "/"),
    ("*/", "/*"),
    ("*/_", "_/*"),
];

#[test]
fn emphasis_around_the_command_is_taken_off_and_the_text_keeps_its_own() {
    for (open, shut) in MARKS {
        for (form, text) in [
            ("[询问]：几点？", "几点？"),
            ("[询问：]几点？", "几点？"),
            ("[询问： ]几点？", "几点？"),
            ("[询问] 几点？", "几点？"),
            ("[询问 ]几点？", "几点？"),
            ("[询问]\n几点？", "几点？"),
            ("[询问：]\n几点？", "几点？"),
            ("[询问：几点？]", "几点？"),
            ("[询问：几点？]\n在哪？", "几点？\n在哪？"),
            ("[询问：几点？\n在哪？]", "几点？\n在哪？"),
            ("[询问\n几点？]", "几点？"),
            ("[ask]\u{3a}几点？", "几点？"),
            ("[询问]\n\n_几点_？", "_几点_？"),
            ("询问：*几点*？", "*几点*？"),
            ("询问：几点？*", "几点？*"),
        ] {
            let mail = form.replace('[', open).replace(']', shut);
            let command = read(&mail)
                .map_err(|error| format!("{mail}: {error}"))
                .unwrap();
            assert_eq!(command.verb, Verb::Ask);
            assert_eq!(command.text.as_str(), text, "{mail}");
        }
        let mail = format!("{open}转办：city{shut}\n请办");
        assert_eq!(read(&mail).unwrap().argument, "city");
    }
}

#[test]
fn emphasis_that_is_not_closed_is_no_command() {
    for mail in [
        "*询问：几点？",
        "*/询问*：几点？",
        "询问*：几点？",
        "*询问*几点？",
        "* 询问：几点？",
    ] {
        assert_eq!(read(mail).err(), Some(WordsError::NoCommand), "{mail}");
    }
}

#[test]
fn a_second_command_is_found_under_emphasis_and_at_the_end() {
    for mail in [
        "受理\n*询问：*几点？",
        "受理\n\n/询问/\n几点？",
        "*答复：好\n受理*",
        "询问：*受理*",
        "询问：几点？询问：",
        "询问：几点？*询问*：",
        "询问：几点？\n在哪？询问：",
        "询问\n几点？\n答复：",
    ] {
        assert_eq!(
            read(mail).err(),
            Some(WordsError::SeveralCommands),
            "{mail}"
        );
    }
}

#[test]
fn text_in_front_of_a_prepared_command_is_told_apart_from_no_command() {
    for mail in [
        "几点？询问：",
        "几点？询问\u{3a}",
        "几点？\n在哪？询问：\n",
        "几点？\n询问：\n",
        "几点？*询问：*\n",
        "收到受理",
        "收到\n受理",
        "广告无关\n",
        "已铲除办结：\n\n-- \n某局\n",
    ] {
        assert_eq!(read(mail).err(), Some(WordsError::CommandLast), "{mail}");
    }
    for mail in ["几点？", "请尽快答复", "询问几点？", "几点？询问：在哪？"] {
        assert_eq!(read(mail).err(), Some(WordsError::NoCommand), "{mail}");
    }
}

#[test]
fn an_officers_words_that_only_sound_like_our_letters_pass() {
    for text in [
        "这件线索已于昨日核实。",
        "这件线索已转给刑警队。",
        "提醒您注意安全，请勿靠近。",
        "另有两处大棚，也是您说的那家吗？",
        "“老地方”是哪里？",
        "请到东丰县公安局一楼领取，带上领奖码。",
        "LY-E8C7A4A3C2 已办结。",
        "送达满意答卷是我们的责任。",
        "请尽快答复。",
    ] {
        let command =
            read(&format!("答复：好的\n{text}")).map_err(|error| format!("{text}: {error}"));
        assert_eq!(command.unwrap().text.as_str(), format!("好的\n{text}"));
    }
}
