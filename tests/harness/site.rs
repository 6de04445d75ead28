//! The built site, made once for all stories by the command a newcomer uses.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::machine::{repository, run, words};
use crate::page::Page;

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

/// Every HTML page of the built site: its path below the site's root, and the page.
pub fn pages() -> Vec<(String, Page)> {
    let root = built();
    crate::machine::files_under(&root)
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "html")
        })
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a page is UTF-8");
            let name = path
                .strip_prefix(&root)
                .expect("under the root")
                .display()
                .to_string();
            (name, Page::parse(&text))
        })
        .collect()
}
