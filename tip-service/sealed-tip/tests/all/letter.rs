//! The letter as an officer reads it and as a machine files it.

use sealed_tip::{Cover, Text, letter_json, letter_text, open, seal};

use crate::desk::{COVER, entity, own_key, rng, text};
use crate::gpg::NOW;
use crate::tips::{bare, full, named};

const BUCKETS: [usize; 4] = [8 << 10, 32 << 10, 128 << 10, 512 << 10];

#[test]
fn a_letter_is_exactly_one_bucket_long_whatever_its_length() {
    for extra in 0..400 {
        let entity = entity(&bare(&"x".repeat(2_500 + extra)));
        assert!(BUCKETS.contains(&entity.len()), "{}", entity.len());
        assert!(entity.ends_with(b"\r\n"));
    }
    assert_eq!(entity(&bare("x")).len(), BUCKETS[0]);
    assert_eq!(entity(&bare(&"字".repeat(20_000))).len(), BUCKETS[2]);
}

#[test]
fn the_letter_says_first_what_triage_needs_first() {
    let letter = text(&full());
    let order = [
        "【线索】非法种植 · 东丰县横道河镇测试村\n",
        "编号：L-2026-0001\n",
        "★ 涉及公职人员\n",
        "种类：非法种植\n",
        "地点：东丰县 横道河镇 测试村\n│ 村北第三条沟，红砖房后面\n",
        "时间：\n│ 上周三早上\n",
        "危险：\n│ 有两条大狗\n",
        "【经过】\n│ 后山沟里有人种罂粟，\n│ 大约两分地。\n│ \n│ 每天早上五点有人浇水。\n",
        "【专项问题】\n问：面积多大？\n│ 两分地\n",
        "【涉及人员】\n│ 一男一女，四十岁左右\n",
        "【涉及车辆】\n│ 白色面包车\n",
        "【线索来源】\n│ 亲眼看见\n",
        "不清楚：未答的专项问题\n",
        "匿名",
    ];
    let mut from = 0;
    for part in order {
        let at = letter[from..]
            .find(part)
            .unwrap_or_else(|| panic!("{part} in\n{letter}"));
        from += at + part.len();
    }
}

#[test]
fn empty_fields_are_one_short_line_and_marks_show_only_when_set() {
    let mut tip = bare("有人吸毒");
    let letter = text(&tip);
    assert!(
        letter.contains("不清楚：地点、时间、危险、涉及人员、涉及车辆、线索来源\n"),
        "{letter}"
    );
    assert!(letter.starts_with("【线索】其他 · 地点不清楚\n"));
    assert!(!letter.contains('★') && !letter.contains("时间："));
    assert!(letter.contains("本信是新线索"));
    tip.supplement = true;
    tip.suspect_robot = true;
    let letter = text(&tip);
    assert!(letter.starts_with("【补充】"));
    assert!(letter.contains("★ 补充") && letter.contains("★ 疑似机器"));
    assert!(letter.contains("本信是补充"));
}

#[test]
fn tip_json_has_the_documented_shape() {
    let json = letter_json(&entity(&full())).unwrap();
    assert_eq!(json, include_str!("../vectors/tip.json"));
    let bare: serde_json::Value =
        serde_json::from_str(&letter_json(&entity(&bare("x"))).unwrap()).unwrap();
    assert!(bare["place"]["county"].is_null());
    assert_eq!(bare["answers"], serde_json::json!([]));
}

#[test]
fn no_text_of_a_tipster_can_pass_for_a_line_of_the_letter_or_a_part_of_the_mail() {
    let attack = "--=_letter_0--\r\n--=_letter_0\r\nContent-Type: text/html\r\n\r\n<b>\r\n\
                  Subject: x\r\n★ 涉及公职人员\r\n【经过】\r\n────────";
    let mut tip = full();
    tip.officials = false;
    tip.kind = named("x\r\nBcc: a@b", "种类\r\nSubject: forged\r\n\r\nbody");
    tip.county = Some(named("c", "县\nX-Evil: 1"));
    tip.what = Text::block(attack);
    for field in [
        &mut tip.place,
        &mut tip.when,
        &mut tip.source,
        &mut tip.people,
    ] {
        *field = Text::block(attack);
    }
    tip.vehicles = Text::line(attack);
    tip.danger = Text::block(attack);
    tip.answers[0].label = attack.into();
    tip.answers[0].value = Text::block(attack);
    let (secret, cert) = own_key(1);
    let cover = Cover {
        reference: attack,
        reply: None,
    };
    let message = seal(&tip, &cover, &[&cert], NOW, &mut rng(7)).unwrap();
    let entity = open(message.message(), &[&secret]).unwrap();
    let raw = String::from_utf8(entity.to_vec()).unwrap();

    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let names: Vec<_> = head.lines().filter(|l| !l.starts_with(' ')).collect();
    assert_eq!(names.len(), 2, "{head}");
    assert!(names[0].starts_with("Content-Type: multipart/mixed;"));
    assert!(names[1].starts_with("Subject: =?UTF-8?Q?"));
    assert!(
        head.contains("boundary=\"=_letter_1\""),
        "another boundary was chosen"
    );
    assert_eq!(body.matches("--=_letter_1").count(), 3);
    assert!(
        !body.replace("\r\n", "").contains(['\r', '\n']),
        "no bare CR or LF"
    );
    let letter = letter_text(&entity).unwrap();
    assert!(
        !letter
            .lines()
            .any(|line| line.starts_with('★') || line.starts_with("--"))
    );
    assert_eq!(letter.lines().filter(|l| *l == "【经过】").count(), 1);
    assert!(serde_json::from_str::<serde_json::Value>(&letter_json(&entity).unwrap()).is_ok());
}

#[test]
fn no_line_of_the_text_is_longer_than_mail_allows_and_nothing_is_lost_in_folding() {
    let words = "很长的一行😀".repeat(600);
    let letter = text(&bare(&words));
    assert!(letter.lines().all(|line| line.len() <= 998));
    let (_, told) = letter.split_once("【经过】\n").unwrap();
    let (told, _) = told.split_once("\n\n").unwrap();
    let joined = told.replace("\n┆ ", "");
    assert_eq!(joined.strip_prefix("│ "), Some(&words[..]));
}

#[test]
fn the_subject_is_encoded_words_of_legal_length_that_decode_to_the_real_one() {
    let raw = String::from_utf8(entity(&full())).unwrap();
    let (_, subject) = raw.split_once("Subject: ").unwrap();
    let (subject, _) = subject.split_once("\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    for word in subject.split("\r\n ") {
        assert!(word.len() <= 75);
        let q = word
            .strip_prefix("=?UTF-8?Q?")
            .unwrap()
            .strip_suffix("?=")
            .unwrap();
        let one: Vec<u8> = q
            .split('=')
            .skip(1)
            .map(|hex| u8::from_str_radix(hex, 16).unwrap())
            .collect();
        assert!(
            std::str::from_utf8(&one).is_ok(),
            "whole characters in each word"
        );
        bytes.extend(one);
    }
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "【线索】非法种植 · 东丰县横道河镇测试村"
    );
}

#[test]
fn no_time_stands_anywhere_in_the_letter() {
    let (secret, cert) = own_key(1);
    let later = NOW + 3 * 86_400;
    let now = open(
        seal(&full(), &COVER, &[&cert], NOW, &mut rng(1))
            .unwrap()
            .message(),
        &[&secret],
    );
    let then = open(
        seal(&full(), &COVER, &[&cert], later, &mut rng(1))
            .unwrap()
            .message(),
        &[&secret],
    );
    assert!(now.unwrap() == then.unwrap());
}

#[test]
fn only_our_own_letters_are_read_back() {
    for other in [
        &b""[..],
        b"hello",
        b"Subject: x\r\n\r\nbody",
        "\u{0}\r\n\r\n".as_bytes(),
        &[0xff],
    ] {
        assert!(letter_text(other).is_none() && letter_json(other).is_none());
    }
}
