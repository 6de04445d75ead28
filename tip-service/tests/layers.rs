//! Keeps the order of the modules: what stands to the right may use what stands to the left, never
//! the reverse, and two on the same step do not use each other. Reads the sources, not their docs.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot read its own sources must fail"
)]

use std::collections::BTreeMap;
use std::path::Path;

/// From left to right; modules that share a step stand side by side and do not know each other,
/// but for the first step, whose few parts build on one another in the order they are written.
const STEPS: &[&[&str]] = &[
    &["clock"],
    &["entropy"],
    &["mac"],
    &["mark"],
    &["id"],
    &["catalogue"],
    &["places"],
    &["kinds"],
    &["units"],
    &["sealing"],
    &["config"],
    &["store", "mail", "limits", "spool"],
    &["intake", "delivery", "correspondence", "purge", "canary"],
    &["http"],
    &["app"],
    &["cli"],
    &["main"],
];

/// A use of one module by another.
#[derive(Debug, PartialEq, Eq)]
struct Use {
    line: usize,
    module: String,
}

#[test]
fn no_module_uses_one_to_its_right() {
    let sources = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    assert!(sources.len() > 20, "the sources are not where they were");
    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|(name, text)| reverse_uses(name, text))
        .collect();
    assert!(wrong.is_empty(), "against the order:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let sources = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    for name in sources.keys() {
        let module = module_of(name);
        assert!(
            module == "lib" || step(&module).is_some(),
            "{name} has no place in the order"
        );
    }
}

#[test]
fn a_reverse_use_is_found_however_it_is_written() {
    let written = [
        "use crate::http::Door;",
        "use crate::{clock::Clock, http::Door};",
        "use crate::{\n    clock::Clock,\n    app,\n};",
        "fn f() { crate::cli::run(); }",
        "pub(crate) use crate::app::App;",
        "use super::super::http::Door;",
        "use tip_service::http::Door;",
    ];
    for text in written {
        assert_eq!(
            reverse_uses("store/writer.rs", text).len(),
            1,
            "not found: {text}"
        );
    }
    let beside = "use crate::mail::Envelope;";
    assert_eq!(
        reverse_uses("store/writer.rs", beside).len(),
        1,
        "a neighbour on the same step"
    );
}

#[test]
fn a_use_to_the_left_or_inside_the_module_is_no_reverse_use() {
    let fine = [
        "use crate::clock::Clock;",
        "use crate::{clock::Clock, config};",
        "use crate::store::StoreError;",
        "// use crate::http::Door;",
        "//! See [`crate::http`].",
        "let text = \"crate::http\";",
        "let mark = '\"'; use crate::clock::Clock; // '\"' crate::http",
        "use super::Store;",
    ];
    for text in fine {
        assert_eq!(
            reverse_uses("store/writer.rs", text),
            Vec::<String>::new(),
            "found in: {text}"
        );
    }
}

/// Complaints about a file, one for each use of a module that is not to the left of its own.
fn reverse_uses(name: &str, text: &str) -> Vec<String> {
    let module = module_of(name);
    let Some(own) = step(&module) else {
        return Vec::new();
    };
    uses(name, text)
        .into_iter()
        .filter(|used| used.module != module && step(&used.module).is_some_and(|its| its >= own))
        .map(|used| format!("src/{name}:{}: {module} uses {}", used.line, used.module))
        .collect()
}

fn step(module: &str) -> Option<usize> {
    STEPS.iter().position(|step| step.contains(&module))
}

/// The top module a file belongs to: `store/writer.rs` and `store.rs` are both `store`.
fn module_of(name: &str) -> String {
    let first = name.split('/').next().unwrap_or(name);
    first.trim_end_matches(".rs").to_owned()
}

/// All modules of this crate that a file names by `crate::`, the crate's name, or `super` out of
/// its own module.
fn uses(name: &str, text: &str) -> Vec<Use> {
    let code = without_words(text);
    let mut found = Vec::new();
    let mut roots = vec!["crate::".to_owned(), "tip_service::".to_owned()];
    roots.push("super::".repeat(depth(name)));
    for root in &roots {
        for (at, _) in code.match_indices(root.as_str()) {
            let inside_longer = code.get(..at).is_some_and(|before| {
                before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                    || before.ends_with("super::")
            });
            if inside_longer {
                continue;
            }
            let rest = code.get(at + root.len()..).unwrap_or_default();
            let line = code.get(..at).unwrap_or_default().matches('\n').count() + 1;
            found.extend(
                first_names(rest)
                    .into_iter()
                    .map(|module| Use { line, module }),
            );
        }
    }
    found
}

/// How many `super` lead from a file to the crate's root.
fn depth(name: &str) -> usize {
    name.split('/').filter(|part| *part != "mod.rs").count()
}

/// The first name of a path, or of each path in a `{…}` group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut depth, mut start, mut names) = (1, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            names.push(name(group.get(start..at).unwrap_or_default()));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The text with comments and string literals blanked, line breaks kept.
fn without_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A quotation mark as a character opens no string.
            '\'' if chars.next_if_eq(&'"').is_some() => {}
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' => {
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => drop(chars.next()),
                        '"' => break,
                        '\n' => out.push('\n'),
                        _ => {}
                    }
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Every Rust file below a folder, by its path there.
fn sources(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path
                    .strip_prefix(root)
                    .expect("below the root")
                    .display()
                    .to_string();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}
