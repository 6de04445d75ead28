//! Letters in a Maildir.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mail_parser::MessageParser;

use crate::machine::wait_for;

/// The letters in `folder/new`, oldest name first; an absent folder holds none.
pub fn letters(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.join("new")) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Waits until at least `count` letters lie there.
pub fn wait_for_letters(folder: &Path, count: usize) -> Vec<PathBuf> {
    let what = format!("{count} letters in {}", folder.display());
    wait_for(&what, Duration::from_secs(60), || {
        Some(letters(folder)).filter(|found| found.len() >= count)
    })
}

/// Waits for a delivery report there; its text, as a mail program shows it.
pub fn bounce(folder: &Path) -> String {
    wait_for("the bounce", Duration::from_secs(60), || {
        letters(folder).iter().find_map(|path| {
            let raw = std::fs::read(path).expect("a mail");
            let mail = MessageParser::default().parse(&raw).expect("a message");
            let report = mail.root_part().headers.iter().any(|header| {
                header.name() == "Content-Type"
                    && String::from_utf8_lossy(&raw).contains("report-type=delivery-status")
            });
            report.then(|| mail.body_text(0).expect("a text").into_owned())
        })
    })
}
