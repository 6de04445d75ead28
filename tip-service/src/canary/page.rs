//! A page as a browser takes it apart: tags and the text between them, so that markup in a comment or a broken tag is as
//! much lost here as on a telephone.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// A page, from left to right.
#[derive(Default)]
pub(super) struct Page(Vec<Piece>);

enum Piece {
    Open(Element),
    Close(String),
    Text(String),
}

/// A start tag.
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// An attribute's value; `None` when it is not there.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Sink(RefCell<Vec<Piece>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let piece = match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => Piece::Open(element(&tag)),
            Token::TagToken(tag) => Piece::Close(tag.name.to_string()),
            Token::CharacterTokens(text) => Piece::Text(text.to_string()),
            _ => return TokenSinkResult::Continue,
        };
        self.0.borrow_mut().push(piece);
        TokenSinkResult::Continue
    }
}

fn element(tag: &Tag) -> Element {
    let attributes = tag.attrs.iter();
    Element {
        name: tag.name.to_string(),
        attributes: attributes
            .map(|a| (a.name.local.to_string(), a.value.to_string()))
            .collect(),
    }
}

impl Page {
    pub(super) fn read(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        Self(tokenizer.sink.0.take())
    }

    /// The start tags within the first element that `wanted` picks, itself first; none when there is no such element or it
    /// does not end.
    pub(super) fn within(&self, wanted: impl Fn(&Element) -> bool) -> Vec<&Element> {
        let inside = self.inside(wanted).iter();
        inside
            .filter_map(|piece| match piece {
                Piece::Open(element) => Some(element),
                _ => None,
            })
            .collect()
    }

    /// The text of the element with this id, white space folded.
    pub(super) fn text_of(&self, id: &str) -> Option<String> {
        let inside = self.inside(|element| element.get("id") == Some(id));
        (!inside.is_empty()).then(|| text(inside))
    }

    /// The first heading in what the page says about how it went (`role="status"`), else the page's own.
    pub(super) fn headline(&self) -> String {
        let notice = self.inside(|element| element.get("role") == Some("status"));
        let whole = self.0.as_slice();
        let all = if notice.is_empty() { whole } else { notice };
        let is_heading = |element: &Element| matches!(element.name.as_str(), "h1" | "h2");
        text(inside(all, is_heading))
    }

    /// All text on it.
    pub(super) fn text(&self) -> String {
        text(&self.0)
    }

    fn inside(&self, wanted: impl Fn(&Element) -> bool) -> &[Piece] {
        inside(&self.0, wanted)
    }
}

/// From a start tag to the end tag that belongs to it.
fn inside(all: &[Piece], wanted: impl Fn(&Element) -> bool) -> &[Piece] {
    let starts = |piece: &Piece| matches!(piece, Piece::Open(element) if wanted(element));
    let from = all.iter().position(starts).unwrap_or(all.len());
    let rest = all.get(from..).unwrap_or_default();
    let Some(Piece::Open(first)) = rest.first() else {
        return &[];
    };
    let mut depth = 0_usize;
    for (at, piece) in rest.iter().enumerate() {
        match piece {
            Piece::Open(element) if element.name == first.name => depth += 1,
            Piece::Close(name) if *name == first.name => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return rest.get(..at).unwrap_or_default();
        }
    }
    &[]
}

fn text(pieces: &[Piece]) -> String {
    let words = pieces.iter().flat_map(|piece| match piece {
        Piece::Text(text) => text.split_whitespace().collect(),
        _ => Vec::new(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_comment_or_a_broken_tag_is_not_there() {
        let whole = "<form id=a><input name=x value='1 &amp; 2'><p id=r>一 <b>二</b></p></form>";
        let page = Page::read(whole);
        let form = page.within(|element| element.name == "form");
        let names: Vec<_> = form.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["form", "input", "p", "b"]);
        assert_eq!(form[1].get("value"), Some("1 & 2"));
        assert_eq!(page.text_of("r").as_deref(), Some("一 二"));
        for broken in [
            format!("<!-- {whole} -->"),
            format!("<title \"{whole}"),
            whole.replace("</form>", ""),
        ] {
            let page = Page::read(&broken);
            assert!(
                page.within(|element| element.name == "form").is_empty(),
                "{broken}"
            );
        }
    }

    #[test]
    fn the_headline_is_what_the_notice_says_and_else_the_pages_own() {
        let page = "<h1>表</h1><div role=status><h2>还没有发出</h2><p>着急请打电话</p></div>";
        assert_eq!(Page::read(page).headline(), "还没有发出");
        assert_eq!(Page::read("<h1>找不到</h1>").headline(), "找不到");
        assert_eq!(Page::read("").headline(), "");
    }
}
