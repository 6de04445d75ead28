//! The claim code that the holder of a receipt shows, and the check the unit keeps.
//!
//! Whoever has the receipt can make the code again; whoever has the check can tell the right code
//! from a wrong one and cannot find it. Never printed, never compared with anything but a check.

use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::receipt::is_separator;

/// Digits of a code: 23 drawn, 1 for typing errors.
const DIGITS: usize = 24;
/// From a code to its check.
const LABEL_CHECK: &str = "辽源禁毒 v1 reward check";

/// Damm's quasigroup of order ten, a row for each state: finds every wrong digit and every swap of
/// neighbours (H. M. Damm, 2004).
const DAMM: [&[u8; 10]; 10] = [
    b"0317598642",
    b"7092154863",
    b"4206871359",
    b"1750983426",
    b"6123045978",
    b"3674209581",
    b"5869720134",
    b"8945362017",
    b"9438617205",
    b"2581436790",
];

/// A claim code: 24 digits, wiped when dropped.
pub struct ClaimCode {
    /// ASCII.
    digits: Zeroizing<[u8; DIGITS]>,
}

/// What is wrong with a claim code as typed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimError {
    /// Nothing but blanks and separators.
    #[error("the claim code is empty")]
    Empty,
    /// Not 24 digits.
    #[error("a claim code has 24 digits, this one has {found}")]
    Length {
        /// Digits found, separators not counted.
        found: usize,
    },
    /// Something that is neither a digit nor a separator.
    #[error("character {position} of the claim code is not a digit")]
    NotADigit {
        /// Its place, separators not counted, from 1.
        position: usize,
    },
    /// 24 digits that do not belong together: one is wrong, or two are swapped.
    #[error("the claim code is mistyped somewhere")]
    Checksum,
}

impl ClaimCode {
    /// The code of these 128 derived bits: their last 23 decimal digits, which are uneven by 2^-51; that
    /// helps nobody.
    pub(crate) fn from_bits(bits: &[u8; 16]) -> ClaimCode {
        let mut rest = u128::from_be_bytes(*bits);
        let mut digits = Zeroizing::new([b'0'; DIGITS]);
        for digit in digits.iter_mut().take(DIGITS - 1).rev() {
            // The remainder of ten fits any integer.
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        let sum = damm(digits.iter().take(DIGITS - 1));
        if let Some(last) = digits.last_mut() {
            *last = sum;
        }
        ClaimCode { digits }
    }

    /// Reads a code as people write it: blanks, hyphens and dots between the digits do not matter,
    /// full-width digits are digits.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn parse(text: &str) -> Result<ClaimCode, ClaimError> {
        let mut digits = Zeroizing::new([b'0'; DIGITS]);
        let mut found = 0;
        for c in text.chars().filter(|c| !is_separator(*c)) {
            let digit = digit(c).ok_or(ClaimError::NotADigit {
                position: found + 1,
            })?;
            if let Some(place) = digits.get_mut(found) {
                *place = digit;
            }
            found += 1;
        }
        match found {
            0 => Err(ClaimError::Empty),
            DIGITS if damm(digits.iter()) == b'0' => Ok(ClaimCode { digits }),
            DIGITS => Err(ClaimError::Checksum),
            found => Err(ClaimError::Length { found }),
        }
    }

    /// Six groups of four digits, as they are shown.
    #[must_use]
    pub fn groups(&self) -> [String; 6] {
        std::array::from_fn(|group| {
            let four = self.digits.iter().skip(group * 4).take(4);
            four.map(|digit| char::from(*digit)).collect()
        })
    }

    /// What the unit keeps: SHA-256 of a label, a zero byte and the 24 digits, in 64 lower-case
    /// hexadecimal digits.
    #[must_use]
    pub fn check(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(LABEL_CHECK);
        hash.update([0]);
        hash.update(&self.digits[..]);
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// ASCII or full-width.
fn digit(c: char) -> Option<u8> {
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '\u{ff10}'..='\u{ff19}' => u32::from(c) - 0xff10,
        _ => return None,
    };
    u8::try_from(value).ok().map(|value| b'0' + value)
}

/// The state after these digits, itself an ASCII digit; `0` after a right code.
fn damm<'a>(digits: impl Iterator<Item = &'a u8>) -> u8 {
    digits.fold(b'0', |state, digit| {
        let row = DAMM.get(usize::from(state.wrapping_sub(b'0')));
        let next = row.and_then(|row| row.get(usize::from(digit.wrapping_sub(b'0'))));
        next.copied().unwrap_or(state)
    })
}
