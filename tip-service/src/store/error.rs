//! What can go wrong with the store, in the few kinds that a caller treats differently.

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
    #[error("a newer tip-service has written the database")]
    Newer,
    /// The head of the write-ahead log is damaged: starting would write over the letters in it.
    #[error("the write-ahead log is damaged; letters may be in it")]
    Log,
    /// The writer task has ended; the process is about to end too.
    #[error("the store is closed")]
    Closed,
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
            Self::Newer => {
                "start the newer program again; for the older one restore the backup that was made before the upgrade, and lose what came since"
            }
            Self::Log => {
                "copy the database and its -wal away before anything else; restore a backup, or move the -wal away and so give up what is in it"
            }
            Self::Closed => "the process ends and must be started again",
            Self::Sql(_) => {
                "the folder of store.path must exist, be writable by this user, and have space"
            }
        }
    }
}

impl From<sqlx::Error> for StoreError {
    /// Sorts by SQLite's primary result code (<https://sqlite.org/rescode.html>).
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|e| e.code())
            .and_then(|c| c.parse::<u32>().ok())
            .map(|extended| extended & 0xff);
        match code {
            Some(5 | 6) => Self::Busy,
            Some(8) => Self::ReadOnly,
            Some(11 | 26) => Self::Corrupt,
            Some(13) => Self::Full,
            // 10 is SQLITE_IOERR, 14 SQLITE_CANTOPEN: both are what a dying or full disk says.
            Some(10 | 14) => Self::ReadOnly,
            _ => Self::Sql(error.to_string()),
        }
    }
}
