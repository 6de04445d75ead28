//! What can go wrong with the store, in the few kinds that a caller treats differently.

use std::path::{Path, PathBuf};

/// Why the store did not do as it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Disk full, or more letters waiting than `store.max_waiting`.
    #[error("the store is full")]
    Full,
    /// What is beyond a budget has used up its share; what is within one is still taken.
    #[error("the store takes nothing more beyond the budgets")]
    Crowded,
    /// Another process holds the database, or the writer's queue is full.
    #[error("the store is busy")]
    Busy,
    /// The file or its file system cannot be written.
    #[error("the store cannot be written")]
    ReadOnly,
    /// SQLite says the file is damaged: stop and restore a backup.
    #[error("the database is damaged")]
    Corrupt,
    /// A newer program has written the database: this one does not know what is in it.
    #[error(
        "a newer tip-service has written the database: it is at step {found}, this program knows {known}"
    )]
    Newer {
        /// Steps that the database has taken.
        found: i64,
        /// Steps that this program knows.
        known: i64,
    },
    /// The head of the write-ahead log is damaged: starting would write over the letters in it.
    #[error("the write-ahead log is damaged; letters may be in it")]
    Log,
    /// The writer task has ended; the process is about to end too.
    #[error("the store is closed")]
    Closed,
    /// Another instance changed the same at the same time. Only seen outside the store when that does not end.
    #[error("the database could not put what several instances wrote in order: {0}")]
    Conflict(String),
    /// No answer from the database server, or it refuses connections.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The SQLite file did not open in time.
    #[error("{} did not open in time", .0.display())]
    Slow(PathBuf),
    /// The file with the server's address.
    #[error("{0}")]
    Address(&'static str),
    /// The server may forget what it has acknowledged.
    #[error("the database server runs with fsync = off: what it has confirmed can be lost")]
    Unsafe,
    /// The server is older than any this program was tried with.
    #[error("the database server is older than PostgreSQL 15")]
    TooOld,
    /// Anything else the database said.
    #[error("the database said: {0}")]
    Sql(String),
}

impl StoreError {
    /// What the operator can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Full | Self::Crowded => {
                "make room on the disk of store.path, or see why letters do not leave"
            }
            Self::Busy => "another program holds the database: end it, and try again",
            Self::ReadOnly => {
                "the folder of store.path must exist, be writable by this user and have space; see what the system says of the disk"
            }
            Self::Corrupt => {
                "stop the service, copy the database with its -wal away, mend the copy (sqlite3 FILE .recover) or restore a backup"
            }
            Self::Newer { .. } => {
                "start the newer program again, or have it lead the database back: tip-service store downgrade --to STEP (OPERATIONS.md, Back)"
            }
            Self::Log => {
                "copy the database and its -wal away before anything else; restore a backup, or move the -wal away and so give up what is in it"
            }
            Self::Conflict(_) => "try again; if it stays so, see what the database server logs",
            Self::Unreachable(_) => {
                "see whether the database server runs and what it logs, and whether the address in store.url_file is right"
            }
            Self::Slow(_) => {
                "the disk is slow or failing (journalctl -k), or another program holds the file (fuser FILE): mend or end that, and try again"
            }
            Self::Address(_) => {
                "one line: postgres://name:password@host/database?sslmode=verify-full&sslrootcert=FILE; on this machine also postgres:///database?host=/var/run/postgresql&user=name"
            }
            Self::Unsafe => "set fsync = on in postgresql.conf, and start the server again",
            Self::TooOld => "upgrade the server to PostgreSQL 15 or later",
            Self::Closed => "the process ends and must be started again",
            Self::Sql(_) => {
                "the folder of store.path must exist, be writable by this user, and have space; a database server's role must own its database"
            }
        }
    }
}

impl StoreError {
    /// What opening an SQLite file said. Waiting in vain says nothing of a server here.
    pub(super) fn of_opening(path: &Path, error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Slow(path.to_owned()),
            other => other.into(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(said) => {
                let code = said.code().unwrap_or_default();
                // SQLSTATEs have five characters; SQLite's numbers have four digits at most.
                let kind = match code.len() {
                    5 => by_sqlstate(&code, said.message()),
                    _ => code.parse().ok().and_then(by_result_code),
                };
                kind.unwrap_or_else(|| Self::Sql(error.to_string()))
            }
            sqlx::Error::PoolTimedOut => Self::Unreachable("no answer in time".into()),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                Self::Unreachable(error.to_string())
            }
            _ => Self::Sql(error.to_string()),
        }
    }
}

/// Sorts by SQLite's primary result code (<https://sqlite.org/rescode.html>).
fn by_result_code(extended: u32) -> Option<StoreError> {
    match extended & 0xff {
        5 | 6 => Some(StoreError::Busy),
        8 => Some(StoreError::ReadOnly),
        11 | 26 => Some(StoreError::Corrupt),
        13 => Some(StoreError::Full),
        // 10 is SQLITE_IOERR, 14 SQLITE_CANTOPEN: both are what a dying or full disk says.
        10 | 14 => Some(StoreError::ReadOnly),
        _ => None,
    }
}

/// Sorts by PostgreSQL's code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn by_sqlstate(code: &str, message: &str) -> Option<StoreError> {
    match code {
        // Serialization failure, deadlock, a key that another instance has just written.
        "40001" | "40P01" | "23505" => Some(StoreError::Conflict(message.to_owned())),
        "53100" => Some(StoreError::Full),
        // Read-only: a standby, or set so; 58030: an I/O error.
        "25006" | "58030" => Some(StoreError::ReadOnly),
        "XX001" | "XX002" => Some(StoreError::Corrupt),
        // Too many connections, and a server that starts, stops or has just crashed. Class 08: the connection broke.
        "53300" | "57P01" | "57P02" | "57P03" | "25P03" => {
            Some(StoreError::Unreachable(message.to_owned()))
        }
        _ if code.starts_with("08") => Some(StoreError::Unreachable(message.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        let away = |code| matches!(by_sqlstate(code, ""), Some(StoreError::Unreachable(_)));
        let again = |code| matches!(by_sqlstate(code, ""), Some(StoreError::Conflict(_)));
        assert!(["08006", "57P01", "57P03", "53300"].into_iter().all(away));
        assert!(["40001", "40P01", "23505"].into_iter().all(again));
        assert!(matches!(by_sqlstate("53100", ""), Some(StoreError::Full)));
        assert!(by_sqlstate("42P01", "").is_none(), "a mistake of ours");
        // SQLite's SQLITE_IOERR_FSYNC.
        assert!(matches!(by_result_code(1034), Some(StoreError::ReadOnly)));
    }

    #[test]
    fn a_file_that_does_not_open_in_time_is_named_and_no_server_is_blamed() {
        let path = Path::new("/srv/tips.sqlite3");
        let slow = StoreError::of_opening(path, sqlx::Error::PoolTimedOut);
        assert!(slow.to_string().contains("/srv/tips.sqlite3"), "{slow}");
        assert!(slow.hint().contains("disk"), "{}", slow.hint());
        assert!(!slow.hint().contains("server"), "{}", slow.hint());
        let server = StoreError::from(sqlx::Error::PoolTimedOut);
        assert!(server.hint().contains("server"), "{}", server.hint());
        let other = StoreError::of_opening(path, sqlx::Error::RowNotFound);
        assert!(matches!(other, StoreError::Sql(_)), "{other}");
    }
}
