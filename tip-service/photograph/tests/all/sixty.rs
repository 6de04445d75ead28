//! Sixty pictures and more with everything in them that a camera, an editor or a person may put there: exiftool finds
//! nothing but size and colour afterwards.

use std::collections::BTreeSet;
use std::path::Path;

use photograph::{Removed, clean};

use crate::boxes::{chunk, jpeg_plus, png_plus};
use crate::formats::formats;
use crate::samples::{jpeg, png, quarters, quarters_of};
use crate::{exiftool, tiff};

/// What is put into every format: a name, and arguments to exiftool.
fn recipes(folder: &Path) -> Vec<(&'static str, Vec<String>, Removed)> {
    let icc = folder.join("p3.icc");
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    std::fs::write(&icc, p3).unwrap();
    let args = |list: &[&str]| list.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    let gps = args(&[
        "-GPSLatitude=42.68",
        "-GPSLatitudeRef=N",
        "-GPSLongitude=125.14",
        "-GPSLongitudeRef=E",
        "-GPSAltitude=300",
        "-GPSTimeStamp=12:00:00",
        "-GPSDateStamp=2026:11:24",
    ]);
    let camera = args(&[
        "-Make=Canon",
        "-Model=Canon EOS R5",
        "-SerialNumber=012345678901",
        "-LensModel=RF24-70mm",
        "-DateTimeOriginal=2026:11:20 08:00:00",
        "-Software=Editor 1.0",
        "-OwnerName=Somebody",
        "-ImageUniqueID=00112233445566778899aabbccddeeff",
    ]);
    let words = args(&[
        "-XMP-dc:Creator=Somebody",
        "-XMP-dc:Title=Field",
        "-XMP-photoshop:City=Liaoyuan",
        "-XMP-xmpMM:DocumentID=uuid:1",
        "-XMP-tiff:Make=Canon",
        "-XMP-exif:GPSLatitude=42.68",
    ]);
    let profile = args(&[&format!("-ICC_Profile<={}", icc.display())]);
    vec![
        ("gps", gps, Removed::Place),
        ("camera", camera, Removed::Device),
        ("words", words, Removed::Words),
        ("profile", profile, Removed::Profile),
    ]
}

#[test]
fn exiftool_finds_nothing_but_size_and_colour_in_more_than_sixty_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    std::fs::create_dir(&before).unwrap();
    std::fs::create_dir(&after).unwrap();
    let mut runs = Vec::new();
    let mut expected = Vec::new();
    for (recipe, args, removed) in recipes(folder.path()) {
        for sample in formats(&quarters()) {
            let name = format!("{recipe}-{}", sample.name);
            std::fs::write(before.join(&name), &sample.bytes).unwrap();
            let mut args = args.clone();
            args.push(before.join(&name).display().to_string());
            runs.push(args);
            expected.push((name, removed));
        }
    }
    exiftool::write(&runs, folder.path());
    for (name, bytes, removed) in by_hand() {
        std::fs::write(before.join(&name), bytes).unwrap();
        expected.push((name, removed));
    }
    assert!(expected.len() > 60, "{}", expected.len());
    let held = exiftool::beyond(&before);
    for (name, removed) in &expected {
        assert!(!held[name].is_empty(), "nothing was put into {name}");
        let cleaned = clean(&std::fs::read(before.join(name)).unwrap()).unwrap();
        assert!(
            cleaned.removed.contains(removed),
            "{name}: {:?}, not {removed:?}",
            cleaned.removed
        );
        assert!(cleaned.removed.is_sorted_by(|a, b| a < b), "{name}");
        std::fs::write(after.join(name), &cleaned.jpeg[..]).unwrap();
    }
    let left = exiftool::beyond(&after);
    assert_eq!(left.len(), expected.len());
    let left: Vec<_> = left.iter().filter(|(_, tags)| !tags.is_empty()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// An EXIF block with everything in it, a thumbnail and maker notes too.
fn everything(thumbnail: &[u8]) -> Vec<u8> {
    tiff::block(
        &[
            tiff::ascii(0x010f, "Maker"),
            tiff::ascii(0x0132, "2026:11:24 08:00:00"),
        ],
        &[
            tiff::unknown(0x927c, &[7; 900]),
            tiff::ascii(0xa431, "SERIAL-1"),
            tiff::unknown(0x9286, b"ASCII\0\0\0secret"),
        ],
        &tiff::gps(
            "N",
            &[(42, 1), (40, 1), (48, 1)],
            "E",
            &[(125, 1), (8, 1), (24, 1)],
        ),
        thumbnail,
    )
}

/// What exiftool does not write itself.
fn by_hand() -> Vec<(String, Vec<u8>, Removed)> {
    let thumbnail = jpeg(&quarters_of(16, 8));
    let jpegs = jpegs_by_hand(&jpeg(&quarters()), &thumbnail);
    let pngs = pngs_by_hand(&png(&quarters()), &everything(&thumbnail));
    let all = jpegs.into_iter().chain(pngs);
    all.map(|(name, bytes, removed)| (format!("hand-{name}"), bytes, removed))
        .collect()
}

type Case = (&'static str, Vec<u8>, Removed);

fn jpegs_by_hand(jpg: &[u8], thumbnail: &[u8]) -> Vec<Case> {
    let exif = jpeg_plus(jpg, 0xe1, &tiff::segment(&everything(thumbnail)));
    let trailing = [jpg, jpg, b"motion photo or worse"].concat();
    let iptc = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x50\0\x05alice";
    let preview = [
        b"Photoshop 3.0\08BIM\x04\x0c\0\0".as_slice(),
        &(thumbnail.len() as u32 + 28).to_be_bytes(),
        &[0; 28],
        thumbnail,
    ]
    .concat();

    vec![
        ("notes.jpg", exif.clone(), Removed::Device),
        ("notes-time.jpg", exif.clone(), Removed::Time),
        ("notes-place.jpg", exif.clone(), Removed::Place),
        ("notes-thumbnail.jpg", exif, Removed::Thumbnail),
        ("trailing.jpg", trailing, Removed::Trailing),
        (
            "comment.jpg",
            jpeg_plus(jpg, 0xfe, b"who made this"),
            Removed::Words,
        ),
        ("iptc.jpg", jpeg_plus(jpg, 0xed, iptc), Removed::Words),
        (
            "photoshop.jpg",
            jpeg_plus(jpg, 0xed, &preview),
            Removed::Thumbnail,
        ),
        (
            "app4.jpg",
            jpeg_plus(jpg, 0xe4, b"SAMSUNG model and more"),
            Removed::Device,
        ),
        (
            "jfxx.jpg",
            jpeg_plus(jpg, 0xe0, &[b"JFXX\0\x10", thumbnail].concat()),
            Removed::Thumbnail,
        ),
    ]
}

fn pngs_by_hand(png: &[u8], notes: &[u8]) -> Vec<Case> {
    let text = |kind: &[u8; 4], body: &[u8]| png_plus(png, &chunk(kind, body));
    vec![
        ("exif.png", text(b"eXIf", notes), Removed::Thumbnail),
        (
            "trailing.png",
            [png, b"PK\x03\x04 and more"].concat(),
            Removed::Trailing,
        ),
        (
            "text.png",
            text(b"tEXt", b"Author\0Somebody"),
            Removed::Words,
        ),
        (
            "time.png",
            text(b"tIME", &[7, 234, 11, 24, 8, 0, 0]),
            Removed::Time,
        ),
        (
            "hidden.png",
            text(b"prVt", b"who knows what"),
            Removed::Trailing,
        ),
    ]
}

#[test]
fn of_a_moving_picture_the_first_is_kept_and_the_others_are_named() {
    for sample in formats(&quarters()) {
        let cleaned = clean(&sample.bytes).unwrap();
        let moving = sample.name.starts_with("moving");
        assert_eq!(
            cleaned.removed.contains(&Removed::Frames),
            moving,
            "{}",
            sample.name
        );
        let rest: BTreeSet<_> = cleaned
            .removed
            .iter()
            .filter(|kind| **kind != Removed::Frames)
            .collect();
        assert!(rest.is_empty(), "{}: {rest:?}", sample.name);
        assert_eq!((cleaned.width, cleaned.height), (96, 64));
        assert!(cleaned.coordinates.is_none());
    }
}

#[test]
fn cleaning_is_the_same_every_time_and_a_clean_picture_has_nothing_left_to_remove() {
    for sample in formats(&quarters()) {
        let once = clean(&sample.bytes).unwrap();
        assert_eq!(
            once.jpeg,
            clean(&sample.bytes).unwrap().jpeg,
            "{}",
            sample.name
        );
        assert!(clean(&once.jpeg).unwrap().removed.is_empty());
        assert_eq!(
            once.jpeg[..4],
            [0xff, 0xd8, 0xff, 0xc0],
            "the frame right behind the start"
        );
    }
}
