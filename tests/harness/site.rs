//! The built site, made once for all stories by the command a newcomer uses.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::machine::{repository, run, words};

/// The folder of the built site; built first when this process has not done so.
pub fn built() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let folder = repository().join("site/public");
            // `make test` has just built it; a test run by hand builds it itself.
            if !folder.join("index.html").exists() {
                let output = run(Command::new("make").arg("site").current_dir(repository()));
                assert!(output.status.success(), "make site: {}", words(&output));
            }
            folder
        })
        .clone()
}
