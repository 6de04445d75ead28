//! The power fails. Every sync of a service under load is a moment at which it may; what the disk may have kept then is
//! opened again, by SQLite and by a fresh service. Whoever was shown a receipt before has his letter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use e2e::disk::Disk;
use e2e::form::{Form, file_tip, shown_receipt};
use e2e::http::Client;
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::machine::{wait_for, whole_machine};
use e2e::power::{Kept, Recording, opened};
use rand::seq::index::sample;
use sealed_tip::Receipt;

use super::PATIENCE;
use crate::crash::{amount, filled};

/// Moments at which the power fails, each with three disks. `CUTS=200` by hand for more.
const CUTS: u32 = 30;
/// The first syncs make the database: each of them is a moment, too.
const FIRST: usize = 8;
/// Of each ten cuts one is also given to a fresh service.
const FRESH: usize = 10;
const CLIENTS: u32 = 8;

/// Receipts with the length of the record when they had been read: no later than that it was promised.
type Acknowledged = Vec<(u64, String, String)>;

/// Lets visitors send until there are so many syncs; returns what they were shown.
fn load(install: &Install, disk: &Disk, ledger: &Ledger<'_>, syncs: usize) -> Acknowledged {
    let service = install.start();
    let (port, over) = (service.port, AtomicBool::new(false));
    let seen = Mutex::new(Acknowledged::new());
    thread::scope(|scope| {
        for visitor in 0..CLIENTS {
            let (ledger, over, seen) = (ledger, &over, &seen);
            scope.spawn(move || {
                let mut client = Client::new(port);
                for number in 0_u32.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let what = format!("第{visitor}人第{number}条");
                    let form = filled(Form::fetch(&mut client), &what);
                    let answer = form.send(&mut client);
                    ledger.note(&what, &answer);
                    let receipt = shown_receipt(&answer).expect("a receipt");
                    let length = fs::metadata(disk.record()).expect("a record").len();
                    let mut seen = seen.lock().expect("nobody panicked");
                    seen.push((length, what, receipt));
                }
            });
        }
        wait_for("syncs", PATIENCE * 5, || {
            // Reading the record takes a while; the visitors have the machine meanwhile.
            thread::sleep(Duration::from_secs(1));
            let enough = Recording::read(disk.record()).syncs() >= syncs;
            enough.then_some(())
        });
        over.store(true, Ordering::Relaxed);
    });
    seen.into_inner().expect("nobody panicked")
}

/// Fails unless what SQLite finds in the folder is whole and holds one letter for each of these receipts.
fn assert_holds(folder: &std::path::Path, due: &BTreeSet<String>, what: &str) {
    let said = opened(folder);
    assert_eq!(said.first().map(String::as_str), Some("ok"), "{what}");
    let letters: BTreeMap<&str, &str> = said
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(' '))
        .collect();
    for hash in due {
        let found = letters.get(hash.as_str());
        assert_eq!(found, Some(&"1"), "{what}: letters of {hash}");
    }
}

/// The look-up hash of a receipt as SQLite prints it.
fn hash_of(receipt: &str) -> String {
    let receipt = Receipt::parse(receipt).expect("a receipt");
    let hash = receipt.lookup_hash();
    hash.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn whatever_a_power_cut_leaves_on_the_disk_every_receipt_shown_before_has_its_letter() {
    let _alone = whole_machine();
    let install = Install::new();
    let disk = Disk::recording(&install);
    let ledger = Ledger::of(&install);
    let cuts = usize::try_from(amount("CUTS", CUTS)).expect("small");
    let seen = load(&install, &disk, &ledger, cuts.max(100) * 2);
    let recording = Recording::read(disk.record());
    let mut chance = rand::thread_rng();
    let mut chosen = sample(&mut chance, recording.syncs(), cuts).into_vec();
    // While the database is made there is another journal.
    chosen.extend(0..FIRST);
    let cuts = chosen.len();
    let folder = tempfile::tempdir().expect("a folder");
    let (mut number, mut promised, mut fresh) = (0, 0, 0);
    recording.at_syncs(chosen, |moment| {
        let before = seen
            .iter()
            .filter(|(length, ..)| *length <= moment.position);
        let due: BTreeSet<String> = before.map(|(.., receipt)| hash_of(receipt)).collect();
        for kept in Kept::ALL {
            recording.leave(moment, kept, &mut chance, folder.path());
            if number % FRESH == 0 && kept == Kept::Torn {
                start_on(&install, folder.path(), moment.position, &seen);
                fresh += 1;
            }
            let what = format!("cut {number} at {}, {kept:?}", moment.position);
            assert_holds(folder.path(), &due, &what);
        }
        promised += due.len();
        number += 1;
    });
    println!(
        "{cuts} power cuts of {} syncs, three disks each: {promised} receipts looked for on each, 0 lost; {fresh} given to a fresh service",
        recording.syncs()
    );
    assert!(promised > cuts * 10, "hardly any load: {promised}");
    let _service = install.start();
    ledger.settle();
}

/// A fresh service on the files in this folder: what it sends and what was sent before together are one letter for
/// every receipt, each with one name.
fn start_on(install: &Install, files: &std::path::Path, position: u64, seen: &Acknowledged) {
    let other = Install::new();
    let copy = |from: std::path::PathBuf, to: std::path::PathBuf| {
        fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    };
    for entry in fs::read_dir(install.path("keys")).expect("keys").flatten() {
        copy(entry.path(), other.path("keys").join(entry.file_name()));
    }
    for entry in fs::read_dir(files).expect("a disk").flatten() {
        copy(entry.path(), other.path("store").join(entry.file_name()));
    }
    let service = other.start();
    let ledger = Ledger::of(&other);
    for (length, what, receipt) in seen {
        if *length <= position {
            ledger.promise(what, receipt);
        }
    }
    file_tip(&mut service.visitor(), "停电以后的一条");
    ledger.settle_with(PATIENCE, || {
        let mut both = install.letters("dongfeng");
        both.extend(other.letters("dongfeng"));
        both
    });
}
