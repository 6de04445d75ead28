//! Why a unit's key is refused, said so that whoever reads the log knows what to do.
//!
//! Never quotes the file: it might hold what must not be shown.

use thiserror::Error;

/// Why a certificate cannot be sealed to. Times are unix seconds.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The primary key, or every encryption subkey, has expired.
    #[error("expired on {}; hint: the unit extends the key and sends its certificate again", day(*.at))]
    Expired {
        /// First second in which the key is no longer valid.
        at: u64,
    },
    /// Made in the future, or not signed before it.
    #[error("not valid before {}; hint: check the clocks of this machine and of the unit's", day(*.at))]
    NotYetValid {
        /// First second in which the key is valid.
        at: u64,
    },
    /// The primary key, its last user id or its only encryption subkey has been revoked.
    #[error(
        "revoked; hint: ask the unit for its new certificate and check the fingerprint by telephone"
    )]
    Revoked,
    /// No subkey that is marked for encryption and properly bound.
    #[error(
        "has no encryption subkey; hint: the unit adds one (gpg --quick-add-key FINGERPRINT cv25519 encr)"
    )]
    NoEncryptionKey,
    /// No signature by the key over itself holds good, so nothing it says can be believed.
    #[error(
        "has no valid self-signature; hint: the file is damaged or was tampered with, export it again"
    )]
    NoSelfSignature,
    /// A secret key was given where a certificate belongs.
    #[error(
        "contains a secret key; hint: give the output of gpg --export, and treat that secret key as leaked"
    )]
    SecretMaterial,
    /// The signature that counts is made with MD5, SHA-1 or RIPEMD-160.
    #[error(
        "is signed with a weak hash (SHA-1 or older); hint: the unit renews it (gpg --cert-digest-algo SHA256 --quick-set-expire)"
    )]
    WeakHash,
    /// RSA below 2048 bits, DSA, ElGamal or a curve nobody here can use.
    #[error(
        "uses a weak or unknown algorithm; hint: ed25519 with cv25519, or RSA of 2048 bits and more"
    )]
    WeakAlgorithm,
    /// Not a version 4 key, the only kind that GnuPG 2.2 can use.
    #[error("is not a version 4 key; hint: make it with GnuPG")]
    UnknownVersion,
    /// Not an ASCII-armoured certificate; the text says what the parser met.
    #[error("unreadable: {0}; hint: give the output of gpg --armor --export FINGERPRINT")]
    Unreadable(String),
    /// More than one certificate in the file.
    #[error("more than one certificate in one file; hint: one file for each certificate")]
    SeveralCertificates,
}

impl KeyError {
    /// True when the key was good once and time or its owner ended that: the unit's form closes.
    /// False when the configuration is wrong: start-up refuses.
    #[must_use]
    pub fn is_lapse(&self) -> bool {
        matches!(
            self,
            Self::Expired { .. } | Self::NotYetValid { .. } | Self::Revoked
        )
    }
}

/// A day as 2026-11-24, by the civil calendar (years of 400-year eras, starting in March).
fn day(unix: u64) -> String {
    let days = unix / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{date:02}", era * 400 + year + carry)
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_day_is_written_as_the_calendar_has_it() {
        let days = [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_709_164_800, "2024-02-29"),
            (1_798_761_599, "2026-12-31"),
            (4_107_542_400, "2100-03-01"),
        ];
        for (unix, text) in days {
            assert_eq!(day(unix), text);
        }
    }
}
