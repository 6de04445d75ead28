//! Which keys of a certificate may sign a reply.
//!
//! Never a key that the certificate does not mark for signing, never a subkey that does not itself
//! say that it belongs here. A key that was revoked or is weak is kept with the reason, so that
//! whoever still signs with it can be told; it verifies nothing.

use pgp::packet::{PublicKey, PublicSubkey, Signature};
use pgp::types::KeyDetails;

use crate::KeyError;
use crate::certificate::Certificate;
use crate::identity::Identity;
use crate::policy::earlier;
use crate::subkey::{Life, Purpose, examine_subkey};

/// A key of the unit that is meant to sign.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Key,
    /// Or why it may not sign after all.
    life: Result<Life, KeyError>,
}

#[derive(Clone)]
enum Key {
    Primary(PublicKey),
    Subkey(PublicSubkey),
}

/// The keys of `certificate` that are meant to sign, whether alive at this moment or not.
pub(crate) fn signers(certificate: &Certificate, identity: &Identity, now: u64) -> Vec<Signer> {
    let primary = &certificate.key.primary_key;
    let born = u64::from(primary.created_at().as_secs());
    let life = Life {
        created: born,
        expires: identity.expires,
    };
    let own = identity.signs.then(|| Signer {
        key: Key::Primary(primary.clone()),
        life: Ok(life),
    });
    let subkeys = certificate.key.public_subkeys.iter().filter_map(|subkey| {
        let life = examine_subkey(subkey, certificate, now, Purpose::Sign).transpose()?;
        Some(Signer {
            key: Key::Subkey(subkey.key.clone()),
            // Nothing outlives the primary key.
            life: life.map(|life| Life {
                created: life.created.max(born),
                expires: earlier(life.expires, identity.expires),
            }),
        })
    });
    own.into_iter().chain(subkeys).collect()
}

impl Signer {
    /// Whether `signature` says that this key made it, or says nothing of who did.
    pub(crate) fn is_named_by(&self, signature: &Signature) -> bool {
        let (fingerprint, id) = match &self.key {
            Key::Primary(key) => (key.fingerprint(), key.legacy_key_id()),
            Key::Subkey(key) => (key.fingerprint(), key.legacy_key_id()),
        };
        let (prints, ids) = (signature.issuer_fingerprint(), signature.issuer_key_id());
        let silent = prints.is_empty() && ids.is_empty();
        silent || prints.contains(&&fingerprint) || ids.contains(&&id)
    }

    /// Whether this key made `signature` over `content`. Says nothing of times and hashes.
    pub(crate) fn made(&self, signature: &Signature, content: &[u8]) -> bool {
        match &self.key {
            Key::Primary(key) => signature.verify(key, content),
            Key::Subkey(key) => signature.verify(key, content),
        }
        .is_ok()
    }

    /// Good at the time the signature was `made`, and still at `now`.
    pub(crate) fn check(&self, made: u64, now: u64) -> Result<(), KeyError> {
        let life = self.life.clone()?;
        if made.min(now) < life.created {
            return Err(KeyError::NotYetValid { at: life.created });
        }
        match life.expires.filter(|at| *at <= made.max(now)) {
            Some(at) => Err(KeyError::Expired { at }),
            None => Ok(()),
        }
    }
}
