//! A page read as a browser reads it: by selector, not by searching for bytes.

use scraper::{ElementRef, Html, Selector};

/// A parsed page.
pub struct Page {
    html: Html,
}

impl Page {
    /// Parses text as HTML.
    pub fn parse(text: &str) -> Self {
        Self {
            html: Html::parse_document(text),
        }
    }

    /// All elements a selector finds, in document order.
    pub fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).unwrap_or_else(|_| panic!("selector {selector}"));
        self.html.select(&selector).collect()
    }

    /// Whether a selector finds anything.
    pub fn has(&self, selector: &str) -> bool {
        !self.all(selector).is_empty()
    }

    /// The text of the first element found, with white space folded; nothing when none is found.
    pub fn text(&self, selector: &str) -> Option<String> {
        self.all(selector)
            .first()
            .map(|element| folded(&element.text().collect::<String>()))
    }

    /// Whether the first element found holds these words.
    pub fn has_text(&self, selector: &str, words: &str) -> bool {
        self.text(selector).is_some_and(|text| text.contains(words))
    }

    /// An attribute of the first element found.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.all(selector).first()?.attr(name).map(str::to_string)
    }

    /// That attribute of every element that carries it.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let found = self.all(selector);
        found
            .iter()
            .filter_map(|element| element.attr(name))
            .map(str::to_string)
            .collect()
    }

    /// What a form field holds: a text area's text, a checked radio's or a chosen option's value,
    /// an input's value.
    pub fn value(&self, field: &str) -> Option<String> {
        if let Some(area) = self.all(&format!("textarea[name='{field}']")).first() {
            // HTML drops one line break right after the tag; the parser has done so already.
            return Some(area.text().collect());
        }
        if self.has(&format!("select[name='{field}']")) {
            return self
                .attribute(&format!("select[name='{field}'] option[selected]"), "value")
                .or(Some(String::new()));
        }
        if self.has(&format!(
            "input[name='{field}'][type=radio], input[name='{field}'][type=checkbox]"
        )) {
            return self.attribute(&format!("input[name='{field}'][checked]"), "value");
        }
        self.attribute(&format!("input[name='{field}']"), "value")
    }

    /// Texts with Chinese characters that nothing around them marks as Chinese: what is not translated on a page in another
    /// language, or is and is not said to be.
    pub fn unmarked_chinese(&self) -> Vec<String> {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let texts = self.html.tree.nodes().filter_map(|node| {
            let text = node.value().as_text()?;
            let language = node.ancestors().find_map(|around| {
                let element = around.value().as_element()?;
                element.attr("lang").map(str::to_string)
            });
            let marked = language.is_some_and(|language| language.starts_with("zh"));
            (!marked && text.contains(is_han)).then(|| folded(text))
        });
        texts.collect()
    }

    /// The whole visible text, white space folded.
    pub fn body(&self) -> String {
        self.text("body").unwrap_or_default()
    }

    /// Fails unless the page stands in the site's own layout: Chinese, one header with the
    /// navigation, one main part with one heading, one footer, the site's style sheet.
    pub fn assert_site_layout(&self, what: &str) {
        let language = self.attribute("html", "lang").unwrap_or_default();
        assert!(language.starts_with("zh"), "{what}: lang is {language:?}");
        for selector in ["body header", "header nav, nav", "main", "footer", "h1"] {
            assert!(
                self.has(selector),
                "{what}: no {selector} in {}",
                self.body()
            );
        }
        assert_eq!(self.all("h1").len(), 1, "{what}: one h1");
        assert!(self.has("link[rel=stylesheet]"), "{what}: no style sheet");
        assert!(self.has("title"), "{what}: no title");
        assert!(
            self.body()
                .chars()
                .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{what}: no Chinese text"
        );
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
