//! The built site, made once for all stories by the command a newcomer uses.

use std::path::{Path, PathBuf};
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

/// The folders of the frames that the service puts its pages into: one for each language.
pub const FRAMES: [&str; 3] = ["_shell", "ko/_shell", "en/_shell"];

/// Lays every frame of the built site into another folder, each as `change` makes it of its folder and its text.
pub fn lay_frames(site: &Path, change: impl Fn(&str, String) -> String) {
    for folder in FRAMES {
        let frame = std::fs::read_to_string(built().join(folder).join("index.html"));
        let frame = change(folder, frame.expect("the built site has its frames"));
        std::fs::create_dir_all(site.join(folder)).expect("a folder");
        std::fs::write(site.join(folder).join("index.html"), frame).expect("a frame");
    }
}
