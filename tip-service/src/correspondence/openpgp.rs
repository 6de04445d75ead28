//! Where the OpenPGP lies in a mail: PGP/MIME (RFC 3156) or inline. Never hands out a byte that stood beside it:
//! a mail with anything to read outside the signed or encrypted part is refused, not trimmed.

use zeroize::Zeroizing;

use super::body::blank_html;
use super::parts::{Part, Parts, PartsError};
use super::{charset, transfer};

/// Where the OpenPGP lies.
#[derive(PartialEq, Eq)]
pub enum Shape {
    /// An OpenPGP message, armoured or binary.
    Encrypted(Vec<u8>),
    /// `multipart/signed`: the exact bytes the signature covers, and the signature.
    Detached {
        /// The signed entity, with its headers.
        content: Vec<u8>,
        /// Armoured or binary.
        signature: Vec<u8>,
    },
    /// A cleartext-signed text, or an armoured message that is signed and not encrypted.
    Inline(Vec<u8>),
    /// No OpenPGP at all.
    Plain,
}

/// Why the OpenPGP in a mail is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// Text or files stand beside the signed or encrypted part.
    #[error("something stands outside the signed part")]
    Outside,
    /// The MIME or the armour does not hold together.
    #[error("the mail is damaged")]
    Broken,
    /// Too many parts.
    #[error("the mail has too many parts")]
    TooDeep,
}

impl From<PartsError> for ShapeError {
    fn from(error: PartsError) -> Self {
        match error {
            PartsError::Broken => Self::Broken,
            PartsError::TooDeep => Self::TooDeep,
        }
    }
}

/// Finds the OpenPGP in a mail, or in the entity an encrypted one held (RFC 3156 §6.1). Line ends are CRLF
/// ([`super::body::to_crlf`]): a signature covers them.
pub fn shape(raw_crlf: &[u8]) -> Result<Shape, ShapeError> {
    let parts = Parts::split(raw_crlf)?;
    let mut at = 0;
    loop {
        let part = parts.get(at)?;
        match part.media().as_str() {
            "multipart/encrypted" if protects(&parts, part)? => return encrypted(&parts, part),
            "multipart/signed" if protects(&parts, part)? => return detached(&parts, part),
            _ if part.is_multipart() => {
                let telling = telling(&parts, part)?;
                match telling.as_slice() {
                    [] => return Ok(Shape::Plain),
                    [one] => at = *one, // a wrapper; each step goes deeper
                    [version, payload] if is_pair(&parts, *version, *payload)? => {
                        let payload = parts.get(*payload)?.decoded()?;
                        return Ok(Shape::Encrypted(payload.to_vec()));
                    }
                    [text, html] if is_copy(parts.get(*text)?, parts.get(*html)?) => at = *text,
                    _ if parts.iter().any(holds_openpgp) => return Err(ShapeError::Outside),
                    _ => return Ok(Shape::Plain),
                }
            }
            _ => return leaf(part),
        }
    }
}

/// Whether a multipart/encrypted or /signed is OpenPGP's: by its protocol, or else by its parts.
fn protects(parts: &Parts<'_>, part: &Part<'_>) -> Result<bool, PartsError> {
    if let Some(protocol) = part.parameter("protocol") {
        return Ok(protocol
            .to_ascii_lowercase()
            .starts_with("application/pgp-"));
    }
    for child in &part.children {
        if is_control(parts.get(*child)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_control(part: &Part<'_>) -> bool {
    let media = part.media();
    media == "application/pgp-encrypted" || media == "application/pgp-signature"
}

fn encrypted(parts: &Parts<'_>, part: &Part<'_>) -> Result<Shape, ShapeError> {
    match part.children.as_slice() {
        [version, payload] if is_pair(parts, *version, *payload)? => {
            let payload = parts.get(*payload)?.decoded()?;
            Ok(Shape::Encrypted(payload.to_vec()))
        }
        [_, _, _, ..] => Err(ShapeError::Outside),
        _ => Err(ShapeError::Broken),
    }
}

fn is_pair(parts: &Parts<'_>, version: usize, payload: usize) -> Result<bool, PartsError> {
    let (version, payload) = (parts.get(version)?, parts.get(payload)?);
    Ok(version.media() == "application/pgp-encrypted"
        && payload.media() == "application/octet-stream")
}

fn detached(parts: &Parts<'_>, part: &Part<'_>) -> Result<Shape, ShapeError> {
    match part.children.as_slice() {
        [content, signature] => {
            let (content, signature) = (parts.get(*content)?, parts.get(*signature)?);
            if signature.media() != "application/pgp-signature" {
                return Err(ShapeError::Broken);
            }
            Ok(Shape::Detached {
                content: content.raw.to_vec(),
                signature: signature.decoded()?.to_vec(),
            })
        }
        [_, _, _, ..] => Err(ShapeError::Outside),
        _ => Err(ShapeError::Broken),
    }
}

/// The parts that say something: not blank, and no public key.
fn telling(parts: &Parts<'_>, part: &Part<'_>) -> Result<Vec<usize>, PartsError> {
    let mut telling = Vec::new();
    for child in &part.children {
        let part = parts.get(*child)?;
        let media = part.media();
        let blank = !part.is_multipart()
            && part.decoded().is_ok_and(|body| {
                is_blank(&body)
                    || media == "text/html" && blank_html(&String::from_utf8_lossy(&body))
            });
        if !blank && media != "application/pgp-keys" {
            telling.push(*child);
        }
    }
    Ok(telling)
}

/// Webmail sends a pasted block a second time as HTML. That is no text beside it if it shows the same characters.
fn is_copy(text: &Part<'_>, html: &Part<'_>) -> bool {
    if text.media() != "text/plain" || html.media() != "text/html" {
        return false;
    }
    let read = |part: &Part<'_>| {
        let bytes = part.decoded().ok()?;
        charset::decode(&bytes, part.parameter("charset")).ok()
    };
    let (Some(text), Some(html)) = (read(text), read(html)) else {
        return false;
    };
    let mut shown = Zeroizing::new(String::new());
    for run in html.split('<').enumerate() {
        match run {
            (0, before) => shown.push_str(before),
            (_, run) => shown.push_str(run.split_once('>').unwrap_or_default().1),
        }
    }
    let shown = shown.replace("&nbsp;", " ").replace("&lt;", "<");
    let shown = shown.replace("&gt;", ">").replace("&amp;", "&");
    let bare = |text: &str| -> Vec<char> { text.chars().filter(|c| !c.is_whitespace()).collect() };
    bare(&shown) == bare(&text)
}

fn holds_openpgp(part: &Part<'_>) -> bool {
    let protocol = part.parameter("protocol").unwrap_or_default();
    is_control(part)
        || protocol
            .to_ascii_lowercase()
            .starts_with("application/pgp-")
        || !part.is_multipart() && part.decoded().is_ok_and(|body| begin(&body).is_some())
}

/// One part that is nothing but an armoured block.
fn leaf(part: &Part<'_>) -> Result<Shape, ShapeError> {
    let body = part.decoded()?;
    let Some((start, cleartext)) = begin(&body) else {
        return Ok(Shape::Plain);
    };
    let (before, rest) = body.split_at_checked(start).ok_or(ShapeError::Broken)?;
    let end = end(rest, cleartext).ok_or(ShapeError::Broken)?;
    let (block, after) = rest.split_at_checked(end).ok_or(ShapeError::Broken)?;
    if !is_blank(before) || !is_blank(after) {
        return Err(ShapeError::Outside);
    }
    if cleartext || is_signed_only(block) {
        return Ok(Shape::Inline(block.to_vec()));
    }
    Ok(Shape::Encrypted(block.to_vec()))
}

/// Where the first armour begins, and whether it is a cleartext signature.
fn begin(text: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.trim_ascii_end() {
            b"-----BEGIN PGP SIGNED MESSAGE-----" => return Some((at, true)),
            b"-----BEGIN PGP MESSAGE-----" => return Some((at, false)),
            _ => at += line.len(),
        }
    }
    None
}

/// Where the block ends, its last line end included. Lines of a signed text that look like armour are dash-escaped.
fn end(block: &[u8], cleartext: bool) -> Option<usize> {
    let (mut at, mut in_signature) = (0, !cleartext);
    for line in block.split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        match line.trim_ascii_end() {
            b"-----BEGIN PGP SIGNATURE-----" => in_signature = true,
            b"-----END PGP SIGNATURE-----" if cleartext && in_signature => return Some(at),
            b"-----END PGP MESSAGE-----" if !cleartext => return Some(at),
            _ => (),
        }
    }
    None
}

/// By the tag of the first packet (RFC 9580 §4.2): signature, compressed, one-pass signature, literal.
fn is_signed_only(armour: &[u8]) -> bool {
    let mut lines = armour.split(|&byte| byte == b'\n');
    lines.find(|line| line.trim_ascii().is_empty());
    let start = lines.next().and_then(|line| line.get(..4));
    let packet = start.and_then(transfer::base64);
    let tag = packet.and_then(|packet| packet.first().copied());
    let tag = tag.map(|octet| {
        if octet & 0x40 == 0 {
            (octet & 0x3c) >> 2
        } else {
            octet & 0x3f
        }
    });
    matches!(tag, Some(2 | 4 | 8 | 11))
}

/// White space of any kind; a lone 0xA0 is a no-break space in the old charsets.
fn is_blank(text: &[u8]) -> bool {
    match std::str::from_utf8(text) {
        Ok(text) => text
            .chars()
            .all(|c| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')),
        Err(_) => text.iter().all(|b| b.is_ascii_whitespace() || *b == 0xa0),
    }
}
