//! What an officer wrote: the text in a signed entity, HTML down to text, the one command in it.

use tip_service::correspondence::body::words as read_words;
use tip_service::correspondence::command::{TEXT_MAX_CHARS, Verb, read};
use tip_service::correspondence::html::{HTML_MAX_BYTES, to_text};

/// The words of a signed entity, and what follows from them.
pub(crate) fn words(data: &[u8]) {
    let Ok(words) = read_words(data) else { return };
    assert!(words.html || words.text.ends_with('\n'));
    if words.html {
        text_of(&words.text);
    } else {
        command_in(&words.text);
    }
}

/// HTML down to text.
pub(crate) fn html(data: &[u8]) {
    text_of(&String::from_utf8_lossy(data));
}

/// A plain text.
pub(crate) fn command(data: &[u8]) {
    command_in(&String::from_utf8_lossy(data));
}

fn text_of(html: &str) {
    if let Ok(text) = to_text(html) {
        assert!(html.len() <= HTML_MAX_BYTES);
        assert!(!text.contains('\0'));
        command_in(&text);
    }
}

/// A command keeps to its limits and is of one line where it must be; its text was written by the officer.
fn command_in(text: &str) {
    let Ok(command) = read(text) else { return };
    let words = command.text.as_str();
    assert!(command.text.chars() <= TEXT_MAX_CHARS);
    assert_eq!(command.argument.is_empty(), command.verb != Verb::Forward);
    assert!(!command.argument.contains('\n'));
    // The frame of our letter never gets through.
    let quoted = words.lines().any(|line| line.trim_start().starts_with('│'));
    assert!(!quoted, "a line of the letter reached the mailbox");
}
