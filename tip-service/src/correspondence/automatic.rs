//! Machines that answer machines (RFC 3834): recognised, never answered.

use mail_parser::{HeaderName, Message};

use super::address::senders;
use super::encoded_word;
use super::openpgp::{Shape, shape};
use super::parts::{fields, raw, value};

/// How absence notes begin. Asked only of mail without OpenPGP: no reply of an officer is lost to it.
const ABSENT: [&str; 18] = [
    "自动回复",
    "自動回覆",
    "自动答复",
    "自動回應",
    "自动应答",
    "系统自动",
    "不在办公室",
    "不在辦公室",
    "外出",
    "休假",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "auto response",
    "out of office",
    "out of the office",
];

/// Why a mail is a machine's, or `None` for a person's. `domain` is the mail domain, `from` our own sender address:
/// our letters come back from misconfigured servers.
#[must_use]
pub fn is_automatic(mail: &Message<'_>, domain: &str, from: &str) -> Option<&'static str> {
    marked(mail)
        .or_else(|| ours(mail, domain, from))
        .or_else(|| absent(mail))
}

/// What the machine says of itself.
fn marked(mail: &Message<'_>) -> Option<&'static str> {
    for field in fields(mail) {
        let value = value(mail, field);
        let word = value.split([';', ' ', '(']).next().unwrap_or_default();
        let name = field.name.as_str().to_ascii_lowercase();
        match name.as_str() {
            "auto-submitted" if word != "no" => return Some("Auto-Submitted"),
            "precedence" if matches!(word, "bulk" | "junk" | "list" | "auto_reply") => {
                return Some("Precedence");
            }
            "x-autoreply" | "x-autorespond" | "x-autoresponder" | "x-auto-reply" => {
                return Some("X-Autoreply");
            }
            "x-failed-recipients" => return Some("X-Failed-Recipients"),
            "return-path" if is_null(&value) => return Some("Return-Path"),
            "content-type" if word == "multipart/report" => return Some("multipart/report"),
            "list-id" | "list-unsubscribe" => return Some("List-Id"),
            _ => (),
        }
    }
    let daemon = senders(mail).iter().any(|from| {
        let local = from.split('@').next().unwrap_or_default();
        matches!(local, "mailer-daemon" | "postmaster")
    });
    daemon.then_some("MAILER-DAEMON")
}

/// A letter of ours that came back as it was.
fn ours(mail: &Message<'_>, domain: &str, from: &str) -> Option<&'static str> {
    let (from, at) = (from.to_ascii_lowercase(), format!("@{domain}>"));
    let from = from.rsplit('<').next().unwrap_or_default();
    let from = from.trim_end_matches('>');
    if senders(mail).iter().any(|sender| sender == from) {
        return Some("our own sender");
    }
    let at = at.to_ascii_lowercase();
    let own = fields(mail)
        .any(|field| field.name == HeaderName::MessageId && value(mail, field).ends_with(&at));
    own.then_some("our own Message-ID")
}

fn absent(mail: &Message<'_>) -> Option<&'static str> {
    let subject = fields(mail).find(|field| field.name == HeaderName::Subject)?;
    let subject = encoded_word::decode(raw(mail, subject)).to_lowercase();
    let note = ABSENT
        .iter()
        .any(|note| subject.trim_start().starts_with(note));
    let openpgp = !matches!(shape(&mail.raw_message), Ok(Shape::Plain));
    (note && !openpgp).then_some("Subject")
}

/// The envelope sender of bounces (RFC 5321 §4.5.5); the second is what Postfix's pipe writes for it.
pub(super) fn is_null(return_path: &str) -> bool {
    return_path == "<>" || return_path.eq_ignore_ascii_case("<MAILER-DAEMON>")
}
