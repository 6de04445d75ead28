//! Checks of single values, run while serde reads them, so that the error names the very key.
//!
//! A message is `why`, a line break, `hint`, and — when the culprit lies deeper than serde sees —
//! another line break and its key; [`super::file`] takes it apart. Must never read the disk.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A whole number from `MIN` to `MAX`.
pub(super) fn within<'de, const MIN: u64, const MAX: u64, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    let number = u64::deserialize(from)?;
    let out_of_range = || {
        wrong(
            &format!("must be from {MIN} to {MAX}, not {number}"),
            "the reference file says what the number is for",
        )
    };
    if !(MIN..=MAX).contains(&number) {
        return Err(out_of_range());
    }
    T::try_from(number).map_err(|_| out_of_range())
}

/// Text that is not empty and has no space at its ends.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    ensure(
        !text.is_empty() && text.trim() == text && !text.contains(char::is_control),
        text,
        "must be one line of text without space at its ends",
        "write what the public or the operator is to read; leave an optional key out altogether",
    )
}

/// As [`text`], for a key that may be left out.
pub(super) fn some_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from).map(Some)
}

/// A path that is not empty.
pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    text(from).map(PathBuf::from)
}

/// As [`path`], for a key that may be left out.
pub(super) fn some_path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    path(from).map(Some)
}

/// An address to listen on, with a port that is known beforehand.
pub(super) fn listen<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let address = SocketAddr::deserialize(from)?;
    ensure(
        address.port() != 0,
        address,
        "port 0 means any port, and then nobody knows where to knock",
        "choose a port from 1 to 65535, as in 127.0.0.1:8080",
    )
}

/// As [`listen`], for a key that may be left out.
pub(super) fn some_listen<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SocketAddr>, D::Error> {
    listen(from).map(Some)
}

/// As [`some_listen`], reached from this machine alone.
pub(super) fn some_loopback<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SocketAddr>, D::Error> {
    let address = listen(from)?;
    ensure(
        address.ip().is_loopback(),
        Some(address),
        "must be an address of this machine alone",
        "for example 127.0.0.1:9464; whoever watches from elsewhere comes through a tunnel",
    )
}

/// An address on the web that begins with https and names a host.
pub(super) fn https<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let url = text(from)?;
    let host = url.strip_prefix("https://").unwrap_or_default();
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let right =
        is_domain(host) && !url.contains(|c: char| c.is_whitespace() || "\"'<>\\".contains(c));
    ensure(
        right,
        url,
        "must be an https address with a host",
        "quick exit leads there: a neutral page such as https://www.gov.cn/",
    )
}

/// The path under which the site stands: empty, or `/jindu`.
pub(super) fn base_path<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let path = String::deserialize(from)?;
    let segment = |part: &str| !part.is_empty() && part.chars().all(|c| is_id(c) || c == '_');
    let right = path.is_empty()
        || path
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(segment));
    ensure(
        right,
        path,
        "must be empty or a path such as /jindu: one slash before, none after",
        "it is the path of base_url in site/config.toml",
    )
}

/// The path of a page of the site: `/knowledge/plants/`.
pub(super) fn some_page<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let path = text(from)?;
    let right = path.len() > 1
        && path.starts_with('/')
        && path.ends_with('/')
        && path
            .trim_matches('/')
            .split('/')
            .all(|part| !part.is_empty() && part.chars().all(is_id));
    ensure(
        right,
        Some(path),
        "must be the path of a page of the site, a slash at both ends",
        "for example /knowledge/plants/",
    )
}

/// An identifier: small ASCII letters, digits and hyphens, a letter first.
pub(super) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let id = String::deserialize(from)?;
    ensure(
        id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(is_id),
        id,
        "must be small letters a-z, digits and hyphens, a letter first",
        "it names folders, files and form values; the public never sees it",
    )
}

/// The name of a form field: small ASCII letters, digits and underscores.
pub(super) fn field<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    ensure(
        name.starts_with(|c: char| c.is_ascii_lowercase()) && is_value(&name),
        name,
        "must be small letters a-z, digits and underscores, a letter first",
        "begin it with the kind's id, as in cultivation_plant",
    )
}

/// The value of a choice: as [`field`], or empty for the neutral one.
pub(super) fn value<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let value = String::deserialize(from)?;
    ensure(
        is_value(&value),
        value,
        "must be small letters a-z, digits and underscores",
        "the label is what people read; the value only tells choices apart",
    )
}

/// A telephone number as it is printed: digits, with hyphens or spaces between them.
pub(super) fn telephone<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let number = String::deserialize(from)?;
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let printable = number
        .chars()
        .all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
    ensure(
        (3..=20).contains(&digits) && printable && number.trim_matches(['-', ' ']) == number,
        number,
        "must be a telephone number: 3 to 20 digits, hyphens or spaces between them",
        "people ring it when a form is closed: 110 is always right",
    )
}

/// A mail address, without a name before it.
pub(super) fn mail<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let address = String::deserialize(from)?;
    let right = lettre::Address::from_str(&address).is_ok_and(|parsed| is_domain(parsed.domain()));
    ensure(
        right,
        address,
        "must be a mail address such as name@example.cn",
        "write the address alone, without a name or < >",
    )
}

/// A domain name in small letters.
pub(super) fn domain<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let domain = String::deserialize(from)?;
    ensure(
        is_domain(&domain),
        domain,
        "must be a domain name in small letters, such as tips.example.cn",
        "officers' replies come to an address under it",
    )
}

/// As [`domain`], or the name or address of a machine in the house, for a key that may be left out.
pub(super) fn some_host<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let host = String::deserialize(from)?;
    let right = is_domain(&host) || host == "localhost" || IpAddr::from_str(&host).is_ok();
    ensure(
        right,
        Some(host),
        "must be the mail server's name, such as smtp.example.cn",
        "the name in the server's certificate; the port is a key of its own",
    )
}

/// The name of a file, without a folder.
pub(super) fn is_file_name(name: &str) -> bool {
    name.trim() == name
        && !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['/', '\\', '\0'])
}

pub(super) fn is_domain(name: &str) -> bool {
    let label =
        |part: &str| !part.is_empty() && part.chars().all(is_id) && part.trim_matches('-') == part;
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

fn is_id(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn is_value(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The value if it is right, else an error at it.
pub(super) fn ensure<T, E: Error>(right: bool, value: T, why: &str, hint: &str) -> Result<T, E> {
    if right {
        Ok(value)
    } else {
        Err(wrong(why, hint))
    }
}

/// An error at the value being read.
pub(super) fn wrong<E: Error>(why: &str, hint: &str) -> E {
    E::custom(format!("{why}\n{hint}"))
}

/// An error at a key below the value being read.
pub(super) fn wrong_at<E: Error>(key: &str, why: &str, hint: &str) -> E {
    E::custom(format!("{why}\n{hint}\n{key}"))
}
