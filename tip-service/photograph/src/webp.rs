//! A WebP file taken apart (RFC 9649): the first picture is kept, every other chunk is named.
//!
//! Never lets a file pass that is shorter than it says.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::found::{self, Found, Frame, bytes};
use crate::{Refusal, Removed, lossless};

/// Longer profiles are not looked at.
const MAX_PROFILE: usize = 128 << 10;
/// `VP8X` flag of a picture with transparency.
const ALPHA: u8 = 0x10;
/// Bytes before the pictures of an `ANMF` chunk.
const FRAME_HEAD: usize = 16;

/// The chunks that make one picture.
#[derive(Default)]
struct Pieces<'a> {
    alpha: Option<&'a [u8]>,
    lossy: Option<&'a [u8]>,
    lossless: Option<&'a [u8]>,
}

/// # Errors
/// [`Refusal::Broken`] for what is no whole WebP.
pub(crate) fn take_apart(raw: &[u8]) -> Result<Found<'_>, Refusal> {
    read(raw).ok_or(Refusal::Broken)
}

/// The file as far as it is read.
#[derive(Default)]
struct Walk<'a> {
    pieces: Pieces<'a>,
    frames: usize,
    /// Width and height.
    canvas: Option<(u32, u32)>,
    exif: Option<&'a [u8]>,
    profile: Option<Vec<u8>>,
    removed: BTreeSet<Removed>,
}

fn read(raw: &[u8]) -> Option<Found<'_>> {
    let length = usize::try_from(u32::from_le_bytes(bytes::<4>(raw, 4)?)).ok()?;
    let chunks = raw.get(12..length.checked_add(8)?)?;
    let mut walk = Walk::default();
    if raw.len() > length + 8 + length % 2 {
        walk.removed.insert(Removed::Trailing);
    }
    let mut at = 0;
    while at < chunks.len() {
        let (kind, body, next) = chunk(chunks, at)?;
        walk.step(&kind, body)?;
        at = next;
    }
    if walk.frames > 1 {
        walk.removed.insert(Removed::Frames);
    }
    let (picture, frame) = walk.pieces.picture()?;
    Some(Found {
        picture,
        frame: walk.on_canvas(frame),
        exif: walk.exif,
        profile: walk.profile,
        removed: walk.removed,
    })
}

impl<'a> Walk<'a> {
    fn step(&mut self, kind: &[u8; 4], body: &'a [u8]) -> Option<()> {
        match kind {
            b"VP8X" => {
                let side = |at| {
                    let [low, middle, high] = bytes::<3>(body, at)?;
                    Some(1 + u32::from_le_bytes([low, middle, high, 0]))
                };
                self.canvas = Some((side(4)?, side(7)?));
            }
            b"ANMF" => {
                self.frames += 1;
                if self.frames == 1 {
                    self.pieces.read_frame(body.get(FRAME_HEAD..)?)?;
                }
            }
            b"ANIM" => {}
            b"ICCP" => {
                self.removed.insert(Removed::Profile);
                self.profile = (body.len() <= MAX_PROFILE).then(|| body.to_vec());
            }
            b"EXIF" => {
                let tiff = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
                self.exif = self.exif.or(Some(tiff));
            }
            b"XMP " => found::xmp(body, &mut self.removed),
            _ => {
                if !self.pieces.take(kind, body) {
                    self.removed.insert(Removed::Trailing);
                }
            }
        }
        Some(())
    }

    /// The picture itself if it fills its canvas, or as one of an animation lies within; else the canvas, which no
    /// budget allows.
    fn on_canvas(&self, frame: Frame) -> Frame {
        let Some((width, height)) = self.canvas else {
            return frame;
        };
        let fills = (width, height) == (frame.width, frame.height);
        let within = self.frames > 0 && width >= frame.width && height >= frame.height;
        if fills || within {
            return frame;
        }
        Frame {
            width,
            height,
            memory: u64::MAX,
        }
    }
}

/// Type, content, and where the next chunk begins.
fn chunk(from: &[u8], at: usize) -> Option<([u8; 4], &[u8], usize)> {
    let kind = bytes::<4>(from, at)?;
    let length = usize::try_from(u32::from_le_bytes(bytes::<4>(from, at + 4)?)).ok()?;
    let end = (at + 8).checked_add(length)?;
    let body = from.get(at + 8..end)?;
    Some((kind, body, end + length % 2))
}

impl<'a> Pieces<'a> {
    /// True when the chunk is a piece of a picture; of each kind the first counts.
    fn take(&mut self, kind: &[u8; 4], body: &'a [u8]) -> bool {
        let place = match kind {
            b"ALPH" => &mut self.alpha,
            b"VP8 " => &mut self.lossy,
            b"VP8L" => &mut self.lossless,
            _ => return false,
        };
        place.get_or_insert(body);
        true
    }

    /// The chunks within the first picture of an animation.
    fn read_frame(&mut self, chunks: &'a [u8]) -> Option<()> {
        let mut at = 0;
        while at < chunks.len() {
            let (kind, body, next) = chunk(chunks, at)?;
            self.take(&kind, body);
            at = next;
        }
        Some(())
    }

    /// A file of that one picture, and what its own header says.
    fn picture(&self) -> Option<(Zeroizing<Vec<u8>>, Frame)> {
        match (self.lossy, self.lossless) {
            (None, Some(stream)) => of_lossless(stream),
            (Some(stream), None) => of_lossy(stream, self.alpha),
            _ => None,
        }
    }
}

fn of_lossless(stream: &[u8]) -> Option<(Zeroizing<Vec<u8>>, Frame)> {
    let [signature, sides @ ..] = bytes::<5>(stream, 0)?;
    let sides = u32::from_le_bytes(sides);
    let (width, height) = (1 + (sides & 0x3fff), 1 + (sides >> 14 & 0x3fff));
    // Without transparency the decoder makes four channels first and copies three of them.
    let channels = if sides >> 28 & 1 == 1 { 4 } else { 7 };
    let aside = lossless::memory(stream.get(5..)?, width, height)?;
    let frame = Frame {
        width,
        height,
        memory: u64::from(width) * u64::from(height) * channels + aside,
    };
    (signature == 0x2f).then(|| (file(&[(b"VP8L", stream)]), frame))
}

fn of_lossy(stream: &[u8], alpha: Option<&[u8]>) -> Option<(Zeroizing<Vec<u8>>, Frame)> {
    // Three bytes of tag, three of signature.
    if bytes::<3>(stream, 3)? != *b"\x9d\x01\x2a" {
        return None;
    }
    let side = |at| {
        Some(u32::from(
            u16::from_le_bytes(bytes::<2>(stream, at)?) & 0x3fff,
        ))
    };
    let (width, height) = (side(6)?, side(8)?);
    let pixels = u64::from(width.next_multiple_of(16)) * u64::from(height.next_multiple_of(16));
    // Planes at one and a half bytes a pixel, and what is kept of each block of 16 by 16.
    let planes = pixels * 7 / 4 + stream.len() as u64;
    let Some(alpha) = alpha else {
        let frame = Frame {
            width,
            height,
            memory: planes + pixels * 3,
        };
        return Some((file(&[(b"VP8 ", stream)]), frame));
    };
    let compressed = alpha.first()? & 3 == 1;
    let beside = if compressed {
        pixels * 5 + lossless::memory(alpha.get(1..)?, width, height)?
    } else {
        pixels
    };
    let frame = Frame {
        width,
        height,
        memory: planes + pixels * 4 + beside,
    };
    let mut head = [0; 10];
    let sides = [(width.checked_sub(1)?, 4), (height.checked_sub(1)?, 7)];
    for (side, at) in sides {
        let side = side.to_le_bytes();
        let place = head.iter_mut().skip(at);
        place.zip(&side[..3]).for_each(|(to, from)| *to = *from);
    }
    head[0] = ALPHA;
    Some((
        file(&[(b"VP8X", &head), (b"ALPH", alpha), (b"VP8 ", stream)]),
        frame,
    ))
}

/// A RIFF file of these chunks.
fn file(chunks: &[(&[u8; 4], &[u8])]) -> Zeroizing<Vec<u8>> {
    let length: usize = chunks
        .iter()
        .map(|(_, body)| 8 + body.len().next_multiple_of(2))
        .sum();
    let mut out = Zeroizing::new(Vec::with_capacity(length + 12));
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&u32::try_from(length + 4).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(b"WEBP");
    for (kind, body) in chunks {
        out.extend_from_slice(*kind);
        out.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(body);
        if body.len() % 2 == 1 {
            out.push(0);
        }
    }
    out
}
