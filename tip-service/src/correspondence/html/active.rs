//! Whether HTML does anything but show text.
//!
//! Reads what the HTML parser makes of it, not the bytes as sent: ammonia is told to keep every
//! tag and every attribute that may act, and what it writes is regular enough to be read by eye.
//! Never looks for a string in the raw HTML to decide.

use std::collections::{HashMap, HashSet};

use ammonia::Builder;
use zeroize::Zeroizing;

use super::HtmlError;
use super::plain::Tags;

/// Attributes that may act, besides every one that begins with `on`.
const ATTRIBUTES: &[&str] = &[
    "action",
    "background",
    "data",
    "formaction",
    "href",
    "http-equiv",
    "src",
    "srcset",
    "style",
    "xlink:href",
];

/// Tags that open formatting, which the parser opens again in each block until it is closed.
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// Tags that need no end.
const UNCLOSED: &[&str] = &[
    "area", "base", "basefont", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li",
    "link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr",
    "track", "wbr",
];
/// So many left open are no mail, but work for the parser: formatting, and all together.
const FORMATTING_MAX: usize = 40;
const OPEN_MAX: usize = 500;
/// Formatting opened inside a block is opened again in every block after it: the elements that may come of that.
const REOPENED_MAX: usize = 100_000;
/// Of formatting that is alike the parser keeps the last three open (the "Noah's Ark clause" of HTML).
const ALIKE_MAX: usize = 3;

/// # Errors
/// [`HtmlError::Active`] with what was found first.
pub(super) fn check(html: &str) -> Result<(), HtmlError> {
    // The parser takes html, body and frames off a fragment, and their handlers with them.
    let html = Zeroizing::new(renamed(html));
    check_reopened(&html)?;
    let names = names(&html)?;
    let mut keep_all = Builder::empty();
    keep_all
        .clean_content_tags(HashSet::new())
        .tag_attributes(HashMap::new())
        .tags(names.iter().map(String::as_str).collect::<HashSet<_>>())
        .generic_attributes(ATTRIBUTES.iter().copied().collect::<HashSet<_>>())
        .generic_attribute_prefixes(HashSet::from(["on"]))
        .url_schemes(HashSet::from([
            "javascript",
            "vbscript",
            "data",
            "cid",
            "http",
            "https",
        ]))
        .link_rel(None);
    let shown = Zeroizing::new(keep_all.clean(&html).to_string());
    let mut tags = Tags::new(&shown);
    while let Some(tag) = tags.next_tag() {
        if let Some(what) = acting_tag(tag.name) {
            return Err(HtmlError::Active(what));
        }
        for (name, value) in tag.attributes() {
            if let Some(what) = acting_attribute(tag.name, name, &value) {
                return Err(HtmlError::Active(what));
            }
        }
        if tag.name == "style" && acts(tags.raw_until("</style")) {
            return Err(HtmlError::Active("style"));
        }
    }
    Ok(())
}

/// The names of all tags in the source, so that the parser can be told to keep them. Refuses what
/// is nested so deep that parsing it would take long.
fn names(html: &str) -> Result<HashSet<String>, HtmlError> {
    let mut open: HashMap<String, usize> = ["img", "tbody", "tr", "colgroup"]
        .map(|implied| (implied.to_owned(), 0))
        .into();
    let mut all = 0_usize;
    for piece in html.split('<').skip(1) {
        let (close, piece) = match piece.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, piece),
        };
        let name = name(piece);
        let counts = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !UNCLOSED.contains(&name.as_str());
        let formatting = FORMATTING.contains(&name.as_str());
        let count = open.entry(name).or_default();
        if !counts {
            continue;
        }
        if close {
            all -= (*count).min(1);
            *count -= (*count).min(1);
        } else {
            all += 1;
            *count += 1;
        }
        if all > OPEN_MAX || (formatting && *count > FORMATTING_MAX) {
            return Err(HtmlError::Active("nesting"));
        }
    }
    Ok(open.into_keys().collect())
}

/// Refuses formatting that would be opened again so often that memory and time run away. What is closed again counts
/// too: an end tag may stand in an attribute or a comment, where it ends nothing.
fn check_reopened(html: &str) -> Result<(), HtmlError> {
    let (mut tags, mut open) = (0_usize, 0_usize);
    let mut alike: HashMap<&str, usize> = HashMap::new();
    for piece in html.split('<').skip(1) {
        tags += 1;
        if !FORMATTING.contains(&name(piece).as_str()) {
            continue;
        }
        // An attribute may hold the sign that ends a tag, so the last one counts; without any, nothing is alike.
        let count = piece
            .rsplit_once('>')
            .map(|(tag, _)| alike.entry(tag).or_default());
        match count {
            Some(count) if *count >= ALIKE_MAX => (),
            Some(count) => {
                *count += 1;
                open += 1;
            }
            None => open += 1,
        }
    }
    if open * tags > REOPENED_MAX {
        return Err(HtmlError::Active("nesting"));
    }
    Ok(())
}

/// A tag's name in lower case.
fn name(piece: &str) -> String {
    let end = |c: char| c.is_ascii_whitespace() || c == '/' || c == '>';
    let name = piece.split(end).next().unwrap_or_default();
    name.to_ascii_lowercase()
}

/// `<html`, `<body` and `<frame…` under names that the parser keeps.
fn renamed(html: &str) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    for (at, piece) in html.split('<').enumerate() {
        if at > 0 {
            out.push('<');
        }
        let new = [("html", "div"), ("body", "div"), ("frame", "object ")]
            .into_iter()
            .find_map(|(old, new)| {
                let (head, rest) = piece.split_at_checked(old.len())?;
                head.eq_ignore_ascii_case(old).then_some((new, rest))
            });
        match new {
            Some((new, rest)) => {
                out.push_str(new);
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

fn acting_tag(name: &str) -> Option<&'static str> {
    Some(match name {
        "script" | "noscript" | "template" | "slot" | "portal" => "script",
        "form" | "input" | "button" | "select" | "option" | "optgroup" | "textarea" | "keygen"
        | "isindex" | "datalist" | "output" | "fieldset" | "label" | "dialog"
        | "selectedcontent" => "form",
        "iframe" | "frame" | "frameset" | "noframes" | "fencedframe" => "frame",
        "object" | "embed" | "applet" | "param" | "noembed" => "object",
        "img" | "image" | "picture" | "source" | "audio" | "video" | "track" | "canvas" | "map"
        | "area" | "bgsound" => "media",
        "svg" | "math" => "drawing",
        "base" => "base",
        "plaintext" | "xmp" | "listing" => "raw text",
        _ => return None,
    })
}

fn acting_attribute(tag: &str, name: &str, value: &str) -> Option<&'static str> {
    let close: String = value
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect::<String>()
        .to_lowercase();
    if name.starts_with("on") {
        return Some("event handler");
    }
    if ["javascript:", "vbscript:", "data:"]
        .iter()
        .any(|scheme| close.starts_with(scheme))
    {
        return Some("address");
    }
    match name {
        "style" => acts(value).then_some("style"),
        "http-equiv" => (close == "refresh").then_some("refresh"),
        // Word links to files inside the mail that describe its list styles.
        "href" if tag == "link" => (!close.starts_with("cid:")).then_some("link"),
        "href" => None,
        _ => Some("media"),
    }
}

/// True when a style sheet loads something: CSS escapes and comments are read first.
fn acts(style: &str) -> bool {
    let mut plain = String::with_capacity(style.len());
    let mut chars = style.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut code = 0_u32;
                let mut digits = 0;
                while digits < 6
                    && let Some(digit) = chars.peek().and_then(|c| c.to_digit(16))
                {
                    code = code * 16 + digit;
                    digits += 1;
                    chars.next();
                }
                if digits > 0 {
                    chars.next_if(|c| c.is_ascii_whitespace());
                    plain.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
            }
            c if c.is_whitespace() => {}
            c => plain.extend(c.to_lowercase()),
        }
    }
    [
        "url(",
        "@import",
        "expression(",
        "-moz-binding",
        "behavior:",
        "image(",
        "image-set(",
        "src(",
    ]
    .iter()
    .any(|what| plain.contains(what))
}
