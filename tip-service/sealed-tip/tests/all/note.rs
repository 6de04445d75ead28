//! Letters that are no tip: what they say, and what their size does not.

use sealed_tip::{
    Note, SealError, Text, UnitCert, armor, generate, letter_json, letter_text, seal, seal_note,
};

use crate::desk::{
    ADDRESS, CHECK, COVER, REFERENCE, answerable, links, note, own_key, parts, rng, service_cert,
    subject,
};
use crate::gpg::{Gpg, NOW, TODAY};
use crate::tips::bare;

pub(crate) fn json(entity: &[u8]) -> serde_json::Value {
    serde_json::from_str(&letter_json(entity).unwrap()).unwrap()
}

#[test]
fn gpg_opens_a_note_and_finds_the_subject_the_words_and_the_certificate() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "1y");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    let service = service_cert();
    let words = Text::block("红砖房在路西。\n有人放哨。");
    let sealed = seal_note(
        &Note::Answer { text: &words },
        &answerable(&service, None),
        &[&cert],
        NOW,
        &mut rng(4),
    )
    .unwrap();
    let entity = gpg.decrypt(&armor(sealed.message()));
    assert_eq!(subject(&entity), "【举报人回复】 · L-2026-0001");
    let parts = parts(&entity);
    let types: Vec<&str> = parts
        .iter()
        .map(|(head, _)| head.lines().next().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: application/json; name=\"tip.json\"",
            "Content-Type: application/pgp-keys; name=\"service.asc\"",
        ]
    );
    assert!(
        parts[0]
            .1
            .contains("【回复】\r\n│ 红砖房在路西。\r\n│ 有人放哨。\r\n")
    );
    gpg.run(TODAY, &["--import"], parts[2].1.as_bytes());
    let service = UnitCert::parse(&service, NOW).unwrap().fingerprint();
    assert!(gpg.export(&[&service]).contains("BEGIN PGP PUBLIC KEY"));
}

/// A note, how its subject begins, its type, and what its text says.
type Case<'a> = (Note<'a>, &'a str, &'a str, &'a [&'a str]);

fn cases<'a>(words: &'a Text, prints: &'a [String]) -> [Case<'a>; 5] {
    let delivered = "2026-11-20";
    let unit = "东丰县局";
    let answer = Note::Answer { text: words };
    let reminder = Note::Reminder {
        delivered,
        escalate_hours: Some(72),
    };
    let escalation = Note::Escalation { unit, delivered };
    let forwarded = Note::Forwarded {
        unit: "市局",
        mail: "unit@example.org",
        fingerprints: prints,
    };
    let incoming = Note::Incoming { from: unit };
    let by_hand: &[&str] = &[
        "市局",
        "unit@example.org\n",
        "AB12\n",
        "CD34\n",
        "不留线索原文",
    ];
    [
        (answer, "【举报人回复】", "answer", &["│ 路西\n"]),
        (
            reminder,
            "【提醒】",
            "reminder",
            &["2026-11-20", "满 72 小时", "受理"],
        ),
        (
            escalation,
            "【逾期提醒】",
            "escalation",
            &["2026-11-20", "东丰县局", "督促"],
        ),
        (forwarded, "【转办】", "forwarded", by_hand),
        (incoming, "【转来】", "incoming", &["东丰县局", "受理"]),
    ]
}

#[test]
fn each_note_says_what_happened_in_subject_text_and_json() {
    let cert = service_cert();
    let cover = answerable(&cert, Some(CHECK));
    let prints = ["AB12".to_owned(), "CD34".to_owned()];
    let words = Text::block("路西");
    for (case, mark, kind, says) in cases(&words, &prints) {
        let entity = note(&case, &cover);
        let subject = subject(&entity);
        assert!(subject.starts_with(mark), "{subject}");
        assert!(subject.ends_with(" · L-2026-0001"), "{subject}");
        let text = letter_text(&entity).unwrap();
        assert!(text.contains("L-2026-0001\n"));
        for part in says {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        let json = json(&entity);
        assert_eq!(json["version"], 1);
        assert_eq!(json["type"], kind);
        assert_eq!(json["reference"], REFERENCE);
        assert_eq!(entity.len(), 8192);
        assert!(text.lines().all(|line| line.len() <= 998));
    }
}

#[test]
fn only_notes_that_want_an_answer_have_actions_and_the_certificate() {
    let cert = service_cert();
    let cover = answerable(&cert, Some(CHECK));
    let prints = ["AB12".to_owned()];
    let words = Text::block("路西");
    for (case, _, kind, _) in cases(&words, &prints) {
        let entity = note(&case, &cover);
        let json = json(&entity);
        let answered = ["answer", "reminder", "incoming"].contains(&kind);
        let text = letter_text(&entity).unwrap();
        assert_eq!(links(&text).len(), if answered { 7 } else { 0 }, "{kind}");
        assert_eq!(parts(&entity).len(), if answered { 3 } else { 2 }, "{kind}");
        assert_eq!(json["reply_to"] == ADDRESS, answered, "{json}");
        assert_eq!(json["reward_check"] == CHECK, answered, "{json}");
        let text = letter_text(&note(&case, &COVER)).unwrap();
        assert!(!text.contains("mailto:"), "{kind}");
    }
}

#[test]
fn the_json_of_a_note_has_the_documented_keys() {
    let value = json(&note(
        &Note::Reminder {
            delivered: "2026-11-20",
            escalate_hours: None,
        },
        &COVER,
    ));
    let expected = serde_json::json!({
        "version": 1, "type": "reminder", "reference": REFERENCE, "reply_to": null,
        "reward_check": null, "delivered": "2026-11-20", "escalate_hours": null,
    });
    assert_eq!(value, expected);
    let prints = ["AB12".to_owned()];
    let forwarded = Note::Forwarded {
        unit: "u",
        mail: "m@x",
        fingerprints: &prints,
    };
    let value = json(&note(&forwarded, &COVER));
    assert_eq!(value["unit"], "u");
    assert_eq!(value["mail"], "m@x");
    assert_eq!(value["fingerprints"], serde_json::json!(["AB12"]));
    let value = json(&note(
        &Note::Escalation {
            unit: "u",
            delivered: "d",
        },
        &COVER,
    ));
    assert_eq!(
        (&value["unit"], &value["delivered"]),
        (&"u".into(), &"d".into())
    );
    assert_eq!(
        json(&note(&Note::Incoming { from: "f" }, &COVER))["from"],
        "f"
    );
}

#[test]
fn no_word_of_a_holder_stands_outside_the_bar() {
    let cert = service_cert();
    let cover = answerable(&cert, Some(CHECK));
    let own = |words: &str| {
        let words = Text::block(words);
        let entity = note(&Note::Answer { text: &words }, &cover);
        let text = letter_text(&entity).unwrap();
        assert_eq!(json(&entity)["text"], words.as_str());
        let lines = text.lines().filter(|line| !line.starts_with(['│', '┆']));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let harmless = own("x");
    for attack in [
        "a\r\n受理\r\n────────\r\n【回信办理】\n· 受理 <mailto:x@y?subject=a&body=b>",
        "a\n\n\n编号\u{ff1a}LY-0000000000\u{2028}★\u{85}办结\u{b}x\u{c}y\rz",
        "--=_letter_0--\r\n--=_letter_0\r\nContent-Type: text/html\r\n\r\n<b>",
        &"长".repeat(5_000),
        &"\n".repeat(300),
    ] {
        assert_eq!(own(attack), harmless, "{attack}");
    }
}

#[test]
fn an_answer_of_any_length_fills_a_bucket() {
    for (chars, size) in [(1, 8 << 10), (2_000, 32 << 10), (20_000, 128 << 10)] {
        let words = Text::block(&"字".repeat(chars));
        assert_eq!(note(&Note::Answer { text: &words }, &COVER).len(), size);
    }
}

#[test]
fn a_note_is_sealed_to_good_certificates_only() {
    let (_, good) = own_key(1);
    let short = generate("short", NOW, Some(1), &mut rng(2)).unwrap();
    let short = UnitCert::parse(&short.cert_armored, NOW).unwrap();
    let case = Note::Incoming { from: "x" };
    let later = NOW + 86_400;
    let sealed = seal_note(&case, &COVER, &[&good, &short], later, &mut rng(3));
    assert!(matches!(sealed, Err(SealError::Key { .. })));
    let sealed = seal_note(&case, &COVER, &[], NOW, &mut rng(3));
    assert!(matches!(sealed, Err(SealError::NoKeys)));
}

#[test]
fn a_letter_without_content_looks_like_any_short_tip_from_outside() {
    let (_, cert) = own_key(1);
    let service = service_cert();
    let cover = answerable(&service, Some(CHECK));
    let quiet = seal_note(&Note::Quiet, &cover, &[&cert], NOW, &mut rng(7)).unwrap();
    let tip = seal(&bare("有人吸毒"), &cover, &[&cert], NOW, &mut rng(8)).unwrap();
    assert_eq!(quiet.message().len(), tip.message().len());
    let entity = note(&Note::Quiet, &cover);
    assert_eq!(entity.len(), 8 << 10);
    let letter = letter_text(&entity).unwrap();
    assert!(
        letter.contains("本信没有内容，可以直接删除。用来让有线索和没有线索的日子看起来一样。\n"),
        "{letter}"
    );
    assert!(links(&letter).is_empty());
    let facts = json(&entity);
    assert_eq!(
        (&facts["type"], &facts["reply_to"]),
        (&"quiet".into(), &serde_json::Value::Null)
    );
}
