//! Which way is up: the rows of a picture as they are to be seen, read where they lie.
//!
//! Never copies the picture: turned row by row as it is written, a large one needs its room once.

use jpeg_encoder::{ImageBuffer, JpegColorType, rgb_to_ycbcr};
use zeroize::Zeroizing;

use crate::decode::Pixels;

/// How a stored picture is brought upright (EXIF 2.32, tag 0x0112).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    None,
    /// Left and right change places.
    Mirror,
    Half,
    /// Top and bottom change places.
    Flip,
    /// About the diagonal from the top left.
    Transpose,
    /// A quarter clockwise.
    Right,
    /// About the other diagonal.
    Transverse,
    /// A quarter counter-clockwise.
    Left,
}

impl Turn {
    /// From the number that the tag holds; one that is none of them turns nothing.
    pub(crate) fn from_exif(number: u32) -> Turn {
        match number {
            2 => Turn::Mirror,
            3 => Turn::Half,
            4 => Turn::Flip,
            5 => Turn::Transpose,
            6 => Turn::Right,
            7 => Turn::Transverse,
            8 => Turn::Left,
            _ => Turn::None,
        }
    }

    fn changes_sides(self) -> bool {
        matches!(
            self,
            Turn::Transpose | Turn::Right | Turn::Transverse | Turn::Left
        )
    }
}

/// A picture, upright.
pub(crate) struct Upright<'a> {
    pixels: &'a Pixels,
    turn: Turn,
    width: u16,
    height: u16,
}

impl<'a> Upright<'a> {
    /// `None` for a side that no JPEG can have.
    pub(crate) fn new(pixels: &'a Pixels, turn: Turn) -> Option<Upright<'a>> {
        let width = u16::try_from(pixels.width).ok()?;
        let height = u16::try_from(pixels.height).ok()?;
        let (width, height) = if turn.changes_sides() {
            (height, width)
        } else {
            (width, height)
        };
        Some(Upright {
            pixels,
            turn,
            width,
            height,
        })
    }

    /// Width and height in pixels, as seen.
    pub(crate) fn sides(&self) -> (u32, u32) {
        (self.width.into(), self.height.into())
    }

    /// The stored pixel that a row begins with, and how far the next one of the row is.
    fn row(&self, row: usize) -> (usize, isize) {
        let (width, height) = (self.pixels.width, self.pixels.height);
        let last = (height - 1) * width;
        let down = width.cast_signed();
        match self.turn {
            Turn::None => (row * width, 1),
            Turn::Mirror => (row * width + width - 1, -1),
            Turn::Half => (last - row * width + width - 1, -1),
            Turn::Flip => (last - row * width, 1),
            Turn::Transpose => (row, down),
            Turn::Right => (last + row, -down),
            Turn::Transverse => (last + width - 1 - row, -down),
            Turn::Left => (width - 1 - row, down),
        }
    }
}

impl ImageBuffer for Upright<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.pixels.channels == 1 {
            JpegColorType::Luma
        } else {
            JpegColorType::Ycbcr
        }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (at, step) = self.row(y.into());
        let channels = self.pixels.channels;
        if step == 1 {
            // Most pictures stand upright already: their rows lie as they are to be read.
            let row = self.pixels.data.get(at * channels..).unwrap_or_default();
            let length = usize::from(self.width) * channels;
            self.push(buffers, row.get(..length).unwrap_or(row));
        } else {
            let mut at = at;
            let mut row = Zeroizing::new(Vec::with_capacity(usize::from(self.width) * channels));
            for _ in 0..self.width {
                row.extend_from_slice(self.pixels.at(at));
                at = at.saturating_add_signed(step);
            }
            self.push(buffers, &row);
        }
    }
}

impl Upright<'_> {
    /// Adds pixels, as stored, to the row that is being written.
    fn push(&self, buffers: &mut [Vec<u8>; 4], stored: &[u8]) {
        let [first, second, third, _] = buffers;
        if self.pixels.channels == 1 {
            first.extend_from_slice(stored);
            return;
        }
        let (pixels, _) = stored.as_chunks::<3>();
        if self.pixels.ycbcr {
            first.extend(pixels.iter().map(|[y, _, _]| y));
            second.extend(pixels.iter().map(|[_, cb, _]| cb));
            third.extend(pixels.iter().map(|[_, _, cr]| cr));
        } else {
            for [r, g, b] in pixels {
                let (y, cb, cr) = rgb_to_ycbcr(*r, *g, *b);
                first.push(y);
                second.push(cb);
                third.push(cr);
            }
        }
    }
}
