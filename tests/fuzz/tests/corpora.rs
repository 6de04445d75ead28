//! Every input that is kept goes through its parser again: those that reach far, and those that once found something.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fuzz::{TARGETS, Target};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

fn folder(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(inside)
}

fn names() -> BTreeSet<String> {
    let names = TARGETS.iter().map(|target| target.name.to_owned());
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

/// The ending of those replies of `tip-service/tests/replies` that a target reads too (`tools/fuzz` names the same targets).
fn replies_read_by(target: &Target) -> Option<&'static str> {
    match target.name {
        "command" => Some("txt"),
        "html" => Some("html"),
        _ => None,
    }
}

/// The inputs that are kept for a target, by their paths.
fn kept(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let files = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder of inputs");
        entries.map(|entry| entry.expect("an entry").path())
    };
    let corpus = folder("corpus").join(target.name);
    let replies = replies_read_by(target).into_iter().flat_map(|ending| {
        let replies = folder("../../tip-service/tests/replies");
        files(&replies).filter(move |path| path.extension().is_some_and(|e| e == ending))
    });
    let mut kept: Vec<_> = files(&corpus)
        .chain(replies)
        .map(|path| (path.clone(), fs::read(path).expect("an input")))
        .collect();
    kept.sort();
    assert!(!kept.is_empty(), "{} is empty", corpus.display());
    kept
}

#[test]
fn every_kept_input_goes_through_its_parser() {
    for target in TARGETS {
        for (path, input) in kept(target) {
            println!("{}", path.display());
            fuzz::run(target.name, &input);
        }
    }
}

/// One thing that happens to bytes on their way.
#[derive(Clone, Debug)]
enum Damage {
    Change(Index, u8),
    Insert(Index, Vec<u8>),
    Cut(Index, Index),
    Double(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let any_index = any::<Index>;
    prop_oneof![
        (any_index(), any::<u8>()).prop_map(|(at, byte)| Damage::Change(at, byte)),
        (any_index(), prop::collection::vec(any::<u8>(), 1..5))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any_index(), any_index()).prop_map(|(from, to)| Damage::Cut(from, to)),
        (any_index(), any_index()).prop_map(|(from, to)| Damage::Double(from, to)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: Vec<Damage>) -> Vec<u8> {
    for damage in damages {
        let place = |at: &Index| at.index(bytes.len() + 1);
        let range = |from: &Index, to: &Index| {
            let (from, to) = (place(from), place(to));
            from.min(to)..from.max(to)
        };
        match damage {
            Damage::Change(at, byte) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            Damage::Change(..) => (),
            Damage::Insert(at, more) => {
                let at = place(&at);
                bytes.splice(at..at, more);
            }
            Damage::Cut(from, to) => drop(bytes.drain(range(&from, &to))),
            Damage::Double(from, to) => bytes.extend_from_within(range(&from, &to)),
        }
    }
    bytes
}

#[test]
fn what_holds_for_the_kept_inputs_holds_for_damaged_ones_and_for_any_bytes() {
    for target in TARGETS {
        let inputs: Vec<Vec<u8>> = kept(target).into_iter().map(|(_, input)| input).collect();
        let damaged = (select(inputs), prop::collection::vec(damage(), 1..6))
            .prop_map(|(input, damages)| damaged(input, damages));
        let any_bytes = prop::collection::vec(any::<u8>(), 0..300);
        let mut runner = TestRunner::new(Config {
            cases: 400,
            failure_persistence: None,
            ..Config::default()
        });
        let done = runner.run(&prop_oneof![4 => damaged, 1 => any_bytes], |bytes| {
            fuzz::run(target.name, &bytes);
            Ok(())
        });
        done.unwrap_or_else(|error| panic!("{}: {error}", target.name));
    }
}

#[test]
fn every_target_has_a_corpus_a_program_and_a_length() {
    let lengths: BTreeSet<String> = fs::read_to_string(folder("targets.txt"))
        .expect("targets.txt")
        .lines()
        .map(|line| line.split_once(' ').expect("name and length"))
        .map(|(name, length)| {
            assert!(
                length.parse::<u32>().is_ok_and(|length| length > 0),
                "{name}"
            );
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
