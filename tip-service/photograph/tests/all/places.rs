//! Coordinates: only those that make sense.

use photograph::{Coordinates, Removed, clean};
use proptest::prelude::*;

use crate::boxes::jpeg_plus;
use crate::samples::{jpeg, quarters_of};
use crate::tiff;

type Part = (u32, u32);

fn with(gps: &[tiff::Entry]) -> (Option<Coordinates>, Vec<Removed>) {
    let block = tiff::block(&[], &[], gps, b"");
    let picture = jpeg_plus(&jpeg(&quarters_of(8, 8)), 0xe1, &tiff::segment(&block));
    let cleaned = clean(&picture).unwrap();
    (cleaned.coordinates, cleaned.removed)
}

fn place(north: &str, latitude: &[Part], east: &str, longitude: &[Part]) -> Option<Coordinates> {
    with(&tiff::gps(north, latitude, east, longitude)).0
}

#[test]
fn a_place_is_read_in_degrees_minutes_and_seconds() {
    let north = place(
        "N",
        &[(42, 1), (40, 1), (4812, 100)],
        "E",
        &[(125, 1), (8, 1), (24, 1)],
    )
    .unwrap();
    assert!((north.latitude - 42.680_033).abs() < 1e-5, "{north:?}");
    assert!((north.longitude - 125.14).abs() < 1e-9, "{north:?}");
    let south = place("S", &[(42_680_033, 1_000_000)], "W", &[(125, 1), (84, 10)]).unwrap();
    assert!((south.latitude + 42.680_033).abs() < 1e-9, "{south:?}");
    assert!((south.longitude + 125.14).abs() < 1e-9, "{south:?}");
}

#[test]
fn a_place_that_makes_no_sense_is_none_but_is_still_told_as_removed() {
    let (good, far): (&[Part], &[Part]) = (&[(42, 1), (0, 1), (0, 1)], &[(125, 1), (0, 1), (0, 1)]);
    for (north, latitude, east, longitude) in [
        ("N", &[(91, 1)][..], "E", far),
        ("N", good, "E", &[(181, 1)][..]),
        ("N", &[(1, 0)], "E", far),
        ("N", &[(42, 1), (0, 0)], "E", far),
        ("N", &[(0, 1)], "E", &[(0, 1)]),
        ("X", good, "E", far),
        ("N", good, "", far),
        ("N", &[(u32::MAX, 1)], "E", far),
    ] {
        let (coordinates, removed) = with(&tiff::gps(north, latitude, east, longitude));
        assert_eq!(
            coordinates, None,
            "{north} {latitude:?} {east} {longitude:?}"
        );
        assert_eq!(removed, [Removed::Place, Removed::Thumbnail]);
    }
    let half = tiff::gps("N", good, "E", far);
    for missing in 0..4 {
        let mut some = half.clone();
        some.remove(missing);
        assert_eq!(with(&some).0, None);
    }
}

proptest! {
    #[test]
    fn any_bytes_as_exif_give_a_clean_picture_and_no_impossible_place(
        mut block in prop::collection::vec(any::<u8>(), 0..600), real in any::<bool>(),
    ) {
        if real && block.len() > 8 {
            block[..8].copy_from_slice(b"II\x2a\0\x08\0\0\0");
        }
        let picture = jpeg_plus(&jpeg(&quarters_of(8, 8)), 0xe1, &tiff::segment(&block));
        let cleaned = clean(&picture).unwrap();
        if let Some(place) = cleaned.coordinates {
            prop_assert!(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0);
        }
    }
}
