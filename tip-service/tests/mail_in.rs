//! Mails as real programs send them, taken apart: where the OpenPGP lies, what the words are, whose machine wrote
//! them. Signatures are made and checked by GnuPG itself. Hand-written; no real person or host.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]

#[path = "mail_in/cuts.rs"]
mod cuts;
#[path = "mail_in/entities.rs"]
mod entities;
#[path = "mail_in/gpg.rs"]
mod gpg;
#[path = "mail_in/machines.rs"]
mod machines;
#[path = "mail_in/mails.rs"]
mod mails;
#[path = "mail_in/signed.rs"]
mod signed;

use tip_service::correspondence::body::to_crlf;
use tip_service::correspondence::openpgp::{Shape, ShapeError, shape};

/// The shape of a mail as a pipe delivers it, and what it holds, for comparing.
fn shape_of(mail: &str) -> Result<(&'static str, String), ShapeError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    shape(&to_crlf(mail.as_bytes())).map(|shape| match shape {
        Shape::Encrypted(message) => ("encrypted", text(&message)),
        Shape::Detached { content, .. } => ("detached", text(&content)),
        Shape::Inline(message) => ("inline", text(&message)),
        Shape::Plain => ("plain", String::new()),
    })
}
