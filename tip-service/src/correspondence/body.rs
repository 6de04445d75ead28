//! The officer's text in a signed MIME entity, in whatever charset it was written. Never drops anything in
//! silence: what is neither text nor known to carry none is refused as an attachment.

use mail_parser::HeaderName;
use zeroize::Zeroizing;

use super::parts::{Part, Parts, PartsError, divide};
use super::{charset, encoded_word, flowed};

/// Fields that mark the beginning of a MIME entity.
const MIME_FIELDS: [&str; 4] = [
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "mime-version",
];

/// What the officer wrote.
pub struct Words {
    /// Plain text, lines ending in LF, nothing unfolded but format=flowed; or the HTML as it came.
    pub text: Zeroizing<String>,
    /// `text` is HTML, because there is no plain text.
    pub html: bool,
    /// The protected subject, or empty.
    pub subject: Zeroizing<String>,
}

/// Why the words cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Unknown, wrongly named, or bytes that are none of it.
    #[error("the text cannot be read as {0}")]
    Charset(String),
    /// A file, a picture, a forwarded mail.
    #[error("the reply has an attachment")]
    Attachment,
    /// Nothing to read.
    #[error("the reply has no text")]
    NoText,
    /// Plain text and HTML one after the other: neither is the whole.
    #[error("the reply has several texts")]
    Several,
    /// Not MIME as it says.
    #[error("the reply is damaged")]
    Broken,
    /// Too many parts.
    #[error("the reply has too many parts")]
    TooDeep,
}

impl From<PartsError> for BodyError {
    fn from(error: PartsError) -> Self {
        match error {
            PartsError::Broken => Self::Broken,
            PartsError::TooDeep => Self::TooDeep,
        }
    }
}

/// A text and the outermost `multipart/alternative` it is a version in.
struct Version<T> {
    of: Option<usize>,
    text: T,
}

/// Finds the words in what was signed. What does not begin with a block of header fields, a MIME one among them,
/// is inline text in UTF-8.
pub fn words(entity: &[u8]) -> Result<Words, BodyError> {
    let entity = Zeroizing::new(to_crlf(entity));
    if !is_mime(&entity) {
        let text = lines(&unreadable(charset::decode(&entity, None))?);
        let subject = Zeroizing::default();
        return visible(&text)
            .then_some(Words {
                text,
                html: false,
                subject,
            })
            .ok_or(BodyError::NoText);
    }
    let parts = Parts::split(&entity)?;
    let (plain, html) = versions(&parts)?;
    let mut shown = Vec::new();
    for version in &html {
        let beside = |text: &Version<_>| version.of.is_some() && text.of == version.of;
        if !plain.iter().any(beside) {
            let text = read(version.text)?;
            if !blank_html(&text) {
                shown.push(text);
            }
        }
    }
    let subject = subject(&parts)?;
    match (plain.as_slice(), shown.pop()) {
        ([], None) => Err(BodyError::NoText),
        ([], Some(text)) if shown.is_empty() => Ok(Words {
            text,
            html: true,
            subject,
        }),
        (_, Some(_)) => Err(BodyError::Several),
        (plain, None) => {
            let mut text = Zeroizing::new(String::new());
            plain
                .iter()
                .for_each(|version| text.push_str(&version.text));
            Ok(Words {
                text,
                html: false,
                subject,
            })
        }
    }
}

type Plain = Vec<Version<Zeroizing<String>>>;
type Html<'p, 'a> = Vec<Version<&'p Part<'a>>>;

/// All texts in the order they stand; anything that is none is an error.
fn versions<'p, 'a>(parts: &'p Parts<'a>) -> Result<(Plain, Html<'p, 'a>), BodyError> {
    let (mut plain, mut html) = (Vec::new(), Vec::new());
    let mut ahead = vec![(0, None, false)];
    while let Some((at, of, protected)) = ahead.pop() {
        let part = parts.get(at)?;
        let media = part.media();
        if part.is_multipart() {
            let of = of.or((media == "multipart/alternative").then_some(at));
            let protected = part.parameter("protected-headers").is_some();
            ahead.extend(
                part.children
                    .iter()
                    .rev()
                    .map(|child| (*child, of, protected)),
            );
        } else if is_mute(part, &media)? || protected && is_legacy_display(part, &media)? {
            // nothing of the officer's
        } else if part.is_file() {
            return Err(BodyError::Attachment);
        } else if media == "text/html" {
            html.push(Version { of, text: part });
        } else if media == "text/plain" {
            let text = plain_text(part)?;
            if visible(&text) {
                plain.push(Version { of, text });
            }
        } else {
            return Err(BodyError::Attachment);
        }
    }
    Ok((plain, html))
}

/// Parts that carry no words: keys, signatures, Thunderbird's note of a removed file, and empty ones.
fn is_mute(part: &Part<'_>, media: &str) -> Result<bool, BodyError> {
    let known = [
        "application/pgp-keys",
        "application/pgp-signature",
        "text/x-moz-deleted",
    ];
    Ok(known.contains(&media) || part.decoded()?.trim_ascii().is_empty())
}

/// The copy of the protected headers for programs that know none: a part beside the text, header fields alone.
fn is_legacy_display(part: &Part<'_>, media: &str) -> Result<bool, BodyError> {
    if part.parameter("protected-headers").is_none()
        || !matches!(media, "text/plain" | "text/rfc822-headers")
    {
        return Ok(false);
    }
    Ok(field_names(&part.decoded()?).is_some())
}

fn plain_text(part: &Part<'_>) -> Result<Zeroizing<String>, BodyError> {
    let is = |name: &str, value: &str| {
        let found = part.parameter(name).unwrap_or_default();
        found.eq_ignore_ascii_case(value)
    };
    let mut text = lines(&read(part)?);
    if is("hp-legacy-display", "1") {
        // RFC 9788: the same copy, at the head of the text itself
        if let Some((fields, rest)) = text.split_once("\n\n")
            && field_names(fields.as_bytes()).is_some()
        {
            text = Zeroizing::new(rest.to_owned());
        }
    }
    if is("format", "flowed") {
        return Ok(flowed::unfold(&text, is("delsp", "yes")));
    }
    Ok(text)
}

/// The text of a part, in its charset.
fn read(part: &Part<'_>) -> Result<Zeroizing<String>, BodyError> {
    let bytes = part.decoded()?;
    unreadable(charset::decode(&bytes, part.parameter("charset")))
}

fn unreadable<T>(decoded: Result<T, charset::Unreadable>) -> Result<T, BodyError> {
    decoded.map_err(|charset::Unreadable(label)| BodyError::Charset(label))
}

/// LF line ends, the last line too.
fn lines(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.lines() {
        plain.push_str(line);
        plain.push('\n');
    }
    plain
}

fn visible(text: &str) -> bool {
    text.chars()
        .any(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}'))
}

/// Of the entity, or of what it signs.
fn subject(parts: &Parts<'_>) -> Result<Zeroizing<String>, BodyError> {
    let root = parts.get(0)?;
    let first = root.children.first().map(|first| parts.get(*first));
    let value = root.value(&HeaderName::Subject).or_else(|| {
        let first = first.filter(|_| root.media() == "multipart/signed")?;
        first.ok()?.value(&HeaderName::Subject)
    });
    Ok(value.map(encoded_word::decode).unwrap_or_default())
}

/// Whether it begins with a block of header fields, a MIME one among them. An officer's first line `ask: …`
/// looks like a field too, but no such block holds a MIME field.
fn is_mime(entity: &[u8]) -> bool {
    field_names(divide(entity).0).is_some_and(|names| {
        names.iter().any(|name| {
            MIME_FIELDS
                .iter()
                .any(|field| name.eq_ignore_ascii_case(field))
        })
    })
}

/// The names, if it is header fields and nothing else.
fn field_names(block: &[u8]) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for line in block.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.is_empty() || !names.is_empty() && matches!(line.first(), Some(b' ' | b'\t')) {
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = line.get(..colon).filter(|name| !name.is_empty())?;
        let token = |byte: &u8| byte.is_ascii_graphic();
        names.push(
            std::str::from_utf8(name)
                .ok()
                .filter(|_| name.iter().all(token))?,
        );
    }
    (!names.is_empty()).then_some(names)
}

/// Whether HTML shows nothing: no text outside tags, no image. In doubt it shows something.
pub(super) fn blank_html(html: &str) -> bool {
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        if visible(&before.replace("&nbsp;", " ")) || tag.to_ascii_lowercase().starts_with("img") {
            return false;
        }
        rest = after;
    }
    !visible(&rest.replace("&nbsp;", " "))
}

/// Lone LF becomes CRLF: mail is signed with CRLF, and a pipe delivers LF. A lone CR stays: it is no line end in
/// mail, and what was signed with it must keep it.
#[must_use]
pub fn to_crlf(raw: &[u8]) -> Vec<u8> {
    let mut crlf = Vec::with_capacity(raw.len() + raw.len() / 32);
    let mut before = 0;
    for &byte in raw {
        if byte == b'\n' && before != b'\r' {
            crlf.push(b'\r');
        }
        crlf.push(byte);
        before = byte;
    }
    crlf
}
