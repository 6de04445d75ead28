//! What is no picture that can be read here, told apart so that the page can say what to do.

use photograph::{MAX_BYTES, Refusal, clean};

use crate::samples::{jpeg, png, quarters};

fn ftyp(brands: &[&str]) -> Vec<u8> {
    let length = (8 + brands.len() * 4 + 4) as u32;
    let [first, rest @ ..] = brands else { panic!() };
    let mut out = [
        &length.to_be_bytes()[..],
        b"ftyp",
        first.as_bytes(),
        &[0; 4],
    ]
    .concat();
    rest.iter().for_each(|brand| out.extend(brand.as_bytes()));
    out.extend(b"\0\0\0\x08mdat");
    out
}

fn refusal(bytes: &[u8]) -> Refusal {
    clean(bytes).err().unwrap()
}

#[test]
fn pictures_that_cannot_be_read_here_are_told_from_films() {
    for brands in [
        &["heic", "mif1"][..],
        &["mif1", "heic"],
        &["avif"],
        &["heix"],
        &["msf1"],
        &["mp41", "heic"],
    ] {
        assert_eq!(refusal(&ftyp(brands)), Refusal::Heic, "{brands:?}");
    }
    for brands in [&["isom", "mp42"][..], &["qt  "], &["3gp4"], &["M4V "]] {
        assert_eq!(refusal(&ftyp(brands)), Refusal::Film, "{brands:?}");
    }
}

#[test]
fn films_of_other_kinds_are_films() {
    let mut transport = vec![0; 188 * 3];
    [0, 188, 376]
        .into_iter()
        .for_each(|at| transport[at] = 0x47);
    for film in [
        &b"RIFF\0\0\0\0AVI LIST"[..],
        b"\x1a\x45\xdf\xa3webm",
        b"\0\0\0\x08wide\0\0\0\x08mdat",
        b"FLV\x01\x05",
        b"\0\0\x01\xba\x21",
        b"OggS\0",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",
        &transport,
    ] {
        assert_eq!(refusal(film), Refusal::Film, "{film:?}");
    }
}

#[test]
fn documents_archives_and_text_are_documents() {
    for document in [
        &b"%PDF-1.7\n%\xe2\xe3"[..],
        b"\0\0junk%PDF-1.4",
        b"PK\x03\x04\x14\0\x06\0[Content_Types].xml",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
        b"{\\rtf1 hello}",
        b"<!doctype html><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"push graphic-context\nviewbox 0 0 1 1\n",
        "有人种罂粟".as_bytes(),
        b"\xd3\xd0\xc8\xcb",
        b"\xff\xfeh\0i\0",
    ] {
        assert_eq!(refusal(document), Refusal::Document, "{document:?}");
    }
}

#[test]
fn anything_else_is_unknown_and_so_is_nothing() {
    for other in [
        &b""[..],
        b"\0",
        b"GIF89a\x01\0\x01\0\x80\0\0PK\x03\x04",
        b"BM\x36\0\0\0\0\0\0\0",
        b"II\x2a\0\x08\0\0\0",
        b"\xff\xd8",
        b"RIFF\0\0\0\0WAVE",
        b"\xff\x0a\0\0jxl",
    ] {
        assert_eq!(refusal(other), Refusal::Unknown, "{other:?}");
    }
}

#[test]
fn a_picture_is_known_by_its_bytes_and_a_long_one_is_not_even_looked_at() {
    let mut long = jpeg(&quarters());
    long.resize(MAX_BYTES, 0);
    assert!(clean(&long).is_ok());
    long.push(0);
    assert_eq!(refusal(&long), Refusal::TooLong);
    assert!(clean(&png(&quarters())).is_ok());
}
