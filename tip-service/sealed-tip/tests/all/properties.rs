//! What must hold for any text at all.

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealed_tip::{
    Answer, Cover, Named, Receipt, SecretCert, Text, Tip, UnitCert, generate, letter_json,
    letter_text, open, seal,
};

use crate::gpg::NOW;
use crate::tips::bare;

/// Any text, with more of what makes trouble than chance would bring.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[\\x00-\\x20\u{7f}-\u{a0}]{0,8}",
        "[\u{200b}-\u{202f}\u{2060}-\u{206f}\u{feff}\u{61c}]{0,4}",
        Just("\r\n--=_letter_0--\r\n".to_owned()),
        "[一-龥]{0,40}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn any_named() -> impl Strategy<Value = Named> {
    (any_text(), any_text()).prop_map(|(code, name)| Named { code, name })
}

/// What a tip is made of before cleaning; unlike a tip it can be printed when a test fails.
#[derive(Clone, Debug)]
struct Draft {
    kind: Named,
    places: [Option<Named>; 3],
    texts: [String; 7],
    flags: [bool; 3],
    answers: Vec<(String, String, String)>,
}

impl Draft {
    fn tip(&self) -> Tip {
        let [county, township, village] = self.places.clone();
        let [what, place, when, source, people, vehicles, danger] = &self.texts;
        let answer = |(id, label, value): &(String, String, String)| Answer {
            id: id.clone(),
            label: label.clone(),
            value: Text::block(value),
        };
        Tip {
            kind: self.kind.clone(),
            what: Text::block(what),
            county,
            township,
            village,
            place: Text::line(place),
            when: Text::line(when),
            source: Text::line(source),
            people: Text::line(people),
            vehicles: Text::line(vehicles),
            danger: Text::line(danger),
            officials: self.flags[0],
            answers: self.answers.iter().map(answer).collect(),
            photographs: Vec::new(),
            language: None,
            supplement: self.flags[1],
            suspect_robot: self.flags[2],
        }
    }
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let answers = prop::collection::vec((any_text(), any_text(), any_text()), 0..3);
    let places = prop::array::uniform3(prop::option::of(any_named()));
    let texts = prop::array::uniform7(any_text());
    (any_named(), places, texts, any::<[bool; 3]>(), answers).prop_map(
        |(kind, places, texts, flags, answers)| Draft {
            kind,
            places,
            texts,
            flags,
            answers,
        },
    )
}

thread_local! {
    static KEY: (SecretCert, UnitCert) = {
        let pair = generate("demo", NOW, None, &mut StdRng::seed_from_u64(1)).unwrap();
        let secret = SecretCert::parse(&pair.secret_armored).unwrap();
        (secret, UnitCert::parse(&pair.cert_armored, NOW).unwrap())
    };
}

fn round_trip(tip: &Tip, reference: &str) -> Vec<u8> {
    KEY.with(|(secret, cert)| {
        let message = seal(
            tip,
            &Cover {
                reference,
                reply: None,
            },
            &[cert],
            NOW,
            &mut StdRng::seed_from_u64(2),
        )
        .unwrap();
        open(message.message(), &[secret]).unwrap().to_vec()
    })
}

fn hides(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

proptest! {
    #[test]
    fn cleaned_text_holds_no_control_and_nothing_that_hides_or_turns(raw in any_text()) {
        let (line, block) = (Text::line(&raw), Text::block(&raw));
        prop_assert!(!line.as_str().chars().any(|c| c.is_control() || hides(c)));
        prop_assert!(!block.as_str().chars().any(|c| c != '\n' && (c.is_control() || hides(c))));
        prop_assert_eq!(block.as_str().trim(), block.as_str());
        prop_assert_eq!(block.chars(), block.as_str().chars().count());
        prop_assert_eq!(block.is_empty(), block.chars() == 0);
    }

    #[test]
    fn cleaning_twice_changes_nothing_and_visible_text_survives(raw in any_text()) {
        let once = Text::block(&raw);
        let twice = Text::block(once.as_str());
        prop_assert_eq!(twice.as_str(), once.as_str());
        let seen = |s: &str| s.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count();
        prop_assert!(seen(once.as_str()) >= seen(&raw));
    }

    #[test]
    fn whatever_is_sealed_comes_out_in_a_bucket_with_everything_in_it(
        draft in any_draft(), reference in any_text(),
    ) {
        let tip = draft.tip();
        let entity = round_trip(&tip, &reference);
        let mut bucket = 8 * 1024;
        while bucket < entity.len() { bucket *= 4; }
        prop_assert_eq!(entity.len(), bucket);
        let (head, _) = std::str::from_utf8(&entity).unwrap().split_once("\r\n\r\n").unwrap();
        prop_assert!(head.is_ascii());
        prop_assert_eq!(head.lines().filter(|l| !l.starts_with(' ')).count(), 2);

        let json = letter_json(&entity).unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(value["what"].as_str(), Some(tip.what.as_str()));
        prop_assert_eq!(value["danger"].as_str(), Some(tip.danger.as_str()));
        prop_assert_eq!(value["kind"]["name"].as_str(), Some(&tip.kind.name[..]));
        prop_assert_eq!(value["answers"].as_array().map(Vec::len), Some(tip.answers.len()));
        let letter = letter_text(&entity).unwrap();
        for line in tip.what.as_str().lines().filter(|l| l.len() < 900) {
            let barred = format!("│ {line}");
            prop_assert!(letter.lines().any(|l| l == barred));
        }
        prop_assert_eq!(letter.lines().any(|l| l == "★ 涉及公职人员"), tip.officials);
        prop_assert!(letter.lines().all(|l| l.len() <= 998 || !l.starts_with(['│', '┆'])));
    }

    #[test]
    fn two_tips_with_different_words_differ_in_their_canonical_bytes(a in any_draft(), b in any_draft()) {
        let (a, b) = (a.tip(), b.tip());
        let words = |tip: &Tip| {
            let mut value: serde_json::Value =
                serde_json::from_str(&letter_json(&round_trip(tip, "")).unwrap()).unwrap();
            let fields = value.as_object_mut().unwrap();
            fields.remove("supplement");
            fields.remove("suspect_robot");
            value
        };
        let same = words(&a) == words(&b);
        prop_assert_eq!(a.canonical() == b.canonical(), same);
    }

    #[test]
    fn moving_words_from_one_field_to_the_next_changes_the_canonical_bytes(
        words in "[a-z一-龥]{2,20}", cut in 1_usize..20,
    ) {
        let all: Vec<char> = words.chars().collect();
        let cut = cut.min(all.len() - 1);
        let (head, tail): (String, String) = (all[..cut].iter().collect(), all[cut..].iter().collect());
        let mut tips = vec![bare(&words)];
        for moved in 0..3 {
            let mut tip = bare(&head);
            match moved {
                0 => tip.place = Text::line(&tail),
                1 => tip.when = Text::line(&tail),
                _ => tip.answers.push(Answer { id: String::new(), label: String::new(), value: Text::line(&tail) }),
            }
            tips.push(tip);
        }
        let mut bytes: Vec<_> = tips.iter().map(|t| t.canonical().to_vec()).collect();
        bytes.sort();
        bytes.dedup();
        prop_assert_eq!(bytes.len(), 4);
        tips[0].supplement = true;
        tips[0].suspect_robot = true;
        prop_assert!(tips[0].canonical() == bare(&words).canonical());
    }

    #[test]
    fn a_receipt_comes_back_from_its_phrase(bits in any::<[u8; 16]>()) {
        let receipt = Receipt::from_entropy(bits);
        let again = Receipt::parse(&receipt.groups().map(|g| g.to_string()).join(" ")).unwrap();
        prop_assert_eq!(again.phrase(), receipt.phrase());
        prop_assert_eq!(again.mailbox_public(), receipt.mailbox_public());
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in any_text(), bytes in any::<Vec<u8>>()) {
        let _ = Receipt::parse(&text);
        let _ = UnitCert::parse(&text, NOW);
        let _ = SecretCert::parse(&text);
        let _ = letter_text(&bytes);
        let _ = KEY.with(|(secret, _)| open(&bytes, &[secret]).is_ok());
        let _ = KEY.with(|(secret, _)| open(text.as_bytes(), &[secret]).is_ok());
    }
}
