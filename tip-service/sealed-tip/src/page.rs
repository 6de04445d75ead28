//! The text of a letter as it grows: lines of the letter's own, and quoted words.
//!
//! Never lets quoted words pass for the letter's own: each line of them stands behind a bar.

use zeroize::Zeroizing;

/// Stands between what the letter brings and what it says about itself.
pub(crate) const RULE: &str = "────────";
/// Stands before each line of quoted words.
const BAR: &str = "│ ";
/// Stands before what had to go on in a new line.
const BAR_ON: &str = "┆ ";
/// Longest line of content in bytes: RFC 5322 allows 998, the bar takes 4.
const LINE_BYTES: usize = 900;

/// Room is made once: a string that grew would leave unwiped copies behind.
pub(crate) struct Page {
    out: Zeroizing<String>,
}

impl Page {
    /// An empty page that holds `room` bytes without moving.
    pub(crate) fn new(room: usize) -> Page {
        Page {
            out: Zeroizing::new(String::with_capacity(room)),
        }
    }

    /// The room that quoted words need at most: a bar before each of many short lines makes them
    /// five times as long (an empty line is 1 byte, with its bar 5).
    pub(crate) fn quoted_room(words: usize) -> usize {
        words * 5 + BAR.len() + 1
    }

    /// A line of the letter's own.
    pub(crate) fn say(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A heading and the words under it.
    pub(crate) fn section(&mut self, heading: &str, words: &str) {
        self.say(heading);
        self.quote(words);
        self.say("");
    }

    /// Words verbatim, each line behind a bar. A line too long for mail goes on behind a broken
    /// bar.
    pub(crate) fn quote(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        for line in words.split('\n') {
            self.out.push_str(BAR);
            let mut used = 0;
            for c in line.chars() {
                if used + c.len_utf8() > LINE_BYTES {
                    self.out.push('\n');
                    self.out.push_str(BAR_ON);
                    used = 0;
                }
                self.out.push(c);
                used += c.len_utf8();
            }
            self.out.push('\n');
        }
    }

    /// The finished text, LF line ends.
    pub(crate) fn into_text(self) -> Zeroizing<String> {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(words: &str) -> Zeroizing<String> {
        let mut page = Page::new(Page::quoted_room(words.len()));
        page.quote(words);
        page.into_text()
    }

    #[test]
    fn empty_lines_take_the_room_made_for_quoted_words_to_the_byte_and_no_words_take_more() {
        for count in [1, 2, 40, 5_000] {
            let empty = "\n".repeat(count);
            assert_eq!(quoted(&empty).len(), Page::quoted_room(count));
        }
        for words in [
            "a",
            "字",
            "a\nb\n\n",
            &"字".repeat(5_000),
            &"a".repeat(9_000),
        ] {
            let text = quoted(words);
            assert!(text.len() <= Page::quoted_room(words.len()));
            assert_eq!(
                text.capacity(),
                Page::quoted_room(words.len()),
                "never moved"
            );
        }
    }

    #[test]
    fn a_line_goes_on_in_a_new_one_when_it_is_full_and_not_before() {
        let full = "a".repeat(LINE_BYTES);
        assert_eq!(quoted(&full).as_str(), format!("{BAR}{full}\n"));
        let over = format!("{full}b");
        assert_eq!(quoted(&over).as_str(), format!("{BAR}{full}\n{BAR_ON}b\n"));
        let wide = "字".repeat(LINE_BYTES / 3);
        assert_eq!(quoted(&wide).as_str(), format!("{BAR}{wide}\n"));
        // The second line is as long as the first.
        let thrice = quoted(&full.repeat(3));
        assert_eq!(
            thrice.as_str(),
            format!("{BAR}{full}\n{BAR_ON}{full}\n{BAR_ON}{full}\n")
        );
    }
}
