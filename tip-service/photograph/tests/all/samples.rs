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

    fn grey(&self) -> Vec<u8> {
        self.rgb
            .chunks_exact(3)
            .map(|p| ((u32::from(p[0]) + u32::from(p[1]) * 2 + u32::from(p[2])) / 4) as u8)
            .collect()
    }

    fn rgba(&self) -> Vec<u8> {
        self.rgb
            .chunks_exact(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect()
    }
}

fn sides(raw: &Raw) -> (u16, u16) {
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

/// Four inks, 255 being none; written as they are or turned to YCCK.
pub(crate) fn inks(raw: &Raw, kind: ColorType) -> Vec<u8> {
    let cmyk: Vec<u8> = raw
        .rgb
        .chunks_exact(3)
        .flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0])
        .collect();
    let mut out = Vec::new();
    let (width, height) = sides(raw);
    Encoder::new(&mut out, 90)
        .encode(&cmyk, width, height, kind)
        .unwrap();
    out
}

fn grey_jpeg(raw: &Raw) -> Vec<u8> {
    let mut out = Vec::new();
    let (width, height) = sides(raw);
    Encoder::new(&mut out, 90)
        .encode(&raw.grey(), width, height, ColorType::Luma)
        .unwrap();
    out
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

fn deep_png(raw: &Raw) -> Vec<u8> {
    let deep: Vec<u8> = raw.rgb.iter().flat_map(|v| [*v, 77]).collect();
    png_with(
        raw,
        png::ColorType::Rgb,
        png::BitDepth::Sixteen,
        &deep,
        |_| {},
    )
}

fn palette_png(raw: &Raw) -> Vec<u8> {
    let index: Vec<u8> = raw
        .rgb
        .chunks_exact(3)
        .map(|p| QUARTERS.iter().position(|q| q == p).unwrap_or(0) as u8)
        .collect();
    png_with(
        raw,
        png::ColorType::Indexed,
        png::BitDepth::Eight,
        &index,
        |encoder| {
            encoder.set_palette(QUARTERS.concat());
            encoder.set_trns(vec![255, 255, 255, 255]);
        },
    )
}

fn grey_alpha_png(raw: &Raw) -> Vec<u8> {
    let data: Vec<u8> = raw.grey().iter().flat_map(|v| [*v, 255]).collect();
    png_with(
        raw,
        png::ColorType::GrayscaleAlpha,
        png::BitDepth::Eight,
        &data,
        |_| {},
    )
}

/// Three pictures, the later ones black.
fn moving_png(raw: &Raw) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, raw.width as u32, raw.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(3, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&raw.rgb).unwrap();
    for _ in 0..2 {
        writer.write_image_data(&vec![0; raw.rgb.len()]).unwrap();
    }
    writer.finish().unwrap();
    out
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

fn alpha_webp(raw: &Raw) -> Vec<u8> {
    let mut out = Vec::new();
    image_webp::WebPEncoder::new(&mut out)
        .encode(
            &raw.rgba(),
            raw.width as u32,
            raw.height as u32,
            image_webp::ColorType::Rgba8,
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

/// A RIFF chunk.
pub(crate) fn riff(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = kind.to_vec();
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// A WebP file of these chunks.
pub(crate) fn webp_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    riff(b"RIFF", &[b"WEBP".to_vec(), chunks.concat()].concat())
}

/// Three bytes, little-endian.
pub(crate) fn three(number: usize) -> [u8; 3] {
    [number as u8, (number >> 8) as u8, (number >> 16) as u8]
}

/// Two pictures, the second one black.
fn moving_webp(raw: &Raw) -> Vec<u8> {
    let black = Raw {
        rgb: vec![0; raw.rgb.len()],
        ..raw.clone()
    };
    let frame = |raw: &Raw| {
        let file = lossless_webp(raw);
        let (width, height) = (three(raw.width - 1), three(raw.height - 1));
        let head = [&[0; 6], &width[..], &height, &[100, 0, 0, 0]].concat();
        riff(b"ANMF", &[&head, &file[12..]].concat())
    };
    let extended = [
        &[2, 0, 0, 0],
        &three(raw.width - 1)[..],
        &three(raw.height - 1),
    ]
    .concat();
    webp_of(&[
        riff(b"VP8X", &extended),
        riff(b"ANIM", &[255, 255, 255, 255, 0, 0]),
        frame(raw),
        frame(&black),
    ])
}

/// A picture in a format: a name with its extension, the bytes, and whether colours are in it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) coloured: bool,
}

/// The same picture in every format and flavour that is taken.
pub(crate) fn formats(raw: &Raw) -> Vec<Sample> {
    let png_file = png(raw);
    let coloured = [
        ("baseline.jpg", jpeg(raw)),
        ("progressive.jpg", progressive(raw)),
        (
            "restarts.jpg",
            jpeg_with(raw, |e| e.set_restart_interval(2)),
        ),
        (
            "sequential.jpg",
            jpeg_with(raw, |e| e.set_optimized_huffman_tables(true)),
        ),
        ("inks.jpg", inks(raw, ColorType::Cmyk)),
        ("inks-ycck.jpg", inks(raw, ColorType::CmykAsYcck)),
        ("plain.png", png_file.clone()),
        ("sixteen.png", deep_png(raw)),
        ("palette.png", palette_png(raw)),
        ("moving.png", moving_png(raw)),
        ("lossless.webp", lossless_webp(raw)),
        ("alpha.webp", alpha_webp(raw)),
        ("moving.webp", moving_webp(raw)),
        ("lossy.webp", cwebp(&png_file, &["-q", "90"])),
        ("groups.webp", cwebp(&png_file, &["-lossless", "-z", "9"])),
        (
            "lossy-alpha.webp",
            cwebp(&faint_opaque(raw), &["-q", "90", "-exact"]),
        ),
    ];
    let grey = [
        ("grey.jpg", grey_jpeg(raw)),
        ("grey-alpha.png", grey_alpha_png(raw)),
    ];
    let sample = |coloured| {
        move |(name, bytes)| Sample {
            name,
            bytes,
            coloured,
        }
    };
    let coloured = coloured.into_iter().map(sample(true));
    coloured
        .chain(grey.into_iter().map(sample(false)))
        .collect()
}

/// A PNG with a transparency that hardly shows, so that it is kept.
fn faint_opaque(raw: &Raw) -> Vec<u8> {
    let rgba: Vec<u8> = raw
        .rgb
        .chunks_exact(3)
        .flat_map(|p| [p[0], p[1], p[2], 252])
        .collect();
    png_with(
        raw,
        png::ColorType::Rgba,
        png::BitDepth::Eight,
        &rgba,
        |_| {},
    )
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

/// A PNG chunk with its checksum.
pub(crate) fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = (body.len() as u32).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(body);
    out.extend(crc32fast::hash(&out[4..]).to_be_bytes());
    out
}

/// Puts a chunk behind a PNG's header.
pub(crate) fn png_plus(png: &[u8], more: &[u8]) -> Vec<u8> {
    [&png[..33], more, &png[33..]].concat()
}

/// Puts a segment behind a JPEG's start.
pub(crate) fn jpeg_plus(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, body, &jpeg[2..]].concat()
}
