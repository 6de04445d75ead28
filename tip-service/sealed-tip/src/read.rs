//! Reads back the two parts of a letter this crate made, for `tip-service open`.
//!
//! Knows that one format and no other: it is not a MIME parser and must never be given mail from
//! outside.

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

fn part(entity: &[u8], content_type: &str) -> Option<String> {
    let entity = std::str::from_utf8(entity).ok()?;
    let (head, body) = entity.split_once("\r\n\r\n")?;
    let (_, boundary) = head.split_once("boundary=\"")?;
    let (boundary, _) = boundary.split_once('"')?;
    // The boundary occurs in no part (mime.rs), so a plain split finds exactly the parts.
    let content = body
        .split(&format!("--{boundary}"))
        .filter_map(|part| part.strip_prefix("\r\n"))
        .find(|part| part.starts_with(content_type))?;
    let (_, content) = content.split_once("\r\n\r\n")?;
    let content = content.strip_suffix("\r\n")?;
    Some(content.replace("\r\n", "\n"))
}
