//! Every parser of foreign bytes, one function each: takes any bytes, and panics when what must hold does not.
//! `libfuzzer/` drives them with millions of inputs (`make fuzz`); `tests/corpora.rs` with those that are kept.
//!
//! What a parser catches of its libraries' panics by itself is no finding here: what comes out of it is.

mod codes;
mod config;
mod forms;
mod house;
mod image;
mod keys;
mod letter;
mod mail;
mod replies;

/// One parser, or several that read the same bytes.
pub struct Target {
    /// Also the name of its corpus and of its program.
    pub name: &'static str,
    /// Panics when something is wrong.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// All of them; `targets.txt` tells how long an input is worth being.
pub const TARGETS: &[Target] = &[
    target("certificate", keys::certificate),
    target("codes", codes::codes),
    target("command", replies::command),
    target("config", config::config),
    target("form", forms::form),
    target("html", replies::html),
    target("image", image::image),
    target("letter", letter::letter),
    target("mail", mail::mail),
    target("multipart", forms::multipart),
    target("reply", keys::reply),
    target("signature", keys::signature),
    target("words", replies::words),
];

/// Runs the target of this name.
///
/// # Panics
/// When the target finds something, or when there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of this name").run)(data);
}
