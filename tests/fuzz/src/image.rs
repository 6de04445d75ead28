//! Photographs: what comes out is a bare picture, whatever went in.

use photograph::{JPEG_MAX_BYTES, clean};

/// Larger pictures are passed over: they cost time in proportion, and `photograph/tests/all/bombs.rs` bounds that.
const PIXELS: u64 = 1 << 20;

/// The bytes as they are, and a PNG once more with its checksums made right, or nothing behind them would be reached.
pub(crate) fn image(data: &[u8]) {
    if !may_be_large(data) {
        clean_is_clean(data);
        if let Some(mended) = with_checksums(data) {
            clean_is_clean(&mended);
        }
    }
}

fn clean_is_clean(data: &[u8]) {
    let Ok(photograph) = clean(data) else { return };
    assert!(photograph.jpeg.len() <= JPEG_MAX_BYTES);
    assert!(photograph.width > 0 && photograph.height > 0);
    if let Some(at) = photograph.coordinates {
        assert!((-90.0..=90.0).contains(&at.latitude));
        assert!((-180.0..=180.0).contains(&at.longitude));
    }
    assert!(has_no_words(&photograph.jpeg));
    let again = clean(&photograph.jpeg).expect("our own picture");
    assert!(again.removed.is_empty() && again.coordinates.is_none());
    let size = (photograph.width, photograph.height);
    assert_eq!((again.width, again.height), size);
}

/// Walks the segments up to the picture's data: none but JFIF's is an application's, none is a comment.
fn has_no_words(jpeg: &[u8]) -> bool {
    let mut at = 2;
    loop {
        let Some([0xff, kind, high, low]) = jpeg.get(at..at + 4) else {
            return false;
        };
        match kind {
            0xda => return true,
            0xe1..=0xef | 0xfe => return false,
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
}

/// In doubt it may be: anything that reads like a size counts.
fn may_be_large(data: &[u8]) -> bool {
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height) > PIXELS;
    if data.starts_with(b"\x89PNG") {
        let side = |at: usize| data.get(at..at + 4).and_then(|side| side.try_into().ok());
        return match (side(16), side(20)) {
            (Some(width), Some(height)) => {
                area(u32::from_be_bytes(width), u32::from_be_bytes(height))
            }
            _ => false,
        };
    }
    if data.starts_with(b"RIFF") {
        return data.windows(7).any(|window| match window {
            [0x9d, 0x01, 0x2a, a, b, c, d] => {
                let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
                area(side(*a, *b), side(*c, *d))
            }
            [0x2f, a, b, c, d, ..] => {
                let bits = u32::from_le_bytes([*a, *b, *c, *d]);
                area((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
            }
            _ => false,
        });
    }
    data.windows(9).any(|window| match window {
        [0xff, 0xc0..=0xc2, _, _, _, a, b, c, d] => {
            let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
            area(side(*a, *b), side(*c, *d))
        }
        _ => false,
    })
}

/// The PNG with every chunk's checksum as it should be; `None` for what is none.
fn with_checksums(data: &[u8]) -> Option<Vec<u8>> {
    data.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut mended = data.to_vec();
    let mut at = 8;
    while let Some(length) = mended.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
        let Some(body) = mended.get(at + 4..at + 8 + length) else {
            break;
        };
        let sum = crc32fast::hash(body).to_be_bytes();
        let Some(place) = mended.get_mut(at + 8 + length..at + 12 + length) else {
            break;
        };
        place.copy_from_slice(&sum);
        at += 12 + length;
    }
    (mended != data).then_some(mended)
}
