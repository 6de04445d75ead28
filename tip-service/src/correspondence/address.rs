//! Which thread a mail is for: the token in its reply address. Never taken from a display name, a comment or the
//! mail's text; two tokens in one mail are refused, for nobody knows whose mailbox is meant.

use mail_parser::{HeaderName, Message};

use super::parts::{fields, raw, value};
use crate::id::{self, Id};

/// Where the mail server writes whom a mail is for, then where the sender writes it.
const FIELDS: [HeaderName<'static>; 5] = [
    HeaderName::DeliveredTo,
    HeaderName::Other(std::borrow::Cow::Borrowed("X-Original-To")),
    HeaderName::Other(std::borrow::Cow::Borrowed("Envelope-To")),
    HeaderName::To,
    HeaderName::Cc,
];

/// Why a mail belongs to no thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// No reply address of ours is among the recipients.
    #[error("no reply address among the recipients")]
    Missing,
    /// Two threads at once.
    #[error("more than one reply address among the recipients")]
    Several,
    /// A reply address of ours, but no token of 32 hex digits in it.
    #[error("the reply address is damaged")]
    Malformed,
}

enum Found {
    Token(Id),
    Damaged,
    Foreign,
}

/// The token of `reply+<32 hex>@domain`. `raw_recipient` is what the mail server was told (Postfix:
/// `${recipient}`) and decides alone; without it the fields it may have written are read, and To and Cc.
pub fn token(
    mail: &Message<'_>,
    raw_recipient: Option<&str>,
    domain: &str,
) -> Result<Id, AddressError> {
    let addresses = match raw_recipient {
        Some(recipient) => addresses(recipient),
        None => written(mail),
    };
    let mut tokens = Vec::new();
    let mut damaged = false;
    for address in &addresses {
        match read(address, domain) {
            Found::Token(token) => tokens.push(token),
            Found::Damaged => damaged = true,
            Found::Foreign => (),
        }
    }
    tokens.sort_unstable();
    tokens.dedup();
    match tokens.as_slice() {
        [token] => Ok(*token),
        [] if damaged => Err(AddressError::Malformed),
        [] => Err(AddressError::Missing),
        _ => Err(AddressError::Several),
    }
}

fn written(mail: &Message<'_>) -> Vec<String> {
    fields(mail)
        .filter(|field| FIELDS.contains(&field.name))
        .flat_map(|field| addresses(&String::from_utf8_lossy(raw(mail, field))))
        .collect()
}

fn read(address: &str, domain: &str) -> Found {
    let Some((local, host)) = address.rsplit_once('@') else {
        return Found::Foreign;
    };
    let local = local.to_ascii_lowercase();
    let Some(token) = local.strip_prefix("reply+") else {
        return Found::Foreign;
    };
    if !host.eq_ignore_ascii_case(domain) {
        return Found::Foreign;
    }
    let hex = token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let token = id::parse(token).filter(|_| hex);
    token.map_or(Found::Damaged, Found::Token)
}

/// The bare addresses of an address list (RFC 5322 §3.4): no names, no comments, quotes undone.
fn addresses(list: &str) -> Vec<String> {
    let (mut found, mut word) = (Vec::new(), String::new());
    let (mut quoted, mut comment, mut closed) = (false, 0_usize, false);
    let mut rest = list.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' if quoted || comment > 0 => word.extend(rest.next().filter(|_| comment == 0)),
            '"' if comment == 0 => quoted = !quoted,
            _ if quoted => word.push(c),
            '(' => comment += 1,
            ')' => comment = comment.saturating_sub(1),
            _ if comment > 0 => (),
            '<' | ':' => word.clear(),
            '>' => closed = true,
            ',' | ';' => {
                found.push(std::mem::take(&mut word));
                closed = false;
            }
            _ if closed || c.is_whitespace() => (),
            _ => word.push(c),
        }
    }
    found.push(word);
    found
}

/// The addresses in From and Sender, in lower case.
pub(super) fn senders(mail: &Message<'_>) -> Vec<String> {
    fields(mail)
        .filter(|field| matches!(field.name, HeaderName::From | HeaderName::Sender))
        .flat_map(|field| addresses(&value(mail, field)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::parts::headers;
    use super::*;

    const A: &str = "00112233445566778899aabbccddeeff";
    const B: &str = "ffeeddccbbaa99887766554433221100";

    fn from_headers(written: &str) -> Result<String, AddressError> {
        let raw = format!("{written}\r\nSubject: x\r\n\r\nreply+{B}@tips.invalid\r\n");
        let mail = headers(raw.as_bytes()).unwrap();
        token(&mail, None, "tips.invalid").map(|token| id::hex(&token))
    }

    #[test]
    fn the_token_is_found_however_the_address_is_written() {
        for written in [
            format!("To: reply+{A}@tips.invalid"),
            format!("To: REPLY+{}@Tips.Invalid", A.to_uppercase()),
            format!("To: =?utf-8?B?5Li+5oql?=\r\n <reply+{A}@tips.invalid>"),
            format!("To: \"reply+{B}@tips.invalid\" <reply+{A}@tips.invalid>"),
            format!("To: \"reply+{A}\"@tips.invalid (reply+{B}@tips.invalid)"),
            format!(
                "Cc: a@example.invalid, team: x@example.invalid,\r\n\t<reply+{A}@tips.invalid>;"
            ),
            format!("delivered-to: reply+{A}@tips.invalid\r\nTo: list@example.invalid"),
            format!("X-Original-To: reply+{A}@tips.invalid\r\nTo: <reply+{A}@TIPS.invalid>"),
            format!("Envelope-To: reply+{A}@tips.invalid"),
            format!("To: reply@tips.invalid, reply+{B}@other.invalid, reply+{A}@tips.invalid"),
        ] {
            assert_eq!(from_headers(&written).as_deref(), Ok(A), "{written}");
        }
    }

    #[test]
    fn no_token_two_tokens_and_a_damaged_one_are_told_apart() {
        for (written, error) in [
            ("To: tips@example.invalid".to_owned(), AddressError::Missing),
            (
                format!("Bcc: reply+{A}@tips.invalid"),
                AddressError::Missing,
            ),
            (
                format!("To: reply+{A}@evil-tips.invalid"),
                AddressError::Missing,
            ),
            (
                format!("To: \"reply+{A}@tips.invalid\" <a@b.invalid>"),
                AddressError::Missing,
            ),
            (
                format!("To: reply+{A}@tips.invalid\r\nCc: reply+{B}@tips.invalid"),
                AddressError::Several,
            ),
            (
                format!("To: reply+{}@tips.invalid", &A[1..]),
                AddressError::Malformed,
            ),
            (
                format!("To: reply+{A}0@tips.invalid"),
                AddressError::Malformed,
            ),
            (
                format!("To: reply++{}@tips.invalid", &A[1..]),
                AddressError::Malformed,
            ),
        ] {
            assert_eq!(from_headers(&written), Err(error), "{written}");
        }
    }

    #[test]
    fn what_the_mail_server_was_told_decides_alone() {
        let raw = format!("To: reply+{B}@tips.invalid\r\n\r\n");
        let mail = headers(raw.as_bytes()).unwrap();
        let of = |recipient: &str| token(&mail, Some(recipient), "tips.invalid");
        assert_eq!(
            of(&format!("<reply+{A}@tips.invalid>")).map(|t| id::hex(&t)),
            Ok(A.into())
        );
        assert_eq!(of("postmaster@tips.invalid"), Err(AddressError::Missing));
        assert_eq!(of(""), Err(AddressError::Missing));
    }
}
