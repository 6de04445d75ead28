//! ASCII armour (RFC 9580, section 6) for a message that was stored as bytes. Without the checksum line,
//! which the RFC has made optional: the message has its own integrity check.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Octets in a line of 64 characters.
const LINE_BYTES: usize = 48;

/// Wraps a binary OpenPGP message for mail: 7-bit text, LF line ends.
#[must_use]
pub fn armor(message: &[u8]) -> Vec<u8> {
    let mut armored = b"-----BEGIN PGP MESSAGE-----\n\n".to_vec();
    for line in message.chunks(LINE_BYTES) {
        armored.extend_from_slice(STANDARD.encode(line).as_bytes());
        armored.push(b'\n');
    }
    armored.extend_from_slice(b"-----END PGP MESSAGE-----\n");
    armored
}
