//! Makes a key pair for a demo unit or for the service itself.
//!
//! Never stores it and never asks the clock: `created` is passed in. A real unit makes its key
//! itself, with GnuPG, on its own machine.

use pgp::composed::{ArmorOptions, KeyType, SignedKeyDetails, SignedSecretKey, SignedSecretSubKey};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{
    Features, KeyFlags, PacketTrait, PubKeyInner, PublicKey, PublicSubkey, SecretKey, SecretSubkey,
    Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId,
};
use pgp::types::{CompressionAlgorithm, Duration, KeyDetails, KeyVersion, Password, Timestamp};
use rand::{CryptoRng, RngCore};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Text;

/// A fresh key pair.
pub struct KeyPair {
    /// ASCII-armoured secret key, no passphrase. For `gpg --import` and [`crate::SecretCert`].
    pub secret_armored: Zeroizing<String>,
    /// ASCII-armoured certificate. For [`crate::UnitCert`].
    pub cert_armored: String,
    /// Fingerprint of the primary key: 40 upper-case hexadecimal digits.
    pub fingerprint: String,
}

/// Why no key was made.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeygenError {
    /// The user id is empty or holds something invisible.
    #[error("the user id must be one visible line, like: Unit <unit@example.org>")]
    UserId,
    /// The date of birth or expiry does not fit in OpenPGP's 32 bits (until 2106).
    #[error("the date does not fit in an OpenPGP key")]
    Date,
    /// The OpenPGP library failed.
    #[error("the key could not be made: {0}")]
    Failed(String),
}

impl From<pgp::errors::Error> for KeygenError {
    fn from(error: pgp::errors::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A version 4 key as GnuPG 2.2 makes them: Ed25519 primary (algorithm 22, certify and sign),
/// Cv25519 subkey (algorithm 18, encrypt), SHA-256 self-signatures.
///
/// `created` is in unix seconds; `expires_days` counts from there, `None` (or 0) is never.
///
/// # Errors
/// See [`KeygenError`].
pub fn generate<R: CryptoRng + RngCore>(
    user_id: &str,
    created: u64,
    expires_days: Option<u32>,
    rng: &mut R,
) -> Result<KeyPair, KeygenError> {
    if user_id.is_empty() || Text::line(user_id).as_str() != user_id {
        return Err(KeygenError::UserId);
    }
    let life = Life::new(created, expires_days)?;
    let (public, secret) = KeyType::Ed25519Legacy.generate(&mut *rng)?;
    let inner = PubKeyInner::new(
        KeyVersion::V4,
        KeyType::Ed25519Legacy.to_alg(),
        life.born,
        None,
        public,
    )?;
    let public = PublicKey::from_inner(inner)?;
    let primary = SecretKey::new(public, secret)?;
    let user = UserId::from_str(Default::default(), user_id)?;
    let certified = certify(&primary, &user, &life)?;
    let details = SignedKeyDetails::new(vec![], vec![], vec![user.into_signed(certified)], vec![]);
    let subkey = subkey(&primary, &life, rng)?;
    let key = SignedSecretKey::new(primary, details, vec![], vec![subkey]);
    Ok(KeyPair {
        secret_armored: Zeroizing::new(key.to_armored_string(ArmorOptions::default())?),
        cert_armored: key
            .to_public_key()
            .to_armored_string(ArmorOptions::default())?,
        fingerprint: format!("{:X}", key.primary_key.fingerprint()),
    })
}

struct Life {
    born: Timestamp,
    length: Option<Duration>,
}

impl Life {
    fn new(created: u64, days: Option<u32>) -> Result<Self, KeygenError> {
        let born = u32::try_from(created).map_err(|_| KeygenError::Date)?;
        let length = match days.unwrap_or(0).checked_mul(86_400) {
            None => return Err(KeygenError::Date),
            Some(0) => None,
            Some(seconds) => Some(Duration::from_secs(seconds)),
        };
        Ok(Self {
            born: Timestamp::from_secs(born),
            length,
        })
    }

    /// What every self-signature states: date, issuer, flags, expiry.
    fn subpackets(
        &self,
        issuer: &SecretKey,
        flags: KeyFlags,
    ) -> Result<Vec<Subpacket>, KeygenError> {
        let mut out = vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(self.born))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(issuer.fingerprint()))?,
            Subpacket::critical(SubpacketData::KeyFlags(flags))?,
        ];
        if let Some(length) = self.length {
            out.push(Subpacket::critical(SubpacketData::KeyExpirationTime(
                length,
            ))?);
        }
        Ok(out)
    }
}

fn config(
    kind: SignatureType,
    issuer: &SecretKey,
    hashed: Vec<Subpacket>,
) -> Result<SignatureConfig, KeygenError> {
    let mut config = SignatureConfig::v4(kind, issuer.algorithm(), HashAlgorithm::Sha256);
    config.hashed_subpackets = hashed;
    config.unhashed_subpackets = vec![Subpacket::regular(SubpacketData::IssuerKeyId(
        issuer.legacy_key_id(),
    ))?];
    Ok(config)
}

/// The self-signature over the user id; its features say SEIPD version 1 and no more.
fn certify(primary: &SecretKey, user: &UserId, life: &Life) -> Result<Signature, KeygenError> {
    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    flags.set_sign(true);
    let mut features = Features::default();
    features.set_seipd_v1(true);
    let mut hashed = life.subpackets(primary, flags)?;
    hashed.extend([
        Subpacket::regular(SubpacketData::IsPrimary(true))?,
        Subpacket::regular(SubpacketData::Features(features))?,
        Subpacket::regular(SubpacketData::PreferredSymmetricAlgorithms(
            [SymmetricKeyAlgorithm::AES256].into_iter().collect(),
        ))?,
        Subpacket::regular(SubpacketData::PreferredHashAlgorithms(
            [HashAlgorithm::Sha512, HashAlgorithm::Sha256]
                .into_iter()
                .collect(),
        ))?,
        Subpacket::regular(SubpacketData::PreferredCompressionAlgorithms(
            [CompressionAlgorithm::Uncompressed].into_iter().collect(),
        ))?,
    ]);
    let config = config(SignatureType::CertPositive, primary, hashed)?;
    let public = primary.public_key();
    Ok(config.sign_certification(primary, public, &Password::empty(), user.tag(), user)?)
}

fn subkey<R: CryptoRng + RngCore>(
    primary: &SecretKey,
    life: &Life,
    rng: &mut R,
) -> Result<SignedSecretSubKey, KeygenError> {
    let kind = KeyType::ECDH(ECCCurve::Curve25519Legacy);
    let (public, secret) = kind.generate(&mut *rng)?;
    let inner = PubKeyInner::new(KeyVersion::V4, kind.to_alg(), life.born, None, public)?;
    let subkey = SecretSubkey::new(PublicSubkey::from_inner(inner)?, secret)?;
    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    flags.set_encrypt_storage(true);
    let hashed = life.subpackets(primary, flags)?;
    let config = config(SignatureType::SubkeyBinding, primary, hashed)?;
    let binding = config.sign_subkey_binding(
        primary,
        primary.public_key(),
        &Password::empty(),
        subkey.public_key(),
    )?;
    Ok(SignedSecretSubKey::new(subkey, vec![binding]))
}
