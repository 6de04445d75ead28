//! Power cuts, replayed. The library under the service (disk.c) has recorded every write, cut and sync of the database
//! and its logs, in order. At a sync a power cut may leave: what was synced before and nothing else; that and any of
//! the writes since; or the same with one of them torn. Each is made here as files, for SQLite to open.
//!
//! What a disk promises is taken for granted and no more: a synced write stays, a sector of 512 bytes is written whole
//! or not at all.

use std::path::Path;
use std::process::Command;

use rand::Rng;
use rand::seq::SliceRandom;

use crate::machine::{repository, run, words};

/// The files, by their number in the record.
const FILES: [&str; 3] = ["tips.db", "tips.db-wal", "tips.db-journal"];
const HEAD: usize = 16;
const SECTOR: usize = 512;

/// What a disk may have kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// What was synced, nothing else.
    Synced,
    /// And some of the rest.
    Some,
    /// And some of the rest, one write of it torn.
    Torn,
}

impl Kept {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Synced, Self::Some, Self::Torn];
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Cut,
    Sync,
}

struct Step {
    kind: Kind,
    file: usize,
    offset: usize,
    /// Where its bytes lie in the record.
    bytes: std::ops::Range<usize>,
}

/// A record read in.
pub struct Recording {
    bytes: Vec<u8>,
    steps: Vec<Step>,
}

/// The disk at one moment.
#[derive(Clone, Default)]
pub struct Moment {
    /// What is safe, of each file.
    files: [Vec<u8>; FILES.len()],
    /// Steps since, not safe yet.
    pending: Vec<usize>,
    /// How much of the record lies before it, in bytes.
    pub position: u64,
}

impl Recording {
    /// Reads a record.
    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).expect("a record");
        let number = |at: usize, count: usize| -> usize {
            let little = bytes[at..at + count].iter().rev();
            little.fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        };
        let (mut steps, mut at) = (Vec::new(), 0);
        while at + HEAD <= bytes.len() {
            let kind = match bytes[at] {
                b'w' => Kind::Write,
                b't' => Kind::Cut,
                b's' => Kind::Sync,
                other => panic!("a step {other}"),
            };
            let start = at + HEAD;
            let end = start + number(at + 4, 4);
            steps.push(Step {
                kind,
                file: usize::from(bytes[at + 1]),
                offset: number(at + 8, 8),
                bytes: start..end,
            });
            at = end;
        }
        assert_eq!(at, bytes.len(), "the record ends with a whole step");
        Self { bytes, steps }
    }

    /// How many syncs there are.
    pub fn syncs(&self) -> usize {
        let syncs = self.steps.iter().filter(|step| step.kind == Kind::Sync);
        syncs.count()
    }

    /// Calls `look` with the disk as it is just before each of these syncs, counted from 0, in order.
    pub fn at_syncs(&self, mut chosen: Vec<usize>, mut look: impl FnMut(&Moment)) {
        chosen.sort_unstable();
        let mut chosen = chosen.into_iter().peekable();
        let (mut moment, mut number) = (Moment::default(), 0);
        for (index, step) in self.steps.iter().enumerate() {
            if step.kind == Kind::Sync {
                while chosen.next_if_eq(&number).is_some() {
                    look(&moment);
                }
                self.sync(&mut moment, step.file);
                number += 1;
            } else {
                moment.pending.push(index);
            }
            moment.position = step.bytes.end as u64;
        }
    }

    fn sync(&self, moment: &mut Moment, file: usize) {
        for index in std::mem::take(&mut moment.pending) {
            let step = &self.steps[index];
            if step.file == file {
                let whole = step.bytes.clone();
                self.apply(step, whole, 0, &mut moment.files[file]);
            } else {
                moment.pending.push(index);
            }
        }
    }

    /// Writes part of a step's bytes, `skipped` bytes behind its beginning; or cuts.
    fn apply(&self, step: &Step, part: std::ops::Range<usize>, skipped: usize, to: &mut Vec<u8>) {
        if step.kind == Kind::Cut {
            to.resize(step.offset, 0);
            return;
        }
        let start = step.offset + skipped;
        let end = start + part.len();
        if to.len() < end {
            to.resize(end, 0);
        }
        to[start..end].copy_from_slice(&self.bytes[part]);
    }

    /// What the disk may have kept at this moment, as files in `folder`, which holds nothing else.
    pub fn leave(&self, moment: &Moment, kept: Kept, chance: &mut impl Rng, folder: &Path) {
        let mut files = moment.files.clone();
        if kept != Kept::Synced {
            let pending = moment.pending.iter().copied();
            let some: Vec<usize> = pending.filter(|_| chance.gen_bool(0.5)).collect();
            let torn = (kept == Kept::Torn).then(|| some.choose(chance)).flatten();
            for index in &some {
                let step = &self.steps[*index];
                let whole = step.bytes.clone();
                let (part, skipped) = if torn == Some(index) {
                    torn_part(step, chance)
                } else {
                    (whole, 0)
                };
                self.apply(step, part, skipped, &mut files[step.file]);
            }
        }
        // What an earlier look left goes. The index is made anew from the log, as after any crash.
        for old in std::fs::read_dir(folder).expect("a folder").flatten() {
            std::fs::remove_file(old.path()).expect("a file");
        }
        for (name, bytes) in FILES
            .iter()
            .zip(&files)
            .filter(|(_, bytes)| !bytes.is_empty())
        {
            std::fs::write(folder.join(name), bytes).expect("a file");
        }
    }
}

/// The beginning or the end of a write, broken at a sector's border on the disk; a write within one sector is whole.
fn torn_part(step: &Step, chance: &mut impl Rng) -> (std::ops::Range<usize>, usize) {
    let whole = step.bytes.clone();
    let first = step.offset / SECTOR + 1;
    let borders: Vec<usize> = (first..)
        .map(|sector| sector * SECTOR - step.offset)
        .take_while(|border| *border < whole.len())
        .collect();
    match borders.choose(chance) {
        Some(border) if chance.gen_bool(0.5) => (whole.start..whole.start + border, 0),
        Some(border) => (whole.start + border..whole.end, *border),
        None => (whole, 0),
    }
}

/// Opens the database in each folder, has it checked, and says which look-up hashes (in hex) have a letter with its
/// ciphertext, a line each: `hash letters`.
const OPEN: &str = "\
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0])
if db.execute(\"SELECT count(*) FROM sqlite_master WHERE name IN ('mailbox', 'outbox')\").fetchone()[0] == 2:
    for row in db.execute('SELECT hex(m.lookup_hash), count(*) FROM mailbox m JOIN outbox o ON o.mailbox_id = m.id'
                          ' WHERE length(o.sealed) > 0 GROUP BY m.id'):
        print(*row)
";

/// What SQLite makes of the files in this folder: its verdict, then a line for each mailbox with letters.
pub fn opened(folder: &Path) -> Vec<String> {
    let python = repository().join("var/tools/venv/bin/python");
    let output = run(Command::new(python)
        .args(["-c", OPEN])
        .arg(folder.join(FILES[0])));
    assert!(output.status.success(), "{}", words(&output));
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().map(str::to_string).collect()
}
