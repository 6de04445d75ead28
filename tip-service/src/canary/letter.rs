//! The robot's mailbox: finds the letter of this run among what lies there, and takes away what the canary itself brought.
//! Must never touch a mail that it cannot open or that is no letter of a canary's: somebody may look for it.

use std::fs;
use std::path::{Path, PathBuf};

use sealed_tip::SecretCert;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::mail::messages_in;

/// How every tip of a canary's begins.
pub(super) const OPENING: &str =
    "这不是举报，是自动检查。No tip: the service's own canary filed it.";

/// A letter as the robot reads it.
pub(super) struct Letter {
    /// Where answers go.
    pub(super) reply_to: String,
    /// What they are encrypted to, ASCII-armoured.
    pub(super) service_cert: String,
}

/// Of `tip.json`.
#[derive(Deserialize)]
struct Facts {
    what: String,
    reply_to: Option<String>,
}

/// Looks for the letter with these words. Letters of canaries are deleted, whichever run they are of: late ones too.
pub(super) fn find(maildir: &Path, key: &SecretCert, what: &str) -> Option<Letter> {
    let mut found = None;
    for file in ["new", "cur"]
        .into_iter()
        .flat_map(|sub| files(&maildir.join(sub)))
    {
        let Ok(mail) = fs::read(&file) else { continue };
        let blocks = messages_in(&mail);
        let letters: Vec<_> = blocks.iter().filter_map(|block| open(block, key)).collect();
        let all_ours = letters.len() == blocks.len();
        for (facts, entity) in letters {
            if facts.what == what {
                found = letter(facts, &entity).or(found);
            }
        }
        if all_ours {
            // One that cannot be deleted now is passed over by the next run.
            let _ = fs::remove_file(&file);
        }
    }
    found
}

/// A letter of a canary's, opened.
fn open(block: &[u8], key: &SecretCert) -> Option<(Facts, Zeroizing<Vec<u8>>)> {
    let entity = sealed_tip::open(block, &[key]).ok()?;
    let json = sealed_tip::letter_json(&entity)?;
    let facts: Facts = serde_json::from_str(&json).ok()?;
    facts.what.starts_with(OPENING).then_some((facts, entity))
}

fn letter(facts: Facts, entity: &[u8]) -> Option<Letter> {
    Some(Letter {
        reply_to: facts.reply_to?,
        service_cert: sealed_tip::letter_service_cert(entity)?,
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
