//! What a file is, told by its first bytes.
//!
//! Never believes a name or a declared type, and never looks for a second format behind the first: what begins as one
//! format is that one only.

use crate::Refusal;

/// A picture that can be decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
    Webp,
}

/// First eight bytes of every PNG.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Brands of ISO base media files that hold a still picture.
const STILLS: [&[u8]; 12] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
    b"avif", b"avis",
];
/// First boxes of films, beside `ftyp`.
const BOXES: [&[u8]; 6] = [b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];
/// Beginnings of films: Matroska and WebM, MPEG, Flash, Windows Media, Ogg.
const FILMS: [&[u8]; 6] = [
    b"\x1a\x45\xdf\xa3",
    b"\0\0\x01\xba",
    b"\0\0\x01\xb3",
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    b"OggS",
];
/// Beginnings of documents: ZIP (all newer office formats), OLE (the older ones), UTF-16 text, compressed archives.
const DOCUMENTS: [&[u8]; 9] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xff\xfe",
    b"\xfe\xff",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
];
/// How far into a file a PDF may begin (as readers take it), and how much is looked at to tell text.
const LOOK: usize = 1024;
/// Length of a packet of an MPEG transport stream; each begins with 0x47.
const TS_PACKET: usize = 188;

/// The format of a picture.
///
/// # Errors
/// What else the file is.
pub(crate) fn format(raw: &[u8]) -> Result<Format, Refusal> {
    if raw.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if raw.starts_with(PNG) {
        return Ok(Format::Png);
    }
    if raw.starts_with(b"RIFF") {
        return match raw.get(8..12) {
            Some(b"WEBP") => Ok(Format::Webp),
            Some(b"AVI ") => Err(Refusal::Film),
            _ => Err(Refusal::Unknown),
        };
    }
    Err(other(raw))
}

fn other(raw: &[u8]) -> Refusal {
    let begins = |with: &[&[u8]]| with.iter().any(|start| raw.starts_with(start));
    match raw.get(4..8) {
        Some(b"ftyp") => return brand(raw),
        Some(name) if BOXES.contains(&name) => return Refusal::Film,
        _ => {}
    }
    let packet = |n: usize| raw.get(n * TS_PACKET) == Some(&0x47);
    if begins(&FILMS) || (packet(0) && packet(1) && packet(2)) {
        return Refusal::Film;
    }
    let start = raw.get(..raw.len().min(LOOK)).unwrap_or_default();
    if begins(&DOCUMENTS) || start.windows(5).any(|w| w == b"%PDF-") || is_text(start) {
        return Refusal::Document;
    }
    Refusal::Unknown
}

/// The main brand and the compatible ones: a still picture if any says so.
fn brand(raw: &[u8]) -> Refusal {
    let length = raw.first_chunk::<4>().map(|l| u32::from_be_bytes(*l));
    let length = usize::try_from(length.unwrap_or(0)).unwrap_or(0);
    let brands = raw.get(8..length.clamp(12, LOOK).min(raw.len()));
    let mut brands = brands.unwrap_or_default().chunks_exact(4);
    if brands.any(|brand| STILLS.contains(&brand)) {
        Refusal::Heic
    } else {
        Refusal::Film
    }
}

/// No control character but those of a text, in any character set that keeps ASCII; none of them has
/// the last byte.
fn is_text(start: &[u8]) -> bool {
    let odd = |byte: &u8| {
        *byte == 0x7f || *byte == 0xff || (*byte < b' ' && !b"\t\n\r\x0c\x1b".contains(byte))
    };
    !start.is_empty() && !start.iter().any(odd)
}
