//! A PNG file taken apart (PNG specification, third edition): header, palette, transparency and image data are kept,
//! every other chunk is named.
//!
//! Unpacks nothing. Never lets a file pass that does not reach its `IEND`.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::found::{self, Found, Frame, bytes};
use crate::sniff::PNG;
use crate::{Refusal, Removed};

/// Length, type and checksum of a chunk.
const AROUND: usize = 12;
/// Longer compressed profiles are dropped unread.
const MAX_PROFILE: usize = 64 << 10;

/// # Errors
/// [`Refusal::Broken`] for what is no whole PNG.
pub(crate) fn take_apart(raw: &[u8]) -> Result<Found<'_>, Refusal> {
    let mut found = Found {
        picture: Zeroizing::new(Vec::with_capacity(raw.len())),
        frame: frame(raw).ok_or(Refusal::Broken)?,
        exif: None,
        profile: None,
        removed: BTreeSet::new(),
    };
    found.picture.extend_from_slice(PNG);
    let mut at = PNG.len();
    loop {
        let (kind, body, whole) = chunk(raw, at).ok_or(Refusal::Broken)?;
        at += whole.len();
        match &kind {
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" => found.picture.extend_from_slice(whole),
            b"IEND" => {
                found.picture.extend_from_slice(whole);
                break;
            }
            b"iCCP" => {
                found.removed.insert(Removed::Profile);
                if body.len() <= MAX_PROFILE {
                    found.picture.extend_from_slice(whole);
                }
            }
            b"eXIf" => found.exif = found.exif.or(Some(body)),
            b"iTXt" if body.starts_with(b"XML:com.adobe.xmp") => {
                found::xmp(body, &mut found.removed);
            }
            // How it is to be shown; tells nothing of who made it.
            b"gAMA" | b"cHRM" | b"sRGB" | b"sBIT" | b"bKGD" | b"pHYs" | b"hIST" | b"cICP"
            | b"mDCV" | b"cLLI" | b"acTL" | b"fcTL" => {}
            // An upper-case first letter: not to be passed over (section 5.4).
            [first, ..] if first.is_ascii_uppercase() => return Err(Refusal::Broken),
            other => {
                found.removed.insert(aside(other));
            }
        }
    }
    if at < raw.len() {
        found.removed.insert(Removed::Trailing);
    }
    Ok(found)
}

fn aside(kind: &[u8; 4]) -> Removed {
    match kind {
        b"tEXt" | b"zTXt" | b"iTXt" | b"caBX" => Removed::Words,
        b"tIME" => Removed::Time,
        b"fdAT" => Removed::Frames,
        _ => Removed::Trailing,
    }
}

/// Type, content and the whole chunk at `at`.
fn chunk(raw: &[u8], at: usize) -> Option<([u8; 4], &[u8], &[u8])> {
    let length = usize::try_from(u32::from_be_bytes(bytes::<4>(raw, at)?)).ok()?;
    let whole = raw.get(at..at.checked_add(length)?.checked_add(AROUND)?)?;
    Some((bytes::<4>(whole, 4)?, whole.get(8..8 + length)?, whole))
}

/// The first chunk, which must be the header.
fn frame(raw: &[u8]) -> Option<Frame> {
    let (kind, body, _) = chunk(raw, PNG.len())?;
    let width = u32::from_be_bytes(bytes::<4>(body, 0)?);
    let height = u32::from_be_bytes(bytes::<4>(body, 4)?);
    let [depth, colour] = bytes::<2>(body, 8)?;
    let stored = match colour {
        2 => 3,
        4 => 2,
        6 => 4,
        // Grey and palette, which may turn out to have transparency.
        _ => 4,
    };
    let pixels = u64::from(width) * u64::from(height);
    // No sum of ours overflows, whatever the header says: it is too much long before.
    // Two lines as they are stored, and what the decoder keeps of them before and after.
    let line = u64::from(width) * stored * u64::from(depth.max(8)) / 8;
    (&kind == b"IHDR" && body.len() == 13).then_some(Frame {
        width,
        height,
        // The decoder makes 8 bits of 16 line by line.
        memory: pixels.saturating_mul(stored).saturating_add(line * 4),
    })
}
