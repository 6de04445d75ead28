//! The list of bug classes in SECURITY.md against the tests: every class has a row, every row names tests, every test named exists,
//! and every module here stands in a row.

use std::collections::BTreeSet;

use e2e::machine::{files_under, repository};

/// One class of bugs that others have had, each in the words of its row.
const CLASSES: [&str; 20] = [
    "access rule enforced on one branch only",
    "a flag \"already encrypted\" that is trusted",
    "encryption fails, plaintext goes out",
    "key missing, expired or weak, mail goes out plain",
    "ids that follow one another",
    "posts from another site",
    "a limit that shuts everybody out",
    "a forged X-Forwarded-For",
    "an answer that tells whether a receipt exists",
    "times that tell when",
    "nesting without an end, patterns without an end, 500s",
    "two things under one name, paths and line breaks in file names",
    "headers injected into mail, floods of mail",
    "a server made to fetch from elsewhere",
    "a local service open to all, secrets copied elsewhere",
    "what was counted is lost on rollback",
    "somebody else's script",
    "hardening that breaks submissions",
    "nothing verified at installation",
    "a forged reply",
];

/// The rows of the table: the class and the tests named in its second column.
fn rows(text: &str) -> Vec<(String, Vec<String>)> {
    let (_, table) = text
        .split_once("## Bug classes")
        .expect("a chapter of bug classes");
    let table = table.split("\n## ").next().unwrap_or_default();
    table
        .lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| class") && !line.starts_with("| ---")
        })
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
            let tests = cells.get(1).copied().unwrap_or_default();
            let names = tests.split('`').skip(1).step_by(2).map(str::to_string);
            (
                cells
                    .first()
                    .copied()
                    .unwrap_or_default()
                    .trim()
                    .to_string(),
                names.collect(),
            )
        })
        .collect()
}

/// Whether `path::test` names a test function in a file of the repository.
fn exists(name: &str) -> bool {
    let Some((path, test)) = name.split_once("::") else {
        return false;
    };
    let source = std::fs::read_to_string(repository().join(path)).unwrap_or_default();
    source.contains(&format!("fn {test}("))
}

#[test]
fn every_class_has_a_row_and_every_row_names_tests_that_exist() {
    let text = std::fs::read_to_string(repository().join("SECURITY.md")).expect("SECURITY.md");
    let rows = rows(&text);
    let named: Vec<&str> = rows.iter().map(|(class, _)| class.as_str()).collect();
    assert_eq!(named, CLASSES);
    for (class, tests) in &rows {
        assert!(!tests.is_empty(), "{class}: no test");
        for test in tests {
            assert!(exists(test), "{class}: {test} is not there");
        }
    }
    let mut modules: BTreeSet<String> =
        files_under(&repository().join("tests/stories/bug_classes"))
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_string()))
            .filter(|name| !["mod.rs", "table.rs"].contains(&name.as_str()))
            .collect();
    for test in rows.iter().flat_map(|(_, tests)| tests) {
        modules.retain(|module| !test.contains(&format!("bug_classes/{module}::")));
    }
    assert!(modules.is_empty(), "in no row: {modules:?}");
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    assert!(exists(
        "tests/stories/bug_classes/table.rs::a_test_that_is_not_there_is_noticed"
    ));
    assert!(!exists(
        "tests/stories/bug_classes/table.rs::nothing_of_the_kind"
    ));
    assert!(!exists("tests/stories/nowhere.rs::exists"));
    assert!(!exists("tests/stories/bug_classes/table.rs"));
    let rows = rows(
        "## Bug classes\n\n| class | tests |\n| --- | --- |\n| a | `b::c`, `d::e` |\n\n## Next\n| x | `y::z` |\n",
    );
    assert_eq!(
        rows,
        [(
            "a".to_string(),
            vec!["b::c".to_string(), "d::e".to_string()]
        )]
    );
}
