//! ASCII armour (RFC 9580, section 6) for a message that was stored as bytes. Without the checksum line,
//! which the RFC has made optional: the message has its own integrity check.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Octets in a line of 64 characters.
const LINE_BYTES: usize = 48;

/// Wraps a binary OpenPGP message for mail: 7-bit text, CRLF line ends as mail has them. A mailer that had to mend tens
/// of thousands of line ends, moving megabytes for each, would need minutes.
#[must_use]
pub fn armor(message: &[u8]) -> Vec<u8> {
    let lines = message.len().div_ceil(LINE_BYTES);
    let mut armored = String::with_capacity(lines * 66 + 64);
    armored.push_str("-----BEGIN PGP MESSAGE-----\r\n\r\n");
    for line in message.chunks(LINE_BYTES) {
        STANDARD.encode_string(line, &mut armored);
        armored.push_str("\r\n");
    }
    armored.push_str("-----END PGP MESSAGE-----\r\n");
    armored.into_bytes()
}
