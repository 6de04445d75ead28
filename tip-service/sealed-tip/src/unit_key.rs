//! A unit's certificate, fit to seal to: everything about it is checked when it is read, what
//! time can change is checked again at every seal and at every signature. Which of its keys may
//! sign a reply is kept beside; one that can sign nothing is still fit to seal to.
//!
//! Never holds secret material and never falls back to a lesser key: a certificate that fails is
//! an error that closes the unit's form.

use pgp::composed::SignedPublicSubKey;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, KeyVersion};

use crate::KeyError;
use crate::certificate::{self, Certificate};
use crate::identity::identity;
use crate::policy::{earlier, is_weak_by};
use crate::signer::{Signer, signers};
use crate::subkey::{Subkey, strong, subkeys};

/// A unit's certificate. Made only by [`UnitCert::parse`].
#[derive(Clone)]
pub struct UnitCert {
    armored: String,
    fingerprint: String,
    user_id: String,
    created: u64,
    expires: Option<u64>,
    /// Fit for encryption, newest first; never empty.
    subkeys: Vec<Subkey>,
    /// Meant for signing, fit or lapsed; may be empty.
    signers: Vec<Signer>,
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
        let mut cert = checked.unwrap_or_else(|_| {
            Err(KeyError::Unreadable(
                "the parser gave up on a signature".into(),
            ))
        })?;
        cert.check(now)?;
        armored.trim().clone_into(&mut cert.armored);
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
        let alive = |k: &&Subkey| k.life.created <= now && k.life.expires.is_none_or(|at| now < at);
        if let Some(subkey) = self.subkeys.iter().find(alive) {
            return Ok(&subkey.key);
        }
        let expired = self
            .subkeys
            .iter()
            .filter_map(|k| k.life.expires)
            .filter(|at| *at <= now)
            .max();
        let begins = self.subkeys.iter().map(|k| k.life.created).min();
        Err(match (expired, begins) {
            (Some(at), _) => KeyError::Expired { at },
            (None, Some(at)) => KeyError::NotYetValid { at },
            (None, None) => KeyError::NoEncryptionKey,
        })
    }

    /// The keys whose signatures are this unit's, the primary first.
    pub(crate) fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The certificate as it was read.
    #[must_use]
    pub fn armored(&self) -> &str {
        &self.armored
    }

    /// Key id of the subkey that is sealed to at `now` (unix seconds): 16 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// As [`UnitCert::check`].
    pub fn key_id(&self, now: u64) -> Result<String, KeyError> {
        let id = self.subkey(now)?.legacy_key_id();
        Ok(id.as_ref().iter().map(|b| format!("{b:02x}")).collect())
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
            .map(|k| k.life.expires)
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
    let signers = signers(certificate, &identity, now);
    Ok(UnitCert {
        armored: String::new(),
        fingerprint: format!("{:X}", primary.fingerprint()),
        user_id: identity.name,
        created: born,
        expires: identity.expires,
        subkeys: subkeys(certificate, now)?,
        signers,
    })
}

/// Revoked by the key itself, or by somebody it named to do so and whose word cannot be checked
/// here (RFC 9580 section 5.2.3.23), or with a hash too weak to check: all close the form.
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
        .any(|s| s.verify_key(primary).is_ok() || is_weak_by(s, primary) || issued_by(s, &named))
}

fn issued_by(signature: &Signature, named: &[&[u8]]) -> bool {
    let by_fingerprint = signature.issuer_fingerprint();
    let by_id = signature.issuer_key_id();
    named.iter().any(|fp| {
        by_fingerprint.iter().any(|f| f.as_bytes() == *fp)
            || by_id.iter().any(|id| fp.ends_with(id.as_ref()))
    })
}
