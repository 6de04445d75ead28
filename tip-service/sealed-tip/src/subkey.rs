//! Which subkeys of a certificate serve which purpose, and how long.
//!
//! Never the primary key, never a subkey whose flags do not say so, never one that was revoked.

use pgp::composed::SignedPublicSubKey;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureType};
use pgp::ser::Serialize;
use pgp::types::{EcdhPublicParams, KeyDetails, PublicParams};

use crate::KeyError;
use crate::certificate::Certificate;
use crate::policy::{Gap, is_weak_by, key_ends, newest};

/// A subkey fit for encryption.
#[derive(Clone)]
pub(crate) struct Subkey {
    pub(crate) key: SignedPublicSubKey,
    pub(crate) life: Life,
}

/// From when until when a key serves, in unix seconds.
#[derive(Clone, Copy)]
pub(crate) struct Life {
    pub(crate) created: u64,
    /// First second after it; `None` is never.
    pub(crate) expires: Option<u64>,
}

/// What a subkey is used for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// A tip is encrypted to it.
    Encrypt,
    /// It signs a reply.
    Sign,
}

/// Subkeys fit for encryption, newest first, whether alive at this moment or not.
pub(crate) fn subkeys(certificate: &Certificate, now: u64) -> Result<Vec<Subkey>, KeyError> {
    let mut fit = Vec::new();
    let mut why = KeyError::NoEncryptionKey;
    for subkey in &certificate.key.public_subkeys {
        match examine_subkey(subkey, certificate, now, Purpose::Encrypt) {
            Ok(Some(life)) => fit.push(Subkey {
                key: subkey.clone(),
                life,
            }),
            Ok(None) => {}
            Err(error) => why = error,
        }
    }
    if fit.is_empty() {
        return Err(why);
    }
    fit.sort_by_key(|subkey| std::cmp::Reverse(subkey.life.created));
    Ok(fit)
}

/// The life of `subkey`, or why it cannot serve although it was meant to. `Ok(None)`: the
/// certificate does not say that it serves this purpose.
pub(crate) fn examine_subkey(
    subkey: &SignedPublicSubKey,
    certificate: &Certificate,
    now: u64,
    purpose: Purpose,
) -> Result<Option<Life>, KeyError> {
    let primary = &certificate.key.primary_key;
    if !purpose.is_within(subkey.algorithm()) {
        return Ok(None);
    }
    let verifies = |s: &Signature| s.verify_subkey_binding(primary, &subkey.key).is_ok();
    let of_type = |t| move |s: &&Signature| s.typ() == Some(t);
    let mut everywhere = certificate.signatures.iter();
    let mut here = subkey.signatures.iter();
    let revokes = of_type(SignatureType::SubkeyRevocation);
    if everywhere.any(|s| revokes(&s) && verifies(s))
        || here.any(|s| revokes(&s) && is_weak_by(s, primary))
    {
        return Err(KeyError::Revoked);
    }
    let bindings = subkey
        .signatures
        .iter()
        .filter(of_type(SignatureType::SubkeyBinding));
    let binding = match newest(bindings, primary, now, verifies) {
        Ok(binding) => binding,
        Err(Gap::Missing) => return Ok(None),
        Err(gap) => return Err(gap.error(KeyError::NoSelfSignature)),
    };
    let flags = binding.signature.key_flags();
    if !purpose.is_among(&flags) {
        return Ok(None);
    }
    // A subkey that signs must itself agree to belong here (RFC 9580 section 5.2.1.9).
    let back = binding.signature.embedded_signature();
    let agrees = |s: &Signature| s.verify_primary_key_binding(&subkey.key, primary).is_ok();
    match newest(back, &subkey.key, now, agrees) {
        Err(Gap::Missing) if flags.sign() => return Ok(None),
        Err(gap) if flags.sign() => return Err(gap.error(KeyError::NoSelfSignature)),
        _ => {}
    }
    strong(subkey.public_params())?;
    Ok(Some(Life {
        created: u64::from(subkey.created_at().as_secs()),
        expires: key_ends(&subkey.key, binding),
    }))
}

impl Purpose {
    fn is_among(self, flags: &KeyFlags) -> bool {
        match self {
            Self::Encrypt => flags.encrypt_comms() || flags.encrypt_storage(),
            Self::Sign => flags.sign(),
        }
    }

    /// What `algorithm` can do at all.
    fn is_within(self, algorithm: PublicKeyAlgorithm) -> bool {
        use PublicKeyAlgorithm as A;
        match self {
            Self::Encrypt => matches!(
                algorithm,
                A::RSA
                    | A::RSAEncrypt
                    | A::ECDH
                    | A::X25519
                    | A::X448
                    | A::ElgamalEncrypt
                    | A::Elgamal
            ),
            Self::Sign => matches!(
                algorithm,
                A::RSA | A::RSASign | A::ECDSA | A::EdDSALegacy | A::Ed25519 | A::Ed448
            ),
        }
    }
}

/// Algorithms and sizes fit for another decade.
pub(crate) fn strong(params: &PublicParams) -> Result<(), KeyError> {
    let good = match params {
        // The first two bytes of an RSA key are the length of its modulus in bits.
        PublicParams::RSA(rsa) => rsa
            .to_bytes()
            .ok()
            .and_then(|b| b.first_chunk::<2>().copied())
            .is_some_and(|bits| u16::from_be_bytes(bits) >= 2048),
        // The library reads other curves too, Brainpool's for one, and cannot seal to them.
        PublicParams::ECDH(
            EcdhPublicParams::Curve25519Legacy { .. }
            | EcdhPublicParams::P256 { .. }
            | EcdhPublicParams::P384 { .. }
            | EcdhPublicParams::P521 { .. },
        )
        | PublicParams::ECDSA(_)
        | PublicParams::EdDSALegacy(_)
        | PublicParams::Ed25519(_)
        | PublicParams::Ed448(_)
        | PublicParams::X25519(_)
        | PublicParams::X448(_) => true,
        _ => false,
    };
    good.then_some(()).ok_or(KeyError::WeakAlgorithm)
}
