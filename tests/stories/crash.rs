//! Promise 1 under fire: the service is killed at random moments under load, a hundred times, and
//! every receipt that anybody saw must have its letter afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e2e::form::{Form, shown_receipt};
use e2e::gpg::Keyring;
use e2e::http::Client;
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::machine::whole_machine;
use rand::Rng;
use sealed_tip::SecretCert;

const KILLS: u32 = 100;
const CLIENTS: u32 = 16;

/// What the visitors saw.
#[derive(Default)]
struct Seen {
    /// Tips that the service said it had.
    receipts: Mutex<BTreeSet<String>>,
    /// Tips that were sent and never answered.
    unanswered: AtomicU32,
    over: AtomicBool,
}

/// Ends the visitors' round even when the story fails.
struct EndsTheRound<'a>(&'a AtomicBool);

impl Drop for EndsTheRound<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn every_receipt_shown_under_a_hundred_kills_has_its_letter_after_restart() {
    let _alone = whole_machine();
    let install = Install::new()
        .with("store.max_waiting", 10_000_000)
        .with("delivery.connections", 4);
    let mut service = install.start();
    let port = service.port;
    let seen = Seen::default();
    let begun = Instant::now();
    thread::scope(|scope| {
        let _end = EndsTheRound(&seen.over);
        for visitor in 0..CLIENTS {
            let seen = &seen;
            scope.spawn(move || send_tips(visitor, port, seen));
        }
        for _ in 0..KILLS {
            // The one wait here that asks nothing: the moment of the kill must be nobody's choice.
            thread::sleep(Duration::from_millis(rand::thread_rng().gen_range(5..150)));
            service.kill9();
            service.start_again();
        }
    });
    let receipts = seen.receipts.into_inner().expect("nobody panicked");
    let letters = letters_with_all(&install, &receipts, Duration::from_secs(60));
    let twice = letters.values().filter(|count| **count > 1).count();
    println!(
        "{KILLS} kills in {:.0?}: {} receipts shown, {} letters, {} tips unanswered, 0 lost, {twice} twice",
        begun.elapsed(),
        receipts.len(),
        letters.len(),
        seen.unanswered.load(Ordering::Relaxed),
    );
    assert!(
        receipts.len() > KILLS as usize,
        "hardly any load: {} receipts",
        receipts.len()
    );
    assert_eq!(twice, 0, "a tip became two letters");
    gnupg_agrees(&install);
}

#[test]
#[should_panic(expected = "1 of 2 receipts have no letter")]
fn a_receipt_without_its_letter_is_noticed() {
    let install = Install::new();
    let service = install.start();
    e2e::form::file_tip(&mut service.visitor(), "有信");
    let receipts = BTreeSet::from(["有信".to_string(), "没有信".to_string()]);
    letters_with_all(&install, &receipts, Duration::from_secs(3));
}

fn send_tips(visitor: u32, port: u16, seen: &Seen) {
    let mut client = Client::new(port);
    for number in 0_u32.. {
        if seen.over.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("第{visitor}人第{number}条");
        let Ok(form) = Form::try_fetch(&mut client) else {
            thread::sleep(Duration::from_millis(2));
            continue;
        };
        match form.poppies(&name).try_send(&mut client) {
            // "Received before, the receipt cannot be shown again" promises as much as a receipt: the
            // same form sent once more on a new connection, because the first answer never came.
            Ok(answer)
                if shown_receipt(&answer).is_some()
                    || (answer.status == 200 && answer.page().has_text("h1", "已收到")) =>
            {
                seen.receipts.lock().expect("nobody panicked").insert(name);
            }
            // A form from before the kill: the visitor is asked to press once more, and does.
            Ok(answer) if answer.status == 400 => {}
            Ok(answer) => panic!("{}: {}", answer.status, answer.page().body()),
            Err(_) => {
                seen.unanswered.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Waits until every tip of `receipts` has a letter, as long as letters keep coming and `patience`
/// beyond; returns how many letters each tip has.
fn letters_with_all(
    install: &Install,
    receipts: &BTreeSet<String>,
    patience: Duration,
) -> BTreeMap<String, u32> {
    let secret = std::fs::read_to_string(install.secret_key("dongfeng")).expect("the key");
    let key = SecretCert::parse(&secret).expect("the key is a key");
    let (mut read, mut found) = (BTreeSet::<PathBuf>::new(), BTreeMap::new());
    let mut names = BTreeSet::new();
    let mut progress = Instant::now();
    loop {
        for path in install.letters("dongfeng") {
            if !read.insert(path.clone()) {
                continue;
            }
            progress = Instant::now();
            // After a kill the same letter may come again in other company: its own name tells.
            for letter in Letter::read(&path).apart() {
                if !names.insert(letter.header("Message-ID").expect("a name")) {
                    continue;
                }
                let inside = sealed_tip::open(&letter.payload(), &[&key]);
                let opened = Opened::of(inside.expect("the unit's key opens it").to_vec());
                let name = opened.facts["what"].as_str().expect("text").to_string();
                *found.entry(name).or_default() += 1;
            }
        }
        let missing: Vec<&String> = receipts
            .iter()
            .filter(|name| !found.contains_key(*name))
            .collect();
        if missing.is_empty() {
            return found;
        }
        assert!(
            progress.elapsed() < patience,
            "{} of {} receipts have no letter: {:?}",
            missing.len(),
            receipts.len(),
            missing.iter().take(5).collect::<Vec<_>>()
        );
        thread::sleep(Duration::from_millis(100));
    }
}

/// The quick reading above is the project's own code; a sample goes through GnuPG itself.
fn gnupg_agrees(install: &Install) {
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let mails = install.letters("dongfeng");
    let letters = mails.iter().flat_map(|path| Letter::read(path).apart());
    for letter in letters.step_by(mails.len() / 20 + 1) {
        let opened = letter.open(&ring).expect("GnuPG opens it");
        assert!(
            opened.facts["what"]
                .as_str()
                .is_some_and(|what| what.starts_with('第'))
        );
    }
}
