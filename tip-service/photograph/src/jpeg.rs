//! A JPEG file taken apart (ITU-T T.81 annex B): tables, frame and scans are kept, every other segment is named.
//!
//! Reads no entropy-coded bit. Never lets a picture pass that does not reach its end: a file cut short would be shown
//! half grey. (One that was cut and then given an end cannot be told here; it is shown as far as it goes.)

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::found::{self, Found, Frame, bytes};
use crate::{Refusal, Removed};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DHT: u8 = 0xc4;
const DQT: u8 = 0xdb;
const DRI: u8 = 0xdd;
const COM: u8 = 0xfe;
const APP0: u8 = 0xe0;
const ADOBE: u8 = 0xee;
/// Progressive; its coefficients are held until the last scan.
const SOF2: u8 = 0xc2;

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const XMP_MORE: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// More scans than any encoder writes: each costs a walk over the whole picture.
const MAX_SCANS: usize = 32;
/// Longer profiles are not looked at.
const MAX_PROFILE: usize = 128 << 10;

/// The file as far as it is read.
struct Walk<'a> {
    raw: &'a [u8],
    at: usize,
    picture: Zeroizing<Vec<u8>>,
    frame: Option<Shape>,
    scans: usize,
    first_scan: usize,
    exif: Option<&'a [u8]>,
    /// Pieces of the profile with their numbers.
    profile: Vec<(u8, &'a [u8])>,
    removed: BTreeSet<Removed>,
}

/// What a frame header says.
struct Shape {
    progressive: bool,
    width: u32,
    height: u32,
    /// Horizontal and vertical sampling of each component, 1 to 4.
    sampling: Vec<(u64, u64)>,
}

/// # Errors
/// [`Refusal::Broken`] for what is no whole JPEG of a kind that can be decoded.
pub(crate) fn take_apart(raw: &[u8]) -> Result<Found<'_>, Refusal> {
    let mut walk = Walk {
        raw,
        at: 2,
        picture: Zeroizing::new(Vec::with_capacity(raw.len())),
        frame: None,
        scans: 0,
        first_scan: 0,
        exif: None,
        profile: Vec::new(),
        removed: BTreeSet::new(),
    };
    walk.picture.extend_from_slice(&[0xff, SOI]);
    while walk.step().ok_or(Refusal::Broken)? {}
    if walk.at < raw.len() {
        walk.removed.insert(Removed::Trailing);
    }
    let shape = walk.frame.filter(|_| walk.scans > 0);
    let shape = shape.ok_or(Refusal::Broken)?;
    Ok(Found {
        picture: walk.picture,
        frame: shape.frame(walk.first_scan),
        exif: walk.exif,
        profile: joined(walk.profile),
        removed: walk.removed,
    })
}

impl<'a> Walk<'a> {
    /// One marker on; false at the end of the picture, `None` when the file breaks off or makes no sense.
    fn step(&mut self) -> Option<bool> {
        let marker = self.marker()?;
        match marker {
            EOI => {
                self.picture.extend_from_slice(&[0xff, EOI]);
                return Some(false);
            }
            // Alone: a restart outside a scan, TEM.
            0x01 | 0xd0..=0xd7 => return Some(true),
            0x00 | SOI => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(bytes::<2>(self.raw, self.at)?));
        let segment = self.raw.get(self.at..self.at + length)?;
        let body = segment.get(2..)?;
        self.at += length;
        match marker {
            DHT | DQT | DRI => self.keep(marker, segment),
            0xc0..=0xc2 => {
                let first = self.frame.is_none();
                self.frame = first.then_some(Shape::read(marker, body)?);
                self.frame.as_ref()?;
                self.keep(marker, segment);
            }
            // Lossless, hierarchical, arithmetic: no decoder here.
            0xc3 | 0xc5..=0xcf => return None,
            SOS => {
                self.frame.as_ref()?;
                self.scans += 1;
                if self.scans > MAX_SCANS {
                    return None;
                }
                if self.scans == 1 {
                    self.first_scan = usize::from(*body.first()?);
                }
                self.keep(marker, segment);
                self.scan()?;
            }
            ADOBE if body.starts_with(b"Adobe") => self.keep(marker, segment),
            _ => self.aside(marker, body),
        }
        Some(true)
    }

    /// The next marker; fill bytes before it are passed over, and what is no marker too.
    fn marker(&mut self) -> Option<u8> {
        let rest = self.raw.get(self.at..)?;
        let skipped = rest.iter().position(|byte| *byte == 0xff)?;
        if skipped > 0 {
            self.removed.insert(Removed::Trailing);
        }
        let rest = rest.get(skipped..)?;
        let fill = rest.iter().position(|byte| *byte != 0xff)?;
        self.at += skipped + fill + 1;
        rest.get(fill).copied()
    }

    /// The entropy-coded bytes up to the next marker that is no restart.
    fn scan(&mut self) -> Option<()> {
        let rest = self.raw.get(self.at..)?;
        let mut end = 0;
        loop {
            end += rest.get(end..)?.iter().position(|byte| *byte == 0xff)?;
            match rest.get(end + 1)? {
                0x00 | 0xd0..=0xd7 => end += 2,
                0xff => end += 1,
                _ => break,
            }
        }
        self.picture.extend_from_slice(rest.get(..end)?);
        self.at += end;
        Some(())
    }

    fn keep(&mut self, marker: u8, segment: &[u8]) {
        self.picture.extend_from_slice(&[0xff, marker]);
        self.picture.extend_from_slice(segment);
    }

    /// A segment that no picture needs.
    fn aside(&mut self, marker: u8, body: &'a [u8]) {
        let after = |mark: &[u8]| body.strip_prefix(mark);
        let kind = match marker {
            COM => Removed::Words,
            APP0 if body.starts_with(b"JFIF\0") => {
                let bare = body.get(12..14).is_none_or(|sides| sides == [0, 0]);
                if bare {
                    return;
                }
                Removed::Thumbnail
            }
            APP0 if body.starts_with(b"JFXX\0") => Removed::Thumbnail,
            0xe1 => {
                if let Some(tiff) = after(b"Exif\0") {
                    let tiff = tiff.get(1..).unwrap_or_default();
                    self.exif = self.exif.or(Some(tiff));
                    return;
                }
                found::xmp(
                    after(XMP).or(after(XMP_MORE)).unwrap_or(body),
                    &mut self.removed,
                );
                return;
            }
            0xe2 => match (after(ICC), body.starts_with(b"MPF\0")) {
                (Some([number, _, piece @ ..]), _) => {
                    self.profile.push((*number, piece));
                    Removed::Profile
                }
                (_, true) => Removed::Trailing,
                _ => Removed::Device,
            },
            0xed => {
                if found::holds(body, b"8BIM\x04\x0c") {
                    self.removed.insert(Removed::Thumbnail);
                }
                Removed::Words
            }
            0xe0..=0xef => Removed::Device,
            _ => Removed::Trailing,
        };
        self.removed.insert(kind);
    }
}

/// The pieces of a profile in their order.
fn joined(mut pieces: Vec<(u8, &[u8])>) -> Option<Vec<u8>> {
    pieces.sort_by_key(|(number, _)| *number);
    let pieces: Vec<&[u8]> = pieces.into_iter().map(|(_, piece)| piece).collect();
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    (1..=MAX_PROFILE).contains(&length).then(|| pieces.concat())
}

impl Shape {
    /// Eight bits, and one, three or four components: `None` for any other.
    fn read(marker: u8, body: &[u8]) -> Option<Shape> {
        let [depth, h1, h0, w1, w0, count] = bytes::<6>(body, 0)?;
        let components = body.get(6..)?;
        let count = usize::from(count);
        if depth != 8 || ![1, 3, 4].contains(&count) || components.len() != count * 3 {
            return None;
        }
        let sampling = components.chunks_exact(3).map(|component| {
            let factors = component.get(1)?;
            let (across, down) = (u64::from(factors >> 4), u64::from(factors & 15));
            let fits = (1..=4).contains(&across) && (1..=4).contains(&down);
            fits.then_some((across, down))
        });
        Some(Shape {
            progressive: marker == SOF2,
            width: u16::from_be_bytes([w1, w0]).into(),
            height: u16::from_be_bytes([h1, h0]).into(),
            sampling: sampling.collect::<Option<_>>()?,
        })
    }

    /// Pixels, and 16 bits for each coefficient where they are held: in a progressive picture, and in one whose first
    /// scan has not all components.
    fn frame(&self, first_scan: usize) -> Frame {
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        let channels = if self.sampling.len() == 1 { 1 } else { 3 };
        let most_across = self.sampling.iter().map(|s| s.0).max().unwrap_or(1);
        let most_down = self.sampling.iter().map(|s| s.1).max().unwrap_or(1);
        let units = width.div_ceil(most_across * 8) * height.div_ceil(most_down * 8);
        let blocks: u64 = self.sampling.iter().map(|s| units * s.0 * s.1).sum();
        let held = self.progressive || first_scan != self.sampling.len();
        let coefficients = if held { blocks * 64 * 2 } else { 0 };
        Frame {
            width: self.width,
            height: self.height,
            memory: width * height * channels + coefficients,
        }
    }
}
