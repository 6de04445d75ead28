//! A text as the finders read it: one entry for each character, so that places found can be shown as they were written.
//! Wiped when dropped.

use std::sync::OnceLock;

use zeroize::Zeroizing;

/// Words looked for, parted by blanks; sorted when first used, so that a long list costs no more than a short one.
pub(super) struct Words {
    text: &'static str,
    sorted: OnceLock<Vec<&'static str>>,
}

impl Words {
    pub(super) const fn of(text: &'static str) -> Self {
        let sorted = OnceLock::new();
        Self { text, sorted }
    }

    pub(super) const fn text(&self) -> &'static str {
        self.text
    }

    /// Those that begin with this character.
    fn beginning(&self, first: char) -> &[&'static str] {
        let sorted = self.sorted.get_or_init(|| {
            let mut words: Vec<&str> = self.text.split(' ').collect();
            words.sort_unstable();
            words
        });
        let begins = |word: &&str| word.chars().next();
        let from = sorted.partition_point(|word| begins(word) < Some(first));
        let to = sorted.partition_point(|word| begins(word) <= Some(first));
        sorted.get(from..to).unwrap_or(&[])
    }
}

/// A text, as written and folded: full-width forms made narrow, ASCII in small letters, 俺 and 咱 read as 我.
pub(super) struct Letters {
    written: Zeroizing<Vec<char>>,
    folded: Zeroizing<Vec<char>>,
    /// Where somebody else's words are quoted.
    quoted: Vec<bool>,
}

/// A quotation longer than this is none: a mark was forgotten.
const QUOTE_MAX: usize = 200;

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let count = text.chars().count();
        // Room is made once: vectors that grew would leave unwiped copies behind.
        let mut written = Zeroizing::new(Vec::with_capacity(count));
        let mut folded = Zeroizing::new(Vec::with_capacity(count));
        for c in text.chars() {
            written.push(c);
            folded.push(fold(c));
        }
        let quoted = quoted(&folded);
        Self {
            written,
            folded,
            quoted,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.folded.len()
    }

    pub(super) fn at(&self, at: usize) -> Option<char> {
        self.folded.get(at).copied()
    }

    pub(super) fn before(&self, at: usize) -> Option<char> {
        self.at(at.checked_sub(1)?)
    }

    pub(super) fn is_quoted(&self, at: usize) -> bool {
        self.quoted.get(at).copied().unwrap_or(false)
    }

    /// Where this word ends, if it stands here.
    pub(super) fn word(&self, at: usize, word: &str) -> Option<usize> {
        let mut end = at;
        for c in word.chars() {
            if self.at(end) != Some(c) {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// Where the longest of these words ends, if any stands here.
    pub(super) fn one_of(&self, at: usize, words: &Words) -> Option<usize> {
        let words = words.beginning(self.at(at)?).iter();
        words.filter_map(|word| self.word(at, word)).max()
    }

    /// Where the longest of these few words, parted by blanks, ends, if any stands here.
    pub(super) fn any(&self, at: usize, words: &str) -> Option<usize> {
        let words = words.split(' ');
        words.filter_map(|word| self.word(at, word)).max()
    }

    /// Whether the text before this place ends in one of these words.
    pub(super) fn ends_in(&self, at: usize, words: &str) -> bool {
        words.split(' ').any(|word| {
            let from = at.checked_sub(word.chars().count());
            from.is_some_and(|from| self.word(from, word).is_some())
        })
    }

    /// Behind all that stands here of these characters, `most` at the most.
    pub(super) fn skip(&self, at: usize, set: &str, most: usize) -> usize {
        let count = (at..at + most)
            .take_while(|n| self.at(*n).is_some_and(|c| set.contains(c)))
            .count();
        at + count
    }

    /// Whether a clause ends or begins here: no character, or neither letter nor digit.
    pub(super) fn is_edge(&self, at: Option<usize>) -> bool {
        at.and_then(|at| self.at(at))
            .is_none_or(|c| !c.is_alphanumeric())
    }

    /// As it was written, in one line.
    pub(super) fn excerpt(&self, from: usize, to: usize) -> Zeroizing<String> {
        let within = self.written.get(from..to.min(self.len())).unwrap_or(&[]);
        let mut text = Zeroizing::new(String::with_capacity(within.len() * 4));
        text.extend(within.iter().map(|c| if *c == '\n' { ' ' } else { *c }));
        text
    }
}

fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)
            .unwrap_or(c)
            .to_ascii_lowercase(),
        '\u{3000}' | '\u{a0}' => ' ',
        '俺' | '咱' => '我',
        '帐' => '账',
        c => c.to_ascii_lowercase(),
    }
}

fn quoted(folded: &[char]) -> Vec<bool> {
    let mut quoted = vec![false; folded.len()];
    let mut open: Option<(usize, char)> = None;
    for (at, c) in folded.iter().enumerate() {
        match (open, c) {
            (Some((from, closing)), c) if *c == closing => {
                if let Some(within) = quoted.get_mut(from..at) {
                    within.fill(at - from <= QUOTE_MAX);
                }
                open = None;
            }
            (_, '\n') => open = None,
            (None, '\u{201c}') => open = Some((at, '\u{201d}')),
            (None, '\u{300c}') => open = Some((at, '\u{300d}')),
            (None, '\u{300e}') => open = Some((at, '\u{300f}')),
            (None, '"') => open = Some((at, '"')),
            _ => {}
        }
    }
    quoted
}
