//! Which signatures of a certificate count, and what they say about its life.
//!
//! The OpenPGP library verifies signatures but has no policy: to it an expired or revoked key is
//! as good as any. The rules here (after RFC 9580 section 5.2.3 and GnuPG's practice):
//! only cryptographically valid signatures by the key itself count; of those that state the same
//! thing the newest wins; it must not come from the future, be expired itself, use a weak hash or
//! hold a critical subpacket nobody here understands. Revocations are believed whatever their
//! hash and date: a false alarm closes a form, a missed one sends a tip to a thief. The library
//! cannot verify every weak hash (SHA-1 with Ed25519, MD5 at all), so a weak signature is taken
//! at its word on who made it: that can only refuse a key, never admit one.
//!
//! Must never be the whole of what a signature over mail is held to: that is stricter, and stands in
//! `verdict.rs`.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SubpacketData};
use pgp::types::KeyDetails;

use crate::KeyError;

/// Why no signature of a kind counts, the more telling the later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    Missing,
    Future(u64),
    Expired(u64),
    Weak,
}

impl Gap {
    /// As an error; `missing` is what the absence of any signature means at that place.
    pub(crate) fn error(self, missing: KeyError) -> KeyError {
        match self {
            Gap::Missing => missing,
            Gap::Future(at) => KeyError::NotYetValid { at },
            Gap::Expired(at) => KeyError::Expired { at },
            Gap::Weak => KeyError::WeakHash,
        }
    }
}

/// A signature that counts.
#[derive(Clone, Copy)]
pub(crate) struct Valid<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) created: u64,
}

/// The newest signature that `verifies` and counts at `now`.
///
/// A weak one that is newest is not skipped for an older strong one: what it took back
/// (a shorter life, a flag) would come back to life.
pub(crate) fn newest<'a>(
    signatures: impl IntoIterator<Item = &'a Signature>,
    primary: &impl KeyDetails,
    now: u64,
    verifies: impl Fn(&Signature) -> bool,
) -> Result<Valid<'a>, Gap> {
    let mut best: Option<Valid<'a>> = None;
    let mut gap = Gap::Missing;
    for signature in signatures {
        let Some(created) = signature.created().map(|t| u64::from(t.as_secs())) else {
            continue;
        };
        if !understood(signature) || !(verifies(signature) || is_weak_by(signature, primary)) {
            continue;
        }
        if created > now {
            gap = gap.max(Gap::Future(created));
        } else if let Some(at) = ends(signature, created).filter(|at| *at <= now) {
            gap = gap.max(Gap::Expired(at));
        } else if best.is_none_or(|b| newer(signature, created, b)) {
            best = Some(Valid { signature, created });
        }
    }
    match best {
        Some(valid) if is_weak(valid.signature) => Err(Gap::Weak),
        Some(valid) => Ok(valid),
        None => Err(gap),
    }
}

/// Of two made in the same second the one that grants the shorter life wins.
fn newer(signature: &Signature, created: u64, best: Valid<'_>) -> bool {
    let life = |s: &Signature| {
        s.key_expiration_time()
            .map_or(0, |d| d.as_secs())
            .wrapping_sub(1)
    };
    created > best.created || (created == best.created && life(signature) < life(best.signature))
}

/// Weak, and by its own word made by `key`; silence on who made it counts as such a word.
pub(crate) fn is_weak_by(signature: &Signature, key: &impl KeyDetails) -> bool {
    let (ids, fingerprints) = (signature.issuer_key_id(), signature.issuer_fingerprint());
    let silent = ids.is_empty() && fingerprints.is_empty();
    let named = fingerprints.contains(&&key.fingerprint()) || ids.contains(&&key.legacy_key_id());
    is_weak(signature) && (silent || named)
}

/// MD5, SHA-1, RIPEMD-160 and whatever is not known to be better.
pub(crate) fn is_weak(signature: &Signature) -> bool {
    !matches!(
        signature.hash_alg(),
        Some(
            HashAlgorithm::Sha256
                | HashAlgorithm::Sha384
                | HashAlgorithm::Sha512
                | HashAlgorithm::Sha224
                | HashAlgorithm::Sha3_256
                | HashAlgorithm::Sha3_512
        )
    )
}

/// RFC 9580 section 5.2.3.7: a critical subpacket that is not understood voids the signature.
pub(crate) fn understood(signature: &Signature) -> bool {
    signature.config().is_some_and(|config| {
        !config.hashed_subpackets().any(|subpacket| {
            subpacket.is_critical
                && matches!(
                    subpacket.data,
                    SubpacketData::Other(..)
                        | SubpacketData::Experimental(..)
                        | SubpacketData::Notation(_)
                )
        })
    })
}

/// When the signature itself ends, if it ends.
pub(crate) fn ends(signature: &Signature, created: u64) -> Option<u64> {
    let seconds = u64::from(signature.signature_expiration_time()?.as_secs());
    (seconds > 0).then_some(created + seconds)
}

/// When `key` ends by what `valid` says, if it ends: the key's expiry or the signature's own.
pub(crate) fn key_ends(key: &impl KeyDetails, valid: Valid<'_>) -> Option<u64> {
    let born = u64::from(key.created_at().as_secs());
    let seconds = valid
        .signature
        .key_expiration_time()
        .map_or(0, |d| u64::from(d.as_secs()));
    let key_end = (seconds > 0).then_some(born + seconds);
    earlier(key_end, ends(valid.signature, valid.created))
}

/// The earlier of two ends, `None` being never.
pub(crate) fn earlier(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
