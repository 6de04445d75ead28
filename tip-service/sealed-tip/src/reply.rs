//! Opens what an officer writes back and says whose signature it bears.
//!
//! Never takes words that the signature does not cover, and never says whose they are because the
//! mail does. Reads foreign bytes with the service's own key: every size is bounded and a panic of
//! the parser is an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pgp::armor::BlockType;
use zeroize::Zeroizing;

use crate::verdict::verdict;
use crate::{OpenError, SecretCert, Signature, SignatureError, UnitCert};
use crate::{cleartext, message, open};

/// Most that is read out of one reply, in bytes: the words and what the officer quoted.
const MAX_REPLY: usize = 4 * 1024 * 1024;
/// Most that a detached signature may take, in bytes.
const MAX_SIGNATURE: usize = 64 * 1024;

/// A reply as it was before it was encrypted. Has no `Debug`: it is plaintext.
pub struct Opened {
    /// What was encrypted, wiped when dropped; at most 4 MiB.
    pub content: Zeroizing<Vec<u8>>,
    /// Whose signature is inside the encryption; [`SignatureError::Missing`] when none is.
    pub signature: Result<Signature, SignatureError>,
}

/// Decrypts an OpenPGP message (armoured or binary) with the service's key, and verifies the
/// signature inside it against the unit's certificates at `now` (unix seconds).
///
/// A signature that does not hold is no error here: there may be another outside (RFC 3156).
///
/// # Errors
/// See [`OpenError`].
pub fn open_reply(
    message: &[u8],
    key: &SecretCert,
    certs: &[&UnitCert],
    now: u64,
) -> Result<Opened, OpenError> {
    let contents = open::layers(message, &[key], MAX_REPLY)?;
    let signature = guarded(|| verdict(&contents.text, &contents.signatures, certs, now));
    Ok(Opened {
        content: contents.text,
        signature,
    })
}

/// Verifies a detached signature (armoured or binary) over `content`, which is the exact signed
/// bytes with CRLF line ends (RFC 3156 section 5). `now` is in unix seconds.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify_detached(
    content: &[u8],
    signature: &[u8],
    certs: &[&UnitCert],
    now: u64,
) -> Result<Signature, SignatureError> {
    if content.len() > MAX_REPLY {
        return Err(unreadable(OpenError::TooLarge));
    }
    guarded(|| {
        let packets = message::packets(signature, BlockType::Signature, MAX_SIGNATURE);
        let signatures = packets.and_then(|packets| message::signatures(&packets));
        verdict(content, &signatures.map_err(unreadable)?, certs, now)
    })
}

/// Verifies a message that carries its text: `-----BEGIN PGP SIGNED MESSAGE-----` (the cleartext
/// framework) or a message that is signed and not encrypted. Gives the text that was signed, as it
/// was signed; of the cleartext framework that is with CRLF line ends and none behind the last line.
/// `now` is in unix seconds.
///
/// # Errors
/// See [`SignatureError`]; an encrypted message is [`SignatureError::Unreadable`].
pub fn verify_inline(
    message: &[u8],
    certs: &[&UnitCert],
    now: u64,
) -> Result<(Zeroizing<Vec<u8>>, Signature), SignatureError> {
    guarded(|| {
        if cleartext::is_cleartext(message) {
            if message.len() > MAX_REPLY {
                return Err(unreadable(OpenError::TooLarge));
            }
            let (text, block) = cleartext::split(message)?;
            let signature = verify_detached(&text, block, certs, now)?;
            return Ok((text, signature));
        }
        let packets = message::packets(message, BlockType::Message, MAX_REPLY);
        let contents = packets.and_then(|packets| message::contents(packets, MAX_REPLY));
        let contents = contents.map_err(unreadable)?;
        let signature = verdict(&contents.text, &contents.signatures, certs, now)?;
        Ok((contents.text, signature))
    })
}

/// Verification runs over foreign numbers as well as foreign bytes.
fn guarded<T>(verify: impl FnOnce() -> Result<T, SignatureError>) -> Result<T, SignatureError> {
    catch_unwind(AssertUnwindSafe(verify))
        .unwrap_or_else(|_| Err(SignatureError::Unreadable("the parser gave up".into())))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreadable(error: OpenError) -> SignatureError {
    SignatureError::Unreadable(error.to_string())
}
