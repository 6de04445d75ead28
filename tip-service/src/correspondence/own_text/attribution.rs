//! Lines that belong together above a quote: an attribution wrapped by the program, a signature
//! below a line drawn across.
//!
//! Never takes a line for one of them without a quote below.

use super::headers::{Headers, headers};
use super::line::{self, bare};
use crate::correspondence::command::{WordsError, is_second};

/// More lines than this, or a sentence, below a line drawn across are no signature.
const RULED_LINES: usize = 3;

/// How many further lines belong to an attribution that begins here; `None` when none does.
pub(super) fn attribution(line: &str, below: &[&str]) -> Result<Option<usize>, WordsError> {
    let close: Vec<&str> = std::iter::once(line)
        .chain(below.iter().copied())
        .take(3)
        .take_while(|line| !bare(line).is_empty() && !line::is_quoted(line))
        .collect();
    let Some(end) = close.iter().position(|line| line::ends_attribution(line)) else {
        return Ok(None);
    };
    let rest = below.get(end..).unwrap_or_default();
    let whole = close.get(..=end).unwrap_or_default();
    let ahead = is_quote_next(rest);
    let digits = whole
        .iter()
        .flat_map(|line| line.chars())
        .filter(char::is_ascii_digit);
    let strong = whole.iter().any(|line| line.contains('@')) && digits.count() >= 6;
    if !ahead && !strong {
        return Ok(None);
    }
    let last_is_whole = close
        .get(end)
        .is_some_and(|line| line::is_whole_attribution(line));
    match (end, last_is_whole) {
        (0, true) => Ok(Some(0)),
        (0, false) => Err(WordsError::Doubtful),
        (_, false) if line::begins_attribution(line) && !is_second(line) => Ok(Some(end)),
        _ => Ok(None),
    }
}

/// A quoted line is the next that is not blank, two blank lines away at most.
pub(super) fn is_quote_next(lines: &[&str]) -> bool {
    lines
        .iter()
        .take(3)
        .find(|line| !bare(line).is_empty())
        .is_some_and(|line| line::is_quoted(line))
}

/// Few and short lines without a sentence, and a quote below them.
pub(super) fn is_ruled_signature(below: &[&str]) -> bool {
    let is_own = |at: usize, line: &str| {
        let found = headers(below.get(at..).unwrap_or_default());
        found == Headers::No
            && !line::is_quoted(line)
            && line::between_dashes(line).is_none()
            && !line::ends_attribution(line)
    };
    let Some(end) = below
        .iter()
        .enumerate()
        .position(|(at, line)| !is_own(at, line))
    else {
        return false;
    };
    let signature = below.iter().take(end).map(|line| bare(line));
    let signature: Vec<&str> = signature.filter(|line| !line.is_empty()).collect();
    let sentence_ends = ['\u{3002}', '\u{ff1f}', '\u{ff01}', '?', '!', '\u{ff1b}'];
    signature.len() <= RULED_LINES
        && signature.iter().all(|line| {
            line.chars().count() <= 60 && !line.ends_with(sentence_ends) && !is_second(line)
        })
}
