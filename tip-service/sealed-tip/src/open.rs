//! Opens a message with a secret key: for staff at their own desk, for the demo and for tests.
//!
//! Must never run where the service keeps tips: no key that can open a tip belongs on the server.
//! Reads foreign bytes, so output is bounded and a panic of the parser is an error.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pgp::composed::{DecryptionOptions, Deserializable, Message, SignedSecretKey, TheRing};
use pgp::types::{KeyDetails, Password, Seipdv1ReadMode};
use thiserror::Error;
use zeroize::Zeroizing;

/// Most that is ever read out of a message, in bytes.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;
/// Compressed data within compressed data beyond this depth is an attack, not a letter.
const MAX_LAYERS: usize = 3;

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
    /// More than 64 MiB come out of it.
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
    catch_unwind(AssertUnwindSafe(|| decrypt(message, keys)))
        .unwrap_or_else(|_| Err(OpenError::Message("the parser gave up".into())))
}

fn decrypt(message: &[u8], keys: &[&SecretCert]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (parsed, _) = Message::from_reader(message).map_err(|e| unreadable(&e))?;
    if !parsed.is_encrypted() {
        return Err(OpenError::NotEncrypted);
    }
    let no_password = Password::empty();
    let ring = TheRing {
        secret_keys: keys.iter().map(|k| &k.key).collect(),
        key_passwords: vec![&no_password],
        decrypt_options: DecryptionOptions::new().set_seipdv1_read_mode(
            Seipdv1ReadMode::CheckFirst {
                max_message_size: MAX_OUTPUT,
            },
        ),
        ..TheRing::default()
    };
    let (mut opened, _) = parsed
        .decrypt_the_ring(ring, true)
        .map_err(|error| match error {
            pgp::errors::Error::MissingKey => OpenError::NoKey,
            error => unreadable(&error),
        })?;
    for _ in 0..MAX_LAYERS {
        if !opened.is_compressed() {
            break;
        }
        opened = opened.decompress().map_err(|e| unreadable(&e))?;
    }
    if opened.is_compressed() || opened.is_encrypted() {
        return Err(OpenError::Message("too many layers".into()));
    }
    let mut out = Zeroizing::new(Vec::with_capacity(message.len().min(MAX_OUTPUT)));
    let limit = MAX_OUTPUT as u64 + 1;
    opened
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|e| unreadable(&e))?;
    if out.len() > MAX_OUTPUT {
        Err(OpenError::TooLarge)
    } else {
        Ok(out)
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Message(error.to_string())
}
