//! Writes the clean copy: a JPEG of tables, frame and one scan, nothing else.
//!
//! Never writes a segment that could tell anything: not even the JFIF header, whose density came from nowhere.

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType};
use zeroize::Zeroizing;

use crate::decode::Pixels;
use crate::shrink::shrink;
use crate::upright::{Turn, Upright};
use crate::{JPEG_MAX_BYTES, Refusal};

/// Tried in this order; then the picture is made smaller.
const QUALITIES: [u8; 3] = [85, 75, 65];
/// Rows that are encoded together.
const STRIP: u16 = 16;
/// How many strips there are to one that is looked at.
const STRIPS_APART: u16 = 8;
/// With fewer strips a guess is worth nothing, and the picture is small.
const STRIPS_MIN: u16 = 8;
/// By how much the strips may look too long, in percent, until an encoding is not even tried.
const DOUBT: usize = 5;
/// Length of the JFIF segment with its marker, which the encoder always writes behind the start.
const JFIF: std::ops::Range<usize> = 2..20;

/// A finished JPEG.
pub(crate) struct Written {
    pub(crate) jpeg: Zeroizing<Vec<u8>>,
    /// Pixels, upright.
    pub(crate) width: u32,
    /// Pixels, upright.
    pub(crate) height: u32,
    pub(crate) smaller: bool,
}

/// The best quality, then the most pixels, with which it fits.
///
/// # Errors
/// [`Refusal::TooManyPixels`] for a side that no JPEG can have.
pub(crate) fn jpeg(mut pixels: Pixels, turn: Turn) -> Result<Written, Refusal> {
    let mut out = Bounded {
        jpeg: Zeroizing::new(Vec::with_capacity(JPEG_MAX_BYTES + JFIF.len())),
    };
    let mut smaller = false;
    loop {
        for quality in QUALITIES {
            let upright = Upright::new(&pixels, turn).ok_or(Refusal::TooManyPixels)?;
            let (width, height) = upright.sides();
            if out.may_fit(&upright, quality) && out.fits(upright, quality) {
                out.jpeg.drain(JFIF);
                return Ok(Written {
                    jpeg: out.jpeg,
                    width,
                    height,
                    smaller,
                });
            }
        }
        // A pixel always fits; this is for an encoder that fails for another reason.
        if pixels.width * pixels.height == 1 {
            return Err(Refusal::Broken);
        }
        shrink(&mut pixels);
        smaller = true;
    }
}

/// Takes as much as a cleaned picture may have: an encoding that would be too long stops early.
struct Bounded {
    jpeg: Zeroizing<Vec<u8>>,
}

impl Bounded {
    /// Whether the whole picture, encoded here, is short enough.
    fn fits(&mut self, picture: impl ImageBuffer, quality: u8) -> bool {
        self.jpeg.clear();
        let encoder = Encoder::new(&mut *self, quality);
        encoder.encode_image(picture).is_ok()
    }

    /// Whether it is worth trying, judged by strips from all over the picture: most of the time here goes into
    /// encodings that turn out too long.
    fn may_fit(&mut self, picture: &Upright<'_>, quality: u8) -> bool {
        let Some(strips) = Strips::new(picture) else {
            return true;
        };
        self.fits(strips, quality)
            && self.jpeg.len() * usize::from(STRIPS_APART) <= JPEG_MAX_BYTES / 100 * (100 + DOUBT)
    }
}

/// One strip of [`STRIP`] rows in [`STRIPS_APART`], one below the other.
struct Strips<'a> {
    picture: &'a Upright<'a>,
    count: u16,
}

impl<'a> Strips<'a> {
    /// `None` for a picture that is too low to be judged by strips.
    fn new(picture: &'a Upright<'a>) -> Option<Strips<'a>> {
        let count = picture.height() / (STRIP * STRIPS_APART);
        (count >= STRIPS_MIN).then_some(Strips { picture, count })
    }
}

impl ImageBuffer for Strips<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        self.picture.get_jpeg_color_type()
    }

    fn width(&self) -> u16 {
        self.picture.width()
    }

    fn height(&self) -> u16 {
        self.count * STRIP
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let row = y / STRIP * STRIP * STRIPS_APART + y % STRIP;
        self.picture.fill_buffers(row, buffers);
    }
}

impl std::io::Write for &mut Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.jpeg.len() + bytes.len() > JPEG_MAX_BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.jpeg.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
