//! Finds honest letters again among all that came to the mail server, alone or in batches. A letter has come when the
//! mail it is in was written down there.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use sealed_tip::SecretCert;

use crate::install::Install;
use crate::letter::Letter;
use crate::smtp::MailServer;

const MARK: &str = "看见的人第";

/// What an honest visitor writes.
pub(super) fn words_of(n: usize) -> String {
    format!("{MARK}{n}号：大棚里有罂粟。")
}

/// What has come.
#[derive(Default)]
pub(super) struct Arrived {
    /// By the visitor's number.
    pub(super) honest: HashMap<usize, SystemTime>,
    pub(super) mails: usize,
    pub(super) letters: usize,
}

/// Looks until every honest letter is there, or patience is over.
pub(super) fn find(
    install: &Install,
    server: &MailServer,
    honest: usize,
    patience: Duration,
) -> Arrived {
    let secret = std::fs::read_to_string(install.secret_key("dongfeng")).expect("the key");
    let key = SecretCert::parse(&secret).expect("the key is a key");
    let (mut read, mut arrived) = (HashSet::<PathBuf>::new(), Arrived::default());
    let deadline = Instant::now() + patience;
    loop {
        for path in server.letters() {
            if read.insert(path.clone()) {
                arrived.take(&path, &key);
            }
        }
        if arrived.honest.len() >= honest || Instant::now() > deadline {
            return arrived;
        }
        thread::sleep(Duration::from_millis(500));
    }
}

impl Arrived {
    fn take(&mut self, path: &Path, key: &SecretCert) {
        let at = std::fs::metadata(path).and_then(|about| about.modified());
        let at = at.expect("a file has a date");
        self.mails += 1;
        for letter in Letter::read(path).apart() {
            let inside =
                sealed_tip::open(&letter.payload(), &[key]).expect("the unit's key opens it");
            self.letters += 1;
            let text = sealed_tip::letter_text(&inside).unwrap_or_default();
            if let Some(n) = number_in(&text) {
                self.honest.entry(n).or_insert(at);
            }
        }
    }
}

fn number_in(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once(MARK)?;
    rest.split('号').next()?.parse().ok()
}
