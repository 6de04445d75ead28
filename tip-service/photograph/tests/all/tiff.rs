//! EXIF blocks written by hand, for what exiftool will not write.

/// A tag, its type, how many, and its bytes (big-endian).
pub(crate) type Entry = (u16, u16, u32, Vec<u8>);

pub(crate) fn ascii(tag: u16, text: &str) -> Entry {
    let bytes = [text.as_bytes(), &[0]].concat();
    (tag, 2, bytes.len() as u32, bytes)
}

pub(crate) fn short(tag: u16, value: u16) -> Entry {
    (tag, 3, 1, value.to_be_bytes().to_vec())
}

pub(crate) fn long(tag: u16, value: u32) -> Entry {
    (tag, 4, 1, value.to_be_bytes().to_vec())
}

pub(crate) fn rationals(tag: u16, values: &[(u32, u32)]) -> Entry {
    let bytes = values
        .iter()
        .flat_map(|(over, under)| [over.to_be_bytes(), under.to_be_bytes()].concat());
    (tag, 5, values.len() as u32, bytes.collect())
}

pub(crate) fn unknown(tag: u16, bytes: &[u8]) -> Entry {
    (tag, 7, bytes.len() as u32, bytes.to_vec())
}

/// A directory at `at`, the next one at `next`, and its values behind it.
fn directory(at: usize, entries: &[Entry], next: usize) -> Vec<u8> {
    let mut out = (entries.len() as u16).to_be_bytes().to_vec();
    let mut values: Vec<u8> = Vec::new();
    let behind = at + 2 + entries.len() * 12 + 4;
    for (tag, kind, count, bytes) in entries {
        out.extend(tag.to_be_bytes());
        out.extend(kind.to_be_bytes());
        out.extend(count.to_be_bytes());
        if bytes.len() <= 4 {
            out.extend(bytes);
            out.resize(out.len() + 4 - bytes.len(), 0);
        } else {
            out.extend(((behind + values.len()) as u32).to_be_bytes());
            values.extend(bytes);
        }
    }
    out.extend((next as u32).to_be_bytes());
    out.extend(values);
    out
}

/// Main directory, camera directory, GPS directory, and a thumbnail's.
pub(crate) fn block(main: &[Entry], camera: &[Entry], gps: &[Entry], thumbnail: &[u8]) -> Vec<u8> {
    let mut all = main.to_vec();
    all.extend([long(0x8769, 0), long(0x8825, 0)]);
    let first = 8;
    let camera_at = first + directory(first, &all, 0).len();
    let gps_at = camera_at + directory(camera_at, camera, 0).len();
    let second_at = gps_at + directory(gps_at, gps, 0).len();
    let second = |at| [long(0x0201, at), long(0x0202, thumbnail.len() as u32)];
    let thumbnail_at = second_at + directory(second_at, &second(0), 0).len();
    let count = all.len();
    all[count - 2] = long(0x8769, camera_at as u32);
    all[count - 1] = long(0x8825, gps_at as u32);
    let mut out = b"MM\0\x2a\0\0\0\x08".to_vec();
    out.extend(directory(first, &all, second_at));
    out.extend(directory(camera_at, camera, 0));
    out.extend(directory(gps_at, gps, 0));
    out.extend(directory(second_at, &second(thumbnail_at as u32), 0));
    out.extend(thumbnail);
    out
}

/// The GPS entries of a place.
pub(crate) fn gps(
    north: &str,
    latitude: &[(u32, u32)],
    east: &str,
    longitude: &[(u32, u32)],
) -> Vec<Entry> {
    vec![
        ascii(1, north),
        rationals(2, latitude),
        ascii(3, east),
        rationals(4, longitude),
    ]
}

/// As a JPEG segment holds it.
pub(crate) fn segment(tiff: &[u8]) -> Vec<u8> {
    [b"Exif\0\0", tiff].concat()
}
