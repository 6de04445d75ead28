//! What a key says about itself: its name, its life and whether it signs.
//!
//! Never takes a word that the key did not sign, and never the oldest when there is a newer.

use pgp::composed::SignedPublicKey;
use pgp::packet::{PublicKey, Signature, SignatureType, SubpacketData};
use pgp::types::{SignedUser, Tag};

use crate::KeyError;
use crate::policy::{Gap, Valid, earlier, is_weak_by, key_ends, newest};

/// Who the key says it is, how long it lasts and whether it signs.
pub(crate) struct Identity {
    /// Primary user id, empty when there is none.
    pub(crate) name: String,
    /// First second after its life, unix; `None` is never.
    pub(crate) expires: Option<u64>,
    /// Whether the primary key may sign more than certificates.
    pub(crate) signs: bool,
}

/// What the key says about itself: in direct-key signatures and in those over its user ids.
pub(crate) fn identity(key: &SignedPublicKey, now: u64) -> Result<Identity, KeyError> {
    let primary = &key.primary_key;
    let mut missing = KeyError::NoSelfSignature;
    let mut gap = Gap::Missing;
    let mut name: Option<(bool, u64, String)> = None;
    let mut said: Vec<Valid<'_>> = Vec::new();
    for user in &key.details.users {
        match user_word(user, primary, now) {
            Word::Revoked => missing = KeyError::Revoked,
            Word::None(g) => gap = gap.max(g),
            Word::Said(valid) => {
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
    let direct = key.details.direct_signatures.iter();
    let direct = direct.filter(|s| s.typ() == Some(SignatureType::Key));
    match newest(direct, primary, now, |s| s.verify_key(primary).is_ok()) {
        // GnuPG makes direct-key signatures that only name a revoker: silence is not "never".
        Ok(valid) if valid.signature.key_expiration_time().is_some() || said.is_empty() => {
            said.push(valid);
        }
        Ok(_) => {}
        Err(g) => gap = gap.max(g),
    }
    let newest = said
        .iter()
        .map(|v| v.created)
        .max()
        .ok_or_else(|| gap.error(missing))?;
    let expires = said
        .iter()
        .filter(|v| v.created == newest)
        .fold(None, |end, valid| earlier(end, key_ends(primary, *valid)));
    Ok(Identity {
        name: name.map_or_else(String::new, |n| n.2),
        expires,
        signs: may_sign(&said),
    })
}

/// By the newest that states what the key is for; a key that never says so may sign, as the
/// oldest certificates do. Of several from one second all must agree.
fn may_sign(said: &[Valid<'_>]) -> bool {
    let states = |v: &&Valid<'_>| {
        v.signature.config().is_some_and(|config| {
            let mut packets = config.hashed_subpackets();
            packets.any(|p| matches!(p.data, SubpacketData::KeyFlags(_)))
        })
    };
    let newest = said.iter().filter(states).map(|v| v.created).max();
    said.iter()
        .filter(states)
        .filter(|v| Some(v.created) == newest)
        .all(|v| v.signature.key_flags().sign())
}

/// What the key says under one of its user ids.
enum Word<'a> {
    Said(Valid<'a>),
    Revoked,
    None(Gap),
}

fn user_word<'a>(user: &'a SignedUser, primary: &PublicKey, now: u64) -> Word<'a> {
    let verifies = |s: &Signature| {
        s.verify_certification(primary, Tag::UserId, &user.id)
            .is_ok()
    };
    let believed = |s: &Signature| verifies(s) || is_weak_by(s, primary);
    // The library counts a revocation among certifications.
    let revokes = |s: &Signature| s.typ() == Some(SignatureType::CertRevocation);
    let certifications = user
        .signatures
        .iter()
        .filter(|s| s.is_certification() && !revokes(s));
    match newest(certifications, primary, now, verifies) {
        Err(gap) => Word::None(gap),
        Ok(valid) if is_user_revoked(&user.signatures, valid, believed) => Word::Revoked,
        Ok(valid) => Word::Said(valid),
    }
}

/// A user id certified again after its revocation is alive again (RFC 9580 section 5.2.1.13).
fn is_user_revoked(
    signatures: &[Signature],
    valid: Valid<'_>,
    believed: impl Fn(&Signature) -> bool,
) -> bool {
    signatures
        .iter()
        .filter(|s| s.typ() == Some(SignatureType::CertRevocation))
        .filter(|s| {
            s.created()
                .is_none_or(|t| u64::from(t.as_secs()) >= valid.created)
        })
        .any(believed)
}
