//! Damaged, lying and doubly meant files: refused or cleaned, never a panic, never half a picture.

use photograph::{Refusal, clean};
use proptest::prelude::*;

use crate::boxes::{chunk, jpeg_plus, png_plus, riff, webp_of};
use crate::formats::formats;
use crate::samples::{Raw, jpeg, png, quarters, quarters_of, scene};
use crate::tiff;

#[test]
fn a_picture_cut_anywhere_is_damaged() {
    for sample in formats(&scene(160, 120))
        .into_iter()
        .chain(formats(&quarters()))
    {
        let whole = sample.bytes.len();
        for end in (100..whole)
            .step_by(100)
            .chain([whole - 1, whole - 2, whole - 3])
        {
            let refusal = clean(&sample.bytes[..end]).err();
            assert_eq!(
                refusal,
                Some(Refusal::Broken),
                "{} cut at {end} of {whole}",
                sample.name
            );
        }
    }
}

/// A file that is something else too comes out as what it began as, and nothing of the other is left.
#[test]
fn a_file_of_two_kinds_is_the_first_kind_only() {
    let archive = b"PK\x03\x04\x14\0\0\0\0\0SECRET.class PK\x05\x06\0\0\0\0";
    let page = b"<html><script>SECRET</script></html>";
    let (jpg, png_file) = (jpeg(&quarters()), png(&quarters()));
    let webp = crate::samples::lossless_webp(&quarters());
    let pdf = b"%PDF-1.4\nSECRET";
    for file in [
        [&jpg[..], archive].concat(),
        jpeg_plus(&jpg, 0xfe, page),
        jpeg_plus(&jpg, 0xe0, pdf),
        [&png_file[..], archive].concat(),
        png_plus(&png_file, &chunk(b"tEXt", page)),
        png_plus(&png_file, &chunk(b"paGe", page)),
        [&webp[..], archive].concat(),
        webp_of(&[webp[12..].to_vec(), riff(b"PAGE", page)]),
        [&jpg[..], &png_file].concat(),
        [&png_file[..], &jpg].concat(),
    ] {
        let cleaned = clean(&file).unwrap();
        assert_eq!((cleaned.width, cleaned.height), (96, 64));
        assert!(!cleaned.removed.is_empty());
        for trace in [&b"SECRET"[..], b"PK\x03\x04", b"IHDR"] {
            assert!(!cleaned.jpeg.windows(trace.len()).any(|w| w == trace));
        }
    }
    for (file, refusal) in [
        ([archive, &jpg[..]].concat(), Refusal::Document),
        ([page, &png_file[..]].concat(), Refusal::Unknown),
        (
            [b"GIF89a\x01\0\x01\0", &archive[..]].concat(),
            Refusal::Unknown,
        ),
        ([b"\0", &jpg[..]].concat(), Refusal::Unknown),
    ] {
        assert_eq!(clean(&file).err(), Some(refusal));
    }
}

/// The file with bytes written over.
fn set(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = file.to_vec();
    out[at..at + bytes.len()].copy_from_slice(bytes);
    out
}

/// Frame headers that contradict the file.
fn lying_frames() -> Vec<(&'static str, Vec<u8>)> {
    let jpg = jpeg(&quarters());
    let frame = jpg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    vec![
        ("segment longer than the file", set(&jpg, 4, &[0xff, 0xff])),
        ("segment of length zero", set(&jpg, 4, &[0, 0])),
        ("segment of length one", set(&jpg, 4, &[0, 1])),
        ("twelve bits", set(&jpg, frame + 4, &[12])),
        ("two components", set(&jpg, frame + 9, &[2])),
        ("two hundred components", set(&jpg, frame + 9, &[200])),
        ("sampling of nothing", set(&jpg, frame + 11, &[0])),
        ("sampling of fifteen", set(&jpg, frame + 11, &[0xff])),
        ("a table that is not there", set(&jpg, frame + 12, &[3])),
    ]
}

/// JPEG files whose parts are not those of a picture.
fn lying_jpegs() -> Vec<(&'static str, Vec<u8>)> {
    let jpg = jpeg(&quarters());
    let place = |mark: [u8; 2]| jpg.windows(2).position(|w| w == mark).unwrap();
    let (frame, scan) = (place([0xff, 0xc0]), place([0xff, 0xda]));
    let tables = place([0xff, 0xc4]);
    let entropy = jpg[scan..scan + 40].to_vec();
    let two_frames = [&jpg[..frame], &jpg[frame..frame + 19], &jpg[frame..]].concat();
    vec![
        ("arithmetic coding", set(&jpg, frame + 1, &[0xc9])),
        ("lossless coding", set(&jpg, frame + 1, &[0xc3])),
        ("two frames", two_frames),
        (
            "scan before the frame",
            [&jpg[..2], &entropy, &jpg[2..]].concat(),
        ),
        ("no tables", [&jpg[..tables], &jpg[scan..]].concat()),
        ("no frame", [&jpg[..2], &[0xff, 0xd9]].concat()),
        ("a start within", jpeg_plus(&jpg, 0xd8, b"")),
        (
            "forty scans",
            [
                &jpg[..jpg.len() - 2],
                &entropy.repeat(40),
                &jpg[jpg.len() - 2..],
            ]
            .concat(),
        ),
        ("only fill bytes", [&jpg[..2], &[0xff; 4000]].concat()),
    ]
}

fn lying_pngs() -> Vec<(&'static str, Vec<u8>)> {
    let png_file = png(&quarters());
    vec![
        (
            "chunk longer than the file",
            set(&png_file, 33, &[0x7f, 0xff, 0xff, 0xff]),
        ),
        (
            "header of another length",
            [&png_file[..8], &chunk(b"IHDR", &[0; 12]), &png_file[33..]].concat(),
        ),
        ("no header", [&png_file[..8], &png_file[33..]].concat()),
        (
            "unknown critical chunk",
            png_plus(&png_file, &chunk(b"EVIL", b"")),
        ),
        (
            "wrong checksum",
            set(&png_file, png_file.len() - 20, &[0x55; 4]),
        ),
        (
            "nine bits",
            [
                &png_file[..8],
                &chunk(b"IHDR", &[0, 0, 0, 96, 0, 0, 0, 64, 9, 2, 0, 0, 0]),
                &png_file[33..],
            ]
            .concat(),
        ),
        (
            "higher than its data",
            [
                &png_file[..8],
                &chunk(b"IHDR", &[0, 0, 0, 96, 0, 0, 8, 0, 8, 2, 0, 0, 0]),
                &png_file[33..],
            ]
            .concat(),
        ),
        ("no data", [&png_file[..33], &chunk(b"IEND", b"")].concat()),
    ]
}

fn lying_webps() -> Vec<(&'static str, Vec<u8>)> {
    let webp = crate::samples::lossless_webp(&quarters());
    vec![
        (
            "file longer than itself",
            set(&webp, 4, &[0xff, 0xff, 0xff, 0x7f]),
        ),
        ("file of no length", set(&webp, 4, &[0; 4])),
        ("lossless without its signature", set(&webp, 20, &[0])),
        (
            "another canvas",
            webp_of(&[
                riff(b"VP8X", &[0, 0, 0, 0, 9, 0, 0, 9, 0, 0]),
                webp[12..].to_vec(),
            ]),
        ),
        ("nothing in it", webp_of(&[riff(b"VP8X", &[0; 10])])),
        ("transparency alone", webp_of(&[riff(b"ALPH", &[1; 40])])),
        (
            "a frame of nothing",
            webp_of(&[
                riff(b"VP8X", &[2, 0, 0, 0, 9, 0, 0, 9, 0, 0]),
                riff(b"ANMF", &[0; 24]),
            ]),
        ),
        (
            "lossy of nothing",
            webp_of(&[riff(b"VP8 ", b"\x10\0\0\x9d\x01\x2a\x10\0\x10\0")]),
        ),
    ]
}

/// Files whose parts contradict each other.
fn liars() -> Vec<(&'static str, Vec<u8>)> {
    let all = [lying_frames(), lying_jpegs(), lying_pngs(), lying_webps()];
    all.into_iter().flatten().collect()
}

#[test]
fn a_file_that_lies_is_refused() {
    let liars = liars();
    assert!(liars.len() > 30);
    for (name, file) in liars {
        assert!(clean(&file).is_err(), "{name}");
    }
}

#[test]
fn an_exif_block_that_loops_or_points_anywhere_costs_nothing() {
    let jpg = jpeg(&quarters());
    let loops = b"MM\0\x2a\0\0\0\x08\0\x02\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\x88\x25\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08".to_vec();
    let far = b"II\x2a\0\xff\xff\xff\xff".to_vec();
    let mut many = b"MM\0\x2a\0\0\0\x08\xff\xff".to_vec();
    // Each entry is a directory that overlaps the next: a reader that follows them all makes room for millions.
    for n in 0..5_400_u32 {
        many.extend(
            [
                &[0x87, 0x69, 0, 4, 0, 0, 0, 1][..],
                &(10 + n * 12).to_be_bytes(),
            ]
            .concat(),
        );
    }
    let nested = tiff::segment(&tiff::segment(&far));
    for block in [loops, far, many, nested, Vec::new(), b"MM".to_vec()] {
        let cleaned = clean(&jpeg_plus(&jpg, 0xe1, &tiff::segment(&block))).unwrap();
        assert!(cleaned.coordinates.is_none());
        crate::upright::check("odd block", &cleaned.jpeg, true);
    }
}

fn small() -> Vec<Vec<u8>> {
    let raw: Raw = scene(40, 24);
    let all = formats(&raw)
        .into_iter()
        .filter(|sample| sample.name != "palette.png");
    all.map(|sample| sample.bytes).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_picture_with_any_bytes_changed_is_refused_or_cleaned(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        thread_local! { static FILES: Vec<Vec<u8>> = small(); }
        FILES.with(|files| {
            let mut file = files[which.index(files.len())].clone();
            for (at, to) in &changes {
                let at = at.index(file.len());
                file[at] = *to;
            }
            if let Ok(cleaned) = clean(&file) {
                assert!(cleaned.width > 0 && cleaned.height > 0);
            }
        });
    }

    #[test]
    fn any_bytes_behind_a_beginning_are_refused_or_cleaned(
        start in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8L", b"RIFF\x40\0\0\0WEBPVP8 ", b""]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = clean(&[start, &rest].concat());
    }
}

#[test]
fn the_smallest_picture_is_a_picture() {
    for file in [
        jpeg(&quarters_of(1, 1)),
        png(&quarters_of(1, 1)),
        crate::samples::lossless_webp(&quarters_of(1, 1)),
    ] {
        let cleaned = clean(&file).unwrap();
        assert_eq!((cleaned.width, cleaned.height), (1, 1));
    }
}
