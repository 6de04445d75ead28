//! Random names of rows and letters: the same 16 bytes are a key in the database, the local part of a
//! Message-ID and a file name in a Maildir.

use sha2::{Digest, Sha256};

/// 16 random bytes. Random, so that no name tells the order of arrival.
pub type Id = [u8; 16];

/// Lower-case hex.
#[must_use]
pub fn hex(id: &Id) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] wrote.
#[must_use]
pub fn parse(text: &str) -> Option<Id> {
    let bytes: Option<Vec<u8>> = (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok())
        .collect();
    bytes?.try_into().ok()
}

/// The Message-ID of a letter, with its angle brackets.
#[must_use]
pub fn message_id(id: &Id, domain: &str) -> String {
    format!("<{}@{domain}>", hex(id))
}

/// The name of a mail with several letters: the same for the same letters, in whatever order.
#[must_use]
pub fn of_batch(letters: &[Id]) -> Id {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    let hash = Sha256::digest(letters.concat());
    std::array::from_fn(|i| hash.get(i).copied().unwrap_or(0))
}

/// The name of a mailbox in letters: the same for a tip and all that follows it, says nothing by itself.
#[must_use]
pub fn reference(mailbox_id: &Id) -> String {
    let digits: String = mailbox_id
        .iter()
        .take(5)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("LY-{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_letters_make_the_same_batch_in_any_order_and_no_others_do() {
        let (a, b, c) = ([1; 16], [2; 16], [3; 16]);
        assert_eq!(of_batch(&[a, b, c]), of_batch(&[c, a, b]));
        assert_ne!(of_batch(&[a, b, c]), of_batch(&[a, b]));
        assert_ne!(of_batch(&[a]), a);
    }

    #[test]
    fn a_name_is_read_back_and_anything_else_is_none() {
        let id = *b"\x00\x01\xfe\xff0123456789ab";
        assert_eq!(parse(&hex(&id)), Some(id));
        for text in [
            "",
            "00",
            &"0".repeat(31),
            &"0".repeat(33),
            &"g".repeat(32),
            &"信".repeat(11),
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
