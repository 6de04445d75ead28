//! Which subkeys of a certificate a tip may be encrypted to.
//!
//! Never the primary key, never a subkey whose flags do not say so, never one that was revoked.

use pgp::composed::SignedPublicSubKey;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{PublicKey, Signature, SignatureType};
use pgp::ser::Serialize;
use pgp::types::{EcdhPublicParams, KeyDetails, PublicParams};

use crate::KeyError;
use crate::certificate::Certificate;
use crate::policy::{is_weak_by, key_ends, newest};

/// A subkey fit for encryption, with its life in unix seconds.
#[derive(Clone)]
pub(crate) struct Subkey {
    pub(crate) key: SignedPublicSubKey,
    pub(crate) created: u64,
    pub(crate) expires: Option<u64>,
}

/// Subkeys fit for encryption, newest first, whether alive at this moment or not.
pub(crate) fn subkeys(certificate: &Certificate, now: u64) -> Result<Vec<Subkey>, KeyError> {
    let mut fit = Vec::new();
    let mut why = KeyError::NoEncryptionKey;
    for subkey in &certificate.key.public_subkeys {
        match examine_subkey(subkey, certificate, now) {
            Ok(subkey) => fit.push(subkey),
            Err(KeyError::NoEncryptionKey) => {}
            Err(error) => why = error,
        }
    }
    if fit.is_empty() {
        return Err(why);
    }
    fit.sort_by_key(|subkey| std::cmp::Reverse(subkey.created));
    Ok(fit)
}

fn examine_subkey(
    subkey: &SignedPublicSubKey,
    certificate: &Certificate,
    now: u64,
) -> Result<Subkey, KeyError> {
    let primary = &certificate.key.primary_key;
    if !can_encrypt(subkey.algorithm()) {
        return Err(KeyError::NoEncryptionKey);
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
    let binding =
        newest(bindings, primary, now, verifies).map_err(|g| g.error(KeyError::NoEncryptionKey))?;
    let flags = binding.signature.key_flags();
    if !(flags.encrypt_comms() || flags.encrypt_storage()) {
        return Err(KeyError::NoEncryptionKey);
    }
    if flags.sign() && !is_bound_back(binding.signature, subkey, primary) {
        return Err(KeyError::NoEncryptionKey);
    }
    strong(subkey.public_params())?;
    Ok(Subkey {
        key: subkey.clone(),
        created: u64::from(subkey.created_at().as_secs()),
        expires: key_ends(&subkey.key, binding),
    })
}

/// A subkey that signs must itself agree to belong here (RFC 9580 section 5.2.1.8).
fn is_bound_back(binding: &Signature, subkey: &SignedPublicSubKey, primary: &PublicKey) -> bool {
    binding.embedded_signature().is_some_and(|back| {
        back.verify_primary_key_binding(&subkey.key, primary)
            .is_ok()
    })
}

fn can_encrypt(algorithm: PublicKeyAlgorithm) -> bool {
    use PublicKeyAlgorithm as A;
    matches!(
        algorithm,
        A::RSA | A::RSAEncrypt | A::ECDH | A::X25519 | A::X448 | A::ElgamalEncrypt | A::Elgamal
    )
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
        PublicParams::ECDH(EcdhPublicParams::Unsupported { .. }) => false,
        PublicParams::ECDH(_)
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
