//! A unit's certificate, fit to seal to: everything about it is checked when it is read, what
//! time can change is checked again at every seal.
//!
//! Never holds secret material and never falls back to a lesser key: a certificate that fails is
//! an error that closes the unit's form.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{PublicKey, Signature, SignatureType};
use pgp::ser::Serialize;
use pgp::types::{EcdhPublicParams, KeyDetails, KeyVersion, PublicParams, Tag};

use crate::KeyError;
use crate::certificate::{self, Certificate};
use crate::policy::{Gap, Valid, earlier, key_ends, newest};

/// A unit's certificate. Made only by [`UnitCert::parse`].
#[derive(Clone)]
pub struct UnitCert {
    fingerprint: String,
    user_id: String,
    created: u64,
    expires: Option<u64>,
    /// Fit for encryption, newest first; never empty.
    subkeys: Vec<Subkey>,
}

#[derive(Clone)]
struct Subkey {
    key: SignedPublicSubKey,
    created: u64,
    expires: Option<u64>,
}

impl UnitCert {
    /// Reads one ASCII-armoured certificate (RFC 9580 section 10.1, version 4 keys).
    ///
    /// # Errors
    /// Every reason in [`KeyError`]; `now` is in unix seconds.
    pub fn parse(armored: &str, now: u64) -> Result<UnitCert, KeyError> {
        let certificate = certificate::read(armored)?;
        // Signature verification runs over foreign numbers as well as foreign bytes.
        let checked = std::panic::catch_unwind(|| examine(&certificate, now));
        let cert = checked.unwrap_or_else(|_| {
            Err(KeyError::Unreadable(
                "the parser gave up on a signature".into(),
            ))
        })?;
        cert.check(now)?;
        Ok(cert)
    }

    /// What time alone can change: called at every seal, costs nothing.
    ///
    /// # Errors
    /// [`KeyError::Expired`] or [`KeyError::NotYetValid`].
    pub fn check(&self, now: u64) -> Result<(), KeyError> {
        self.subkey(now).map(|_| ())
    }

    /// The newest subkey that is alive at `now`.
    pub(crate) fn subkey(&self, now: u64) -> Result<&SignedPublicSubKey, KeyError> {
        if now < self.created {
            return Err(KeyError::NotYetValid { at: self.created });
        }
        if let Some(at) = self.expires.filter(|at| *at <= now) {
            return Err(KeyError::Expired { at });
        }
        let alive = |k: &&Subkey| k.created <= now && k.expires.is_none_or(|at| now < at);
        if let Some(subkey) = self.subkeys.iter().find(alive) {
            return Ok(&subkey.key);
        }
        let expired = self
            .subkeys
            .iter()
            .filter_map(|k| k.expires)
            .filter(|at| *at <= now)
            .max();
        let begins = self.subkeys.iter().map(|k| k.created).min();
        Err(match (expired, begins) {
            (Some(at), _) => KeyError::Expired { at },
            (None, Some(at)) => KeyError::NotYetValid { at },
            (None, None) => KeyError::NoEncryptionKey,
        })
    }

    /// Fingerprint of the primary key: 40 upper-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// The primary user id, e.g. `某某支队 <unit@example.org>`; empty when the key has none.
    #[must_use]
    pub fn user_id(&self) -> String {
        self.user_id.clone()
    }

    /// First second (unix) in which nothing can be sealed to it any more; `None` is never.
    #[must_use]
    pub fn expires(&self) -> Option<u64> {
        let last = self
            .subkeys
            .iter()
            .map(|k| k.expires)
            .reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)))
            .flatten();
        earlier(self.expires, last)
    }
}

fn examine(certificate: &Certificate, now: u64) -> Result<UnitCert, KeyError> {
    let key = &certificate.key;
    let primary = &key.primary_key;
    if primary.version() != KeyVersion::V4 {
        return Err(KeyError::UnknownVersion);
    }
    strong(primary.public_params())?;
    if is_revoked(certificate) {
        return Err(KeyError::Revoked);
    }
    let born = u64::from(primary.created_at().as_secs());
    if born > now {
        return Err(KeyError::NotYetValid { at: born });
    }
    let identity = identity(key, now)?;
    Ok(UnitCert {
        fingerprint: format!("{:X}", primary.fingerprint()),
        user_id: identity.name,
        created: born,
        expires: identity.expires,
        subkeys: subkeys(certificate, now)?,
    })
}

/// Revoked by the key itself, or by somebody it named to do so and whose word cannot be checked
/// here (RFC 9580 section 5.2.3.23): both close the form.
fn is_revoked(certificate: &Certificate) -> bool {
    let primary = &certificate.key.primary_key;
    let named: Vec<&[u8]> = certificate
        .key
        .details
        .direct_signatures
        .iter()
        .filter(|s| s.verify_key(primary).is_ok())
        .filter_map(|s| s.revocation_key())
        .map(|k| &k.fingerprint[..])
        .collect();
    certificate
        .signatures
        .iter()
        .filter(|s| s.typ() == Some(SignatureType::KeyRevocation))
        .any(|s| s.verify_key(primary).is_ok() || issued_by(s, &named))
}

fn issued_by(signature: &Signature, named: &[&[u8]]) -> bool {
    let by_fingerprint = signature.issuer_fingerprint();
    let by_id = signature.issuer_key_id();
    named.iter().any(|fp| {
        by_fingerprint.iter().any(|f| f.as_bytes() == *fp)
            || by_id.iter().any(|id| fp.ends_with(id.as_ref()))
    })
}

struct Identity {
    name: String,
    expires: Option<u64>,
}

/// What the key says about itself: in direct-key signatures and in those over its user ids.
fn identity(key: &SignedPublicKey, now: u64) -> Result<Identity, KeyError> {
    let primary = &key.primary_key;
    let mut gap = Gap::Missing;
    let mut revoked = false;
    let mut name: Option<(bool, u64, String)> = None;
    let mut said: Vec<Valid<'_>> = Vec::new();
    let direct = key
        .details
        .direct_signatures
        .iter()
        .filter(|s| s.typ() == Some(SignatureType::Key));
    let direct = newest(direct, now, |s| s.verify_key(primary).is_ok());
    for user in &key.details.users {
        let certifies = |s: &&Signature| s.is_certification();
        let verifies = |s: &Signature| {
            s.verify_certification(primary, Tag::UserId, &user.id)
                .is_ok()
        };
        match newest(user.signatures.iter().filter(certifies), now, verifies) {
            Err(g) => gap = gap.max(g),
            Ok(valid) if is_user_revoked(&user.signatures, valid, verifies) => revoked = true,
            Ok(valid) => {
                let flag = valid.signature.is_primary();
                if name
                    .as_ref()
                    .is_none_or(|n| (flag, valid.created) > (n.0, n.1))
                {
                    let text = String::from_utf8_lossy(user.id.id()).into_owned();
                    name = Some((flag, valid.created, text));
                }
                said.push(valid);
            }
        }
    }
    match direct {
        // GnuPG makes direct-key signatures that only name a revoker: silence is not "never".
        Ok(valid) if valid.signature.key_expiration_time().is_some() || said.is_empty() => {
            said.push(valid);
        }
        Ok(_) => {}
        Err(g) => gap = gap.max(g),
    }
    let newest = said.iter().map(|v| v.created).max();
    let Some(newest) = newest else {
        let missing = if revoked {
            KeyError::Revoked
        } else {
            KeyError::NoSelfSignature
        };
        return Err(gap.error(missing));
    };
    let expires = said
        .iter()
        .filter(|v| v.created == newest)
        .fold(None, |end, valid| earlier(end, key_ends(primary, *valid)));
    Ok(Identity {
        name: name.map_or_else(String::new, |n| n.2),
        expires,
    })
}

/// A user id certified again after its revocation is alive again (RFC 9580 section 5.2.1.13).
fn is_user_revoked(
    signatures: &[Signature],
    valid: Valid<'_>,
    verifies: impl Fn(&Signature) -> bool,
) -> bool {
    signatures
        .iter()
        .filter(|s| s.typ() == Some(SignatureType::CertRevocation))
        .filter(|s| {
            s.created()
                .is_none_or(|t| u64::from(t.as_secs()) >= valid.created)
        })
        .any(verifies)
}

/// Subkeys fit for encryption, newest first, whether alive at this moment or not.
fn subkeys(certificate: &Certificate, now: u64) -> Result<Vec<Subkey>, KeyError> {
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
    if certificate
        .signatures
        .iter()
        .filter(of_type(SignatureType::SubkeyRevocation))
        .any(verifies)
    {
        return Err(KeyError::Revoked);
    }
    let bindings = subkey
        .signatures
        .iter()
        .filter(of_type(SignatureType::SubkeyBinding));
    let binding =
        newest(bindings, now, verifies).map_err(|g| g.error(KeyError::NoEncryptionKey))?;
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

fn strong(params: &PublicParams) -> Result<(), KeyError> {
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
