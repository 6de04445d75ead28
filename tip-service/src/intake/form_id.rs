//! One-time names for forms: random, with a MAC over the day, so a GET writes nothing anywhere. The day keys
//! live in memory for two days; the receipt comes from the same key, so nobody who reads the database later
//! can make it again.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::mac::keyed;

const RANDOM: usize = 16;
const DAY: usize = 4;
const MAC: usize = 16;
const LENGTH: usize = RANDOM + DAY + MAC;

/// Characters of a form id in the page (base64 without padding).
pub const FORM_ID_CHARS: usize = LENGTH / 3 * 4;

/// A form's name as it came back. Secret while the form is open: it gives the receipt together with the key.
pub struct FormId(Zeroizing<[u8; LENGTH]>);

impl FormId {
    /// Reads the hidden field. `None`: not of our form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(
            <[u8; LENGTH]>::try_from(bytes.as_slice()).ok()?,
        )))
    }

    /// All its bytes, for deriving.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// What the database knows it by.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"form")
            .chain_update(self.0.as_slice())
            .finalize()
            .into()
    }

    /// Hash of what was said under this form, keyed with the form's name: without it (it is not stored)
    /// nobody can test a guess at the text.
    #[must_use]
    pub fn content_hash(&self, canonical: &[u8]) -> [u8; 32] {
        keyed(self.0.as_slice(), "content", canonical)
    }

    fn signed(&self) -> &[u8] {
        self.0.get(..RANDOM + DAY).unwrap_or_default()
    }

    fn mac(&self) -> &[u8] {
        self.0.get(RANDOM + DAY..).unwrap_or_default()
    }
}

/// Keys of today and yesterday.
pub struct FormKeys {
    keys: Mutex<Vec<DayKey>>,
}

#[derive(Clone)]
struct DayKey {
    day: u32,
    key: Zeroizing<[u8; 32]>,
}

impl FormKeys {
    /// No keys yet: the first form of a day makes that day's.
    #[must_use]
    pub fn new() -> Self {
        Self {
            keys: Mutex::new(Vec::new()),
        }
    }

    /// Names a new form, `length` characters long whatever happens.
    #[must_use]
    pub fn issue(&self, day: u32, entropy: &Entropy) -> String {
        let key = self.of_day(day, entropy);
        let mut id = entropy.bytes::<RANDOM>().to_vec();
        id.extend(day.to_be_bytes());
        let mac = keyed(key.as_slice(), "form", &id);
        id.extend(mac.iter().take(MAC));
        URL_SAFE_NO_PAD.encode(id)
    }

    /// The key a form was named under, if it is one of ours and not too old.
    #[must_use]
    pub fn key_of(&self, id: &FormId) -> Option<Zeroizing<[u8; 32]>> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter()
            .find(|k| verifies(&k.key, id))
            .map(|k| k.key.clone())
    }

    fn of_day(&self, day: u32, entropy: &Entropy) -> Zeroizing<[u8; 32]> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = keys.iter().find(|k| k.day == day) {
            return known.key.clone();
        }
        let key = Zeroizing::new(entropy.bytes());
        keys.push(DayKey {
            day,
            key: key.clone(),
        });
        // Yesterday's forms are still in people's hands; older ones are asked to press once more.
        keys.retain(|k| k.day + 1 >= day);
        key
    }
}

impl Default for FormKeys {
    fn default() -> Self {
        Self::new()
    }
}

fn verifies(key: &[u8; 32], id: &FormId) -> bool {
    let mac = keyed(key, "form", id.signed());
    mac.get(..MAC).unwrap_or_default().ct_eq(id.mac()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_known_today_and_tomorrow_and_not_after() {
        let (keys, entropy) = (FormKeys::new(), Entropy::from_seed([1; 32]));
        let id = FormId::parse(&keys.issue(10, &entropy)).unwrap();
        let key = keys.key_of(&id).unwrap();
        let _ = keys.issue(11, &entropy);
        assert_eq!(keys.key_of(&id).unwrap(), key);
        let _ = keys.issue(12, &entropy);
        assert!(keys.key_of(&id).is_none());
    }

    #[test]
    fn a_form_of_another_process_or_with_a_changed_bit_is_not_ours() {
        let (keys, entropy) = (FormKeys::new(), Entropy::from_seed([1; 32]));
        let text = keys.issue(10, &entropy);
        let other = FormKeys::new();
        let _ = other.issue(10, &entropy);
        assert!(other.key_of(&FormId::parse(&text).unwrap()).is_none());
        let changed = text.replacen(&text[..1], if text.starts_with('A') { "B" } else { "A" }, 1);
        assert!(keys.key_of(&FormId::parse(&changed).unwrap()).is_none());
    }

    #[test]
    fn garbage_is_no_form_id() {
        for text in [
            "",
            "A",
            "不是",
            &"A".repeat(47),
            &"A".repeat(49),
            &"=".repeat(48),
        ] {
            assert!(FormId::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn forms_all_have_the_same_length() {
        let (keys, entropy) = (FormKeys::new(), Entropy::from_seed([1; 32]));
        assert!((0..99).all(|day| keys.issue(day, &entropy).len() == FORM_ID_CHARS));
    }
}
