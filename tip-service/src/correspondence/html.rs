//! HTML replies, down to plain text.
//!
//! Refuses HTML that does anything; from the rest a handful of tags is kept and then written as
//! text, in which the rules for quotes hold. Never fetches, never keeps an attribute, never walks
//! the tree by recursion.

mod active;
mod plain;

use std::collections::{HashMap, HashSet};

use ammonia::Builder;
use thiserror::Error;
use zeroize::Zeroizing;

/// Longest HTML that is read at all, in bytes.
pub const HTML_MAX_BYTES: usize = 32 * 1024;

/// Why an HTML reply is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HtmlError {
    /// More than [`HTML_MAX_BYTES`].
    #[error("more than {HTML_MAX_BYTES} bytes of HTML")]
    TooLarge,
    /// It holds something that acts, loads or hides: what, in a word.
    #[error("active HTML: {0}")]
    Active(&'static str),
}

/// What shapes text into lines; everything else is taken off and its text kept.
const TAGS: &[&str] = &[
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// The text of an HTML reply: one line per block, quotes behind `> `.
///
/// # Errors
/// [`HtmlError::TooLarge`] before anything else is looked at, [`HtmlError::Active`] when the HTML
/// holds script, forms, frames, media, drawings, links to style sheets, event handlers or
/// addresses that carry script or data.
pub fn to_text(html: &str) -> Result<Zeroizing<String>, HtmlError> {
    if html.len() > HTML_MAX_BYTES {
        return Err(HtmlError::TooLarge);
    }
    let html = Zeroizing::new(html.replace('\0', "\u{fffd}"));
    active::check(&html)?;
    let mut strict = Builder::empty();
    strict
        .tags(TAGS.iter().copied().collect::<HashSet<_>>())
        .tag_attributes(HashMap::new())
        .generic_attributes(HashSet::new())
        .clean_content_tags(HashSet::from(["style", "title"]));
    let clean = Zeroizing::new(strict.clean(&html).to_string());
    Ok(plain::write(&clean))
}
