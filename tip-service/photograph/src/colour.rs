//! Takes colours to sRGB, which is what everybody shows when no profile says otherwise.
//!
//! Only by a profile that is a matrix and three curves, as cameras and telephones write them (Display P3, Adobe RGB):
//! that is exact and cheap. Never refuses a picture for its profile.

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{ColorProfile, Layout, TransformOptions};
use zeroize::Zeroizing;

use crate::decode::Pixels;

/// Leaves the colours as they are when the profile cannot be applied.
pub(crate) fn to_srgb(profile: &[u8], pixels: &mut Pixels) {
    if pixels.channels == 3 {
        // The parser of profiles is foreign: whatever it does, the picture stays.
        let _ = catch_unwind(AssertUnwindSafe(|| apply(profile, pixels)));
    }
}

fn apply(profile: &[u8], pixels: &mut Pixels) -> Option<()> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if !profile.is_matrix_shaper() {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let transform = profile
        .create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options)
        .ok()?;
    let mut before = Zeroizing::new(vec![0; pixels.width * 3]);
    for row in pixels.data.chunks_exact_mut(pixels.width * 3) {
        before.copy_from_slice(row);
        transform.transform(&before, row).ok()?;
    }
    Some(())
}
