//! What a key says about itself: its name and its life.
//!
//! Never takes a word that the key did not sign, and never the oldest when there is a newer.

use pgp::composed::SignedPublicKey;
use pgp::packet::{Signature, SignatureType};
use pgp::types::Tag;

use crate::KeyError;
use crate::policy::{Gap, Valid, earlier, key_ends, newest};

/// Who the key says it is and how long it lasts.
pub(crate) struct Identity {
    /// Primary user id, empty when there is none.
    pub(crate) name: String,
    /// First second after its life, unix; `None` is never.
    pub(crate) expires: Option<u64>,
}

/// What the key says about itself: in direct-key signatures and in those over its user ids.
pub(crate) fn identity(key: &SignedPublicKey, now: u64) -> Result<Identity, KeyError> {
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
