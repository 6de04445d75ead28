//! The letter as an officer reads it and as a machine files it.

use sealed_tip::{Cover, ReplyTo, Text, letter_json, letter_text, open, seal};

use crate::desk::{
    ADDRESS, CHECK, COVER, REFERENCE, answerable, covered, entity, links, own_key, parts, rng,
    service_cert, subject, text,
};
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
        "不清楚：未答的专项问题\n",
        "匿名",
        "打印、转发时请略去。\n【线索来源】\n│ 亲眼看见\n",
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
fn a_tip_from_a_page_in_another_language_names_it_in_one_line_of_the_letter() {
    let (plain, mut tip) = (letter_text(&entity(&full())).unwrap(), full());
    tip.language = Some(named("ko", "朝鲜语（韩语）\nX"));
    let letter = letter_text(&entity(&tip)).unwrap();
    let own = |line: &&str| !plain.lines().any(|known| known == *line);
    let added: Vec<&str> = letter.lines().filter(own).collect();
    let due = "★ 语言：表格是在朝鲜语（韩语） X页面上填写的，请安排懂这种语言的人阅读和答复";
    assert_eq!(added, [due]);
    let json = letter_json(&entity(&tip)).unwrap();
    assert!(json.contains("\"code\": \"ko\""), "{json}");
    assert_eq!(tip.canonical(), full().canonical());
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
    let reply = ReplyTo {
        address: attack,
        message_id: crate::desk::MESSAGE_ID,
        service_cert: attack,
        encrypted: false,
        reward: Some(attack),
    };
    let cover = Cover {
        reference: attack,
        reply: Some(reply),
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
    assert_eq!(body.matches("--=_letter_1").count(), 4);
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
    assert_eq!(
        subject(&entity(&full())),
        "【线索】非法种植 · 东丰县横道河镇测试村 · L-2026-0001"
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
fn each_action_is_a_link_that_opens_a_reply_with_the_command_in_place() {
    let cert = service_cert();
    for reward in [None, Some(CHECK)] {
        let letter = letter_text(&covered(&full(), &answerable(&cert, reward))).unwrap();
        let colon = '\u{ff1a}';
        let mut bodies = vec![
            "受理".to_owned(),
            format!("询问{colon}"),
            format!("答复{colon}"),
            format!("转办{colon}"),
            format!("办结{colon}"),
            "无关".to_owned(),
        ];
        bodies.extend(reward.map(|_| format!("奖励{colon}")));
        let expected: Vec<_> = bodies
            .into_iter()
            .map(|body| (ADDRESS.to_owned(), REFERENCE.to_owned(), body))
            .collect();
        assert_eq!(links(&letter), expected);
        let alone = format!("回信地址{colon}{ADDRESS}\n");
        assert!(letter.contains(&alone), "{letter}");
        let check = format!("奖励核验码{colon}{CHECK}\n");
        assert_eq!(letter.contains(&check), reward.is_some());
        assert_eq!(
            letter.contains("tip-service reward verify"),
            reward.is_some()
        );
        assert!(letter.lines().all(|line| line.len() <= 998));
    }
}

#[test]
fn a_link_is_written_plainly_where_a_link_may_be() {
    let cert = service_cert();
    let letter = letter_text(&covered(&full(), &answerable(&cert, None))).unwrap();
    let link = "<mailto:reply%2B00112233445566778899aabbccddeeff@mail.example.org?subject=L-2026-0001&In-Reply-To=%3C00112233445566778899aabbccddeeff@tips.example.invalid%3E&body=%E6%97%A0%E5%85%B3>";
    assert!(letter.contains(link), "{letter}");
}

#[test]
fn a_letter_with_a_way_back_brings_the_certificate_and_says_the_truth() {
    let cert = service_cert();
    let mut cover = answerable(&cert, Some(CHECK));
    let entity = covered(&full(), &cover);
    let parts = parts(&entity);
    assert_eq!(parts.len(), 3);
    assert!(
        parts[2]
            .0
            .starts_with("Content-Type: application/pgp-keys; name=\"service.asc\"\r\n")
    );
    assert!(parts[2].0.contains("attachment; filename=\"service.asc\""));
    assert_eq!(parts[2].1.replace("\r\n", "\n"), cert);
    let json: serde_json::Value = serde_json::from_str(&letter_json(&entity).unwrap()).unwrap();
    assert_eq!(json["reply_to"], ADDRESS);
    assert_eq!(json["reward_check"], CHECK);
    assert_eq!(json["version"], 1);

    let letter = letter_text(&entity).unwrap();
    assert!(letter.contains("加密信箱") && !letter.contains("无法联系举报人"));
    assert!(letter.contains("并用附件 service.asc"));
    cover.reply.as_mut().unwrap().encrypted = false;
    let relaxed = letter_text(&covered(&full(), &cover)).unwrap();
    assert!(
        relaxed.contains("最好也用附件 service.asc")
            && relaxed.contains("须用本单位登记的密钥签名")
    );
    let none = text(&full());
    assert!(none.contains("无法联系举报人") && !none.contains("mailto:") && !none.contains("回信"));
}

#[test]
fn the_first_screen_is_the_same_with_a_way_back_and_the_self_description_is_last() {
    let cert = service_cert();
    let with = letter_text(&covered(&full(), &answerable(&cert, None))).unwrap();
    let first = |letter: &str| letter.split_once("【专项问题】").unwrap().0.to_owned();
    assert_eq!(first(&with), first(&text(&full())));
    for letter in [with, text(&full())] {
        let (rest, apart) = letter.rsplit_once("────────\n").unwrap();
        assert!(!rest.contains("亲眼看见") && !rest.contains("线索来源"));
        assert!(apart.starts_with("以下可能暴露举报人身份"), "{apart}");
        assert!(apart.ends_with("【线索来源】\n│ 亲眼看见\n\n"), "{apart}");
        assert!(!apart.contains("mailto:"));
    }
}

#[test]
fn a_certificate_with_any_line_ends_is_attached_with_crlf() {
    let cert = service_cert();
    let crlf = cert.replace('\n', "\r\n");
    assert_eq!(
        covered(&full(), &answerable(&crlf, None)),
        covered(&full(), &answerable(&cert, None))
    );
}

#[test]
fn a_short_tip_with_every_action_is_in_the_smallest_bucket() {
    let cert = service_cert();
    let cover = answerable(&cert, Some(CHECK));
    let length = |chars| covered(&bare(&"字".repeat(chars)), &cover).len();
    assert_eq!(length(450), BUCKETS[0]);
    assert_eq!(entity(&bare(&"字".repeat(1_000))).len(), BUCKETS[0]);
    assert_eq!(length(1_000), BUCKETS[1]);
}
