//! How large a picture may be, judged by its header before a pixel has room made for it.

use crate::Refusal;
use crate::found::Frame;

/// Most pixels that are taken: a current telephone makes 24.5 million.
pub(crate) const MAX_PIXELS: u64 = 25_000_000;
/// Longest side: a JPEG cannot say more.
const MAX_SIDE: u32 = 65_535;
/// Most memory that decoding may take, in bytes.
const MAX_MEMORY: u64 = 96 << 20;
/// Most memory for what is not pixels, e.g. a profile that is compressed, in bytes.
pub(crate) const ASIDE: usize = 4 << 20;

/// # Errors
/// [`Refusal::TooManyPixels`], or [`Refusal::Broken`] for a picture without any.
pub(crate) fn check(frame: &Frame) -> Result<(), Refusal> {
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    if pixels == 0 {
        return Err(Refusal::Broken);
    }
    let side = frame.width.max(frame.height);
    if pixels > MAX_PIXELS || side > MAX_SIDE || frame.memory > MAX_MEMORY {
        return Err(Refusal::TooManyPixels);
    }
    Ok(())
}
