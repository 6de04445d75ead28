//! Writes the clean copy: a JPEG of tables, frame and one scan, nothing else.
//!
//! Never writes a segment that could tell anything: not even the JFIF header, whose density came from nowhere.

use jpeg_encoder::Encoder;
use zeroize::Zeroizing;

use crate::decode::Pixels;
use crate::shrink::shrink;
use crate::upright::{Turn, Upright};
use crate::{JPEG_MAX_BYTES, Refusal};

/// Tried in this order; then the picture is made smaller.
const QUALITIES: [u8; 3] = [85, 75, 65];
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
            out.jpeg.clear();
            if Encoder::new(&mut out, quality)
                .encode_image(upright)
                .is_ok()
            {
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
