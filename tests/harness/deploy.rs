//! The files of `config/deploy/` as an operator gets them: written by `tools/deploy`, with values of the test's own.

use std::path::Path;
use std::process::{Command, Output};

use crate::machine::{repository, run, words};

/// The values that come with the files, those named here replaced.
pub fn values(ours: &[(&str, &str)]) -> String {
    let path = repository().join("config/deploy/values");
    let mut text = std::fs::read_to_string(path).expect("config/deploy/values is readable");
    for (name, value) in ours {
        let start = format!("{name}=");
        let old = text.lines().find(|line| line.starts_with(&start));
        let old = old.unwrap_or_else(|| panic!("no value {name} in config/deploy/values"));
        text = text.replacen(&format!("{old}\n"), &format!("{start}{value}\n"), 1);
    }
    text
}

/// Runs `tools/deploy` with these values, into `folder`.
pub fn write(values: &str, folder: &Path) -> Output {
    let file = folder.join("values");
    std::fs::write(&file, values).expect("a file");
    run(Command::new(repository().join("tools/deploy"))
        .arg(file)
        .arg(folder))
}

/// Writes the files into `folder` with these values beside those that come with them.
pub fn render(folder: &Path, ours: &[(&str, &str)]) {
    let written = write(&values(ours), folder);
    assert!(written.status.success(), "{}", words(&written));
}
