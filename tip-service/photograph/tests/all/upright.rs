//! Which way is up, in every format and for every value of the tag.

use photograph::clean;

use crate::exiftool;
use crate::formats::formats;
use crate::samples::{QUARTERS, Raw, quarters, seen};

/// Visual sides that the stored row 0 and column 0 are, as EXIF 2.32 has them (tag 0x0112).
const SIDES: [(&str, &str); 8] = [
    ("top", "left"),
    ("top", "right"),
    ("bottom", "right"),
    ("bottom", "left"),
    ("left", "top"),
    ("right", "top"),
    ("right", "bottom"),
    ("left", "bottom"),
];

/// The picture stored so that a tag with that number brings it upright.
fn stored(upright: &Raw, number: usize) -> Raw {
    let (first_row, first_column) = SIDES[number - 1];
    let upended = ["left", "right"].contains(&first_row);
    let (width, height) = if upended {
        (upright.height, upright.width)
    } else {
        (upright.width, upright.height)
    };
    let mut rgb = Vec::new();
    for row in 0..height {
        for column in 0..width {
            let (mut x, mut y) = (0, 0);
            for (side, along) in [(first_row, row), (first_column, column)] {
                match side {
                    "top" => y = along,
                    "bottom" => y = upright.height - 1 - along,
                    "left" => x = along,
                    _ => x = upright.width - 1 - along,
                }
            }
            rgb.extend(upright.at(x, y));
        }
    }
    Raw { width, height, rgb }
}

/// Complains unless the four quarters are where they belong.
pub(crate) fn check(name: &str, jpeg: &[u8], coloured: bool) {
    let seen = seen(jpeg);
    assert_eq!((seen.width, seen.height), (96, 64), "{name}");
    let middles = [(24, 16), (72, 16), (24, 48), (72, 48)];
    for ((x, y), quarter) in middles.into_iter().zip(QUARTERS) {
        let expected = if coloured {
            quarter
        } else {
            let [r, g, b] = quarter.map(u32::from);
            [((r + g * 2 + b) / 4) as u8; 3]
        };
        let found = seen.at(x, y);
        let far = found.iter().zip(expected).any(|(a, b)| a.abs_diff(b) > 14);
        assert!(
            !far,
            "{name}: {found:?} instead of {expected:?} at {x}, {y}"
        );
    }
}

#[test]
fn every_orientation_of_every_format_is_brought_upright() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    let mut runs = Vec::new();
    let mut all = Vec::new();
    for number in 1..=8 {
        for sample in formats(&stored(&quarters(), number)) {
            let name = format!("{number}-{}", sample.name);
            let path = files.join(&name);
            std::fs::write(&path, &sample.bytes).unwrap();
            runs.push(vec![
                format!("-IFD0:Orientation={number}"),
                path.display().to_string(),
            ]);
            all.push((name, path, sample.coloured));
        }
    }
    assert_eq!(all.len(), 8 * 18);
    exiftool::write(&runs, folder.path());
    for (name, path, coloured) in &all {
        let cleaned = clean(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!((cleaned.width, cleaned.height), (96, 64), "{name}");
        check(name, &cleaned.jpeg, *coloured);
    }
}

#[test]
fn without_a_tag_nothing_is_turned() {
    for sample in formats(&quarters()) {
        check(
            sample.name,
            &clean(&sample.bytes).unwrap().jpeg,
            sample.coloured,
        );
    }
}
