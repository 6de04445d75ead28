//! The claim code: made from a receipt, typed by people, checked by a unit.

use sealed_tip::{ClaimCode, ClaimError, Receipt};

use crate::receipt::unhex;

/// Receipt bits, token, code, check.
const VECTORS: &str = include_str!("../vectors/reward.txt");

fn code() -> ClaimCode {
    Receipt::from_entropy([5; 16]).claim_code(&[6; 16])
}

#[test]
fn codes_and_checks_match_the_vectors_made_by_other_code() {
    let mut seen = 0;
    for line in VECTORS.lines().filter(|l| !l.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let code = Receipt::from_entropy(unhex(fields[0])).claim_code(&unhex(fields[1]));
        assert_eq!(code.groups().concat(), fields[2]);
        assert_eq!(code.check(), fields[3]);
        assert_eq!(ClaimCode::parse(fields[2]).unwrap().check(), fields[3]);
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn a_code_is_read_however_people_write_it() {
    let code = code();
    let groups = code.groups();
    assert!(groups.iter().all(|group| group.len() == 4));
    for between in [
        "", " ", "\u{3000}", "-", "－", "——", "·", "\r\n", "，", "\u{200b}",
    ] {
        let typed = format!(" {} ", groups.join(between));
        assert_eq!(
            ClaimCode::parse(&typed).unwrap().check(),
            code.check(),
            "{between:?}"
        );
    }
    let wide: String = groups
        .concat()
        .chars()
        .map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap())
        .collect();
    assert_eq!(ClaimCode::parse(&wide).unwrap().check(), code.check());
}

#[test]
fn a_mistyped_code_is_told_what_is_wrong() {
    let error = |text: &str| ClaimCode::parse(text).err();
    assert_eq!(error(""), Some(ClaimError::Empty));
    assert_eq!(error(" -　\n"), Some(ClaimError::Empty));
    assert_eq!(error("1234 5678"), Some(ClaimError::Length { found: 8 }));
    assert_eq!(
        error(&"1".repeat(25)),
        Some(ClaimError::Length { found: 25 })
    );
    assert_eq!(error("12-3x"), Some(ClaimError::NotADigit { position: 4 }));
    assert_eq!(
        error("1234 一二"),
        Some(ClaimError::NotADigit { position: 5 })
    );
    assert!(ClaimCode::parse(&"0".repeat(24)).is_ok());
}

#[test]
fn every_wrong_digit_and_every_swap_of_neighbours_is_caught() {
    let digits: Vec<u8> = code().groups().concat().into_bytes();
    let parse = |digits: &[u8]| ClaimCode::parse(std::str::from_utf8(digits).unwrap()).err();
    assert_eq!(parse(&digits), None);
    for place in 0..24 {
        for slip in b'0'..=b'9' {
            let mut typed = digits.clone();
            typed[place] = slip;
            let expected = (slip != digits[place]).then_some(ClaimError::Checksum);
            assert_eq!(parse(&typed), expected);
        }
    }
    // All pairs of neighbours, each after every state there is.
    for first in 0..10_u64 {
        for pair in 0..100_u64 {
            let body = format!("{}{first}{pair:02}", "0".repeat(20));
            let whole = |body: &str| {
                (b'0'..=b'9')
                    .map(|d| format!("{body}{}", char::from(d)))
                    .find(|code| ClaimCode::parse(code).is_ok())
                    .unwrap()
            };
            let mut typed = whole(&body).into_bytes();
            typed.swap(21, 22);
            let expected = (pair / 10 != pair % 10).then_some(ClaimError::Checksum);
            assert_eq!(parse(&typed), expected, "{body}");
        }
    }
}

#[test]
fn another_thread_or_another_receipt_has_another_code() {
    let code = |receipt: u8, token: u8| {
        let receipt = Receipt::from_entropy([receipt; 16]);
        receipt.claim_code(&[token; 16]).groups()
    };
    assert_eq!(code(1, 1), code(1, 1));
    assert_ne!(code(1, 1), code(1, 2));
    assert_ne!(code(1, 1), code(2, 1));
}
