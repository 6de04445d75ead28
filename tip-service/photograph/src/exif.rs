//! The little that is read of an EXIF block (TIFF 6.0, EXIF 2.32): which way is up, where it was taken, and what
//! kinds of things it holds.
//!
//! Hostile until shown otherwise: follows no chain, makes room for nothing, looks at four directories at most and at
//! the first entries of each, so that a loop or a directory within a directory costs nothing. Never hands out a word.

use crate::found::bytes;
use crate::upright::Turn;
use crate::{Coordinates, Removed};

/// More entries than any camera writes.
const MAX_ENTRIES: u16 = 512;

const ORIENTATION: u16 = 0x0112;
const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
const GPS_LATITUDE_REF: u16 = 1;
const GPS_LATITUDE: u16 = 2;
const GPS_LONGITUDE_REF: u16 = 3;
const GPS_LONGITUDE: u16 = 4;
/// Latitude, longitude, destination, area.
const PLACES: [u16; 7] = [2, 4, 0x14, 0x16, 0x1c, 0x06, 0x1b];
/// GPS time and day.
const GPS_TIMES: [u16; 2] = [0x07, 0x1d];
/// Changed, taken, digitised, their zones.
const TIMES: [u16; 6] = [0x0132, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012];
/// Make, model, software, host, maker notes, owner, serial numbers, lens, unique id.
const DEVICES: [u16; 13] = [
    0x010f, 0x0110, 0x0131, 0x013c, 0x927c, 0xa430, 0xa431, 0xa432, 0xa433, 0xa434, 0xa435, 0xa420,
    0xc62f,
];
/// Description, artist, copyright, comment, XMP, IPTC, what Windows writes.
const WORDS: [u16; 11] = [
    0x010e, 0x013b, 0x8298, 0x9286, 0x02bc, 0x83bb, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
];
/// Where a thumbnail lies: JPEG, or strips.
const THUMBNAILS: [u16; 2] = [0x0201, 0x0111];

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;

/// An EXIF block that is read where it lies. An empty one holds nothing.
pub(crate) struct Exif<'a> {
    tiff: &'a [u8],
    little: bool,
    main: Option<usize>,
    camera: Option<usize>,
    gps: Option<usize>,
    second: Option<usize>,
}

/// An entry of a directory.
struct Field {
    kind: u16,
    count: u32,
    /// Where its value lies.
    at: usize,
}

impl<'a> Exif<'a> {
    pub(crate) fn new(tiff: &'a [u8]) -> Exif<'a> {
        let mut exif = Exif {
            tiff,
            little: tiff.starts_with(b"II"),
            main: None,
            camera: None,
            gps: None,
            second: None,
        };
        if (exif.little || tiff.starts_with(b"MM")) && exif.short(2) == Some(42) {
            exif.main = exif.offset(4);
            exif.camera = exif.pointer(EXIF_DIRECTORY);
            exif.gps = exif.pointer(GPS_DIRECTORY);
            exif.second = exif.main.and_then(|main| {
                let entries = usize::from(exif.short(main)?);
                exif.offset(main + 2 + entries * 12)
            });
        }
        exif
    }

    /// How the stored picture must be turned to stand upright.
    pub(crate) fn turn(&self) -> Turn {
        self.field(self.main, ORIENTATION)
            .and_then(|field| self.number(&field))
            .map_or(Turn::None, Turn::from_exif)
    }

    /// Where it was taken. Nothing unless both numbers, with their halves of the globe, make sense; a receiver
    /// without a fix writes zero for both.
    pub(crate) fn coordinates(&self) -> Option<Coordinates> {
        let latitude = self.degrees(GPS_LATITUDE, GPS_LATITUDE_REF, [b'N', b'S'], 90.0)?;
        let longitude = self.degrees(GPS_LONGITUDE, GPS_LONGITUDE_REF, [b'E', b'W'], 180.0)?;
        (latitude != 0.0 || longitude != 0.0).then_some(Coordinates {
            latitude,
            longitude,
        })
    }

    /// Kinds of things in it.
    pub(crate) fn holds(&self) -> Vec<Removed> {
        let has = |directory, tags: &[u16]| {
            let has = |tag: &u16| self.field(directory, *tag).is_some();
            tags.iter().any(has)
        };
        let either = |tags: &[u16]| has(self.main, tags) || has(self.camera, tags);
        let mut kinds = Vec::new();
        let mut note = |found, kind| {
            if found {
                kinds.push(kind);
            }
        };
        note(has(self.gps, &PLACES), Removed::Place);
        note(either(&TIMES) || has(self.gps, &GPS_TIMES), Removed::Time);
        note(either(&DEVICES), Removed::Device);
        note(has(self.second, &THUMBNAILS), Removed::Thumbnail);
        note(either(&WORDS), Removed::Words);
        kinds
    }

    fn degrees(&self, tag: u16, half: u16, halves: [u8; 2], most: f64) -> Option<f64> {
        let field = self.field(self.gps, tag)?;
        if field.kind != RATIONAL || field.count == 0 {
            return None;
        }
        let part = |n: usize| match u32::try_from(n) {
            Ok(at) if at < field.count.min(3) => self.rational(field.at + n * 8),
            _ => Some(0.0),
        };
        let degrees = part(0)? + part(1)? / 60.0 + part(2)? / 3600.0;
        let half = self.field(self.gps, half)?;
        if half.kind != ASCII {
            return None;
        }
        let half = self.tiff.get(half.at)?.to_ascii_uppercase();
        let [positive, negative] = halves;
        let degrees = match half {
            half if half == positive => degrees,
            half if half == negative => -degrees,
            _ => return None,
        };
        (-most..=most).contains(&degrees).then_some(degrees)
    }

    fn field(&self, directory: Option<usize>, tag: u16) -> Option<Field> {
        let directory = directory?;
        let entries = self.short(directory)?.min(MAX_ENTRIES);
        let at = (0..usize::from(entries))
            .map(|n| directory + 2 + n * 12)
            .find(|at| self.short(*at) == Some(tag))?;
        let kind = self.short(at + 2)?;
        let count = self.long(at + 4)?;
        let size = match kind {
            SHORT => 2,
            LONG => 4,
            RATIONAL => 8,
            _ => 1,
        };
        let lies_here = u64::from(count) * size <= 4;
        let value = if lies_here {
            at + 8
        } else {
            self.offset(at + 8)?
        };
        Some(Field {
            kind,
            count,
            at: value,
        })
    }

    fn pointer(&self, tag: u16) -> Option<usize> {
        let field = self.field(self.main, tag)?;
        usize::try_from(self.number(&field)?).ok()
    }

    fn number(&self, field: &Field) -> Option<u32> {
        match field.kind {
            SHORT => self.short(field.at).map(u32::from),
            LONG => self.long(field.at),
            _ => None,
        }
    }

    fn rational(&self, at: usize) -> Option<f64> {
        let (over, under) = (self.long(at)?, self.long(at + 4)?);
        (under != 0).then(|| f64::from(over) / f64::from(under))
    }

    /// An offset that is not zero, which stands for none.
    fn offset(&self, at: usize) -> Option<usize> {
        usize::try_from(self.long(at)?).ok().filter(|at| *at != 0)
    }

    fn short(&self, at: usize) -> Option<u16> {
        let raw = bytes::<2>(self.tiff, at)?;
        Some(if self.little {
            u16::from_le_bytes(raw)
        } else {
            u16::from_be_bytes(raw)
        })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let raw = bytes::<4>(self.tiff, at)?;
        Some(if self.little {
            u32::from_le_bytes(raw)
        } else {
            u32::from_be_bytes(raw)
        })
    }
}
