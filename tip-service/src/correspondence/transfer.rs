//! Undoes a transfer encoding (RFC 2045 §6). Damaged base64 is refused: what cannot be decoded would be dropped.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `None` for an encoding nobody knows, or damaged base64.
pub(super) fn decode(body: &[u8], encoding: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let encoding = encoding.to_ascii_lowercase();
    match encoding.as_slice() {
        b"" | b"7bit" | b"8bit" | b"binary" => Some(Zeroizing::new(body.to_vec())),
        b"quoted-printable" => Some(quoted_printable(body)),
        b"base64" => base64(body),
        _ => None,
    }
}

/// Line ends and blanks do not count.
pub(super) fn base64(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let bare = body.iter().copied().filter(|b| !b.is_ascii_whitespace());
    let bare: Zeroizing<Vec<u8>> = Zeroizing::new(bare.collect());
    BASE64.decode(bare.as_slice()).ok().map(Zeroizing::new)
}

/// Blanks at a line's end were added on the way. An `=` that encodes nothing stands for itself.
fn quoted_printable(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(body.len()));
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let text = line.trim_ascii_end();
        let (text, soft) = match text.strip_suffix(b"=") {
            Some(text) if line.len() > text.len() + 1 || line.ends_with(b"=") => (text, true),
            _ => (text, false),
        };
        escapes(text, &mut plain);
        match line {
            _ if soft => (),
            _ if line.ends_with(b"\r\n") => plain.extend_from_slice(b"\r\n"),
            _ if line.ends_with(b"\n") => plain.push(b'\n'),
            _ => (),
        }
    }
    plain
}

/// `=XX` becomes its byte.
pub(super) fn escapes(text: &[u8], plain: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escaped = match (byte, after) {
            (b'=', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            plain.push(high << 4 | low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            plain.push(byte);
        }
    }
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_is_read_as_mail_programs_write_it() {
        for (written, meant) in [
            ("a=3Db=\r\nc  \r\nd", "a=bc\r\nd"),
            ("=E5=8F=97=E7=90=86", "受理"),
            ("=e5=8f=97= \t\r\n=e7=90=86\n", "受理\n"),
            ("a = b =zz =", "a = b =zz "),
            ("x=20\r\n\r\n", "x \r\n\r\n"),
        ] {
            let plain = decode(written.as_bytes(), b"Quoted-Printable").unwrap();
            assert_eq!(plain.as_slice(), meant.as_bytes(), "{written}");
        }
    }

    #[test]
    fn damaged_base64_and_unknown_encodings_are_refused() {
        let plain = |body: &str| decode(body.as_bytes(), b"BASE64");
        assert_eq!(
            plain("5Y+X\r\n55CG\r\n").unwrap().as_slice(),
            "受理".as_bytes()
        );
        for damaged in ["5Y+X\r\n55CG\r\nfooter!", "5Y+X5", "YQ==YQ==", "5Y\u{e9}X"] {
            assert!(plain(damaged).is_none(), "{damaged}");
        }
        assert!(decode(b"x", b"x-uuencode").is_none());
    }
}
