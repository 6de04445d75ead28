//! Header text written as encoded words (RFC 2047). Neighbours in one charset are joined before they are decoded:
//! programs cut between the two bytes of a character. A word that cannot be read stays as it was written.

use zeroize::Zeroizing;

use super::{charset, transfer};

/// One encoded word, its transfer encoding undone.
struct Word<'a> {
    written: &'a str,
    charset: &'a str,
    bytes: Zeroizing<Vec<u8>>,
}

/// The value of a header field as one line of text; raw GB18030 and UTF-8 are read too.
pub(super) fn decode(value: &[u8]) -> Zeroizing<String> {
    let value = charset::decode(value, None).or_else(|_| charset::decode(value, Some("gb18030")));
    let value = value.unwrap_or_default();
    let mut text = Zeroizing::new(String::new());
    let mut run: Vec<Word<'_>> = Vec::new();
    for token in value.split_ascii_whitespace() {
        let mut rest = token;
        while let Some((before, word, after)) = first_word(rest) {
            let first = token.len() == rest.len();
            let follows = !run.is_empty() && before.is_empty();
            if !before.is_empty() || run.last().is_some_and(|last| !same(last, &word)) {
                flush(&mut run, &mut text);
            }
            if first && !follows && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(before);
            run.push(word);
            rest = after;
        }
        if !rest.is_empty() {
            flush(&mut run, &mut text);
            if rest.len() == token.len() && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(rest);
        }
    }
    flush(&mut run, &mut text);
    text
}

fn same(one: &Word<'_>, other: &Word<'_>) -> bool {
    one.charset.eq_ignore_ascii_case(other.charset)
}

fn flush(run: &mut Vec<Word<'_>>, text: &mut String) {
    let bytes: Zeroizing<Vec<u8>> =
        Zeroizing::new(run.iter().flat_map(|w| w.bytes.iter().copied()).collect());
    let Some(first) = run.first() else { return };
    match charset::decode(&bytes, Some(first.charset)) {
        Ok(decoded) => text.push_str(&decoded),
        Err(_) => run.iter().for_each(|word| text.push_str(word.written)),
    }
    run.clear();
}

/// What stands before the first encoded word of `token`, the word, and what stands after.
fn first_word(token: &str) -> Option<(&str, Word<'_>, &str)> {
    let (before, rest) = token.split_once("=?")?;
    let mut fields = rest.splitn(3, '?');
    let (charset, how, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let (body, after) = rest.split_once("?=")?;
    let bytes = match how {
        "B" | "b" => transfer::base64(body.as_bytes())?,
        "Q" | "q" => {
            let mut bytes = Zeroizing::new(Vec::new());
            transfer::escapes(body.replace('_', " ").as_bytes(), &mut bytes);
            bytes
        }
        _ => return None,
    };
    let written = token.get(before.len()..token.len() - after.len())?;
    let charset = charset.split('*').next()?;
    let word = Word {
        written,
        charset,
        bytes,
    };
    Some((before, word, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_programs_write_them() {
        let cases: &[(&[u8], &str)] = &[
            (b"=?GB2312?B?19S2r7vYuLQ=?=", "自动回复"),
            // cut between the two bytes of a character
            (b"=?gb2312?B?19S2?=\r\n =?GB2312?B?r7vYuLQ=?=", "自动回复"),
            (b"Re: =?utf-8*zh?q?=E5=8F=97_=E7=90=86?= ok", "Re: 受 理 ok"),
            (b"=?utf-8?Q?=E5=8F=97?= =?gbk?Q?=C0=ED?=", "受理"),
            (b"=?utf-8?B?5Y+X?==?utf-8?B?55CG?=", "受理"),
            (b"\xd7\xd4\xb6\xaf\xbb\xd8\xb8\xb4", "自动回复"),
            ("自动回复".as_bytes(), "自动回复"),
            (b"=?x-no?B?19S2?= a", "=?x-no?B?19S2?= a"),
            (b"=?utf-8?B?19S2?=", "=?utf-8?B?19S2?="),
            (b"a =?b?c", "a =?b?c"),
            (b"plain  text", "plain text"),
        ];
        for (written, meant) in cases {
            assert_eq!(decode(written).as_str(), *meant);
        }
    }
}
