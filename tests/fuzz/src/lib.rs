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

use std::fs;
use std::time::{Duration, Instant};

/// No input may keep a processor busy for longer.
const LONGEST: Duration = Duration::from_secs(1);

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
    target("sealed", keys::sealed),
    target("signature", keys::signature),
    target("words", replies::words),
];

/// Runs the target of this name.
///
/// # Panics
/// When the target finds something or takes more than a second, or when there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.expect("a target of this name");
    let begun = Instant::now();
    (target.run)(data);
    // Slow, or on a machine that had other work: the processor's own time tells.
    if begun.elapsed() > LONGEST {
        let before = on_processor();
        (target.run)(data);
        let took = on_processor() - before;
        assert!(took <= LONGEST, "{name} took {took:?}");
    }
}

/// How long this thread has been on a processor.
fn on_processor() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = stat.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}
