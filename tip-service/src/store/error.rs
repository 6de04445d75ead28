//! What can go wrong with the store, in the few kinds that a caller treats differently.

/// Why the store did not do as it was asked.
#[derive(Debug, thiserror::Error)]
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
    /// The writer task has ended; the process is about to end too.
    #[error("the store is closed")]
    Closed,
    /// Anything else the database said.
    #[error("the database said: {0}")]
    Sql(String),
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
