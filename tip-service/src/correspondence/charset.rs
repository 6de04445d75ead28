//! Bytes to text, in the charset they were written in: read right or refused, never garbled. `mail-parser` puts
//! replacement characters where it fails, and reads us-ascii as Windows-1252, so neither is left to it.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use zeroize::Zeroizing;

/// The charset that could not be read, as the mail names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

/// `label` is the charset parameter, if there is one.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> Result<Zeroizing<String>, Unreadable> {
    let label = label.map_or("", str::trim).to_ascii_lowercase();
    let text = match label.as_str() {
        "" | "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" | "unknown-8bit" => {
            unlabelled(bytes)
        }
        "utf-16" => utf16(bytes),
        "cp936" | "ms936" | "windows-936" => strict(GBK, bytes),
        "cp54936" => strict(GB18030, bytes),
        _ => Encoding::for_label_no_replacement(label.as_bytes())
            .filter(|encoding| !(*encoding == WINDOWS_1252 && mislabelled(bytes)))
            .and_then(|encoding| strict(encoding, bytes)),
    };
    let text = text.filter(|_| !is_utf8_by_another_name(&label, bytes));
    let text = text.map(|text| text.trim_start_matches('\u{feff}').to_owned());
    let named = if label.is_empty() { "us-ascii" } else { &label };
    text.map(Zeroizing::new)
        .ok_or_else(|| Unreadable(named.chars().take(40).collect()))
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// ASCII, or UTF-8 that forgot to say so. Escapes of seven-bit charsets (ISO-2022, HZ) would pass for ASCII.
fn unlabelled(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let hz =
        bytes.windows(2).any(|pair| pair == b"~{") && bytes.windows(2).any(|pair| pair == b"~}");
    if hz || bytes.iter().any(|byte| matches!(byte, 0x0e | 0x0f | 0x1b)) {
        return None;
    }
    strict(UTF_8, bytes)
}

/// A program that writes UTF-8 and says GBK. Chinese in another charset is hardly ever good UTF-8 by accident, and
/// where it is, nobody knows what was meant.
fn is_utf8_by_another_name(label: &str, bytes: &[u8]) -> bool {
    let says_so = Encoding::for_label(label.as_bytes()).is_none_or(|encoding| encoding == UTF_8);
    let named = matches!(label, "cp936" | "ms936" | "windows-936" | "cp54936")
        || !says_so && !label.starts_with("utf-16");
    named && !bytes.is_ascii() && strict(UTF_8, bytes).is_some()
}

/// Without a byte order mark nobody knows which half comes first.
fn utf16(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => strict(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => strict(UTF_16BE, rest),
        _ => None,
    }
}

/// Every byte string is Windows-1252, also Chinese that a program labelled iso-8859-1. Latin letters stand alone
/// or are no Chinese; where the bytes are as good UTF-8 or GBK, nobody knows what was meant.
fn mislabelled(bytes: &[u8]) -> bool {
    let mut runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    if bytes.is_ascii() {
        return false;
    }
    strict(UTF_8, bytes).is_some()
        || runs.all(|run| run.len() % 2 == 0) && strict(GBK, bytes).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, ISO_2022_JP};

    const TEXT: &str = "受理：已派員核查。";

    #[test]
    fn chinese_charsets_are_read_right() {
        for (label, encoding, text) in [
            ("GB18030", GB18030, "受理：𠮷祥村，镕基路"),
            ("gbk", GBK, "受理：镕基路"),
            ("gb2312", GBK, "受理：已派员核查。"),
            ("CP936", GBK, "受理：已派员核查。"),
            ("Big5", BIG5, TEXT),
            ("utf-8", UTF_8, TEXT),
            ("ISO-2022-JP", ISO_2022_JP, "受理：明日"),
        ] {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost);
            assert_eq!(
                decode(&bytes, Some(label)).unwrap().as_str(),
                text,
                "{label}"
            );
        }
    }

    #[test]
    fn utf_16_needs_its_mark_unless_the_label_says_which_half_comes_first() {
        let be: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let le: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&b"\xfe\xff"[..], &be].concat();
        for (bytes, label) in [
            (&be, "utf-16be"),
            (&le, "UTF-16LE"),
            (&marked, "utf-16"),
            (&marked, "utf-16be"),
        ] {
            assert_eq!(decode(bytes, Some(label)).unwrap().as_str(), TEXT);
        }
        assert_eq!(
            decode(&be, Some("utf-16")),
            Err(Unreadable("utf-16".into()))
        );
    }

    #[test]
    fn what_cannot_be_read_for_certain_is_refused() {
        let gbk = GBK.encode("受理：已派员").0;
        for (bytes, label) in [
            ("受理：已派员".as_bytes(), Some("gbk")),
            ("受理：已派员".as_bytes(), Some("cp936")),
            ("受理：已派员".as_bytes(), Some("big5")),
            (&b"\x1b$)A\x0eJ\\@m\x0f"[..], Some("iso-2022-cn")),
            (b"~{J\\@m~}", Some("hz-gb-2312")),
            (b"~{J\\@m~}", None),
            (b"\x1b$)A\x0eJ\\@m\x0f", Some("us-ascii")),
            (b"+U9d0Bg-", Some("utf-7")),
            (b"\xe5\x8f", Some("utf-8")),
            (b"accept\xff\xff", Some("gb18030")),
            (b"\xa4", Some("big5")),
            (&gbk, None),
            (&gbk, Some("us-ascii")),
            (&gbk, Some("iso-8859-1")),
            (TEXT.as_bytes(), Some("windows-1252")),
            (b"abc", Some("klingon")),
        ] {
            assert!(decode(bytes, label).is_err(), "{label:?}");
        }
        assert_eq!(decode(TEXT.as_bytes(), None).unwrap().as_str(), TEXT);
        let latin = decode(b"caf\xe9 \x93ok\x94", Some("iso-8859-1"));
        assert_eq!(latin.unwrap().as_str(), "café “ok”");
    }
}
