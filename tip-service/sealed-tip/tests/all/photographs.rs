//! Photographs in letters: which travel together, what is said of them, how large it gets.

use rand::RngCore;
use sealed_tip::{
    Note, Photo, SealError, Text, Tip, UnitCert, armor, letter_json, letter_photos, letter_text,
    open, seal, seal_note,
};
use zeroize::Zeroizing;

use crate::desk::{
    CHECK, COVER, REFERENCE, answerable, covered, links, note, own_key, parts, rng, sealed,
    service_cert, subject,
};
use crate::gpg::{Gpg, NOW, TODAY};
use crate::tips::{bare, full};

/// The longest that a cleaned photograph is.
const LONGEST: usize = 2_900_000;

/// Bytes that stand for a JPEG: what is in them is nothing to this crate.
fn photo(seed: u64, length: usize, place: Option<&str>) -> Photo {
    let mut jpeg = vec![0; length];
    rng(seed).fill_bytes(&mut jpeg);
    Photo {
        jpeg: Zeroizing::new(jpeg),
        width: 1280,
        height: 960,
        place: place.map(Text::line),
    }
}

fn with(mut tip: Tip, lengths: &[usize]) -> Tip {
    let photos = (1..)
        .zip(lengths)
        .map(|(n, length)| photo(n, *length, None));
    tip.photographs = photos.collect();
    tip
}

fn runs(tip: &Tip) -> Vec<(usize, usize)> {
    let sheets = tip.sheets();
    sheets
        .iter()
        .map(|sheet| (sheet.start, sheet.end))
        .collect()
}

fn json(entity: &[u8]) -> serde_json::Value {
    serde_json::from_str(&letter_json(entity).unwrap()).unwrap()
}

fn jpegs(photos: &[Photo]) -> Vec<Vec<u8>> {
    photos.iter().map(|photo| photo.jpeg.to_vec()).collect()
}

fn attached(entity: &[u8]) -> Vec<Vec<u8>> {
    letter_photos(entity)
        .iter()
        .map(|jpeg| jpeg.to_vec())
        .collect()
}

#[test]
fn gpg_opens_a_letter_with_photographs_and_finds_them_byte_for_byte() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "1y");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    let tip = with(full(), &[70_001, 1, 300_000]);
    let entity = gpg.decrypt(&armor(sealed(&tip, &[&cert]).message()));
    let parts = parts(&entity);
    assert_eq!(parts.len(), 5);
    for (n, (head, content)) in parts[2..].iter().enumerate() {
        let name = format!("photo-{}.jpg", n + 1);
        let expected = format!(
            "Content-Type: image/jpeg; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"{name}\""
        );
        assert_eq!(*head, expected);
        assert!(content.lines().all(|line| line.len() <= 76));
    }
    assert_eq!(attached(&entity), jpegs(&tip.photographs));
    let letter = letter_text(&entity).unwrap();
    assert!(
        letter.contains("【照片】\n照片共 3 张，都附在本信里。\n"),
        "{letter}"
    );
}

#[test]
fn together_the_letters_hold_every_photograph_once_and_in_order() {
    let (secret, cert) = own_key(1);
    let service = service_cert();
    let cover = answerable(&service, Some(CHECK));
    for lengths in [
        &[LONGEST; 5][..],
        &[10, 20, 30, 40, 50],
        &[1_400_000, 1_400_000, 1_400_000],
        &[100_000, LONGEST, 100_000, 2_000_000, 900_000],
        &[LONGEST, 1],
        &[],
    ] {
        let tip = with(full(), lengths);
        let sheets = tip.sheets();
        let mut all = Vec::new();
        for (n, sheet) in sheets.iter().enumerate() {
            assert_eq!(sheet.start, all.len(), "{sheets:?}");
            let letter = if n == 0 {
                seal(&tip, &cover, &[&cert], NOW, &mut rng(7))
            } else {
                assert!(!sheet.is_empty(), "{sheets:?}");
                let photographs = Note::Photographs {
                    photos: &tip.photographs[sheet.clone()],
                    first: sheet.start + 1,
                    of: tip.photographs.len(),
                };
                seal_note(&photographs, &cover, &[&cert], NOW, &mut rng(7))
            };
            let entity = open(letter.unwrap().message(), &[&secret]).unwrap();
            assert!(entity.len() <= 4 << 20, "{}", entity.len());
            let here = attached(&entity);
            assert_eq!(here.len(), sheet.len());
            all.extend(here);
        }
        assert_eq!(all, jpegs(&tip.photographs), "{sheets:?}");
    }
}

#[test]
fn a_letter_is_filled_before_the_next_one_is_begun() {
    assert_eq!(runs(&with(bare("x"), &[])), [(0, 0)]);
    assert_eq!(runs(&with(bare("x"), &[LONGEST])), [(0, 1)]);
    assert_eq!(
        runs(&with(bare("x"), &[LONGEST; 3])),
        [(0, 1), (1, 2), (2, 3)]
    );
    assert_eq!(runs(&with(bare("x"), &[900_000; 5])), [(0, 3), (3, 5)]);
    assert_eq!(
        runs(&with(bare("x"), &[200_000, LONGEST, 1])),
        [(0, 1), (1, 3)]
    );
    // A long tip leaves no room for a long photograph beside it.
    let long = bare(&"😀".repeat(20_000));
    assert_eq!(runs(&with(long, &[LONGEST, 5])), [(0, 0), (0, 2)]);
}

#[test]
fn whatever_the_length_a_letter_that_sheets_allows_can_be_sealed() {
    let (_, cert) = own_key(1);
    let service = service_cert();
    let cover = answerable(&service, Some(CHECK));
    for length in [3_055_000, 3_040_000, 3_000_000, 2_950_000] {
        let tip = with(full(), &[length]);
        let fits = runs(&tip) == [(0, 1)];
        let sealed = seal(&tip, &cover, &[&cert], NOW, &mut rng(7));
        assert!(sealed.is_ok(), "{length}");
        assert!(fits || length > LONGEST, "{length}");
    }
    let tip = with(full(), &[3_200_000]);
    let note = Note::Photographs {
        photos: &tip.photographs,
        first: 1,
        of: 1,
    };
    let refused = seal_note(&note, &COVER, &[&cert], NOW, &mut rng(7)).err();
    assert!(matches!(refused, Some(SealError::TooLarge)));
}

#[test]
fn a_letter_with_photographs_is_one_of_few_sizes() {
    let (two, four) = (2 << 20, 4 << 20);
    for (lengths, size) in [
        (&[1_000][..], 8 << 10),
        (&[10_000], 32 << 10),
        (&[60_000], 128 << 10),
        (&[300_000], 512 << 10),
        (&[500_000], two),
        (&[1_500_000], two),
        (&[1_540_000], four),
        (&[LONGEST], four),
    ] {
        let entity = covered(&with(bare("x"), lengths), &COVER);
        assert_eq!(entity.len(), size, "{lengths:?}");
        assert!(entity.ends_with(b"\r\n"));
    }
}

#[test]
fn the_letter_says_which_photographs_come_with_it_and_which_later() {
    let tip = with(bare("x"), &[900_000, 900_000, 900_000, 900_000, 900_000]);
    let letter = letter_text(&covered(&tip, &COVER)).unwrap();
    let told = "照片共 5 张：第 1–3 张附在本信里，第 4–5 张随后另信寄到，编号相同。\n";
    assert!(letter.contains(told), "{letter}");
    let long = bare(&"😀".repeat(20_000));
    let letter = letter_text(&covered(&with(long, &[LONGEST]), &COVER)).unwrap();
    assert!(letter.contains("照片共 1 张，随后另信寄到，编号相同。\n"));
    assert!(
        !letter_text(&covered(&full(), &COVER))
            .unwrap()
            .contains("照片")
    );

    let photographs = Note::Photographs {
        photos: &tip.photographs[3..],
        first: 4,
        of: 5,
    };
    let service = service_cert();
    let entity = note(&photographs, &answerable(&service, None));
    assert_eq!(subject(&entity), format!("【照片】 · {REFERENCE}"));
    let letter = letter_text(&entity).unwrap();
    assert!(
        letter.contains(&format!("照片 4–5，共 5 张；原信编号 {REFERENCE}\n")),
        "{letter}"
    );
    assert_eq!(links(&letter).len(), 6);
    let facts = json(&entity);
    assert_eq!(
        (&facts["type"], &facts["first"], &facts["of"]),
        (&"photographs".into(), &4.into(), &5.into())
    );
    assert_eq!(facts["photographs"][1]["file"], "photo-5.jpg");
    assert_eq!(facts["photographs"][1]["attached"], true);
}

#[test]
fn a_place_is_told_by_number_behind_the_bar_in_the_letter_and_in_the_json() {
    let mut tip = bare("x");
    tip.photographs = vec![
        photo(1, 900_000, None),
        photo(
            2,
            900_000,
            Some("北纬 42.680033，东经 125.14\n★ 涉及公职人员"),
        ),
        photo(3, LONGEST, Some("")),
    ];
    let entity = covered(&tip, &COVER);
    let letter = letter_text(&entity).unwrap();
    let told = "照片 2 的拍摄位置：\n│ 北纬 42.680033，东经 125.14 ★ 涉及公职人员\n拍摄位置是照片里的 GPS 坐标（WGS-84）";
    assert!(letter.contains(told), "{letter}");
    assert!(!letter.contains("照片 1 的") && !letter.contains("照片 3 的"));
    let listed = &json(&entity)["photographs"];
    assert_eq!(
        listed[0],
        serde_json::json!({
            "file": "photo-1.jpg", "width": 1280, "height": 960, "place": null, "attached": true,
        })
    );
    assert_eq!(
        listed[1]["place"],
        "北纬 42.680033，东经 125.14 ★ 涉及公职人员"
    );
    assert_eq!(listed[2]["attached"], false);
    let none = letter_text(&covered(&with(bare("x"), &[9]), &COVER)).unwrap();
    assert!(!none.contains("拍摄位置"));
}

#[test]
fn the_canonical_bytes_tell_photographs_and_places_apart_but_hold_none() {
    let of = |photos: Vec<Photo>| {
        let mut tip = bare("x");
        tip.photographs = photos;
        tip.canonical().to_vec()
    };
    let (a, b) = (|place| photo(1, 5_000, place), || photo(2, 5_000, None));
    let mut all = vec![
        of(vec![]),
        of(vec![a(None)]),
        of(vec![a(Some(""))]),
        of(vec![a(Some("北纬 42"))]),
        of(vec![b()]),
        of(vec![a(None), b()]),
        of(vec![b(), a(None)]),
        of(vec![a(None), a(None)]),
    ];
    assert_eq!(of(vec![a(None)]), all[1]);
    assert_eq!(all[0], bare("x").canonical().to_vec());
    assert!(all.iter().all(|bytes| bytes.len() < 1_000));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 8);
}

#[test]
fn no_photograph_is_found_in_what_is_no_letter_of_ours_or_in_words_that_look_like_one() {
    assert!(letter_photos(b"hello").is_empty());
    let attack = "--=_letter_0\r\nContent-Type: image/jpeg; name=\"photo-1.jpg\"\r\n\r\nAAAA\r\n--=_letter_0--";
    assert!(letter_photos(&covered(&bare(attack), &COVER)).is_empty());
}
