//! The parts of a mail, by their exact bytes: a signature covers bytes, not meaning. Bounded in number and depth,
//! never recursive, never repaired: a multipart that does not end as it says is refused. Header fields are read by
//! `mail-parser`; its own tree of parts is not used, because nested messages make its clean-up recurse until the
//! stack is gone, and because it decodes text with losses.

use std::panic::catch_unwind;

use mail_parser::{ContentType, Header, HeaderName, Message, MessageParser};
use zeroize::Zeroizing;

use super::transfer;

/// A mail with more parts than this is no officer's reply.
const MAX_PARTS: usize = 100;
/// Wrappers inside wrappers. Real mail stays under six.
const MAX_DEPTH: usize = 16;
/// Bytes of one header block. Real ones stay under 30 KiB.
const MAX_HEAD: usize = 256 * 1024;

/// Why a mail could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartsError {
    /// Not MIME as its headers say: no boundary, no end, an unknown or damaged transfer encoding.
    #[error("the mail is damaged")]
    Broken,
    /// More than 100 parts, or wrapped more than 16 deep.
    #[error("the mail has too many parts")]
    TooDeep,
}

/// Reads the header fields of a mail and nothing else: the one way to a `Message` for the other modules. A
/// full parse would let a mail of nested messages overflow the stack, which no `catch_unwind` stops.
#[must_use]
pub fn headers(raw: &[u8]) -> Option<Message<'_>> {
    let (head, _) = divide(raw);
    if head.len() > MAX_HEAD {
        return None;
    }
    let mut mail = catch_unwind(|| MessageParser::default().parse_headers(head)).ok()??;
    mail.raw_message = raw.into();
    Some(mail)
}

/// The header fields of a mail, in order.
pub(super) fn fields<'m, 'a>(mail: &'m Message<'a>) -> impl Iterator<Item = &'m Header<'a>> {
    mail.parts
        .first()
        .into_iter()
        .flat_map(|root| &root.headers)
}

/// What stands after the colon, as it came.
pub(super) fn raw<'m>(mail: &'m Message<'_>, field: &Header<'_>) -> &'m [u8] {
    let (start, end) = (field.offset_start as usize, field.offset_end as usize);
    mail.raw_message.get(start..end).unwrap_or_default()
}

/// In lower case, without blanks around.
pub(super) fn value(mail: &Message<'_>, field: &Header<'_>) -> String {
    let value = String::from_utf8_lossy(raw(mail, field));
    value.trim().to_ascii_lowercase()
}

/// One part: its headers, and the bytes as they came.
pub(super) struct Part<'a> {
    fields: Vec<Header<'a>>,
    head: &'a [u8],
    /// Headers and body, without the line end that belongs to the boundary.
    pub(super) raw: &'a [u8],
    /// As transferred.
    pub(super) body: &'a [u8],
    /// In the order they stand.
    pub(super) children: Vec<usize>,
    depth: usize,
}

/// All parts; the first is the whole.
pub(super) struct Parts<'a>(Vec<Part<'a>>);

impl<'a> Parts<'a> {
    pub(super) fn split(raw: &'a [u8]) -> Result<Self, PartsError> {
        let mut parts = vec![Part::read(raw, 0)?];
        let mut next = 0;
        while let Some(part) = parts.get(next) {
            if !part.is_multipart() {
                next += 1;
                continue;
            }
            if part.depth == MAX_DEPTH {
                return Err(PartsError::TooDeep);
            }
            let boundary = part.parameter("boundary").unwrap_or_default();
            let slices = slices(part.body, boundary.as_bytes())?;
            let (depth, first) = (part.depth + 1, parts.len());
            if first + slices.len() > MAX_PARTS {
                return Err(PartsError::TooDeep);
            }
            for slice in slices {
                parts.push(Part::read(slice, depth)?);
            }
            let all = (first..parts.len()).collect();
            if let Some(part) = parts.get_mut(next) {
                part.children = all;
            }
            next += 1;
        }
        Ok(Self(parts))
    }

    pub(super) fn get(&self, at: usize) -> Result<&Part<'a>, PartsError> {
        self.0.get(at).ok_or(PartsError::Broken)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Part<'a>> {
        self.0.iter()
    }
}

impl<'a> Part<'a> {
    /// `Broken` when the header block is endless, or gives the one thing that decides all else twice.
    fn read(raw: &'a [u8], depth: usize) -> Result<Self, PartsError> {
        let (head, body) = divide(raw);
        if head.len() > MAX_HEAD {
            return Err(PartsError::Broken);
        }
        let mail = catch_unwind(|| MessageParser::default().parse_headers(head))
            .map_err(|_| PartsError::Broken)?;
        let fields = mail.and_then(|mail| mail.parts.into_iter().next());
        let part = Self {
            fields: fields.map(|part| part.headers).unwrap_or_default(),
            head,
            raw,
            body,
            children: Vec::new(),
            depth,
        };
        for once in [
            HeaderName::ContentType,
            HeaderName::ContentTransferEncoding,
            HeaderName::ContentDisposition,
        ] {
            if part.fields.iter().filter(|f| f.name == once).count() > 1 {
                return Err(PartsError::Broken);
            }
        }
        Ok(part)
    }

    fn field(&self, name: &HeaderName<'_>) -> Option<&Header<'a>> {
        self.fields.iter().find(|field| field.name == *name)
    }

    /// What stands after the colon, as it came.
    pub(super) fn value(&self, name: &HeaderName<'_>) -> Option<&'a [u8]> {
        let field = self.field(name)?;
        self.head
            .get(field.offset_start as usize..field.offset_end as usize)
            .map(<[u8]>::trim_ascii)
    }

    fn content_type(&self) -> Option<&ContentType<'a>> {
        self.field(&HeaderName::ContentType)?
            .value
            .as_content_type()
    }

    /// `type/subtype` in lower case; text/plain when nothing is said (RFC 2045).
    pub(super) fn media(&self) -> String {
        let Some(kind) = self.content_type() else {
            return "text/plain".to_owned();
        };
        let subtype = kind.subtype().unwrap_or_default();
        format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase()
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.media().starts_with("multipart/")
    }

    /// A parameter of Content-Type.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.content_type()?.attribute(name)
    }

    /// Whether it asks to be kept as a file.
    pub(super) fn is_file(&self) -> bool {
        let disposition = self.field(&HeaderName::ContentDisposition);
        let disposition = disposition.and_then(|field| field.value.as_content_type());
        self.parameter("name").is_some()
            || disposition.is_some_and(|d| d.is_attachment() || d.has_attribute("filename"))
    }

    /// The body, transfer encoding undone.
    pub(super) fn decoded(&self) -> Result<Zeroizing<Vec<u8>>, PartsError> {
        let encoding = self.value(&HeaderName::ContentTransferEncoding);
        transfer::decode(self.body, encoding.unwrap_or_default()).ok_or(PartsError::Broken)
    }
}

/// Header block and body. The empty line between belongs to neither.
pub(super) fn divide(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in raw.split_inclusive(|&byte| byte == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            let body = raw.get(at + line.len()..).unwrap_or_default();
            return (raw.get(..at).unwrap_or_default(), body);
        }
        at += line.len();
    }
    (raw, b"")
}

/// What stands between the boundaries (RFC 2046 §5.1.1). What stands before and after is nobody's.
fn slices<'a>(body: &'a [u8], boundary: &[u8]) -> Result<Vec<&'a [u8]>, PartsError> {
    let (mut found, mut start, mut at) = (Vec::new(), None, 0);
    if boundary.is_empty() {
        return Err(PartsError::Broken);
    }
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let rest = line
            .strip_prefix(b"--")
            .and_then(|l| l.strip_prefix(boundary));
        let last = rest.is_some_and(|rest| rest.trim_ascii_end() == b"--");
        if last || rest.is_some_and(|rest| rest.trim_ascii_end().is_empty()) {
            if let Some(start) = start {
                found.push(unended(body.get(start..at).unwrap_or_default()));
            }
            if found.len() > MAX_PARTS {
                return Err(PartsError::TooDeep);
            }
            if last && start.is_some() {
                return Ok(found);
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    Err(PartsError::Broken)
}

/// The line end before a boundary belongs to the boundary.
fn unended(slice: &[u8]) -> &[u8] {
    let slice = slice.strip_suffix(b"\n").unwrap_or(slice);
    slice.strip_suffix(b"\r").unwrap_or(slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_before_a_boundary_is_not_the_parts() {
        let body =
            b"preamble\r\n--b\r\n\r\none\r\n\r\n--b \t\r\n\r\ntwo\r\n--bb\r\n--b--\r\n--b\r\n";
        let expected: Vec<&[u8]> = vec![b"\r\none\r\n", b"\r\ntwo\r\n--bb"];
        assert_eq!(slices(body, b"b"), Ok(expected));
    }

    #[test]
    fn a_multipart_without_an_end_or_a_boundary_is_broken() {
        for (body, boundary) in [
            (&b"--b\r\n\r\none\r\n"[..], &b"b"[..]),
            (b"", b"b"),
            (b"--b--\r\n", b"b"),
            (b"--\r\n----\r\n", b""),
        ] {
            assert_eq!(slices(body, boundary), Err(PartsError::Broken));
        }
    }

    #[test]
    fn two_content_types_in_one_part_are_refused() {
        let raw = b"Content-Type: text/plain\r\ncontent-type: text/html\r\n\r\nx";
        assert_eq!(Parts::split(raw).err(), Some(PartsError::Broken));
    }
}
