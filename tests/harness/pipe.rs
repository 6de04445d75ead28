//! The mail server's pipe: one mail on standard input of `receive-mail`, an exit code, a bounce.

use std::io::Write;
use std::process::Stdio;

use crate::install::Install;
use crate::machine::{missing, words};

/// What `receive-mail` made of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The exit code, of sysexits.h; nothing when a signal ended it.
    pub code: Option<i32>,
    /// What it said: the bounce.
    pub said: String,
}

/// Pipes a mail into `receive-mail`, as a mail server does.
pub fn receive(install: &Install, mail: &[u8]) -> Verdict {
    let output = piping(install, mail).wait_with_output().expect("it ends");
    Verdict {
        code: output.status.code(),
        said: words(&output),
    }
}

/// As [`receive`], while it still runs.
pub fn piping(install: &Install, mail: &[u8]) -> std::process::Child {
    let config = install.path("tip-service.toml");
    let mut child = install
        .command(&["receive-mail", "--config"])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| missing(&Install::binary(), &error));
    let (mut stdin, mail) = (child.stdin.take().expect("a pipe"), mail.to_vec());
    // From its own thread: it may end before it has read everything.
    std::thread::spawn(move || stdin.write_all(&mail));
    child
}
