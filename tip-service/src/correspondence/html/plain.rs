//! Clean HTML, as ammonia writes it, to lines of text.
//!
//! Relies on the regular form: every `<` opens a tag, attributes stand in double quotes. Never used
//! on HTML as sent.

use std::borrow::Cow;

use zeroize::Zeroizing;

/// Deeper quotes get no more marks: the text must not grow with the square of the depth.
const MARKS_MAX: usize = 16;
/// A list's `1. ` and the marks of the deepest quote.
const LINE_ROOM: usize = MARKS_MAX * 2 + 16;

/// A tag as written: its name, and the rest up to `>`.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) close: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Names and values of the attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let mut rest = self.rest;
        std::iter::from_fn(move || {
            let (name, more) = rest.trim_start().split_once("=\"")?;
            let (value, more) = more.split_once('"')?;
            rest = more;
            Some((name, decoded(value)))
        })
    }
}

/// Reads tags and the text between them, once, from left to right.
pub(super) struct Tags<'a> {
    rest: &'a str,
}

impl<'a> Tags<'a> {
    pub(super) fn new(html: &'a str) -> Tags<'a> {
        Tags { rest: html }
    }

    /// The text up to the next tag.
    fn text(&mut self) -> &'a str {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text
    }

    /// The next tag; text before it is passed over.
    pub(super) fn next_tag(&mut self) -> Option<Tag<'a>> {
        self.text();
        let inner = self.rest.strip_prefix('<')?;
        let end = tag_end(inner);
        let (tag, rest) = inner.split_at(end);
        self.rest = rest.strip_prefix('>').unwrap_or(rest);
        let (close, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        Some(Tag { name, close, rest })
    }

    /// Passes over everything before `end` and hands it out.
    pub(super) fn raw_until(&mut self, end: &str) -> &'a str {
        let at = self.rest.find(end).unwrap_or(self.rest.len());
        let (raw, rest) = self.rest.split_at(at);
        self.rest = rest;
        raw
    }
}

/// Where the `>` stands that no attribute's value holds.
fn tag_end(inner: &str) -> usize {
    let mut quoted = false;
    let mut value = false;
    for (at, c) in inner.char_indices() {
        match c {
            '"' if quoted => quoted = false,
            '"' if value => quoted = true,
            '>' if !quoted => return at,
            _ => {}
        }
        value = c == '=';
    }
    inner.len()
}

/// The five entities of regular HTML; nbsp is a space.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = [
            ("amp;", '&'),
            ("lt;", '<'),
            ("gt;", '>'),
            ("quot;", '"'),
            ("nbsp;", '\u{a0}'),
        ]
        .into_iter()
        .find_map(|(name, c)| after.strip_prefix(name).map(|rest| (c, rest)));
        let (c, after) = entity.unwrap_or(('&', after));
        out.push(c);
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The text as it grows.
struct Page {
    out: Zeroizing<String>,
    /// Depth of blockquotes.
    quotes: usize,
    /// The next number of each open list; none for a list without numbers.
    lists: Vec<Option<usize>>,
    /// Depth of `pre`.
    pre: usize,
    /// Something stands on the line, marks aside.
    begun: bool,
    /// Spaces seen, to be written before the next character.
    space: bool,
    /// Written before the first character of a list's item.
    item: Option<String>,
}

/// One line per block, quotes behind `> `.
pub(super) fn write(html: &str) -> Zeroizing<String> {
    let lines = html.matches(['<', '\n']).count() + 1;
    let mut page = Page {
        out: Zeroizing::new(String::with_capacity(html.len() + lines * LINE_ROOM)),
        quotes: 0,
        lists: Vec::new(),
        pre: 0,
        begun: false,
        space: false,
        item: None,
    };
    let mut tags = Tags::new(html);
    loop {
        let text = Zeroizing::new(decoded(tags.text()).into_owned());
        page.text(&text);
        match tags.next_tag() {
            Some(tag) => page.tag(&tag),
            None => break,
        }
    }
    page.end_block();
    page.out
}

impl Page {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.pre > 0 => self.end_line(),
                ' ' | '\t' | '\n' | '\r' | '\u{c}' if self.pre == 0 => self.space = true,
                c => self.put(c),
            }
        }
    }

    fn put(&mut self, c: char) {
        if !self.begun {
            self.begin_line();
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push(if c == '\u{a0}' { ' ' } else { c });
    }

    fn begin_line(&mut self) {
        for _ in 0..self.quotes.min(MARKS_MAX) {
            self.out.push_str("> ");
        }
        if let Some(item) = self.item.take() {
            self.out.push_str(&item);
        }
        self.begun = true;
    }

    fn end_line(&mut self) {
        if !self.begun {
            self.begin_line();
        }
        self.out.push('\n');
        self.begun = false;
        self.space = false;
    }

    fn end_block(&mut self) {
        if self.begun {
            self.end_line();
        }
        self.space = false;
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name, tag.close) {
            ("b" | "i", _) => return,
            ("br", _) => return self.end_line(),
            ("td" | "th" | "caption", _) => {
                self.space = true;
                return;
            }
            _ => self.end_block(),
        }
        match (tag.name, tag.close) {
            ("hr", false) => {
                self.text("________________________________");
                self.end_line();
            }
            ("blockquote", false) => self.quotes += 1,
            ("blockquote", true) => {
                self.quotes = self.quotes.saturating_sub(1);
                if self.quotes == 0 {
                    self.end_line();
                }
            }
            ("pre", false) => self.pre += 1,
            ("pre", true) => self.pre = self.pre.saturating_sub(1),
            ("ol", false) => self.lists.push(Some(1)),
            ("ul" | "menu" | "dir", false) => self.lists.push(None),
            ("ol" | "ul" | "menu" | "dir", true) => {
                self.lists.pop();
            }
            ("li", false) => self.begin_item(),
            _ => {}
        }
    }

    fn begin_item(&mut self) {
        let number = self.lists.last_mut().and_then(Option::as_mut);
        self.item = Some(match number {
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            None => "- ".to_owned(),
        });
    }
}
