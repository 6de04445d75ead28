//! Reads back the parts of a letter this crate made, for `tip-service open` and the canary.
//!
//! Knows that one format and no other: it is not a MIME parser and must never be given mail from
//! outside.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The text a person reads, with LF line ends. `None` when `entity` is not a letter of ours.
#[must_use]
pub fn letter_text(entity: &[u8]) -> Option<String> {
    part(entity, "Content-Type: text/plain;")
}

/// The `tip.json` part, with LF line ends. `None` when `entity` is not a letter of ours.
#[must_use]
pub fn letter_json(entity: &[u8]) -> Option<String> {
    part(entity, "Content-Type: application/json;")
}

/// The service's certificate that answers are encrypted to, ASCII-armoured. `None` when `entity` is not a letter of ours, or
/// takes no answer.
#[must_use]
pub fn letter_service_cert(entity: &[u8]) -> Option<String> {
    part(entity, "Content-Type: application/pgp-keys;")
}

/// The photographs in a letter, in their order: JPEG, wiped when dropped. Empty when `entity` is not a letter of ours.
#[must_use]
pub fn letter_photos(entity: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let decoded = |content: &str| {
        let lines = content.split_terminator("\r\n");
        let mut jpeg = Zeroizing::new(Vec::with_capacity(content.len()));
        for line in lines {
            STANDARD.decode_vec(line, &mut jpeg).ok()?;
        }
        Some(jpeg)
    };
    let contents = parts(entity, "Content-Type: image/jpeg;").unwrap_or_default();
    contents.into_iter().filter_map(decoded).collect()
}

fn part(entity: &[u8], content_type: &str) -> Option<String> {
    let parts = parts(entity, content_type)?;
    let first = parts.first()?;
    Some(first.replace("\r\n", "\n"))
}

/// The contents of all parts of a type, CRLF line ends.
fn parts<'a>(entity: &'a [u8], content_type: &str) -> Option<Vec<&'a str>> {
    let entity = std::str::from_utf8(entity).ok()?;
    let (head, body) = entity.split_once("\r\n\r\n")?;
    let (_, boundary) = head.split_once("boundary=\"")?;
    let (boundary, _) = boundary.split_once('"')?;
    // The boundary occurs in no part (mime.rs), so a plain split finds exactly the parts.
    let delimiter = format!("--{boundary}");
    let parts = body
        .split(&delimiter)
        .filter_map(|part| part.strip_prefix("\r\n"))
        .filter(|part| part.starts_with(content_type));
    parts
        .map(|part| part.split_once("\r\n\r\n")?.1.strip_suffix("\r\n"))
        .collect()
}
