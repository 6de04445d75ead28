//! From a mail to the content that a unit's key signed. Nothing outside the signature gets past here.

use sealed_tip::{OpenError, Signature, SignatureError, UnitCert};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::body;
use super::openpgp::{self, Shape, ShapeError};
use super::receive::{Desk, guarded};
use super::refusal::{self, Refusal};
use crate::units::Unit;

/// What was signed.
pub(super) struct Signed {
    pub(super) content: Zeroizing<Vec<u8>>,
    pub(super) by: Signature,
}

impl Signed {
    /// Names the message by what was signed, when, and by whom, so that no change of the wrapping, of line ends, or
    /// of the signature's own form makes it another one.
    pub(super) fn name(&self) -> [u8; 32] {
        let text: Zeroizing<Vec<u8>> = Zeroizing::new(
            self.content
                .iter()
                .copied()
                .filter(|byte| *byte != b'\r')
                .collect(),
        );
        Sha256::new()
            .chain_update(b"reply v1")
            .chain_update(self.by.fingerprint.as_bytes())
            .chain_update(self.by.made.to_be_bytes())
            .chain_update(text.trim_ascii_end())
            .finalize()
            .into()
    }
}

fn shape(raw: &[u8]) -> Result<Shape, Refusal> {
    match guarded(|| openpgp::shape(raw)) {
        Some(Ok(shape)) => Ok(shape),
        Some(Err(ShapeError::Outside)) => Err(Refusal::Outside),
        _ => Err(Refusal::Broken),
    }
}

impl Desk<'_> {
    /// The signed content, and whose signature it bears.
    pub(super) fn signed(&self, raw: &[u8], unit: &Unit) -> Result<Signed, Refusal> {
        let certs: Vec<&UnitCert> = unit.certs.iter().collect();
        let bad = |error: SignatureError| refusal::signature(&error, unit.lapse.as_deref());
        let clear = |shape| match shape {
            _ if unit.unencrypted_replies => Ok(shape),
            _ => Err(Refusal::NotEncrypted),
        };
        match shape(raw)? {
            Shape::Plain => Err(Refusal::NotSigned),
            Shape::Encrypted(message) => self.opened(&message, &certs, bad),
            shape => match clear(shape)? {
                Shape::Detached { content, signature } => {
                    let by = sealed_tip::verify_detached(&content, &signature, &certs, self.now)
                        .map_err(bad)?;
                    let content = Zeroizing::new(content);
                    Ok(Signed { content, by })
                }
                Shape::Inline(message) => {
                    let (content, by) =
                        sealed_tip::verify_inline(&message, &certs, self.now).map_err(bad)?;
                    Ok(Signed { content, by })
                }
                Shape::Plain | Shape::Encrypted(_) => Err(Refusal::NotSigned),
            },
        }
    }

    /// Signature and encryption come in one, or the signature as `multipart/signed` within (RFC 3156, 6.1).
    fn opened(
        &self,
        message: &[u8],
        certs: &[&UnitCert],
        bad: impl Fn(SignatureError) -> Refusal,
    ) -> Result<Signed, Refusal> {
        let opened = sealed_tip::open_reply(message, self.key, certs, self.now).map_err(
            |error| match error {
                OpenError::NoKey => Refusal::NotForUs,
                _ => Refusal::Broken,
            },
        )?;
        match opened.signature {
            Ok(by) => Ok(Signed {
                content: opened.content,
                by,
            }),
            Err(SignatureError::Missing) => match shape(&body::to_crlf(&opened.content))? {
                Shape::Detached { content, signature } => {
                    let by = sealed_tip::verify_detached(&content, &signature, certs, self.now)
                        .map_err(bad)?;
                    Ok(Signed {
                        content: Zeroizing::new(content),
                        by,
                    })
                }
                Shape::Inline(message) => {
                    let (content, by) =
                        sealed_tip::verify_inline(&message, certs, self.now).map_err(bad)?;
                    Ok(Signed { content, by })
                }
                _ => Err(bad(SignatureError::Missing)),
            },
            Err(error) => Err(bad(error)),
        }
    }
}
