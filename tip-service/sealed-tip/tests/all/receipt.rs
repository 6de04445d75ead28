//! The receipt: what people type, and vectors that pin every derivation.

use sealed_tip::{Receipt, ReceiptError};

/// `derive`: key (hex), form id (hex), phrase. `bits`: entropy, phrase, look-up hash, mailbox key.
const VECTORS: &str = include_str!("../vectors/receipt.txt");

pub(crate) fn unhex<const N: usize>(hex: &str) -> [u8; N] {
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn every_derivation_matches_the_vectors_made_by_other_code() {
    let mut seen = 0;
    for line in VECTORS.lines().filter(|l| !l.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let receipt = match fields[..] {
            ["bits", entropy, ..] => Receipt::from_entropy(unhex(entropy)),
            ["derive", key, form, ..] => {
                let form: Vec<u8> = (0..form.len())
                    .step_by(2)
                    .map(|i| u8::from_str_radix(&form[i..i + 2], 16).unwrap())
                    .collect();
                Receipt::derive(&unhex(key), &form)
            }
            _ => panic!("{line}"),
        };
        let (phrase, lookup, mailbox) = match fields[..] {
            ["bits", _, phrase, lookup, mailbox] => (phrase, lookup, mailbox),
            ["derive", _, _, phrase, lookup, mailbox] => (phrase, lookup, mailbox),
            _ => panic!("{line}"),
        };
        assert_eq!(receipt.phrase().as_str(), phrase);
        assert_eq!(hex(&receipt.lookup_hash()), lookup);
        assert_eq!(hex(&receipt.mailbox_public()), mailbox);
        assert_eq!(*Receipt::parse(phrase).unwrap().phrase(), phrase);
        seen += 1;
    }
    assert!(seen >= 8);
}

#[test]
fn a_receipt_is_read_however_people_write_it() {
    let receipt = Receipt::from_entropy(*b"liaoyuan-jindu-1");
    let phrase = receipt.phrase();
    assert_eq!(phrase.chars().count(), 12);
    let groups = receipt.groups();
    assert_eq!(
        groups.iter().map(|g| g.as_str()).collect::<String>(),
        *phrase
    );
    assert!(groups.iter().all(|g| g.chars().count() == 4));
    for between in [
        " ", "\u{3000}", "-", "－", "——", "·", "・", "，", "、", "。", "\r\n", "\t", " | ", "│",
        "\u{200b}", "_", "…", "~", "～",
    ] {
        let spread: Vec<String> = phrase.chars().map(String::from).collect();
        let typed = format!("「{}」\n", spread.join(between));
        let read = Receipt::parse(&typed).unwrap_or_else(|e| panic!("{between:?}: {e}"));
        assert_eq!(read.lookup_hash(), receipt.lookup_hash());
    }
}

#[test]
fn a_receipt_may_be_copied_and_typed_in_digits() {
    let receipt = Receipt::from_entropy(*b"liaoyuan-jindu-1");
    let digits = receipt.digits();
    assert_eq!(digits.split(' ').count(), 12);
    assert!(digits.split(' ').all(|group| group.len() == 4));
    let wide: String = digits
        .chars()
        .map(|c| {
            c.to_digit(10)
                .map_or(c, |d| char::from_u32(0xff10 + d).unwrap())
        })
        .collect();
    for typed in [
        digits.to_string(),
        digits.replace(' ', ""),
        digits.replace(' ', "-"),
        wide,
    ] {
        let read = Receipt::parse(&typed).unwrap_or_else(|e| panic!("{typed}: {e}"));
        assert_eq!(read.lookup_hash(), receipt.lookup_hash());
    }
    let error = |text: &str| Receipt::parse(text).err();
    let (short, _) = digits.rsplit_once(' ').unwrap();
    assert_eq!(error(short), Some(ReceiptError::Digits { found: 44 }));
    assert_eq!(
        error(&format!("{short} 2048")),
        Some(ReceiptError::Checksum)
    );
    let (first, rest) = digits.split_once(' ').unwrap();
    assert_eq!(
        error(&format!("{rest} {first}")),
        Some(ReceiptError::Checksum)
    );
}

#[test]
fn a_mistyped_receipt_is_told_what_is_wrong() {
    let error = |text: &str| Receipt::parse(text).err();
    assert_eq!(error(""), Some(ReceiptError::Empty));
    assert_eq!(error(" 　-·，\n"), Some(ReceiptError::Empty));
    assert_eq!(
        error("的的的的 的的的"),
        Some(ReceiptError::Length { found: 7 })
    );
    assert_eq!(
        error(&"的".repeat(13)),
        Some(ReceiptError::Length { found: 13 })
    );
    let unknown = ReceiptError::UnknownCharacter {
        position: 6,
        found: 'x',
    };
    assert_eq!(error("的的的的-的x的的-的的的的"), Some(unknown));
    assert_eq!(error(&"的".repeat(12)), Some(ReceiptError::Checksum));
    assert!(Receipt::parse("的的的的 的的的的 的的的在").is_ok());
}

#[test]
fn another_form_or_another_key_gives_another_receipt() {
    let phrase = |key: u8, form: &[u8]| Receipt::derive(&[key; 32], form).phrase().to_string();
    assert_eq!(phrase(1, b"a"), phrase(1, b"a"));
    assert_ne!(phrase(1, b"a"), phrase(1, b"b"));
    assert_ne!(phrase(1, b"a"), phrase(2, b"a"));
    assert_ne!(phrase(1, b""), phrase(1, b"\0"));
}

#[test]
fn most_slips_of_one_character_are_caught_and_none_gives_the_same_mailbox() {
    let receipt = Receipt::from_entropy([7; 16]);
    let phrase: Vec<char> = receipt.phrase().chars().collect();
    let mut passed = 0;
    for place in 0..12 {
        for slip in "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成".chars()
        {
            let mut typed = phrase.clone();
            typed[place] = slip;
            match Receipt::parse(&typed.iter().collect::<String>()) {
                Ok(_) if slip == phrase[place] => {}
                Ok(other) => {
                    assert_ne!(other.lookup_hash(), receipt.lookup_hash());
                    passed += 1;
                }
                Err(error) => assert_eq!(error, ReceiptError::Checksum),
            }
        }
    }
    // Four bits of checksum: about one slip in sixteen makes another possible receipt.
    assert!(passed < 12 * 34 / 8, "{passed}");
}
