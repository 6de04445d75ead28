//! The store's tables as an operator with the file in hand sees them, through Python's own SQLite:
//! other code than wrote them. The service may be running.

use std::process::Command;

use crate::install::Install;
use crate::machine::{repository, run, words};

/// Runs a statement and writes its rows, a line each; binary values as hex, columns parted by `|`.
const RUN: &str = "\
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
for sql in sys.argv[2:]:
    for row in db.execute(sql):
        print('|'.join(v.hex() if isinstance(v, bytes) else str(v) for v in row))
db.commit()
";

/// What a reply may change.
const DIALOGUE: [&str; 6] = ["thread", "entry", "seen", "outbox", "mailbox", "form"];

/// The store of an installation.
pub struct Database<'a>(&'a Install);

impl<'a> Database<'a> {
    /// The store of this installation.
    pub fn of(install: &'a Install) -> Self {
        Self(install)
    }

    /// Runs one statement and returns its rows as text.
    pub fn run(&self, sql: &str) -> String {
        self.run_all(&[sql])
    }

    /// Every row of every table that a reply could change, ignoring nothing.
    pub fn dump(&self) -> String {
        let queries = DIALOGUE.map(|table| format!("SELECT '{table}', * FROM {table}"));
        self.run_all(&queries.each_ref().map(String::as_str))
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> usize {
        let said = self.run(&format!("SELECT count(*) FROM {table}"));
        said.trim().parse().expect("a number")
    }

    fn run_all(&self, statements: &[&str]) -> String {
        let output = run(Command::new(repository().join("var/tools/venv/bin/python"))
            .args(["-c", RUN])
            .arg(self.0.path("store/tips.db"))
            .args(statements));
        assert!(
            output.status.success(),
            "{statements:?}: {}",
            words(&output)
        );
        String::from_utf8(output.stdout).expect("text")
    }
}
