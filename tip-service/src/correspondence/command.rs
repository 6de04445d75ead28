//! The first line of a reply: what the unit wants done.
//!
//! Takes one command from the officer's own text. Never guesses: what is no command, or more than
//! one, or lacks what it needs, is refused, and nothing of it is used.

use sealed_tip::Text;
use thiserror::Error;

use super::own_text;

/// Longest text to a tipster, in characters.
pub const TEXT_MAX_CHARS: usize = 4_000;

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
    let own = own_text::lines(text)?;
    let (first, rest) = own.split_first().ok_or(WordsError::Empty)?;
    let (verb, same_line) = command(first).ok_or(WordsError::NoCommand)?;
    if is_second(same_line) || rest.iter().any(|line| is_second(line)) {
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
    let text = Text::block(own_text::bare(&words));
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

/// The command a line begins with, and what follows it.
fn command(line: &str) -> Option<(Verb, &str)> {
    let (verb, rest, _) = word(line)?;
    let after = own_text::bare(rest);
    if let Some(after) = after.strip_prefix(COLONS) {
        return Some((verb, own_text::bare(after)));
    }
    (after.is_empty() || own_text::begins_blank(rest)).then_some((verb, after))
}

/// Half-width, full-width and small colon.
pub(super) const COLONS: [char; 3] = [':', '\u{ff1a}', '\u{fe55}'];

/// The command word a line begins with, what follows, and whether the word is Chinese.
fn word(line: &str) -> Option<(Verb, &str, bool)> {
    let line = own_text::bare(line);
    VERBS.into_iter().find_map(|verb| {
        if let Some(rest) = line.strip_prefix(verb.name()) {
            return Some((verb, rest, true));
        }
        let (head, rest) = line.split_at_checked(verb.code().len())?;
        head.eq_ignore_ascii_case(verb.code())
            .then_some((verb, rest, false))
    })
}

/// A further line that reads like a command: the word alone, with a colon, or, in Chinese, with a
/// blank. An English word with a blank may begin any sentence.
pub(super) fn is_second(line: &str) -> bool {
    let Some((_, rest, chinese)) = word(line) else {
        return false;
    };
    let after = own_text::bare(rest);
    after.is_empty() || after.starts_with(COLONS) || (chinese && own_text::begins_blank(rest))
}
