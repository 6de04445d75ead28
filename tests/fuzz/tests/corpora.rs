//! Every input that is kept goes through its parser again: those that reach far, and those that once found something.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(inside)
}

fn names() -> BTreeSet<String> {
    let names = fuzz::TARGETS.iter().map(|target| target.name.to_owned());
    names.collect()
}

/// The names of the files in a folder, without an ending.
fn stems(inside: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(inside)).expect("a folder of the repository");
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| path.file_stem().expect("a name").display().to_string())
        .collect()
}

#[test]
fn every_kept_input_goes_through_its_parser() {
    for target in fuzz::TARGETS {
        let corpus = folder("corpus").join(target.name);
        let mut inputs = 0;
        for entry in fs::read_dir(&corpus).expect("a corpus") {
            let path = entry.expect("an entry").path();
            println!("{}", path.display());
            (target.run)(&fs::read(&path).expect("an input"));
            inputs += 1;
        }
        assert!(inputs > 0, "{} is empty", corpus.display());
    }
}

#[test]
fn every_target_has_a_corpus_a_program_and_a_length() {
    let lengths: BTreeSet<String> = fs::read_to_string(folder("targets.txt"))
        .expect("targets.txt")
        .lines()
        .map(|line| line.split_once(' ').expect("name and length"))
        .map(|(name, length)| {
            assert!(length.parse::<u32>().is_ok_and(|length| length > 0), "{name}");
            name.to_owned()
        })
        .collect();
    assert_eq!(lengths, names(), "targets.txt");
    assert_eq!(stems("corpus"), names(), "corpus/");
    assert_eq!(stems("libfuzzer/targets"), names(), "libfuzzer/targets/");
    let manifest = fs::read_to_string(folder("libfuzzer/Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let programs: BTreeSet<String> = manifest["bin"]
        .as_array()
        .expect("programs")
        .iter()
        .map(|program| program["name"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(programs, names(), "libfuzzer/Cargo.toml");
}
