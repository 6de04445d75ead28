//! Seals a tip or a note: letter, padding, encryption to every certificate of the unit.
//!
//! The only maker of [`SealedLetter`] out of plaintext. Never seals to a key that has lapsed, never to some of the
//! keys when others fail, and never lets the plaintext outlive the call.

use bytes::Bytes;
use pgp::composed::MessageBuilder;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use rand::{CryptoRng, RngCore};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::mime::MAX_ENTITY;
use crate::{Cover, KeyError, Note, Tip, UnitCert, letter, note};

/// A letter as ciphertext. Holds nothing that could be read without a unit's secret key.
pub struct SealedLetter {
    message: Vec<u8>,
}

impl SealedLetter {
    pub(crate) fn of(message: Vec<u8>) -> SealedLetter {
        SealedLetter { message }
    }

    /// The OpenPGP message in its binary form, a quarter smaller than armoured: what is stored.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }
}

/// Why a letter was not sealed.
#[non_exhaustive]
#[derive(Debug, Error)]
pub enum SealError {
    /// No certificate was given.
    #[error("no certificate to seal to")]
    NoKeys,
    /// One of the certificates may not be used now.
    #[error("key {fingerprint} {source}")]
    Key {
        /// Fingerprint of that certificate's primary key.
        fingerprint: String,
        /// Why not.
        source: KeyError,
    },
    /// The letter is larger than 4 MiB.
    #[error("the letter is too large to seal")]
    TooLarge,
    /// The OpenPGP library failed; the text is its own and holds nothing of the letter.
    #[error("encryption failed: {0}")]
    Encryption(String),
}

/// Seals `tip` under its [`Cover`] to all of `certs`, the first of [`Tip::sheets`] with it.
///
/// Makes an OpenPGP message as GnuPG 2.2 reads it: one PKESK for each certificate (RFC 9580
/// section 5.1), SEIPD version 1 (section 5.13.1) with AES-256, no compression, which would tell
/// how much the tip repeats itself. `now` is in unix seconds.
///
/// # Errors
/// [`SealError::Key`] if any certificate fails [`UnitCert::check`]: all must be good.
pub fn seal<R: CryptoRng + RngCore>(
    tip: &Tip,
    cover: &Cover<'_>,
    certs: &[&UnitCert],
    now: u64,
    rng: &mut R,
) -> Result<SealedLetter, SealError> {
    encrypt(|| letter::entity(tip, cover), certs, now, rng)
}

/// Seals `note` as [`seal()`] seals a tip. A [`Note::Digest`] is always in the smallest bucket and
/// has no actions, whatever the cover says.
///
/// # Errors
/// As [`seal()`].
pub fn seal_note<R: CryptoRng + RngCore>(
    note: &Note<'_>,
    cover: &Cover<'_>,
    certs: &[&UnitCert],
    now: u64,
    rng: &mut R,
) -> Result<SealedLetter, SealError> {
    encrypt(|| note::entity(note, cover), certs, now, rng)
}

/// Encrypts what `entity` makes; it is not made at all unless every certificate is good.
fn encrypt<R: CryptoRng + RngCore>(
    entity: impl FnOnce() -> Zeroizing<Vec<u8>>,
    certs: &[&UnitCert],
    now: u64,
    rng: &mut R,
) -> Result<SealedLetter, SealError> {
    if certs.is_empty() {
        return Err(SealError::NoKeys);
    }
    let mut subkeys = Vec::with_capacity(certs.len());
    for cert in certs {
        let subkey = cert.subkey(now).map_err(|source| SealError::Key {
            fingerprint: cert.fingerprint(),
            source,
        })?;
        subkeys.push(subkey);
    }
    let entity = entity();
    if entity.len() > MAX_ENTITY {
        return Err(SealError::TooLarge);
    }
    // `from_owner` keeps the wiping: the letter is dropped, and zeroed, with the builder.
    let entity = Bytes::from_owner(entity);
    let mut builder =
        MessageBuilder::from_bytes("", entity).seipd_v1(&mut *rng, SymmetricKeyAlgorithm::AES256);
    for subkey in subkeys {
        builder
            .encrypt_to_key(&mut *rng, subkey)
            .map_err(|e| failed(&e))?;
    }
    let message = builder.to_vec(&mut *rng).map_err(|e| failed(&e))?;
    Ok(SealedLetter::of(message))
}

fn failed(error: &pgp::errors::Error) -> SealError {
    SealError::Encryption(error.to_string())
}
