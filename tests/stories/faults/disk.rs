//! The disk under the store: full, read-only, broken, slow, or the database held by somebody else.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e2e::disk::{Disk, SmallDisk};
use e2e::form::{FORM, look_up, shown_receipt};
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::machine::{missing, repository};
use e2e::smtp::{MailServer, Mode};

use super::{
    PATIENCE, assert_check_says, assert_given_back, health, refused_start, wait_for_health,
    wait_for_log,
};

#[test]
fn when_the_disk_is_nearly_full_the_form_comes_back_and_room_is_enough_to_open_it_again() {
    let install = Install::new().with("store.min_free_mib", 16);
    let Some(_disk) = SmallDisk::over(&install.path("store"), 40) else {
        println!("not root: no small disk can be mounted; the story with the library has run");
        return;
    };
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    ledger.send(&mut visitor, "还有地方的时候");
    let ballast = install.path("store/ballast");
    std::fs::write(&ballast, vec![0; 30 << 20]).expect("it fits");
    let text = "没有地方的时候";
    let answer = ledger.send(&mut visitor, text);
    assert_given_back("no space", &answer, text);
    assert_eq!(health(&service), (503, "the store is full".into()));
    wait_for_log(&service, &["ALARM", "the store is full"]);
    assert_check_says(&install, &["store.path", "the store is full", "make room"]);
    std::fs::remove_file(ballast).expect("room");
    wait_for_health(&service);
    assert!(shown_receipt(&ledger.send(&mut visitor, text)).is_some());
    assert_eq!(ledger.settle().len(), 2);
}

#[test]
fn when_the_disk_is_full_to_the_last_byte_no_receipt_is_shown_and_letters_wait() {
    cannot_be_written("full", "the store is full");
}

#[test]
fn when_the_disk_turns_read_only_the_service_stays_and_gives_every_word_back() {
    cannot_be_written("readonly", "the store cannot be written");
}

#[test]
fn when_the_disk_fails_to_sync_no_receipt_is_shown() {
    cannot_be_written("broken", "the store cannot be written");
}

/// One letter waits, then the disk refuses to be written, then it is well again.
fn cannot_be_written(how: &str, words: &str) {
    let mut server = MailServer::down();
    let install = server.configure(Install::new());
    let disk = Disk::under(&install);
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    let waits = ledger.send(&mut visitor, "先前的一条");
    let receipt = shown_receipt(&waits).expect("a receipt");
    disk.is(how);
    server.up(Mode::Normal);
    let text = format!("磁盘{how}的时候");
    let answer = ledger.send(&mut visitor, &text);
    assert_given_back(how, &answer, &text);
    assert_eq!(look_up(&mut visitor, &receipt).status, 200, "a look-up");
    assert_eq!(health(&service), (503, words.into()));
    wait_for_log(&service, &["ALARM", "a write failed", words]);
    wait_for_log(&service, &["ALARM", "letters wait", words]);
    assert_check_says(&install, &["store.path", words, "hint:"]);
    disk.is("well");
    wait_for_health(&service);
    wait_for_log(&service, &["the store can be written again"]);
    let answer = ledger.send(&mut visitor, &text);
    assert!(shown_receipt(&answer).is_some(), "sent again");
    let arrived = ledger.settle_with(PATIENCE, || server.letters());
    assert_eq!(arrived.len(), 2);
}

#[test]
fn on_a_disk_mounted_read_only_it_does_not_start_and_says_why() {
    let install = Install::new().with("store.min_free_mib", 16);
    let Some(disk) = SmallDisk::over(&install.path("store"), 40) else {
        println!("not root: no small disk can be mounted; the story with the library has run");
        return;
    };
    let ledger = Ledger::of(&install);
    let mut service = install.start();
    ledger.send(&mut service.visitor(), "重新挂载之前");
    service.kill9();
    disk.read_only();
    let said = refused_start(&install);
    for part in ["store.path", "the store cannot be written", "hint:"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    disk.writable();
    service.start_again();
    assert_eq!(ledger.settle().len(), 1);
}

#[test]
fn on_a_slow_disk_receipts_come_late_together_and_pages_at_once() {
    let install = Install::new();
    let disk = Disk::under(&install);
    let service = install.start();
    let ledger = Ledger::of(&install);
    let first = ledger.send(&mut service.visitor(), "快的时候");
    let receipt = shown_receipt(&first).expect("a receipt");
    disk.is("delay 2500");
    let begun = Instant::now();
    thread::scope(|scope| {
        for number in 0..12 {
            let (ledger, mut visitor) = (&ledger, service.visitor());
            scope.spawn(move || {
                let answer = ledger.send(&mut visitor, &format!("慢的时候第{number}条"));
                assert!(shown_receipt(&answer).is_some(), "{number}");
            });
        }
        let mut visitor = service.visitor();
        for _ in 0..5 {
            let asked = Instant::now();
            assert_eq!(visitor.get(FORM).status, 200);
            assert_eq!(look_up(&mut visitor, &receipt).status, 200);
            let took = asked.elapsed();
            assert!(took < Duration::from_secs(1), "a page took {took:?}");
        }
    });
    // Twelve tips, each for itself, would wait half a minute.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(20), "twelve receipts: {took:?}");
    wait_for_log(&service, &["ALARM", "the disk is slow"]);
    disk.is("well");
    assert_eq!(ledger.settle().len(), 13);
}

/// Another program that holds the database until it is dropped.
struct Holder(Child);

const HOLD: &str = "\
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
db.execute('BEGIN EXCLUSIVE')
print('held', flush=True)
sys.stdin.read()
";

impl Holder {
    fn of(install: &Install) -> Self {
        let python = repository().join("var/tools/venv/bin/python");
        let mut child = Command::new(&python)
            .args(["-c", HOLD])
            .arg(install.path("store/tips.db"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(&python, &error));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        assert_eq!(line.trim(), "held");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn while_another_program_holds_the_database_everybody_gets_his_words_back_in_seconds() {
    let install = Install::new();
    let service = install.start();
    let ledger = Ledger::of(&install);
    let first = ledger.send(&mut service.visitor(), "没锁的时候");
    let receipt = shown_receipt(&first).expect("a receipt");
    let holder = Holder::of(&install);
    let begun = Instant::now();
    let text = |number: usize| format!("锁住的时候第{number}条");
    thread::scope(|scope| {
        for number in 0..10 {
            let (ledger, mut visitor) = (&ledger, service.visitor());
            scope.spawn(move || {
                let answer = ledger.send(&mut visitor, &text(number));
                assert_given_back("locked", &answer, &text(number));
            });
        }
        let mut visitor = service.visitor();
        assert_eq!(visitor.get(FORM).status, 200);
        assert_eq!(look_up(&mut visitor, &receipt).status, 200);
    });
    // SQLite waits five seconds for a lock: once for whoever came first, once for all the others.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(20), "ten answers: {took:?}");
    assert_eq!(health(&service), (503, "the store is busy".into()));
    wait_for_log(&service, &["ALARM", "the store is busy", "another program"]);
    assert_check_says(&install, &["the store is busy", "another program"]);
    drop(holder);
    wait_for_health(&service);
    for number in 0..10 {
        let answer = ledger.send(&mut service.visitor(), &text(number));
        assert!(shown_receipt(&answer).is_some(), "{number}");
    }
    assert_eq!(ledger.settle().len(), 11);
}
