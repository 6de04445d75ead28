//! Letters in a Maildir.

use std::path::{Path, PathBuf};
use std::time::Duration;

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
