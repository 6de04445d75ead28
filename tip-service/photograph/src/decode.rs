//! From a picture taken apart to its pixels: grey, RGB or YCbCr, 8 bits a channel, white where it was transparent.
//!
//! The decoders are foreign code on foreign bytes: they are strict, they get no more room than was reckoned from the
//! header, and whoever calls this catches their panics. Never gives out half a picture.

use std::io::Cursor;

use image_webp::WebPDecoder;
use png::{ColorType, Transformations};
use zeroize::Zeroizing;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::budget::ASIDE;
use crate::found::{Found, Frame};

/// A decoded picture, as it was stored: not yet upright.
pub(crate) struct Pixels {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 1 (grey) or 3 (RGB or YCbCr).
    pub(crate) channels: usize,
    /// Three channels are YCbCr as a JPEG has them, not RGB.
    pub(crate) ycbcr: bool,
    /// Row by row; wiped when dropped.
    pub(crate) data: Zeroizing<Vec<u8>>,
    /// The ICC profile, where only the decoder could read it.
    pub(crate) profile: Option<Vec<u8>>,
}

impl Pixels {
    /// The channels of a pixel, counted row by row; none beyond the last.
    pub(crate) fn at(&self, pixel: usize) -> &[u8] {
        let at = pixel * self.channels;
        self.data.get(at..at + self.channels).unwrap_or_default()
    }

    fn new(frame: &Frame, channels: usize, profile: Option<Vec<u8>>) -> Option<Pixels> {
        let width = usize::try_from(frame.width).ok()?;
        let height = usize::try_from(frame.height).ok()?;
        let length = width.checked_mul(height)?.checked_mul(channels)?;
        Some(Pixels {
            width,
            height,
            channels,
            ycbcr: false,
            data: Zeroizing::new(vec![0; length]),
            profile,
        })
    }

    /// Puts what has transparency as its last channel on white, where it lies.
    fn on_white(mut self) -> Pixels {
        let opaque = self.channels - 1;
        for pixel in 0..self.width * self.height {
            let (from, to) = (pixel * self.channels, pixel * opaque);
            let alpha = self.data.get(from + opaque).copied().unwrap_or(u8::MAX);
            for channel in 0..opaque {
                let value = self.data.get(from + channel).copied().unwrap_or_default();
                if let Some(place) = self.data.get_mut(to + channel) {
                    *place = mixed(value, alpha);
                }
            }
        }
        self.data.truncate(self.width * self.height * opaque);
        self.channels = opaque;
        self
    }
}

/// A value over white.
fn mixed(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    let sum = value * alpha + 255 * (255 - alpha);
    u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
}

/// `None` for a damaged picture.
pub(crate) fn jpeg(found: &Found<'_>) -> Option<Pixels> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&found.picture[..]), options);
    decoder.decode_headers().ok()?;
    let (space, channels) = match decoder.input_colorspace()? {
        ColorSpace::Luma => (ColorSpace::Luma, 1),
        // A JPEG is written again: without a profile to apply, its colours need not go by way of RGB.
        ColorSpace::YCbCr if found.profile.is_none() => (ColorSpace::YCbCr, 3),
        _ => (ColorSpace::RGB, 3),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let mut pixels = Pixels::new(&found.frame, channels, None)?;
    pixels.ycbcr = space == ColorSpace::YCbCr;
    let as_told = decoder.dimensions()? == (pixels.width, pixels.height);
    if !as_told || decoder.output_buffer_size()? != pixels.data.len() {
        return None;
    }
    decoder.decode_into(&mut pixels.data).ok()?;
    Some(pixels)
}

/// `None` for a damaged picture.
pub(crate) fn png(found: &Found<'_>) -> Option<Pixels> {
    let limits = png::Limits { bytes: ASIDE };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(&found.picture[..]), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let profile = reader.info().icc_profile.as_ref().map(|p| p.to_vec());
    let (colour, _) = reader.output_color_type();
    let channels = colour.samples();
    let mut pixels = Pixels::new(&found.frame, channels, profile)?;
    if reader.output_buffer_size()? != pixels.data.len() {
        return None;
    }
    reader.next_frame(&mut pixels.data).ok()?;
    reader.finish().ok()?;
    let opaque = matches!(colour, ColorType::Grayscale | ColorType::Rgb);
    Some(if opaque { pixels } else { pixels.on_white() })
}

/// `None` for a damaged picture.
pub(crate) fn webp(found: &Found<'_>) -> Option<Pixels> {
    let mut decoder = WebPDecoder::new(Cursor::new(&found.picture[..])).ok()?;
    decoder.set_memory_limit(ASIDE);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = Pixels::new(&found.frame, channels, None)?;
    if decoder.output_buffer_size()? != pixels.data.len() {
        return None;
    }
    decoder.read_image(&mut pixels.data).ok()?;
    Some(if channels == 4 {
        pixels.on_white()
    } else {
        pixels
    })
}
