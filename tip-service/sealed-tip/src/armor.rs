//! ASCII armour (RFC 9580, section 6) for a message that was stored as bytes, with the checksum line that the
//! RFC leaves to the writer's choice: without it GnuPG 2.2 takes the last line, `-----END PGP MESSAGE-----`,
//! for more of the message whenever the length is a multiple of three, and calls it manipulated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_24_OPENPGP, Crc};

/// Octets in a line of 64 characters.
const LINE_BYTES: usize = 48;

static CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_24_OPENPGP);

/// Wraps a binary OpenPGP message for mail: 7-bit text, CRLF line ends as mail has them. A mailer that had to mend tens
/// of thousands of line ends, moving megabytes for each, would need minutes.
#[must_use]
pub fn armor(message: &[u8]) -> Vec<u8> {
    let lines = message.len().div_ceil(LINE_BYTES);
    let mut armored = String::with_capacity(lines * 66 + 72);
    armored.push_str("-----BEGIN PGP MESSAGE-----\r\n\r\n");
    for line in message.chunks(LINE_BYTES) {
        STANDARD.encode_string(line, &mut armored);
        armored.push_str("\r\n");
    }
    let [_, checksum @ ..] = CHECKSUM.checksum(message).to_be_bytes();
    armored.push('=');
    STANDARD.encode_string(checksum, &mut armored);
    armored.push_str("\r\n-----END PGP MESSAGE-----\r\n");
    armored.into_bytes()
}
