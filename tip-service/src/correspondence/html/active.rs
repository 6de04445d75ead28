//! Whether HTML does anything but show text.
//!
//! Reads what the HTML parser makes of it, not the bytes as sent: ammonia is told to keep every
//! tag and every attribute that may act, and what it writes is regular enough to be read by eye.
//! Never looks for a string in the raw HTML to decide.

use std::collections::HashSet;

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
/// So many of one kind left open are no mail, but work for the parser.
const OPEN_MAX: usize = 40;

/// # Errors
/// [`HtmlError::Active`] with what was found first.
pub(super) fn check(html: &str) -> Result<(), HtmlError> {
    // The parser takes html, body and frames off a fragment, and their handlers with them.
    let html = Zeroizing::new(renamed(html));
    let names = names(&html)?;
    let mut keep_all = Builder::empty();
    keep_all
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

/// The names of all tags in the source, so that the parser can be told to keep them.
fn names(html: &str) -> Result<HashSet<String>, HtmlError> {
    let mut names: HashSet<String> = ["img", "tbody", "tr", "colgroup"].map(str::to_owned).into();
    let mut open = [0_usize; FORMATTING.len()];
    for piece in html.split('<').skip(1) {
        let (close, piece) = match piece.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, piece),
        };
        let end = |c: char| c.is_ascii_whitespace() || c == '/' || c == '>';
        let name = piece
            .split(end)
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if let Some(count) = FORMATTING
            .iter()
            .position(|tag| *tag == name)
            .and_then(|at| open.get_mut(at))
        {
            *count = if close {
                count.saturating_sub(1)
            } else {
                *count + 1
            };
            if *count > OPEN_MAX {
                return Err(HtmlError::Active("nesting"));
            }
        }
        names.insert(name);
    }
    Ok(names)
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
    // Word links to files inside the mail that describe its list styles.
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
