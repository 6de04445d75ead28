//! Answers in few sizes: whoever counts bytes on the wire shall not tell the form from the receipt, the form that came
//! back from the one that was taken, or a mailbox from none. Whatever is added is white space after the end of the page.
//!
//! Must never compress the padding (it would be gone), nor let one answer of a guarded route by unpadded.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

/// Compressed answers are as long as this, or a multiple: the empty form, the receipt and the form that comes back with a
/// page of text all fit into one.
const PACKED: usize = 9 << 10;

/// Answers that are not compressed are as long as this, or a multiple.
const PLAIN: usize = 32 << 10;

/// A gzip file (RFC 1952) put together from pieces, byte-aligned and none of them final.
pub(super) struct Member {
    bytes: Vec<u8>,
    checksum: crc32fast::Hasher,
    size: usize,
}

impl Member {
    /// The head alone: no name, no time, unknown system.
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255],
            checksum: crc32fast::Hasher::new(),
            size: 0,
        }
    }

    /// Adds deflate blocks (see [`deflate`]), the checksum and the length of what they hold.
    pub(super) fn packed(&mut self, blocks: &[u8], checksum: &crc32fast::Hasher, size: usize) {
        self.bytes.extend_from_slice(blocks);
        self.checksum.combine(checksum);
        self.size += size;
    }

    /// Adds up to 65,535 bytes as they are.
    pub(super) fn stored(&mut self, content: &[u8]) {
        self.block(0, content);
    }

    /// A stored block (RFC 1951, 3.2.4): whether it is the last, length, its complement, the bytes.
    fn block(&mut self, last: u8, content: &[u8]) {
        let length = u16::try_from(content.len()).unwrap_or(0);
        self.bytes.push(last);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(&(!length).to_le_bytes());
        self.bytes.extend_from_slice(content);
        self.checksum.update(content);
        self.size += content.len();
    }

    /// Fills up with spaces, stored and so not compressed, and ends the file.
    pub(super) fn finish(mut self) -> Bytes {
        const BLOCK_HEAD: usize = 5;
        const TRAILER: usize = 8;
        let least = self.bytes.len() + BLOCK_HEAD + TRAILER;
        let spaces = vec![b' '; least.next_multiple_of(PACKED) - least];
        self.block(1, &spaces);
        let size = u32::try_from(self.size).unwrap_or(u32::MAX);
        let checksum = self.checksum.finalize();
        self.bytes.extend_from_slice(&checksum.to_le_bytes());
        self.bytes.extend_from_slice(&size.to_le_bytes());
        self.bytes.into()
    }
}

/// Deflate blocks that end on a byte boundary, the last of them not final.
///
/// # Errors
/// None in practice: it writes to memory.
pub(super) fn deflate(data: &[u8], level: Compression) -> std::io::Result<Bytes> {
    let mut encoder = DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(data)?;
    encoder.flush()?;
    Ok(Bytes::copy_from_slice(encoder.get_ref()))
}

/// The checksum of some bytes, to be combined.
pub(super) fn checksum(data: &[u8]) -> crc32fast::Hasher {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(data);
    hasher
}

/// For the form and what answers it: compressed where the visitor takes it, and padded either way.
pub(super) async fn compressed(request: Request, next: Next) -> Response {
    let gzip = takes_gzip(request.headers());
    pad(next.run(request).await, gzip).await
}

/// For the mailbox: padded and never compressed, since what compresses well would tell what it is.
pub(super) async fn uncompressed(request: Request, next: Next) -> Response {
    pad(next.run(request).await, false).await
}

/// Pads a page. What is no page (a redirect) has nothing in it that differs; what is packed already padded itself.
async fn pad(response: Response, gzip: bool) -> Response {
    let (mut head, body) = response.into_parts();
    if !is_page(&head.headers) || head.headers.contains_key(header::CONTENT_ENCODING) {
        return Response::from_parts(head, body);
    }
    // Pages are made whole before they are sent; nothing is read from anywhere here.
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    head.headers.remove(header::CONTENT_LENGTH);
    let body = match gzip.then(|| packed(&page)) {
        Some(Ok(packed)) => {
            let gzip = HeaderValue::from_static("gzip");
            head.headers.insert(header::CONTENT_ENCODING, gzip);
            let vary = HeaderValue::from_static("accept-encoding");
            head.headers.insert(header::VARY, vary);
            packed
        }
        Some(Err(_)) | None => plain(&page),
    };
    Response::from_parts(head, Body::from(body))
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let is = |name: &str| kind.is_some_and(|kind| kind.as_bytes().starts_with(name.as_bytes()));
    is("text/html") || is("application/json")
}

/// Squeezed quickly if it fits into one so, as receipts do; else as well as can be, so that a form that comes back fits.
fn packed(page: &[u8]) -> std::io::Result<Bytes> {
    let quick = member(page, Compression::fast())?;
    if quick.len() <= PACKED {
        return Ok(quick);
    }
    member(page, Compression::best())
}

fn member(page: &[u8], level: Compression) -> std::io::Result<Bytes> {
    let mut member = Member::new();
    let blocks = deflate(page, level)?;
    member.packed(&blocks, &checksum(page), page.len());
    Ok(member.finish())
}

fn plain(page: &[u8]) -> Bytes {
    let mut page = page.to_vec();
    page.resize(page.len().next_multiple_of(PLAIN), b' ');
    page.into()
}

/// Whether the visitor takes gzip (RFC 9110, 12.5.3).
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip"))
                && !parts.any(|weight| weight == "q=0" || weight == "q=0.0")
        })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn pages_of_every_length_unpack_to_themselves_and_spaces_and_have_few_sizes() {
        for length in [0, 1, 500, 9_000, 9_193, 9_216, 100_000] {
            let page: Vec<u8> = (0..length)
                .map(|i: u32| i.wrapping_mul(2_654_435_761).to_be_bytes()[0])
                .collect();
            let packed = packed(&page).unwrap();
            assert_eq!(packed.len() % PACKED, 0, "{length}");
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(packed.as_ref())
                .read_to_end(&mut unpacked)
                .unwrap();
            let (start, rest) = unpacked.split_at(page.len());
            assert_eq!(start, page, "{length}");
            assert!(rest.iter().all(|byte| *byte == b' '), "{length}");
            assert_eq!(plain(&page).len() % PLAIN, 0, "{length}");
        }
    }

    #[test]
    fn a_page_that_compresses_well_is_as_long_as_one_that_does_not() {
        let dull = packed(&[b'a'; 8_000]).unwrap();
        let page: Vec<u8> = (0..8_000_u32)
            .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[1])
            .collect();
        assert_eq!(dull.len(), packed(&page).unwrap().len());
    }
}
