//! What the officer wrote, apart from what the mail program quoted.
//!
//! Hands out lines only when it is certain that all of them, and only they, are the officer's own.
//! Never lets a line of a quoted letter pass: what is marked as quote is left out, and what looks
//! like one of our letters without a mark ends the matter. Never drops a line that may be the
//! officer's: a quote is known by its attribution or by what it quotes, or the reply is refused.

mod attribution;
mod block;
mod headers;
mod letter;
mod line;

use attribution::{attribution, is_quote_next, is_ruled_signature};
use block::Block;
use headers::{Headers, headers};

use super::command::{COLONS, WordsError, is_second};
pub(super) use letter::is_ours;
pub(super) use line::{bare, begins_blank};

/// More lines than this are no signature.
const SIGNATURE_LINES: usize = 20;

/// Quoted lines in a row; blank lines do not part them.
#[derive(Default)]
struct Quote {
    /// An attribution or divider stands above it, or it holds a line of ours.
    known: bool,
    /// The paragraph that is being read holds tipster's words.
    tip: bool,
}

/// Where the reading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Own,
    Quote,
    Signature,
}

struct Scan<'s, 'a> {
    lines: &'s [&'a str],
    blocks: Vec<Block<'a>>,
    quotes: Vec<Quote>,
    place: Place,
    /// The line above is blank.
    gap: bool,
    signature: usize,
}

/// The officer's own lines, from the first that is not blank to the last.
///
/// # Errors
/// When it is not certain which lines they are, or when a line of our letter stands among them.
pub(super) fn lines(text: &str) -> Result<Vec<&str>, WordsError> {
    let lines = split(text);
    let mut scan = Scan {
        lines: &lines,
        blocks: Vec::new(),
        quotes: Vec::new(),
        place: Place::Own,
        gap: true,
        signature: 0,
    };
    scan.run()?;
    scan.verdict()
}

/// The lines as one text, the blanks at their ends taken off.
pub(super) fn join(lines: &[&str]) -> zeroize::Zeroizing<String> {
    let room = lines.iter().map(|line| line.len() + 1).sum();
    let mut out = zeroize::Zeroizing::new(String::with_capacity(room));
    for line in lines {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Every character that ends a line somewhere ends one here, so that no quote hides in a line.
fn split(text: &str) -> Vec<&str> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .flat_map(|line| line.split(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']))
        .collect()
}

impl<'a> Scan<'_, 'a> {
    fn run(&mut self) -> Result<(), WordsError> {
        let lines = self.lines;
        let mut at = 0;
        while let Some((line, below)) = lines.get(at..).and_then(<[_]>::split_first) {
            at += 1;
            if bare(line).is_empty() {
                self.blank(line);
                continue;
            }
            if line::is_quoted(line) {
                self.quoted(line)?;
            } else if self.divider(line, below)? {
                self.end_in_quote();
                return Ok(());
            } else if let Some(more) = attribution(line, below)? {
                let (skipped, rest) = below.split_at_checked(more).unwrap_or((below, &[]));
                at += skipped.len();
                if !is_quote_next(rest) {
                    self.end_in_quote();
                    return Ok(());
                }
                self.attributed();
            } else {
                self.unquoted(line, below)?;
            }
            self.gap = false;
        }
        Ok(())
    }

    fn blank(&mut self, line: &'a str) {
        self.gap = true;
        if self.place == Place::Own
            && let Some(block) = self.blocks.last_mut()
        {
            block.lines.push(line);
        }
        if let Some(quote) = self.quotes.last_mut() {
            quote.tip = false;
        }
    }

    fn quoted(&mut self, line: &str) -> Result<(), WordsError> {
        if self.place != Place::Quote {
            self.check_last_line()?;
            self.quotes.push(Quote::default());
            self.place = Place::Quote;
        }
        let words = line::unquoted(line);
        if let Some(quote) = self.quotes.last_mut() {
            quote.tip = !words.is_empty() && (quote.tip || letter::is_barred(words));
            quote.known |= is_ours(words)
                || line::ends_attribution(words)
                || line::between_dashes(words).is_some_and(|words| line::is_divider(&words));
        }
        Ok(())
    }

    /// Right above a quote without a known attribution: what may be an attribution in a form that
    /// we do not know must not pass for the officer's words.
    fn check_last_line(&self) -> Result<(), WordsError> {
        if self.place != Place::Own {
            return Ok(());
        }
        let Some(block) = self.blocks.last() else {
            return Ok(());
        };
        let mut own = block
            .lines
            .iter()
            .map(|line| bare(line))
            .filter(|l| !l.is_empty());
        let first = own.next();
        let last = own.next_back();
        match (first, last) {
            (Some(_), Some(last))
                if last.ends_with(COLONS) || (!self.gap && last.contains('@')) =>
            {
                Err(WordsError::Doubtful)
            }
            _ => Ok(()),
        }
    }

    fn attributed(&mut self) {
        self.quotes.push(Quote {
            known: true,
            tip: false,
        });
        self.place = Place::Quote;
    }

    /// All that follows is quote, marked or not.
    fn end_in_quote(&mut self) {
        if self.place == Place::Own
            && let Some(block) = self.blocks.last_mut()
        {
            block.above_headers = true;
        }
        self.attributed();
    }

    /// True when everything from this line on is quote.
    fn divider(&self, line: &str, below: &[&str]) -> Result<bool, WordsError> {
        let all: Vec<&str> = std::iter::once(line)
            .chain(below.iter().copied().take(12))
            .collect();
        let found = headers(&all);
        if found == Headers::All || line::is_forward(line) {
            return Ok(true);
        }
        let over_headers = || {
            let next = below.iter().take_while(|l| bare(l).is_empty()).count();
            headers(below.get(next..).unwrap_or_default()) == Headers::All
        };
        if let Some(words) = line::between_dashes(line) {
            if line::is_divider(&words) || over_headers() {
                return Ok(true);
            }
            return self.doubt(true);
        }
        if line::is_rule(line) && over_headers() {
            return Ok(true);
        }
        self.doubt(found == Headers::Some)
    }

    /// Below a signature's delimiter nothing is in doubt: it is dropped anyway.
    fn doubt(&self, doubtful: bool) -> Result<bool, WordsError> {
        if doubtful && self.place != Place::Signature {
            return Err(WordsError::Doubtful);
        }
        Ok(false)
    }

    fn unquoted(&mut self, line: &'a str, below: &[&str]) -> Result<(), WordsError> {
        if self.place == Place::Signature {
            self.signature += 1;
            if is_second(line) {
                return Err(WordsError::SeveralCommands);
            }
            if self.signature > SIGNATURE_LINES {
                return Err(WordsError::Doubtful);
            }
            return Ok(());
        }
        if line::is_signature_delimiter(line) {
            self.place = Place::Signature;
            return Ok(());
        }
        if line::is_rule(line) {
            if !is_ruled_signature(below) {
                return Err(WordsError::Doubtful);
            }
            self.place = Place::Signature;
            return Ok(());
        }
        if self.place != Place::Own || self.blocks.is_empty() {
            let below_tip = !self.gap && self.quotes.last().is_some_and(|quote| quote.tip);
            self.blocks.push(Block {
                quotes: self.quotes.len(),
                below_tip,
                ..Block::default()
            });
            self.place = Place::Own;
        }
        if let Some(block) = self.blocks.last_mut() {
            block.lines.push(line);
        }
        Ok(())
    }

    fn verdict(mut self) -> Result<Vec<&'a str>, WordsError> {
        for block in &mut self.blocks {
            block.drop_footer()?;
        }
        self.blocks.retain(|block| !block.lines.is_empty());
        let mut own = self.blocks.iter().flat_map(|block| &block.lines);
        if own.any(|line| is_ours(line)) {
            return Err(WordsError::QuotedTip);
        }
        if self.blocks.len() > 1 {
            return Err(WordsError::TextAfterQuote);
        }
        let block = self.blocks.pop().ok_or(WordsError::Empty)?;
        if block.quotes > 0 && block.quotes < self.quotes.len() {
            return Err(WordsError::TextAfterQuote);
        }
        if block.below_tip {
            return Err(WordsError::QuotedTip);
        }
        if self.quotes.iter().any(|quote| !quote.known)
            || block
                .lines
                .iter()
                .skip(1)
                .any(|line| line::is_disclaimer(line))
        {
            return Err(WordsError::Doubtful);
        }
        Ok(block.lines)
    }
}
