//! What a tipster wrote, made harmless to show and still complete.
//!
//! Never drops a visible character, never shows an invisible one silently, never prints itself:
//! there is no `Debug`, `Display` or `Serialize` here, only [`Text::as_str`].

use zeroize::Zeroizing;

/// One line or one block of a tipster's text: cleaned on the way in, wiped when dropped.
///
/// Holds no control character (a block keeps LF, nothing else) and no character that changes the
/// direction of text or hides in it; those are written out, e.g. `[U+202E]`.
pub struct Text(Zeroizing<String>);

impl Text {
    /// A single line: every line break or tab becomes one space.
    #[must_use]
    pub fn line(raw: &str) -> Text {
        Text(clean(raw, ' '))
    }

    /// A block of lines: CRLF, CR and their like become LF, a tab becomes a space.
    #[must_use]
    pub fn block(raw: &str) -> Text {
        Text(clean(raw, '\n'))
    }

    /// The cleaned text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when nothing was written, or nothing but blanks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in characters (not bytes): what the limits of a form are counted in.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

/// Longest written-out form: `[U+E007F]` is 9 bytes for a character of at least 2.
const GROWTH: usize = 7;

/// Cleans and trims. Room is made once: a string that grew would leave unwiped copies behind.
fn clean(raw: &str, line_break: char) -> Zeroizing<String> {
    let odd = raw.chars().filter(|c| is_hidden(*c)).count();
    let mut out = Zeroizing::new(String::with_capacity(raw.len() + odd * GROWTH));
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push(line_break);
            }
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' => out.push(line_break),
            '\t' => out.push(' '),
            c if c.is_control() => {}
            c if is_hidden(c) => {
                out.push_str(&format!("[U+{:04X}]", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    let trimmed = out.trim();
    if trimmed.len() == out.len() {
        return out;
    }
    Zeroizing::new(trimmed.to_owned())
}

/// Characters that turn text round, join or part it unseen, or fill space invisibly
/// (Unicode: `Bidi_Control`, the zero-width and filler characters, line and paragraph
/// separators, interlinear annotation, tags).
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}
