//! The operator's files: whatever is in one of them, it loads, or every complaint says what, where and what to do.

use std::fs;
use std::sync::LazyLock;

use tempfile::TempDir;
use tip_service::config::load;

use crate::house::{FILES, NOW};

/// A main file, and the least that it can name.
const LEAST: [&str; 5] = [
    FILES[0].1,
    "[[unit]]\nid = \"city\"\nmail = \"city@example.invalid\"\ncerts = [\"city.cert.asc\"]\n\
     [[route]]\nunits = [\"city\"]\n",
    "[[kind]]\nid = \"other\"\nname = \"其他\"\nhint = \"说不清的\"\n",
    "[[county]]\ncode = \"220402\"\nname = \"龙山区\"\n",
    "[[unit]]\nid = \"city\"\nname = \"市局\"\narea = \"全市\"\n",
];

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for inside in ["config", "site/data", "site/public", "var/keys"] {
        fs::create_dir_all(folder.path().join(inside)).expect("a folder");
    }
    for ((name, _), text) in FILES.iter().zip(LEAST) {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
});

/// A first byte chooses the file; the rest is what it says.
pub(crate) fn config(data: &[u8]) {
    let Some((&which, text)) = data.split_first() else {
        return;
    };
    let chosen = usize::from(which) % FILES.len();
    let folder = FOLDER.path();
    let (file, main) = (folder.join(FILES[chosen].0), folder.join(FILES[0].0));
    fs::write(&file, text).expect("a file");
    let loaded = load(&main, NOW);
    fs::write(&file, LEAST[chosen]).expect("a file");
    match loaded {
        Ok(loaded) => assert!(!loaded.register.units().is_empty()),
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(!error.why.is_empty() && !error.hint.is_empty(), "{error}");
                assert!(!error.file.as_os_str().is_empty());
            }
        }
    }
}
