//! The mark by which the service knows a form that its own canary filled in: a MAC over the form's one-time name, under a
//! key that only the two of them hold. Good for that one form; worth nothing to whoever has seen it.
//!
//! Must never be taken on trust: a mark that does not fit is no mark of the canary's, and its form is given back.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::mac::keyed;

/// The form field that holds it. No page has it: no browser ever sends it.
pub const FIELD: &str = "canary";

/// Shorter secrets are refused: 32 random bytes in base64 are 44 characters.
const LEAST_CHARS: usize = 32;

/// The key that canary and service share.
pub struct Mark(Zeroizing<String>);

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mark").finish_non_exhaustive()
    }
}

impl Mark {
    /// Takes the text of the key file. `None`: it is shorter than 32 characters.
    #[must_use]
    pub fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (secret.len() >= LEAST_CHARS).then(|| Self(secret.to_owned().into()))
    }

    /// The mark of the form with this name.
    #[must_use]
    pub fn of(&self, form_id: &str) -> String {
        let mac = keyed(self.0.as_bytes(), FIELD, form_id.as_bytes());
        URL_SAFE_NO_PAD.encode(mac)
    }

    /// Whether `shown` is the mark of this form. Takes the same time wherever they differ.
    #[must_use]
    pub fn fits(&self, form_id: &str, shown: &str) -> bool {
        self.of(form_id).as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_fits_its_own_form_and_key_and_nothing_else() {
        let mark = Mark::new(&"k".repeat(32)).unwrap();
        let other = Mark::new(&"l".repeat(32)).unwrap();
        let shown = mark.of("form-one");
        assert!(mark.fits("form-one", &shown));
        assert!(!mark.fits("form-two", &shown));
        assert!(!other.fits("form-one", &shown));
        for wrong in ["", "form-one", &shown[1..], &format!("{shown}A")] {
            assert!(!mark.fits("form-one", wrong), "{wrong}");
        }
    }

    #[test]
    fn a_short_secret_is_none_and_a_line_break_behind_a_good_one_does_not_count() {
        assert!(Mark::new(&"k".repeat(31)).is_none());
        let (bare, lined) = (
            Mark::new(&"k".repeat(44)),
            Mark::new(&format!("{}\n", "k".repeat(44))),
        );
        assert_eq!(bare.unwrap().of("form"), lined.unwrap().of("form"));
    }
}
