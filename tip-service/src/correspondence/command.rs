//! The first line of a reply: what the unit wants done.
//!
//! Takes one command from the officer's own text. Never guesses: what is no command, or more than
//! one, or lacks what it needs, is refused, and nothing of it is used.

use sealed_tip::Text;
use thiserror::Error;

use super::own_text;

/// Longest text to a tipster, in characters.
pub const TEXT_MAX_CHARS: usize = 4_000;
/// Longest text that is read at all, quotes and signature included, in bytes.
const READ_MAX_BYTES: usize = 1 << 20;

/// What a unit can do with a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// 受理: the unit has the tip and works on it.
    Accept,
    /// 询问: a question to the holder of the receipt.
    Ask,
    /// 答复: an answer to the holder.
    Answer,
    /// 转办: another unit takes over.
    Forward,
    /// 办结: done, with the outcome.
    Close,
    /// 奖励: the holder can claim a reward.
    Reward,
    /// 无关: no tip at all.
    Spam,
}

const VERBS: [Verb; 7] = [
    Verb::Accept,
    Verb::Ask,
    Verb::Answer,
    Verb::Forward,
    Verb::Close,
    Verb::Reward,
    Verb::Spam,
];

impl Verb {
    /// The English command word, also the code in entries and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Verb::Accept => "accept",
            Verb::Ask => "ask",
            Verb::Answer => "answer",
            Verb::Forward => "forward",
            Verb::Close => "close",
            Verb::Reward => "reward",
            Verb::Spam => "spam",
        }
    }

    /// The Chinese command word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Accept => "受理",
            Verb::Ask => "询问",
            Verb::Answer => "答复",
            Verb::Forward => "转办",
            Verb::Close => "办结",
            Verb::Reward => "奖励",
            Verb::Spam => "无关",
        }
    }

    const fn needs_text(self) -> bool {
        matches!(self, Verb::Ask | Verb::Answer | Verb::Close | Verb::Reward)
    }
}

/// What an officer's reply asks for. No `Debug`: the text is for the tipster alone.
pub struct Command {
    /// What to do.
    pub verb: Verb,
    /// The unit as written after 转办, on the same line; empty for every other verb.
    pub argument: String,
    /// What the tipster will read; may be empty for accept, forward and spam.
    pub text: Text,
}

/// Why a reply is refused. Holds no word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WordsError {
    /// Nothing but blank lines, quote and signature.
    #[error("no text of the officer's own")]
    Empty,
    /// The first line that is not blank is no command.
    #[error("the first line is no command")]
    NoCommand,
    /// The command stands at the end: whoever does not move the cursor in a prepared reply writes in front of it.
    #[error("the command stands behind the text")]
    CommandLast,
    /// A second command, on the same line or further down.
    #[error("more than one command")]
    SeveralCommands,
    /// The command needs a text.
    #[error("{} needs a text", .0.code())]
    TextMissing(Verb),
    /// 转办 without a unit on its line.
    #[error("no unit to forward to")]
    UnitMissing,
    /// A line of our letter stands outside the quote.
    #[error("a line of the quoted letter stands among the officer's words")]
    QuotedTip,
    /// Own text on both sides of a quote, or between two.
    #[error("own text before and after the quote")]
    TextAfterQuote,
    /// A line that may be the officer's or the mail program's: quoted, but not from our letter; a
    /// half-known attribution, divider or disclaimer; a signature too long to be one.
    #[error("a line that may be the officer's own or the mail program's")]
    Doubtful,
    /// More than [`TEXT_MAX_CHARS`].
    #[error("{chars} characters are too many")]
    TooLong {
        /// How many there are.
        chars: usize,
    },
}

/// The command in the whole plain text of a reply, quotes and signature included.
///
/// # Errors
/// [`WordsError`] whenever it is not certain what the officer wants the tipster to read.
pub fn read(text: &str) -> Result<Command, WordsError> {
    if text.len() > READ_MAX_BYTES {
        let chars = text.chars().count();
        return Err(WordsError::TooLong { chars });
    }
    let own = own_text::lines(text)?;
    let (first, rest) = own.split_first().ok_or(WordsError::Empty)?;
    let head = command(first).ok_or_else(|| no_command(&own))?;
    let (verb, same_line) = (head.verb, head.same_line);
    if own_text::is_ours(same_line) {
        return Err(WordsError::QuotedTip);
    }
    if is_second(same_line)
        || rest.iter().any(|line| is_second(line))
        || ends_in_command(rest.last().unwrap_or(&same_line))
    {
        return Err(WordsError::SeveralCommands);
    }
    let mut argument = String::new();
    let mut words = own_text::join(rest);
    if verb == Verb::Forward {
        Text::line(same_line).as_str().clone_into(&mut argument);
        if argument.is_empty() {
            return Err(WordsError::UnitMissing);
        }
    } else {
        let mut all = vec![same_line];
        all.extend_from_slice(rest);
        words = own_text::join(&all);
    }
    let words = without_ends(own_text::bare(&words), head.open).ok_or(WordsError::NoCommand)?;
    let text = Text::block(words);
    if verb.needs_text() && text.is_empty() {
        return Err(WordsError::TextMissing(verb));
    }
    let chars = text.chars();
    if chars > TEXT_MAX_CHARS {
        return Err(WordsError::TooLong { chars });
    }
    Ok(Command {
        verb,
        argument,
        text,
    })
}

/// What the first line says.
struct Head<'a> {
    verb: Verb,
    same_line: &'a str,
    /// Marks of emphasis that this line does not close.
    open: &'a str,
}

/// The command a line begins with, and what follows it.
fn command(line: &str) -> Option<Head<'_>> {
    let word = word(line)?;
    let (open, rest) = close(word.marks, word.rest);
    let after = own_text::bare(rest);
    let after = match after.strip_prefix(COLONS) {
        Some(after) => own_text::bare(after),
        None => (after.is_empty() || own_text::begins_blank(rest)).then_some(after)?,
    };
    let (open, same_line) = close(open, after);
    let same_line = own_text::bare(same_line);
    let (open, same_line) = match without_ends(same_line, open) {
        Some(closed) => ("", own_text::bare(closed)),
        None => (open, same_line),
    };
    Some(Head {
        verb: word.verb,
        same_line,
        open,
    })
}

/// The first line is no command: is it behind the text?
fn no_command(own: &[&str]) -> WordsError {
    let last = own.last().map_or("", |line| emphasized(line));
    let whole = [Verb::Accept, Verb::Spam]
        .iter()
        .any(|verb| last.ends_with(verb.name()));
    if whole || ends_in_command(last) {
        WordsError::CommandLast
    } else {
        WordsError::NoCommand
    }
}

/// A command and its colon, with nothing behind it.
fn ends_in_command(line: &str) -> bool {
    let Some(line) = emphasized(line).strip_suffix(COLONS) else {
        return false;
    };
    let line = emphasized(line);
    VERBS.iter().any(|verb| line.ends_with(verb.name()))
}

/// Half-width, full-width and small colon.
pub(super) const COLONS: [char; 3] = [':', '\u{ff1a}', '\u{fe55}'];

/// What Thunderbird writes around bold, underlined and italic words in plain text.
const EMPHASIS: [char; 3] = ['*', '_', '/'];

/// The line without blanks and emphasis at its ends.
fn emphasized(line: &str) -> &str {
    own_text::bare(own_text::bare(line).trim_matches(EMPHASIS))
}

/// Takes off the beginning of the text what closes the innermost of the open marks, as many as do.
fn close<'m, 'a>(mut open: &'m str, mut text: &'a str) -> (&'m str, &'a str) {
    while let Some(mark) = open.chars().next_back() {
        let (Some(fewer), Some(rest)) = (open.strip_suffix(mark), text.strip_prefix(mark)) else {
            break;
        };
        (open, text) = (fewer, rest);
    }
    (open, text)
}

/// The text without what closes all open marks at its end; `None` when something else is there.
fn without_ends<'a>(text: &'a str, open: &str) -> Option<&'a str> {
    open.chars()
        .try_fold(text, |text, mark| text.strip_suffix(mark))
}

/// A command word at the beginning of a line.
struct Word<'a> {
    verb: Verb,
    chinese: bool,
    /// Emphasis that begins in front of it.
    marks: &'a str,
    rest: &'a str,
}

fn word(line: &str) -> Option<Word<'_>> {
    let line = own_text::bare(line);
    let plain = line.trim_start_matches(EMPHASIS);
    let (marks, plain) = line.split_at_checked(line.len() - plain.len())?;
    VERBS.into_iter().find_map(|verb| {
        let (chinese, rest) = if let Some(rest) = plain.strip_prefix(verb.name()) {
            (true, rest)
        } else {
            let (head, rest) = plain.split_at_checked(verb.code().len())?;
            head.eq_ignore_ascii_case(verb.code())
                .then_some((false, rest))?
        };
        Some(Word {
            verb,
            chinese,
            marks,
            rest,
        })
    })
}

/// A further line that reads like a command: the word alone, with a colon, or, in Chinese, with a
/// blank. An English word with a blank may begin any sentence.
pub(super) fn is_second(line: &str) -> bool {
    let Some(word) = word(line) else {
        return false;
    };
    let (_, rest) = close(word.marks, word.rest);
    let after = own_text::bare(rest);
    emphasized(after).is_empty()
        || after.starts_with(COLONS)
        || (word.chinese && own_text::begins_blank(rest))
}
