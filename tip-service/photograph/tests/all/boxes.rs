//! The boxes of each format, put together by hand.

/// A RIFF chunk.
pub(crate) fn riff(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = kind.to_vec();
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// A WebP file of these chunks.
pub(crate) fn webp_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    riff(b"RIFF", &[b"WEBP".to_vec(), chunks.concat()].concat())
}

/// Three bytes, little-endian.
pub(crate) fn three(number: usize) -> [u8; 3] {
    [number as u8, (number >> 8) as u8, (number >> 16) as u8]
}

/// A PNG chunk with its checksum.
pub(crate) fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = (body.len() as u32).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(body);
    out.extend(crc32fast::hash(&out[4..]).to_be_bytes());
    out
}

/// Puts a chunk behind a PNG's header.
pub(crate) fn png_plus(png: &[u8], more: &[u8]) -> Vec<u8> {
    [&png[..33], more, &png[33..]].concat()
}

/// Puts a segment behind a JPEG's start.
pub(crate) fn jpeg_plus(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, body, &jpeg[2..]].concat()
}
