//! Validators of other hands: the Nu checker (the one of validator.w3.org) reads every page, style
//! sheet and drawing, and the pages that the service itself writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::form::Form;
use e2e::install::Install;
use e2e::machine::{files_under, missing, repository, run, words};
use serde_json::Value;

use crate::rules::SERVICE;

const CHECKER: &str = "var/tools/node_modules/vnu-jar/build/dist/vnu.jar";

/// Container queries (CSS Containment Level 3, in every browser since 2023) are not in its list yet.
const TOO_NEW_FOR_IT: &[&str] = &["“container-type”", "“@container”"];

/// What the checker says against these files, all of which are of the kind that `only` names.
fn complaints(only: &str, files: &[PathBuf]) -> Vec<String> {
    assert!(!files.is_empty(), "nothing to check");
    let checker = repository().join(CHECKER);
    if !checker.exists() {
        missing(&checker, &std::io::ErrorKind::NotFound.into());
    }
    let output = run(Command::new("java")
        .arg("-jar")
        .arg(checker)
        .args(["--format", "json", "--stdout", "--exit-zero-always", only])
        .args(files));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("the checker does not answer ({error}): {}", words(&output))
    });
    let messages = report["messages"].as_array().expect("a list of messages");
    let is_too_new = |message: &&Value| {
        let text = message["message"].as_str().unwrap_or_default();
        TOO_NEW_FOR_IT.iter().any(|name| text.contains(name))
    };
    let weighty = messages.iter().filter(|message| {
        // Hints about style that change nothing for any reader carry no such mark.
        message["type"] == "error" || message["subType"] == "warning"
    });
    weighty
        .filter(|message| !is_too_new(message))
        .map(|message| {
            let say = |key: &str| message[key].as_str().unwrap_or_default();
            format!("{}:{}: {}", say("url"), message["lastLine"], say("message"))
        })
        .collect()
}

fn files(under: &Path, ending: &str) -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| {
        // The shell is half a page, and the search's files are as npm gave them.
        !path.ends_with("_shell/index.html") && !path.starts_with(under.join("pagefind"))
    };
    let has_ending = |path: &PathBuf| path.extension().is_some_and(|had| had == ending);
    files_under(under)
        .into_iter()
        .filter(|path| is_ours(path) && has_ending(path))
        .collect()
}

fn assert_none(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} complaints:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

#[test]
fn every_page_is_valid_html() {
    assert_none(&complaints(
        "--skip-non-html",
        &files(&e2e::site::built(), "html"),
    ));
}

#[test]
fn every_style_sheet_is_valid_css() {
    assert_none(&complaints(
        "--skip-non-css",
        &files(&e2e::site::built(), "css"),
    ));
}

#[test]
fn every_drawing_is_valid_svg() {
    assert_none(&complaints(
        "--skip-non-svg",
        &files(&e2e::site::built(), "svg"),
    ));
}

#[test]
fn what_the_service_writes_is_valid_html() {
    let install = Install::new();
    let service = install.start();
    let mut files = Vec::new();
    let pages = SERVICE.iter().filter(|route| !route.ends_with("/exit/"));
    for (at, route) in pages.chain(&["/tip/gone/"]).enumerate() {
        let file = install.path(&format!("work/{at}.html"));
        std::fs::write(&file, service.visitor().get(route).text()).expect("a file");
        files.push(file);
    }
    let mut visitor = service.visitor();
    let asked = Form::fetch(&mut visitor).text("what", "我家对门，有事打13812345678");
    let answer = asked.send(&mut visitor);
    assert_eq!(answer.status, 422, "the guard");
    files.push(install.path("work/exposure.html"));
    std::fs::write(install.path("work/exposure.html"), answer.text()).expect("a file");
    assert_none(&complaints("--skip-non-html", &files));
}

#[test]
fn the_checker_finds_what_is_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = "<!doctype html><html lang=\"zh-CN\"><title>页</title>";
    for (only, name, text, says) in [
        (
            "--skip-non-html",
            "a.html",
            format!("{page}<p><div>段</p>"),
            "No “p” element in scope",
        ),
        (
            "--skip-non-html",
            "b.html",
            format!("{page}<img src=\"a.png\">"),
            "alt",
        ),
        (
            "--skip-non-css",
            "c.css",
            "p { colour: red; }".into(),
            "colour",
        ),
        (
            "--skip-non-svg",
            "d.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><p/></svg>".into(),
            "Element “p” not allowed",
        ),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("a file");
        let found = complaints(only, &[file]);
        assert!(
            found.iter().any(|complaint| complaint.contains(says)),
            "{name}: {found:?}"
        );
    }
}
