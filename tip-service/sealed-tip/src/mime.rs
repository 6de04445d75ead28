//! The MIME entity around a letter: headers, parts, and padding nobody sees.
//!
//! Sources: RFC 2045/2046 (entity, multipart, epilogue), RFC 2047 (encoded words), RFC 9788 and
//! its draft (`protected-headers`). Never lets content end a part, add a header or show its own
//! length: the boundary is one the content does not hold, and the epilogue fills the entity up to
//! a bucket.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The smallest entity; each further bucket is four times the one before.
pub(crate) const SMALLEST_BUCKET: usize = 8 * 1024;
const BUCKET_STEP: usize = 4;
/// The largest entity, in bytes; half of it is the bucket before. Encrypted and armoured it stays below 6 MB, which
/// ordinary mail servers take (Postfix by default 10 MB).
pub(crate) const MAX_ENTITY: usize = 4 << 20;
/// Bytes in a line of base64: 76 characters (RFC 2045 section 6.8).
const BASE64_LINE: usize = 57;
/// Length of a padding line with its CRLF.
const PAD_LINE: usize = 76;

/// One part of the entity. But for its content it is our own text, never foreign words.
pub(crate) struct Part<'a> {
    pub(crate) content_type: Cow<'static, str>,
    pub(crate) disposition: Cow<'static, str>,
    pub(crate) content: Content<'a>,
}

/// What is in a part.
#[derive(Clone, Copy)]
pub(crate) enum Content<'a> {
    /// Text with LF line ends.
    Text(&'a [u8]),
    /// Anything, which travels as base64.
    Bytes(&'a [u8]),
}

impl Content<'_> {
    /// Length in the entity.
    fn length(self) -> usize {
        match self {
            Content::Text(lf) => lf.len() + lf.iter().filter(|b| **b == b'\n').count(),
            Content::Bytes(bytes) => base64_length(bytes.len()),
        }
    }

    fn push(self, out: &mut Vec<u8>) {
        match self {
            Content::Text(lf) => push_crlf(out, lf),
            Content::Bytes(bytes) => push_base64(out, bytes),
        }
    }
}

/// Length of so many bytes as lines of base64, each with its CRLF.
pub(crate) fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4 + bytes.div_ceil(BASE64_LINE) * 2
}

impl Part<'_> {
    fn head(&self, boundary: &str) -> String {
        format!(
            "--{boundary}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: {}\r\n\
             Content-Disposition: {}\r\n\r\n",
            self.content_type,
            match self.content {
                Content::Text(_) => "8bit",
                Content::Bytes(_) => "base64",
            },
            self.disposition
        )
    }
}

/// Builds the whole entity: CRLF line ends, exactly one bucket long. The contents of the parts are
/// the only places where foreign words go, besides the encoded subject.
pub(crate) fn entity(subject: &str, parts: &[Part<'_>]) -> Zeroizing<Vec<u8>> {
    let boundary = boundary(parts);
    let head = format!(
        "Content-Type: multipart/mixed; protected-headers=\"v1\";\r\n boundary=\"{boundary}\"\r\n\
         Subject: {}\r\n\r\n",
        encoded_words(subject)
    );
    let heads: Vec<String> = parts.iter().map(|part| part.head(&boundary)).collect();
    let end = format!("--{boundary}--\r\n");
    let inside = parts.iter().zip(&heads);
    let length: usize = inside
        .clone()
        .map(|(part, head)| head.len() + part.content.length() + 2)
        .sum();
    let bucket = bucket(head.len() + length + end.len());
    let mut out = Zeroizing::new(Vec::with_capacity(bucket));
    out.extend_from_slice(head.as_bytes());
    for (part, head) in inside {
        out.extend_from_slice(head.as_bytes());
        part.content.push(&mut out);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(end.as_bytes());
    pad(&mut out, bucket);
    out
}

/// The first bucket that holds `length` bytes and at least one empty padding line.
fn bucket(length: usize) -> usize {
    let length = length.saturating_add(2);
    let mut bucket = SMALLEST_BUCKET;
    while bucket < length {
        // Not 8 MiB: most letters with photographs need a little more than 2.
        let step = if bucket < MAX_ENTITY / 2 {
            BUCKET_STEP
        } else {
            2
        };
        bucket = bucket.saturating_mul(step);
    }
    bucket
}

/// Whether a letter can be as long as this, in bytes.
pub(crate) fn is_bucket(length: usize) -> bool {
    (2..=MAX_ENTITY).contains(&length) && bucket(length - 2) == length
}

/// Fills the epilogue, which mail programs do not show (RFC 2046 section 5.1.1), with lines of
/// spaces. No line is shorter than its own CRLF: there are always two bytes left for the last.
fn pad(out: &mut Vec<u8>, bucket: usize) {
    let mut left = bucket.saturating_sub(out.len());
    while left > 0 {
        let line = if left < PAD_LINE + 2 { left } else { PAD_LINE };
        out.resize(out.len() + line - 2, b' ');
        out.extend_from_slice(b"\r\n");
        left -= line;
    }
}

/// A boundary that no part holds. Tried in order, so the same letter is the same bytes.
fn boundary(parts: &[Part<'_>]) -> String {
    let mut n = 0_u64;
    loop {
        let candidate = format!("=_letter_{n}");
        // No line of base64 holds it: it has an underscore.
        let held = |part: &Part<'_>| match part.content {
            Content::Text(text) => holds(text, candidate.as_bytes()),
            Content::Bytes(_) => false,
        };
        if !parts.iter().any(held) {
            return candidate;
        }
        n += 1;
    }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

fn push_crlf(out: &mut Vec<u8>, lf: &[u8]) {
    for byte in lf {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
}

/// Through a line of its own, so that no copy stays behind in a buffer that grew.
fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut line = Zeroizing::new([0; 76]);
    for piece in bytes.chunks(BASE64_LINE) {
        // A line always has room for its piece.
        let length = STANDARD.encode_slice(piece, &mut line[..]).unwrap_or(0);
        out.extend_from_slice(line.get(..length).unwrap_or_default());
        out.extend_from_slice(b"\r\n");
    }
}

/// Longest encoded word is 75 characters (RFC 2047 section 2), `=?UTF-8?Q??=` takes 12.
const WORD_ROOM: usize = 63;

/// RFC 2047 encoded words, folded, each holding whole characters. Every byte is written as
/// `=XX`, so nothing in the subject can be anything but text.
fn encoded_words(text: &str) -> String {
    let mut out = String::from("=?UTF-8?Q?");
    let mut room = WORD_ROOM;
    for c in text.chars() {
        let cost = c.len_utf8() * 3;
        if cost > room {
            out.push_str("?=\r\n =?UTF-8?Q?");
            room = WORD_ROOM;
        }
        let mut utf8 = [0; 4];
        for byte in c.encode_utf8(&mut utf8).bytes() {
            out.push_str(&format!("={byte:02X}"));
        }
        room -= cost;
    }
    out.push_str("?=");
    out
}

#[cfg(test)]
mod tests {
    use super::{Content, Part, boundary, bucket, entity, pad};

    fn parts<'a>(contents: &[&'a [u8]]) -> Vec<Part<'a>> {
        let part = |content: &&'a [u8]| Part {
            content_type: "text/plain".into(),
            disposition: "inline".into(),
            content: Content::Text(content),
        };
        contents.iter().map(part).collect()
    }

    #[test]
    fn every_length_is_filled_up_to_its_bucket_with_whole_lines() {
        for length in (0..200).chain(8000..8400).chain(32_700..32_800) {
            let bucket = bucket(length);
            let mut out = vec![b'x'; length];
            pad(&mut out, bucket);
            assert_eq!(out.len(), bucket);
            let padding = std::str::from_utf8(&out[length..]).unwrap();
            assert!(padding.ends_with("\r\n"));
            let lines: Vec<&str> = padding.split_terminator("\r\n").collect();
            assert!(
                lines
                    .iter()
                    .all(|l| l.len() <= 78 && l.trim_matches(' ').is_empty())
            );
        }
        assert_eq!(
            [bucket(8190), bucket(8191), bucket(32_766)],
            [8192, 32_768, 32_768]
        );
        let (two, four) = (2 << 20, 4 << 20);
        assert_eq!(
            [
                bucket((512 << 10) - 1),
                bucket(two - 2),
                bucket(two - 1),
                bucket(four - 2)
            ],
            [two, two, four, four]
        );
        assert!(bucket(four - 1) > four);
    }

    #[test]
    fn a_boundary_that_any_part_holds_is_not_chosen() {
        assert_eq!(boundary(&parts(&[b"", b""])), "=_letter_0");
        assert_eq!(boundary(&parts(&[b"a =_letter_0 b", b""])), "=_letter_1");
        assert_eq!(boundary(&parts(&[b"", b"=_letter_0"])), "=_letter_1");
        let three: [&[u8]; 3] = [b"=_letter_0 =_letter_2", b"=_letter_1", b"=_letter_3"];
        assert_eq!(boundary(&parts(&three)), "=_letter_4");
    }

    #[test]
    fn bytes_are_base64_in_lines_of_76_and_the_room_is_exact() {
        for length in [0, 1, 2, 3, 56, 57, 58, 113, 114, 5_000] {
            let bytes = vec![0xa5; length];
            let mut out = Vec::new();
            Content::Bytes(&bytes).push(&mut out);
            assert_eq!(out.len(), Content::Bytes(&bytes).length(), "{length}");
            let text = std::str::from_utf8(&out).unwrap();
            assert!(text.split_terminator("\r\n").all(|line| line.len() <= 76));
            let joined = text.replace("\r\n", "");
            let back = base64::Engine::decode(&super::STANDARD, joined).unwrap();
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn line_ends_are_crlf_and_the_room_made_is_the_room_used() {
        let entity = entity("主题", &parts(&[b"a\n\nb\n", b"{\n}\n"]));
        let text = std::str::from_utf8(&entity).unwrap();
        assert!(text.contains("\r\n\r\na\r\n\r\nb\r\n\r\n--=_letter_0\r\n"));
        assert_eq!(entity.capacity(), 8192);
    }
}
