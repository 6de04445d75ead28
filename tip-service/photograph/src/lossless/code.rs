//! Bits and prefix codes of a lossless WebP stream (RFC 9649 section 3.7), read to be measured.
//!
//! Never reads past the end, and gives up where the decoder would.

use crate::found::bytes;

const MAX_LENGTH: usize = 15;
/// Order in which the lengths of the code for lengths are written.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];
/// The decoder looks codes up to this length up in a table of 4-byte entries; longer ones hang in a tree below.
const TABLE_BITS: usize = 10;
/// Nodes below, two a symbol, 16 bytes each, twice for a vector that grew.
const NODE_BYTES: u64 = 64;
/// What the allocator takes for a table and a tree, however short.
const AROUND: u64 = 96;

/// Bits, least significant first.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Bits<'a> {
        Bits { data, at: 0 }
    }

    /// The next `count` bits, 24 at most.
    pub(super) fn read(&mut self, count: usize) -> Option<usize> {
        if self.at + count > self.data.len() * 8 {
            return None;
        }
        let window = bytes::<4>(self.data, self.at / 8).unwrap_or_else(|| {
            let tail = self.data.get(self.at / 8..).unwrap_or_default();
            let mut window = [0; 4];
            window
                .iter_mut()
                .zip(tail)
                .for_each(|(to, from)| *to = *from);
            window
        });
        let value = (u32::from_le_bytes(window) >> (self.at % 8)) & ((1 << count) - 1);
        self.at += count;
        usize::try_from(value).ok()
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.read(1)? == 1)
    }
}

/// A prefix code: how many symbols have each length, and the symbols in the order of their codes.
pub(super) struct Code {
    counts: [usize; MAX_LENGTH + 1],
    symbols: Vec<usize>,
    /// What the decoder makes of it, in bytes.
    pub(super) memory: u64,
}

impl Code {
    /// A code for `alphabet` symbols, as it is written in the stream.
    pub(super) fn read(bits: &mut Bits<'_>, alphabet: usize) -> Option<Code> {
        if bits.flag()? {
            return Code::simple(bits, alphabet);
        }
        let written = 4 + bits.read(4)?;
        let mut lengths = [0; 19];
        for at in ORDER.iter().take(written) {
            *lengths.get_mut(*at)? = bits.read(3)?;
        }
        let code = Code::build(&lengths)?;
        let mut left = alphabet;
        if bits.flag()? {
            let size = 2 + 2 * bits.read(3)?;
            left = 2 + bits.read(size)?;
            if left > alphabet {
                return None;
            }
        }
        let mut lengths = Vec::with_capacity(alphabet);
        let mut before = 8;
        while lengths.len() < alphabet && left > 0 {
            left -= 1;
            let (length, times) = match code.next(bits)? {
                16 => (before, 3 + bits.read(2)?),
                17 => (0, 3 + bits.read(3)?),
                18 => (0, 11 + bits.read(7)?),
                length => (length, 1),
            };
            if lengths.len() + times > alphabet {
                return None;
            }
            if length != 0 {
                before = length;
            }
            lengths.resize(lengths.len() + times, length);
        }
        Code::build(&lengths)
    }

    fn simple(bits: &mut Bits<'_>, alphabet: usize) -> Option<Code> {
        let two = bits.flag()?;
        let size = if bits.flag()? { 8 } else { 1 };
        let mut symbols = vec![bits.read(size)?];
        if two {
            symbols.push(bits.read(8)?);
        }
        let mut counts = [0; MAX_LENGTH + 1];
        *counts.get_mut(1)? = symbols.len();
        let memory = if two { AROUND + NODE_BYTES } else { 0 };
        let known = symbols.iter().all(|symbol| *symbol < alphabet);
        known.then_some(Code {
            counts,
            symbols,
            memory,
        })
    }

    /// A code from the length of each symbol's; only a complete one, or one of a single symbol, is a code.
    fn build(lengths: &[usize]) -> Option<Code> {
        let mut counts = [0_usize; MAX_LENGTH + 1];
        for length in lengths.iter().filter(|length| **length > 0) {
            *counts.get_mut(*length)? += 1;
        }
        let of_length = |n: usize| {
            let symbols = lengths.iter().enumerate();
            symbols.filter(move |(_, length)| **length == n)
        };
        let longest = counts.iter().rposition(|count| *count > 0)?;
        let symbols: Vec<usize> = (1..=longest)
            .filter(|n| counts.get(*n).is_some_and(|count| *count > 0))
            .flat_map(of_length)
            .map(|(symbol, _)| symbol)
            .collect();
        let memory = if symbols.len() == 1 {
            0
        } else {
            let mut room = 1_usize;
            for count in counts.iter().skip(1).take(longest) {
                room = (room * 2).checked_sub(*count)?;
            }
            if room != 0 {
                return None;
            }
            let below: usize = counts.iter().skip(TABLE_BITS + 1).sum();
            (4 << longest.min(TABLE_BITS)) + NODE_BYTES * below as u64 + AROUND
        };
        Some(Code {
            counts,
            symbols,
            memory,
        })
    }

    /// The next symbol; a code of a single symbol takes no bit.
    pub(super) fn next(&self, bits: &mut Bits<'_>) -> Option<usize> {
        if let [only] = self.symbols[..] {
            return Some(only);
        }
        let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
        for count in self.counts.iter().skip(1) {
            code |= bits.read(1)?;
            if code < first + count {
                return self.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}
