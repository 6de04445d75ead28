//! What a picture looks like afterwards: ink, transparency, depth, profiles.

use photograph::clean;

use crate::boxes::jpeg_plus;
use crate::samples::{Raw, faint_png, jpeg_with, png, png_with, quarters, seen};

fn flat(colour: [u8; 3]) -> Raw {
    Raw {
        width: 32,
        height: 32,
        rgb: colour.repeat(32 * 32),
    }
}

fn middle(picture: &[u8]) -> [u8; 3] {
    seen(&clean(picture).unwrap().jpeg).at(16, 16)
}

fn near(found: [u8; 3], expected: [u8; 3]) {
    let far = found.iter().zip(expected).any(|(a, b)| a.abs_diff(b) > 4);
    assert!(!far, "{found:?} instead of {expected:?}");
}

#[test]
fn what_is_transparent_is_white() {
    near(middle(&faint_png(&flat([200, 0, 40]))), [227, 127, 147]);
    let rgba = [10, 20, 30, 0].repeat(32 * 32);
    let clear = png_with(
        &flat([0; 3]),
        png::ColorType::Rgba,
        png::BitDepth::Eight,
        &rgba,
        |_| {},
    );
    near(middle(&clear), [255, 255, 255]);
}

#[test]
fn a_picture_in_display_p3_is_taken_to_srgb_and_one_without_profile_is_left() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let raw = flat([200, 100, 100]);
    let plain = jpeg_with(&raw, |_| {});
    near(middle(&plain), [200, 100, 100]);
    // By the matrix from P3 to sRGB, computed apart.
    let expected = [215, 94, 98];
    near(
        middle(&jpeg_with(&raw, |e| e.add_icc_profile(&profile).unwrap())),
        expected,
    );
    let png = png_with(
        &raw,
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &raw.rgb,
        |_| {},
    );
    let mut packed =
        flate2::write::ZlibEncoder::new(b"P3\0\0".to_vec(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &profile).unwrap();
    let chunk = crate::boxes::chunk(b"iCCP", &packed.finish().unwrap());
    near(middle(&crate::boxes::png_plus(&png, &chunk)), expected);
}

#[test]
fn a_profile_that_is_no_profile_changes_nothing() {
    let raw = flat([200, 100, 100]);
    for profile in [&b""[..], b"acsp", &[0; 3000], &[0xff; 200]] {
        let body = [b"ICC_PROFILE\0\x01\x01", profile].concat();
        near(
            middle(&jpeg_plus(&jpeg_with(&raw, |_| {}), 0xe2, &body)),
            [200, 100, 100],
        );
    }
    let packed = crate::boxes::chunk(b"iCCP", b"x\0\0not packed at all");
    near(
        middle(&crate::boxes::png_plus(&png(&raw), &packed)),
        [200, 100, 100],
    );
}

#[test]
fn grey_stays_grey() {
    for sample in crate::formats::formats(&quarters()) {
        let cleaned = clean(&sample.bytes).unwrap();
        // Number of components in the frame header.
        assert_eq!(
            cleaned.jpeg[11],
            if sample.coloured { 3 } else { 1 },
            "{}",
            sample.name
        );
    }
}
