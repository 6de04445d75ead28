//! The promise in numbers: every tip whose receipt was shown has its letter, and each letter one name however often it
//! came. Kept by the visitors while something breaks, settled when it is mended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sealed_tip::SecretCert;

use crate::database::Database;
use crate::form::{Form, shown_receipt};
use crate::http::{Answer, Client};
use crate::install::Install;
use crate::letter::{Letter, Opened};

/// What visitors of one installation were shown.
pub struct Ledger<'a> {
    install: &'a Install,
    /// The text of each tip, with its receipt.
    shown: Mutex<BTreeMap<String, String>>,
}

/// What arrived: for each tip the Message-IDs of its letters.
pub type Arrived = BTreeMap<String, BTreeSet<String>>;

impl<'a> Ledger<'a> {
    /// An empty one.
    pub fn of(install: &'a Install) -> Self {
        let shown = Mutex::default();
        Self { install, shown }
    }

    /// Sends a tip on poppies with this text, which must be no other's; notes the receipt if one is shown.
    pub fn send(&self, client: &mut Client, what: &str) -> Answer {
        let answer = Form::fetch(client).poppies(what).send(client);
        self.note(what, &answer);
        answer
    }

    /// Notes what an answer promises for the tip with this text; says whether it promises anything.
    pub fn note(&self, what: &str, answer: &Answer) -> bool {
        let receipt = shown_receipt(answer);
        // "Received before, the receipt cannot be shown again" promises as much as a receipt.
        let again = answer.status == 200 && answer.page().has_text("h1", "已收到");
        if receipt.is_none() && !again {
            return false;
        }
        self.promise(what, &receipt.unwrap_or_default());
        true
    }

    /// Notes a receipt that was shown for the tip with this text, somewhere else.
    pub fn promise(&self, what: &str, receipt: &str) {
        let mut shown = self.shown.lock().expect("nobody panicked");
        shown.insert(what.into(), receipt.into());
    }

    /// How many were promised.
    pub fn len(&self) -> usize {
        self.shown.lock().expect("nobody panicked").len()
    }

    /// Whether nothing was promised yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As [`Ledger::settle_with`], for letters in the unit's Maildir.
    pub fn settle(&self) -> Arrived {
        self.settle_with(Duration::from_secs(60), || self.install.letters("dongfeng"))
    }

    /// Waits until every promised tip has a letter, as long as letters keep coming and `patience` beyond. Fails when
    /// one has none, when a tip became two letters, or when the database is not whole.
    pub fn settle_with(
        &self,
        patience: Duration,
        letters: impl FnMut() -> Vec<PathBuf>,
    ) -> Arrived {
        let arrived = self.arrive_with(patience, letters);
        self.assert_whole();
        arrived
    }

    /// As [`Ledger::settle_with`], whatever the database looks like.
    pub fn arrive_with(
        &self,
        patience: Duration,
        mut letters: impl FnMut() -> Vec<PathBuf>,
    ) -> Arrived {
        let key = std::fs::read_to_string(self.install.secret_key("dongfeng")).expect("the key");
        let key = SecretCert::parse(&key).expect("the key is a key");
        let (mut read, mut arrived) = (BTreeSet::new(), Arrived::new());
        let mut progress = Instant::now();
        loop {
            for path in letters() {
                if read.insert(path.clone()) {
                    progress = Instant::now();
                    for letter in Letter::read(&path).apart() {
                        take(&letter, &key, &mut arrived);
                    }
                }
            }
            let missing = self.missing(&arrived);
            if missing.is_empty() {
                break;
            }
            assert!(
                progress.elapsed() < patience,
                "{} of {} receipts have no letter: {:?}",
                missing.len(),
                self.len(),
                missing.iter().take(5).collect::<Vec<_>>()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        for (what, names) in &arrived {
            assert_eq!(names.len(), 1, "{what} became {} letters", names.len());
        }
        arrived
    }

    /// Fails unless SQLite, in other hands than the service's, finds the database whole.
    pub fn assert_whole(&self) {
        let said = Database::of(self.install).run("PRAGMA integrity_check");
        assert_eq!(said.trim(), "ok", "the database");
    }

    fn missing(&self, arrived: &Arrived) -> Vec<String> {
        let shown = self.shown.lock().expect("nobody panicked");
        let missing = shown.keys().filter(|what| !arrived.contains_key(*what));
        missing.cloned().collect()
    }
}

/// Opens a letter with the project's own code, for speed, and notes whose it is. Letters that are no tips (digests,
/// photographs) count for nobody.
fn take(letter: &Letter, key: &SecretCert, arrived: &mut Arrived) {
    if !letter.is_sealed() {
        return;
    }
    let inside = sealed_tip::open(&letter.payload(), &[key]).expect("the unit's key opens it");
    let opened = Opened::of(inside.to_vec());
    if let Some(what) = opened.facts["what"].as_str() {
        let name = letter.header("Message-ID").expect("a Message-ID");
        arrived.entry(what.into()).or_default().insert(name);
    }
}
