//! Small files that say or hold large pictures: refused by their header, in little memory.

use std::io::Write;

use photograph::{Refusal, clean};

use crate::boxes::{chunk, riff, three, webp_of};
use crate::samples::{jpeg, lossless_webp, png, progressive, quarters, quarters_of};
use crate::size::in_a_child;

/// A PNG of one colour, its rows packed to next to nothing.
fn png_of(width: u32, height: u32, depth: u8, colour: u8, line: usize) -> Vec<u8> {
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[depth, colour, 0, 0, 0],
    ]
    .concat();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let row = vec![0; line + 1];
    for _ in 0..height {
        packed.write_all(&row).unwrap();
    }
    let data = packed.finish().unwrap();
    [
        crate::samples::png(&quarters_of(2, 2))[..8].to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &data),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// Overwrites the sides in a JPEG's frame header.
fn jpeg_saying(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut out = jpeg.to_vec();
    let frame = out
        .windows(2)
        .position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc2])
        .unwrap();
    out[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    out[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    out
}

fn png_saying(width: u32, height: u32) -> Vec<u8> {
    png_saying_with(width, height, 8, 2)
}

fn png_saying_with(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let file = png(&quarters());
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[depth, colour, 0, 0, 0],
    ]
    .concat();
    [&file[..8], &chunk(b"IHDR", &header), &file[33..]].concat()
}

fn webp_saying(width: usize, height: usize) -> Vec<u8> {
    let mut file = lossless_webp(&quarters());
    let sides = (width - 1) | (height - 1) << 14;
    file[21..25].copy_from_slice(&(sides as u32).to_le_bytes());
    file
}

fn canvas_saying(width: usize, height: usize) -> Vec<u8> {
    let file = lossless_webp(&quarters());
    let head = [&[0; 4], &three(width - 1)[..], &three(height - 1)].concat();
    webp_of(&[riff(b"VP8X", &head), file[12..].to_vec()])
}

#[test]
fn a_header_of_a_thousand_million_pixels_is_refused_in_every_format() {
    let many = Refusal::TooManyPixels;
    let jpg = jpeg(&quarters());
    for (name, file) in [
        ("jpeg", jpeg_saying(&jpg, 40_000, 25_000)),
        ("jpeg, widest", jpeg_saying(&jpg, 65_535, 65_535)),
        (
            "progressive",
            jpeg_saying(&progressive(&quarters()), 40_000, 25_000),
        ),
        ("png", png_saying(40_000, 25_000)),
        ("png, widest", png_saying(0x7fff_ffff, 0x7fff_ffff)),
        ("png, all bits", png_saying_with(u32::MAX, u32::MAX, 16, 6)),
        ("png, a line", png_saying(20_000_000, 1)),
        ("webp canvas", canvas_saying(1 << 24, 1 << 24)),
        ("webp canvas, wide", canvas_saying(40_000, 25_000)),
        ("png, whole", png_of(40_000, 25_000, 1, 0, 5_000)),
    ] {
        assert_eq!(clean(&file).err(), Some(many), "{name}");
    }
    // 14 bits a side is all that the picture itself can say: 268 million.
    assert_eq!(clean(&webp_saying(16_384, 16_384)).err(), Some(many));
    assert_eq!(clean(&png_saying(0, 10)).err(), Some(Refusal::Broken));
    assert_eq!(
        clean(&jpeg_saying(&jpg, 10, 0)).err(),
        Some(Refusal::Broken)
    );
}

#[test]
fn a_bomb_is_refused_in_little_memory() {
    for (name, file) in [
        ("png", png_of(40_000, 25_000, 1, 0, 5_000)),
        ("png", png_of(5_000, 5_100, 16, 6, 40_000)),
        ("jpeg", jpeg_saying(&jpeg(&quarters()), 65_535, 65_535)),
        ("webp", webp_saying(16_384, 16_384)),
        ("codes", many_codes()),
    ] {
        let (answer, peak) = in_a_child(&file);
        assert_eq!(answer, "TooManyPixels", "{name}");
        assert!(peak < 40 << 20, "{name}: {} MiB", peak >> 20);
    }
}

#[test]
fn the_largest_pictures_that_are_taken_stay_within_the_memory() {
    for (name, file) in [
        ("rgb", png_of(5_000, 5_000, 8, 2, 15_000)),
        ("rgba", png_of(5_000, 4_970, 8, 6, 20_000)),
        ("sixteen", png_of(5_000, 4_970, 16, 6, 40_000)),
        ("grey", png_of(65_000, 380, 8, 0, 65_000)),
    ] {
        let (answer, peak) = in_a_child(&file);
        assert_eq!(answer, "clean", "{name}");
        assert!(peak < 150 << 20, "{name}: {} MiB", peak >> 20);
    }
}

/// Bits, least significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: usize, count: usize) {
        for n in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> n & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// A code of one symbol.
    fn single(&mut self, symbol: usize) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }

    /// A code of ten lengths, which the decoder makes a table of 4 KiB of: 1, 2 … 9, 10, 10.
    fn deep(&mut self) {
        self.put(0, 1);
        self.put(15, 4);
        // Sixteen lengths of equal length, 4: every symbol of the code for lengths but 15, 14 and 13.
        let order = [
            17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        ];
        for symbol in order {
            self.put(if !(13..=15).contains(&symbol) { 4 } else { 0 }, 3);
        }
        // At most eleven lengths follow.
        self.put(1, 1);
        self.put(1, 3);
        self.put(9, 4);
        for length in (1..=10).chain([10]) {
            // Codes are written from their first bit.
            self.put(usize::from((length as u8).reverse_bits() >> 4), 4);
        }
    }
}

/// A lossless WebP of 128 by 128 pixels that asks for 65,536 groups of five codes with deep tables: 1.3 GiB.
fn many_codes() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    bits.put(127, 14);
    bits.put(127, 14);
    bits.put(0, 4);
    // No transform, no cache, an entropy image of blocks of 4 by 4 whose only colour says group 65,535.
    bits.put(0, 1);
    bits.put(0, 1);
    bits.put(1, 1);
    bits.put(0, 3);
    bits.put(0, 1);
    [255, 255, 0, 255, 0]
        .into_iter()
        .for_each(|symbol| bits.single(symbol));
    for _ in 0..65_536 {
        (0..5).for_each(|_| bits.deep());
    }
    bits.bytes.resize(bits.bytes.len() + 64, 0);
    webp_of(&[riff(b"VP8L", &bits.bytes)])
}
