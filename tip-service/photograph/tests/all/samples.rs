//! Pictures to test with, made by encoders that are not ours.

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use jpeg_encoder::{ColorType, Encoder};

/// A raw picture, RGB.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
}

/// Colours of the four quarters: top left, top right, bottom left, bottom right.
pub(crate) const QUARTERS: [[u8; 3]; 4] =
    [[220, 30, 30], [30, 200, 40], [30, 40, 220], [240, 240, 60]];

/// Four quarters of unlike colours, wider than high.
pub(crate) fn quarters() -> Raw {
    quarters_of(96, 64)
}

pub(crate) fn quarters_of(width: usize, height: usize) -> Raw {
    let rgb = (0..width * height)
        .flat_map(|n| {
            let (x, y) = (n % width, n / width);
            QUARTERS[usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2)]
        })
        .collect();
    Raw { width, height, rgb }
}

/// What no encoder can make small.
pub(crate) fn noise(width: usize, height: usize) -> Raw {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    let rgb = (0..width * height * 3).map(|_| next()).collect();
    Raw { width, height, rgb }
}

/// What a camera sees, roughly: soft slopes and a little grain.
pub(crate) fn scene(width: usize, height: usize) -> Raw {
    let grain = noise(257, 257).rgb;
    let rgb = (0..width * height)
        .flat_map(|n| {
            let (x, y) = (n % width, n / width);
            let slope = (x * 130 / width + y * 60 / height) as u8;
            let texture = ((x / 7) ^ (y / 5)) as u8 & 15;
            [0, 1, 2]
                .map(|c| slope + texture + (grain[(n * 3 + c) % grain.len()] >> 5) + c as u8 * 9)
        })
        .collect();
    Raw { width, height, rgb }
}

impl Raw {
    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        self.rgb[at..at + 3].try_into().unwrap()
    }

    pub(crate) fn grey(&self) -> Vec<u8> {
        self.rgb
            .chunks_exact(3)
            .map(|p| ((u32::from(p[0]) + u32::from(p[1]) * 2 + u32::from(p[2])) / 4) as u8)
            .collect()
    }

    pub(crate) fn rgba(&self) -> Vec<u8> {
        self.rgb
            .chunks_exact(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect()
    }
}

pub(crate) fn sides(raw: &Raw) -> (u16, u16) {
    (raw.width as u16, raw.height as u16)
}

pub(crate) fn jpeg_with(raw: &Raw, change: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    change(&mut encoder);
    let (width, height) = sides(raw);
    encoder
        .encode(&raw.rgb, width, height, ColorType::Rgb)
        .unwrap();
    out
}

pub(crate) fn jpeg(raw: &Raw) -> Vec<u8> {
    jpeg_with(raw, |_| {})
}

pub(crate) fn progressive(raw: &Raw) -> Vec<u8> {
    jpeg_with(raw, |encoder| encoder.set_progressive(true))
}

pub(crate) fn png_with(
    raw: &Raw,
    colour: png::ColorType,
    depth: png::BitDepth,
    data: &[u8],
    change: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, raw.width as u32, raw.height as u32);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    change(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    out
}

pub(crate) fn png(raw: &Raw) -> Vec<u8> {
    png_with(
        raw,
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &raw.rgb,
        |_| {},
    )
}

/// Half as strong everywhere: over white it is pale.
pub(crate) fn faint_png(raw: &Raw) -> Vec<u8> {
    let rgba: Vec<u8> = raw
        .rgb
        .chunks_exact(3)
        .flat_map(|p| [p[0], p[1], p[2], 128])
        .collect();
    png_with(
        raw,
        png::ColorType::Rgba,
        png::BitDepth::Eight,
        &rgba,
        |_| {},
    )
}

pub(crate) fn lossless_webp(raw: &Raw) -> Vec<u8> {
    let mut out = Vec::new();
    image_webp::WebPEncoder::new(&mut out)
        .encode(
            &raw.rgb,
            raw.width as u32,
            raw.height as u32,
            image_webp::ColorType::Rgb8,
        )
        .unwrap();
    out
}

/// What Debian's cwebp makes of a PNG.
pub(crate) fn cwebp(png: &[u8], options: &[&str]) -> Vec<u8> {
    let mut child = Command::new("cwebp")
        .args(["-quiet"])
        .args(options)
        .args(["-o", "-", "--", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cwebp is installed (apt-get install webp)");
    child.stdin.take().unwrap().write_all(png).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// A JPEG decoded by a decoder that is told nothing: RGB.
pub(crate) fn seen(jpeg: &[u8]) -> Raw {
    let options = zune_core::options::DecoderOptions::default()
        .jpeg_set_out_colorspace(zune_core::colorspace::ColorSpace::RGB);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(Cursor::new(jpeg), options);
    let rgb = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    Raw { width, height, rgb }
}
