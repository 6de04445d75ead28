//! The outer mail: constant subject, day-exact date, our own Message-ID (never the host's name). What an
//! onlooker sees of two tips differs in the unit's address, the reply address, the size bucket and the day alone.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};

use crate::clock;
use crate::id::{Id, message_id};

/// The subject of every letter, whatever is in it. The real one is inside (protected headers).
const SUBJECT: &str = "Encrypted message";

/// A sealed letter and what its headers need.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Names the letter; the same on every try, so a double delivery is recognisable.
    pub id: &'a Id,
    /// The thread's first letter.
    pub in_reply_to: Option<&'a Id>,
    /// Where answers go; none to a letter that takes no answer.
    pub reply_to: Option<&'a str>,
    /// Armoured OpenPGP.
    pub sealed: &'a [u8],
    /// Days since 1970: the date shows nothing finer.
    pub day: u32,
}

/// Several letters in one mail.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Names the mail.
    pub id: &'a Id,
    /// The letters, each whole as it would go alone.
    pub letters: &'a [Envelope<'a>],
    /// Days since 1970.
    pub day: u32,
}

/// A plain mail to the operator. Its text is ours: never a tip's, never the mail server's.
#[derive(Clone, Copy, Debug)]
pub struct Alarm<'a> {
    /// Names the mail.
    pub id: &'a Id,
    /// One line.
    pub subject: &'a str,
    /// What happened, what to do.
    pub text: &'a str,
    /// Days since 1970.
    pub day: u32,
}

/// A unit's answer to a letter, as an officer's mail program sends it: by a person, as far as headers tell.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Names the mail.
    pub id: &'a Id,
    /// Armoured OpenPGP, signed inside.
    pub sealed: &'a [u8],
    /// Days since 1970.
    pub day: u32,
}

type Built = Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>;

/// RFC 3156 `multipart/encrypted`.
pub(super) fn sealed(from: &str, domain: &str, to: &str, letter: &Envelope<'_>) -> Built {
    let mut head = head(from, domain, to, letter.id, letter.day)?.subject(SUBJECT);
    if let Some(first) = letter.in_reply_to {
        let first = message_id(first, domain);
        head = head.in_reply_to(first.clone()).references(first);
    }
    if let Some(address) = letter.reply_to {
        head = head.reply_to(address.parse::<Mailbox>()?);
    }
    Ok(head.multipart(encrypted(letter.sealed)?)?.formatted())
}

/// The two parts of RFC 3156, section 4.
fn encrypted(sealed: &[u8]) -> Result<MultiPart, Box<dyn std::error::Error + Send + Sync>> {
    let version = SinglePart::builder()
        .header(ContentType::parse("application/pgp-encrypted")?)
        .header(ContentTransferEncoding::SevenBit)
        .body("Version: 1\r\n".to_owned());
    let payload = SinglePart::builder()
        .header(ContentType::parse(
            "application/octet-stream; name=\"encrypted.asc\"",
        )?)
        .header(ContentDisposition::inline_with_name("encrypted.asc"))
        .header(ContentTransferEncoding::SevenBit)
        .body(String::from_utf8(sealed.to_vec())?);
    let both = MultiPart::encrypted("application/pgp-encrypted".to_owned());
    Ok(both.singlepart(version).singlepart(payload))
}

/// `multipart/mixed`: a few words that are the same whatever is in it, then each letter as `message/rfc822`, as it
/// would have come alone. No reply address: each letter has its own.
pub(super) fn batch(from: &str, domain: &str, to: &str, batch: &Batch<'_>) -> Built {
    let text = format!(
        "本邮件里有 {} 封加密信：一时信多，合在一起寄来。\r\n\
         请逐个打开下面的附件，每个附件就是一封完整的信，看信、回信的办法和平时一样。\r\n\
         请在打开的那封信里点“回复”或点信里的链接，不要回复本邮件。\r\n",
        batch.letters.len()
    );
    let mut body = MultiPart::mixed().singlepart(SinglePart::plain(text));
    for (n, letter) in batch.letters.iter().enumerate() {
        let whole = String::from_utf8(sealed(from, domain, to, letter)?)?;
        let part = SinglePart::builder()
            .header(ContentType::parse("message/rfc822")?)
            .header(ContentDisposition::attachment(&format!("{:03}.eml", n + 1)))
            // RFC 2046, 5.2.1: a message inside a message is not encoded again.
            .header(ContentTransferEncoding::SevenBit)
            .body(whole);
        body = body.singlepart(part);
    }
    let head = head(from, domain, to, batch.id, batch.day)?.subject(SUBJECT);
    Ok(head.multipart(body)?.formatted())
}

pub(super) fn alarm(from: &str, domain: &str, to: &str, alarm: &Alarm<'_>) -> Built {
    let head = head(from, domain, to, alarm.id, alarm.day)?.subject(alarm.subject);
    let part = SinglePart::plain(alarm.text.to_owned());
    Ok(head.singlepart(part)?.formatted())
}

/// Without the header that says it is a machine's: the service would not read it.
pub(super) fn answer(from: &str, domain: &str, to: &str, answer: &Answer<'_>) -> Built {
    let head = plain_head(from, domain, to, answer.id, answer.day)?.subject(SUBJECT);
    Ok(head.multipart(encrypted(answer.sealed)?)?.formatted())
}

type Head = Result<MessageBuilder, lettre::address::AddressError>;

fn head(from: &str, domain: &str, to: &str, id: &Id, day: u32) -> Head {
    // RFC 3834: nobody's out-of-office answers a machine.
    let automatic = HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    );
    Ok(plain_head(from, domain, to, id, day)?.raw_header(automatic))
}

fn plain_head(from: &str, domain: &str, to: &str, id: &Id, day: u32) -> Head {
    Ok(Message::builder()
        .from(from.parse::<Mailbox>()?)
        .to(to.parse::<Mailbox>()?)
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(clock::day_start(day)))
        .message_id(Some(message_id(id, domain))))
}
