//! Whether a signature over mail is the unit's: stricter than what is asked of a certificate.
//!
//! Good is a signature over a document or a text, with a strong hash and nothing critical that is
//! not understood, made not long ago by a key that may sign for the unit then and now. Never says
//! good because of what a signature claims: who made it is believed only after verification.

use pgp::packet::{Signature as SignaturePacket, SignatureType, SignatureVersion};
use thiserror::Error;

use crate::policy::{ends, is_weak, understood};
use crate::signer::Signer;
use crate::{KeyError, UnitCert};

const DAY: u64 = 24 * 60 * 60;
/// How far an officer's clock may be ahead, in seconds.
const MAX_AHEAD: u64 = DAY;
/// How long a reply may be on its way, in seconds.
const MAX_AGE: u64 = 30 * DAY;

/// Whose signature a reply bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Fingerprint of the certificate's primary key, whichever of its keys signed: 40 upper-case
    /// hexadecimal digits.
    pub fingerprint: String,
    /// When it says it was made, in unix seconds.
    pub made: u64,
}

/// Why a reply does not count as the unit's.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// No signature at all.
    #[error("not signed; hint: sign the reply with the unit's key")]
    Missing,
    /// By a key that may not sign for the unit.
    #[error("signed by {issuer}, which is no signing key of the unit")]
    Stranger {
        /// Fingerprint or key id as the signature names it, upper-case hexadecimal, or `unknown`.
        issuer: String,
    },
    /// Does not fit the text, or is not a signature over a text.
    #[error("the signature is bad; hint: the text was changed after it was signed")]
    Bad,
    /// By a key of the unit that may not sign any more, or not yet.
    #[error("signed with a key of {fingerprint} that may not be used: {source}")]
    Lapsed {
        /// Fingerprint of the certificate's primary key.
        fingerprint: String,
        /// What is wrong with the key.
        source: KeyError,
    },
    /// Made with MD5, SHA-1 or RIPEMD-160.
    #[error("signed with a weak hash (SHA-1 or older); hint: gpg --digest-algo SHA256")]
    WeakHash,
    /// Made more than a day from now.
    #[error("signed in the future; hint: check the clock of the machine that signed")]
    FromTheFuture,
    /// Made more than 30 days ago, or its own time has run out.
    #[error("signed too long ago; hint: sign and send it again")]
    TooOld,
    /// Not a signature that can be read; the text says what the parser met.
    #[error("the signature is unreadable: {0}")]
    Unreadable(String),
}

/// The first of `signatures` that is good, or why none is. Costs at most a hash of `content` for
/// every signature and signing key that it names.
pub(crate) fn verdict(
    content: &[u8],
    signatures: &[SignaturePacket],
    certs: &[&UnitCert],
    now: u64,
) -> Result<Signature, SignatureError> {
    let mut why = SignatureError::Missing;
    for signature in signatures {
        match judge(content, signature, certs, now) {
            Ok(good) => return Ok(good),
            // What is wrong with a signature of the unit tells more than that others signed too.
            Err(error) => {
                if matches!(
                    why,
                    SignatureError::Missing | SignatureError::Stranger { .. }
                ) {
                    why = error;
                }
            }
        }
    }
    Err(why)
}

fn judge(
    content: &[u8],
    signature: &SignaturePacket,
    certs: &[&UnitCert],
    now: u64,
) -> Result<Signature, SignatureError> {
    let named: Vec<(&UnitCert, &Signer)> = certs
        .iter()
        .flat_map(|cert| cert.signers().iter().map(move |signer| (*cert, signer)))
        .filter(|(_, signer)| signer.is_named_by(signature))
        .collect();
    if named.is_empty() {
        return Err(SignatureError::Stranger {
            issuer: issuer(signature),
        });
    }
    let made = admissible(signature)?;
    let mut makers = named
        .into_iter()
        .filter(|(_, signer)| signer.made(signature, content))
        .peekable();
    if makers.peek().is_none() {
        return Err(SignatureError::Bad);
    }
    if made > now.saturating_add(MAX_AHEAD) {
        return Err(SignatureError::FromTheFuture);
    }
    let over = ends(signature, made).is_some_and(|at| at <= now);
    if over || made.saturating_add(MAX_AGE) < now {
        return Err(SignatureError::TooOld);
    }
    // A key may stand in two certificates of the unit: one that admits it suffices.
    let mut why = SignatureError::Bad;
    for (cert, signer) in makers {
        let fingerprint = cert.fingerprint();
        match signer.check(made, now) {
            Ok(()) => return Ok(Signature { fingerprint, made }),
            Err(source) => {
                why = SignatureError::Lapsed {
                    fingerprint,
                    source,
                };
            }
        }
    }
    Err(why)
}

/// What can be asked of a signature before it is verified. Gives the time it says it was made.
fn admissible(signature: &SignaturePacket) -> Result<u64, SignatureError> {
    let unreadable = |what: &str| Err(SignatureError::Unreadable(what.into()));
    if signature.version() != SignatureVersion::V4 {
        return unreadable("not a version 4 signature");
    }
    if is_weak(signature) {
        return Err(SignatureError::WeakHash);
    }
    if !matches!(
        signature.typ(),
        Some(SignatureType::Binary | SignatureType::Text)
    ) {
        return Err(SignatureError::Bad);
    }
    if !understood(signature) {
        return unreadable("it holds something critical that is not known here");
    }
    match signature.created() {
        Some(made) => Ok(u64::from(made.as_secs())),
        None => unreadable("it does not say when it was made"),
    }
}

fn issuer(signature: &SignaturePacket) -> String {
    let fingerprint = signature
        .issuer_fingerprint()
        .first()
        .map(|f| format!("{f:X}"));
    let id = || {
        let ids = signature.issuer_key_id();
        ids.first().map(|id| id.to_string().to_uppercase())
    };
    fingerprint
        .or_else(id)
        .unwrap_or_else(|| "unknown".to_owned())
}
