//! The same picture in every format and flavour that is taken.

use jpeg_encoder::{ColorType, Encoder};

use crate::boxes::{riff, three, webp_of};
use crate::samples::{
    QUARTERS, Raw, cwebp, jpeg, jpeg_with, lossless_webp, png, png_with, progressive, sides,
};

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
