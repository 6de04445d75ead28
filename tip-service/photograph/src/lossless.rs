//! How much memory a lossless WebP stream (RFC 9649 section 3) makes its decoder take beside the pixels.
//!
//! A few bytes of the stream can ask for a table of 4 KiB, and there may be 300,000 of them: the prefix codes are read
//! here first, without room being made for their tables. Decodes no pixel of the picture itself.

mod code;

use code::{Bits, Code};

use crate::budget::MAX_PIXELS;

/// Symbols for lengths of copies.
const LENGTHS: usize = 24;
const ALPHABETS: [usize; 5] = [256 + LENGTHS, 256, 256, 256, 40];
/// Five codes of a group as the decoder holds them, thrice for a vector that grew.
const GROUP_BYTES: u64 = 3 * 5 * 56;
/// Above the first sign of a stream that is not to be decoded, in bytes.
const ENOUGH: u64 = 128 << 20;

/// Distances of the first 120 codes, columns and rows back.
#[rustfmt::skip]
const NEAR: [(i8, u8); 120] = [
    (0, 1),  (1, 0),  (1, 1),  (-1, 1), (0, 2),  (2, 0),  (1, 2),  (-1, 2),
    (2, 1),  (-2, 1), (2, 2),  (-2, 2), (0, 3),  (3, 0),  (1, 3),  (-1, 3),
    (3, 1),  (-3, 1), (2, 3),  (-2, 3), (3, 2),  (-3, 2), (0, 4),  (4, 0),
    (1, 4),  (-1, 4), (4, 1),  (-4, 1), (3, 3),  (-3, 3), (2, 4),  (-2, 4),
    (4, 2),  (-4, 2), (0, 5),  (3, 4),  (-3, 4), (4, 3),  (-4, 3), (5, 0),
    (1, 5),  (-1, 5), (5, 1),  (-5, 1), (2, 5),  (-2, 5), (5, 2),  (-5, 2),
    (4, 4),  (-4, 4), (3, 5),  (-3, 5), (5, 3),  (-5, 3), (0, 6),  (6, 0),
    (1, 6),  (-1, 6), (6, 1),  (-6, 1), (2, 6),  (-2, 6), (6, 2),  (-6, 2),
    (4, 5),  (-4, 5), (5, 4),  (-5, 4), (3, 6),  (-3, 6), (6, 3),  (-6, 3),
    (0, 7),  (7, 0),  (1, 7),  (-1, 7), (5, 5),  (-5, 5), (7, 1),  (-7, 1),
    (4, 6),  (-4, 6), (6, 4),  (-6, 4), (2, 7),  (-2, 7), (7, 2),  (-7, 2),
    (3, 7),  (-3, 7), (7, 3),  (-7, 3), (5, 6),  (-5, 6), (6, 5),  (-6, 5),
    (8, 0),  (4, 7),  (-4, 7), (7, 4),  (-7, 4), (8, 1),  (8, 2),  (6, 6),
    (-6, 6), (8, 3),  (5, 7),  (-5, 7), (7, 5),  (-7, 5), (8, 4),  (6, 7),
    (-6, 7), (7, 6),  (-7, 6), (8, 5),  (7, 7),  (-7, 7), (8, 6),  (8, 7),
];

/// Bytes the decoder takes for transforms, entropy image and codes of a stream without its header; `None` where the
/// stream ends or makes no sense before its pixels begin.
pub(crate) fn memory(stream: &[u8], width: u32, height: u32) -> Option<u64> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Some(ENOUGH);
    }
    let mut bits = Bits::new(stream);
    let (mut width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    let mut total = 0;
    let mut seen = [false; 4];
    while bits.flag()? {
        let kind = bits.read(2)?;
        if std::mem::replace(seen.get_mut(kind)?, true) {
            return None;
        }
        match kind {
            0 | 1 => {
                let size = 2 + bits.read(3)?;
                let image = image(
                    &mut bits,
                    width.div_ceil(1 << size),
                    height.div_ceil(1 << size),
                )?;
                total += image.len() as u64 * 4;
            }
            2 => {}
            _ => {
                let colours = 1 + bits.read(8)?;
                image(&mut bits, colours, 1)?;
                let packed = [(2, 3), (4, 2), (16, 1)];
                let packed = packed.iter().find(|(most, _)| colours <= *most);
                width = width.div_ceil(1 << packed.map_or(0, |(_, by)| *by));
            }
        }
    }
    let cache = cache_bits(&mut bits)?;
    let mut groups = 1;
    if bits.flag()? {
        let size = 2 + bits.read(3)?;
        let image = image(
            &mut bits,
            width.div_ceil(1 << size),
            height.div_ceil(1 << size),
        )?;
        let highest = image.iter().map(|pixel| pixel >> 8 & 0xffff).max()?;
        groups += usize::try_from(highest).ok()?;
        total += image.len() as u64 * 6;
    }
    for _ in 0..groups {
        total += GROUP_BYTES;
        for code in group(&mut bits, cache)? {
            total += code.memory;
        }
        if total > ENOUGH {
            break;
        }
    }
    Some(total)
}

/// The five codes of a group.
fn group(bits: &mut Bits<'_>, cache: usize) -> Option<Vec<Code>> {
    let cached = if cache == 0 { 0 } else { 1 << cache };
    let mut more = cached;
    let alphabets = ALPHABETS.iter();
    alphabets
        .map(|size| Code::read(bits, size + std::mem::take(&mut more)))
        .collect()
}

/// How many bits the index of a colour has in the cache; 0 without one.
fn cache_bits(bits: &mut Bits<'_>) -> Option<usize> {
    if !bits.flag()? {
        return Some(0);
    }
    bits.read(4).filter(|size| (1..=11).contains(size))
}

/// An image that serves the picture's decoding, ARGB.
fn image(bits: &mut Bits<'_>, width: usize, height: usize) -> Option<Vec<u32>> {
    let cache_size = cache_bits(bits)?;
    let codes = group(bits, cache_size)?;
    let [green, red, blue, alpha, distance] = &codes[..] else {
        return None;
    };
    let length = width * height;
    let mut pixels: Vec<u32> = Vec::with_capacity(length);
    let mut cache = vec![0_u32; 1 << cache_size];
    let mut cached = 0;
    while pixels.len() < length {
        let symbol = green.next(bits)?;
        if symbol < 256 {
            let (red, blue, alpha) = (red.next(bits)?, blue.next(bits)?, alpha.next(bits)?);
            let pixel = alpha << 24 | red << 16 | symbol << 8 | blue;
            pixels.push(u32::try_from(pixel).ok()?);
        } else if symbol < 256 + LENGTHS {
            let count = span(bits, symbol - 256)?;
            let code = distance.next(bits)?;
            let back = back(span(bits, code)?, width)?;
            let from = pixels.len().checked_sub(back)?;
            if pixels.len() + count > length {
                return None;
            }
            for n in 0..count {
                pixels.push(*pixels.get(from + n)?);
            }
        } else {
            for pixel in pixels.get(cached..)? {
                *cache.get_mut(slot(*pixel, cache_size))? = *pixel;
            }
            cached = pixels.len();
            pixels.push(*cache.get(symbol - 256 - LENGTHS)?);
        }
    }
    Some(pixels)
}

/// Where a colour lies in the cache.
fn slot(pixel: u32, size: usize) -> usize {
    let mixed = pixel.wrapping_mul(0x1e35_a7bd);
    usize::try_from(mixed >> (32 - size.max(1))).unwrap_or(0)
}

/// A length or distance from its symbol and the bits behind it.
fn span(bits: &mut Bits<'_>, symbol: usize) -> Option<usize> {
    if symbol < 4 {
        return Some(symbol + 1);
    }
    let extra = (symbol - 2) >> 1;
    Some(((2 + (symbol & 1)) << extra) + bits.read(extra)? + 1)
}

/// How many pixels back a distance reaches.
fn back(code: usize, width: usize) -> Option<usize> {
    if code > NEAR.len() {
        return Some(code - NEAR.len());
    }
    let (across, down) = *NEAR.get(code - 1)?;
    let rows = usize::from(down) * width;
    Some(rows.saturating_add_signed(across.into()).max(1))
}
