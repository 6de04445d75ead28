//! Opens a message with a secret key: for staff at their own desk, for the demo and for tests.
//!
//! [`open()`] must never run where the service keeps tips: no key that can open a tip belongs on the
//! server. What comes back to the service's own key is opened by [`crate::open_reply`].
//! Reads foreign bytes, so output is bounded and a panic of the parser is an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pgp::armor::BlockType;
use pgp::composed::{Deserializable, SignedSecretKey};
use pgp::types::KeyDetails;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::message::{self, Contents};

/// Most that is ever read out of a message, in bytes.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// A secret key without passphrase. Has no `Debug`; the library wipes its numbers when dropped.
pub struct SecretCert {
    key: SignedSecretKey,
}

/// Why a message or a secret key could not be opened. Says nothing of the content.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The secret key is not one ASCII-armoured OpenPGP secret key.
    #[error("not a readable secret key: {0}")]
    SecretKey(String),
    /// The secret key is locked with a passphrase.
    #[error("the secret key is locked with a passphrase; hint: open the message with gpg")]
    Locked,
    /// Not an OpenPGP message, or a damaged one.
    #[error("not a readable message: {0}")]
    Message(String),
    /// A message, but not an encrypted one.
    #[error("the message is not encrypted")]
    NotEncrypted,
    /// Encrypted to none of the keys given.
    #[error("the message is for none of the keys given")]
    NoKey,
    /// More comes out of it than is ever read: 64 MiB, of a reply 4 MiB.
    #[error("the message is too large")]
    TooLarge,
}

impl SecretCert {
    /// Reads one ASCII-armoured secret key.
    ///
    /// # Errors
    /// [`OpenError::SecretKey`] or [`OpenError::Locked`].
    pub fn parse(armored: &str) -> Result<SecretCert, OpenError> {
        let parsed = catch_unwind(|| SignedSecretKey::from_string(armored));
        let (key, _) = match parsed {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(error)) => return Err(OpenError::SecretKey(error.to_string())),
            Err(_) => return Err(OpenError::SecretKey("the parser gave up".into())),
        };
        let locked = key.primary_key.secret_params().is_encrypted()
            || key
                .secret_subkeys
                .iter()
                .any(|k| k.key.secret_params().is_encrypted());
        if locked {
            Err(OpenError::Locked)
        } else {
            Ok(SecretCert { key })
        }
    }

    /// The key itself, to sign with.
    pub(crate) fn key(&self) -> &SignedSecretKey {
        &self.key
    }

    /// Fingerprint of the primary key: 40 upper-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.key.primary_key.fingerprint())
    }
}

/// Opens `message` (armoured or binary) with whichever of `keys` fits and gives what is inside.
/// Integrity is checked before anything is given out; a signature inside is not verified.
///
/// # Errors
/// See [`OpenError`].
pub fn open(message: &[u8], keys: &[&SecretCert]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    layers(message, keys, MAX_OUTPUT).map(|contents| contents.text)
}

/// The layers of an encrypted message taken off; at most `most` bytes of text. A panic of the parser
/// is an error.
pub(crate) fn layers(
    message: &[u8],
    keys: &[&SecretCert],
    most: usize,
) -> Result<Contents, OpenError> {
    let keys: Vec<_> = keys.iter().map(|cert| &cert.key).collect();
    catch_unwind(AssertUnwindSafe(|| {
        let packets = message::packets(message, BlockType::Message, most)?;
        message::contents(message::decrypt(&packets, &keys, most)?, most)
    }))
    .unwrap_or_else(|_| Err(OpenError::Message("the parser gave up".into())))
}
