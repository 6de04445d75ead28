//! The catalogue and those who speak from it: every text that a page asks for is there, and none is there that nobody asks for.
//! That each language has all of them, the catalogue proves itself.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot read its own sources must fail"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tip_service::catalogue::{LANGS, Lang, check};

/// Every `section.key` of the Chinese file, the measure for the others.
fn keys() -> BTreeSet<String> {
    let sections = Lang::Zh.texts().iter();
    sections
        .flat_map(|(section, keys)| keys.keys().map(move |key| format!("{section}.{key}")))
        .collect()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|known| known == ending) {
            found.push(path);
        }
    }
    found
}

fn text(folder: &str, ending: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let texts = files(&folder, ending);
    let texts = texts
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("a source"));
    texts.collect::<Vec<String>>().join("\n")
}

/// What templates say: `t.section.key`.
fn of_templates() -> BTreeSet<String> {
    let text = text("templates", "html");
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let words = text.split(|c| !is_name(c));
    let keys = words.filter_map(|word| word.strip_prefix("t."));
    keys.map(str::to_owned).collect()
}

/// What the program says: a text `"section.key"`, where a section is one of the catalogue's.
fn of_sources() -> BTreeSet<String> {
    let sections: BTreeSet<&str> = Lang::Zh.texts().keys().map(String::as_str).collect();
    let text = text("src", "rs");
    let is_key = |word: &&str| {
        word.split_once('.').is_some_and(|(section, key)| {
            sections.contains(section)
                && !matches!(key, "html" | "toml")
                && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    };
    text.split('"').filter(is_key).map(str::to_owned).collect()
}

#[test]
fn every_language_says_everything_that_chinese_says() {
    assert_eq!(check(), Ok(()));
    assert!(keys().len() > 300, "hardly any texts: {}", keys().len());
    for lang in LANGS {
        assert_eq!(lang.texts().len(), Lang::Zh.texts().len(), "{lang:?}");
    }
}

#[test]
fn what_is_asked_for_is_there_and_what_is_there_is_asked_for() {
    let asked: BTreeSet<String> = of_templates().union(&of_sources()).cloned().collect();
    let (there, none) = (keys(), BTreeSet::new());
    let missing: BTreeSet<_> = asked.difference(&there).cloned().collect();
    let unused: BTreeSet<_> = there.difference(&asked).cloned().collect();
    assert_eq!((missing, unused), (none.clone(), none));
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let text = text("templates", "html");
    let is_cjk =
        |c: char| ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c);
    // The names of the languages themselves, each in its own.
    let names = ["中文", "한국어"];
    let rest = names.iter().fold(text, |text, name| text.replace(name, ""));
    let lines: Vec<&str> = rest.lines().filter(|line| line.contains(is_cjk)).collect();
    assert_eq!(lines, [""; 0]);
}
