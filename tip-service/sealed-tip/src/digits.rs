//! A receipt in digits, for whoever cannot write Chinese characters: the same twelve words of BIP 39, each by its number in the
//! list, four digits. Checksum and security are those of the characters.

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use crate::ReceiptError;
use crate::receipt::is_separator;

/// Digits of a receipt, four for each of its words.
const DIGITS: usize = 48;

/// The receipt in digits, in twelve groups with a blank between them.
pub(crate) fn write(mnemonic: &Mnemonic) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(DIGITS + 12));
    for index in mnemonic.word_indices() {
        if !out.is_empty() {
            out.push(' ');
        }
        for unit in [1000, 100, 10, 1] {
            out.extend(
                u32::try_from(index / unit % 10)
                    .ok()
                    .and_then(|d| char::from_digit(d, 10)),
            );
        }
    }
    out
}

/// The characters that digits stand for; `None`: it is not written in digits.
pub(crate) fn read(text: &str, list: Language) -> Option<Result<Zeroizing<String>, ReceiptError>> {
    // Room is made once: a vector that grew would leave unwiped copies behind.
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    for c in text.chars().filter(|c| !is_separator(*c)) {
        digits.push(digit(c)?);
    }
    if digits.is_empty() {
        return None;
    }
    if digits.len() != DIGITS {
        let found = digits.len();
        return Some(Err(ReceiptError::Digits { found }));
    }
    let mut characters = Zeroizing::new(String::with_capacity(DIGITS));
    for group in digits.chunks_exact(4) {
        let index = group.iter().fold(0, |sum, digit| sum * 10 + digit);
        match list.word_list().get(index) {
            Some(word) => characters.push_str(word),
            None => return Some(Err(ReceiptError::Checksum)),
        }
    }
    Some(Ok(characters))
}

/// Of either width, as Chinese and Korean keyboards write them.
fn digit(c: char) -> Option<usize> {
    let narrow = match c {
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + u32::from('0'))?,
        c => c,
    };
    narrow
        .to_digit(10)
        .and_then(|digit| usize::try_from(digit).ok())
}
