//! A letter of ours that came back: delivery reports (RFC 3464) and the plain bounces of older servers. Says which
//! letters failed for good; a delay or a relay is no failure. Believes a report as far as it names our Message-ID,
//! which none but the servers on the letter's way and its reader have seen.

use mail_parser::Message;

use super::address::senders;
use super::automatic::is_null;
use super::encoded_word;
use super::parts::{Part, Parts, divide, fields, raw, value};
use crate::id::{self, Id};

/// As many letters as one report is believed about.
const MAX_LETTERS: usize = 16;
/// How the subjects of bounces without a report begin.
const FAILED: [&str; 8] = [
    "failure notice",
    "undeliver",
    "returned mail",
    "mail delivery failed",
    "delivery status notification (failure)",
    "delivery failure",
    "系统退信",
    "退信",
];

const QMAIL: &[u8] = b"Hi. This is the qmail-send program";
const STATUS: [&str; 2] = ["message/delivery-status", "message/global-delivery-status"];
/// What a report returns of the letter.
const RETURNED: [&str; 5] = [
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
];

/// The Message-IDs of ours (`<32 hex>@domain`) that this mail reports as failed for good. Empty for any other mail.
#[must_use]
pub fn failed_letters(mail: &Message<'_>, domain: &str) -> Vec<Id> {
    let Ok(parts) = Parts::split(&mail.raw_message) else {
        return Vec::new();
    };
    let status = parts
        .iter()
        .find(|part| STATUS.contains(&part.media().as_str()));
    let failed = match status {
        Some(status) => is_failure(status),
        None => is_plain_bounce(mail, &parts),
    };
    if !failed {
        return Vec::new();
    }
    let mut found = returned(&parts, status.is_none(), domain);
    if found.is_empty() {
        for field in fields(mail) {
            if matches!(field.name.as_str(), "References" | "In-Reply-To") {
                found.extend(ours(&value(mail, field), domain));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_LETTERS);
    found
}

/// Whether a recipient has `Action: failed`.
fn is_failure(status: &Part<'_>) -> bool {
    status.decoded().is_ok_and(|body| {
        String::from_utf8_lossy(&body).lines().any(|line| {
            let (name, value) = line.split_once(':').unwrap_or_default();
            let value = value.split([';', '(']).next().unwrap_or_default();
            name.eq_ignore_ascii_case("action") && value.trim().eq_ignore_ascii_case("failed")
        })
    })
}

/// No report, but a server's words: Exim's header, a bounce's subject, or qmail's opening.
fn is_plain_bounce(mail: &Message<'_>, parts: &Parts<'_>) -> bool {
    let named =
        |name: &str| fields(mail).find(|field| field.name.as_str().eq_ignore_ascii_case(name));
    let null = named("Return-Path").is_some_and(|field| is_null(&value(mail, field)));
    let daemon = senders(mail)
        .iter()
        .any(|from| from.starts_with("mailer-daemon@") || from.starts_with("postmaster@"));
    if !null && !daemon {
        return false;
    }
    let subject = named("Subject").map(|field| encoded_word::decode(raw(mail, field)));
    let subject = subject.unwrap_or_default().to_lowercase();
    let opens = |part: &Part<'_>| {
        let body = part.decoded();
        body.is_ok_and(|body| body.trim_ascii_start().starts_with(QMAIL))
    };
    named("X-Failed-Recipients").is_some()
        || FAILED.iter().any(|start| subject.starts_with(start))
        || parts.iter().any(opens)
}

/// From the returned mail's own Message-ID; in a bounce without a report, also from the copy in its text.
fn returned(parts: &Parts<'_>, in_text: bool, domain: &str) -> Vec<Id> {
    let mut found = Vec::new();
    for part in parts.iter() {
        let media = part.media();
        let head = RETURNED.contains(&media.as_str());
        if !(head || in_text && media.starts_with("text/")) {
            continue;
        }
        let Ok(body) = part.decoded() else { continue };
        let copy = if head { divide(&body).0 } else { &body };
        let copy = String::from_utf8_lossy(copy).replace("\r\n", "\n");
        let unfolded = copy.replace("\n ", " ").replace("\n\t", " ");
        for line in unfolded.lines() {
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("message-id") {
                found.extend(ours(value, domain));
            }
        }
    }
    found
}

/// `<32 hex@domain>`, as often as it stands there.
fn ours(text: &str, domain: &str) -> Vec<Id> {
    text.split('<')
        .filter_map(|rest| rest.split_once('>'))
        .filter_map(|(address, _)| address.trim().split_once('@'))
        .filter(|(_, host)| host.eq_ignore_ascii_case(domain))
        .filter(|(local, _)| local.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .filter_map(|(local, _)| id::parse(local))
        .collect()
}
