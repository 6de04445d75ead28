//! The package of this commit, as `make dist` leaves it.

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::machine::{repository, run, words};

/// The package in `target/dist`; made now unless it is there and of this commit.
pub(crate) fn of_this_commit() -> PathBuf {
    let head = said(Command::new("git").args(["rev-parse", "HEAD"]));
    if let Some(package) = there().filter(|package| built_from(package, &head)) {
        return package;
    }
    said(Command::new("make").arg("dist"));
    let package = there().expect("make dist leaves one package");
    assert!(
        built_from(&package, &head),
        "the package is of another commit"
    );
    package
}

fn there() -> Option<PathBuf> {
    let entries = std::fs::read_dir(repository().join("target/dist")).ok()?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut packages = paths.filter(|path| path.extension().is_some_and(|end| end == "deb"));
    packages.next().filter(|_| packages.next().is_none())
}

fn built_from(package: &Path, commit: &str) -> bool {
    let record = "dpkg-deb --fsys-tarfile \"$0\" | tar -xO ./usr/share/doc/tip-service/BUILD";
    let output = run(Command::new("sh").args(["-c", record]).arg(package));
    words(&output).contains(commit)
}

fn said(command: &mut Command) -> String {
    let output = run(command.current_dir(repository()));
    assert!(output.status.success(), "{command:?}: {}", words(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}
