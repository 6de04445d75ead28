//! Lines of one hand, and what a program put below them.
//!
//! Takes off only what cannot be the officer's; what may be his is refused.

use super::line::{self, bare};
use crate::correspondence::command::WordsError;

/// Fewer blank lines above a lone address do not tell Foxmail's signature from the officer's words.
const ADDRESS_GAP: usize = 2;

/// Own lines that stand together; blank lines do not part them, quotes and signatures do.
#[derive(Default)]
pub(super) struct Block<'a> {
    pub(super) lines: Vec<&'a str>,
    /// Quotes above it.
    pub(super) quotes: usize,
    /// The quoted paragraph that ends right above it, no blank line between, holds tipster's words.
    pub(super) below_tip: bool,
    /// A bare header block ends it: Foxmail puts the writer's address there.
    pub(super) above_headers: bool,
}

impl Block<'_> {
    /// Takes blank lines and what a telephone wrote off the end.
    pub(super) fn drop_footer(&mut self) -> Result<(), WordsError> {
        self.trim();
        let Some(footer) = self.lines.iter().position(|line| line::is_footer(line)) else {
            return self.drop_address();
        };
        let below = self.lines.iter().skip(footer + 1);
        if below
            .filter(|line| !bare(line).is_empty())
            .any(|line| !line::is_footer(line) && !bare(line).starts_with("<http"))
        {
            return Err(WordsError::Doubtful);
        }
        self.lines.truncate(footer);
        self.trim();
        Ok(())
    }

    /// Takes the address off that Foxmail writes above its header block.
    fn drop_address(&mut self) -> Result<(), WordsError> {
        let lone = self.lines.last().is_some_and(|line| line::is_address(line));
        if !self.above_headers || !lone || self.lines.len() == 1 {
            return Ok(());
        }
        let above = self.lines.iter().rev().skip(1);
        let gap = above.take_while(|line| bare(line).is_empty()).count();
        if gap < ADDRESS_GAP {
            return Err(WordsError::Doubtful);
        }
        self.lines.pop();
        self.trim();
        Ok(())
    }

    fn trim(&mut self) {
        while self.lines.last().is_some_and(|line| bare(line).is_empty()) {
            self.lines.pop();
        }
    }
}
