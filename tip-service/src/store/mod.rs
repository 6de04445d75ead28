//! All SQL lives here. One writer task commits whatever waits as one transaction (group commit), so a
//! visitor who hangs up cannot cancel a write and a slow disk costs one sync for many tips.
//!
//! The store never sees plaintext: a letter can only enter as a [`sealed_tip::SealedLetter`].

mod capacity;
mod counter;
mod error;
mod health;
mod lease;
mod letter;
mod mailbox;
mod nudge;
mod outbox;
mod reply;
mod returned;
mod schema;
mod submit;
mod sweep;
mod thread;
mod transaction;
mod wal;
mod writer;

pub use capacity::{Capacity, Share};
pub use counter::{Counted, Counter};
pub use error::StoreError;
pub use lease::{Letter, Outcome};
pub use letter::NewLetter;
pub use mailbox::{Answer, Answered, EntryRow, MailboxRow};
pub use nudge::{About, Nudge};
pub use outbox::{Queued, Row};
pub use reply::{Change as ReplyChange, Reply, Taken};
pub use submit::{Mailbox, Submission, Submitted};
pub use sweep::{Swept, Terms};
pub use thread::{State, Target, ThreadRow};
pub use wal::check_log;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::mpsc;

/// Where a letter stands in its way to the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Within the sender's budget.
    Prompt,
    /// Beyond it: kept and delivered after the prompt ones.
    Later,
}

impl Class {
    /// The word in the `class` column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Later => "later",
        }
    }
}

/// Handle to the database: cheap to clone.
#[derive(Clone)]
pub struct Store {
    write: mpsc::Sender<writer::Job>,
    read: SqlitePool,
    waiting: Arc<AtomicU64>,
    health: Arc<health::Health>,
}

/// Writes that may queue up before callers are told [`StoreError::Busy`].
const QUEUE: usize = 1024;

impl Store {
    /// Opens or creates the database, brings the schema up to date, and starts the writer task on the
    /// current runtime. The service calls [`Store::recover`] next; a command beside it must not.
    ///
    /// # Errors
    /// When the file cannot be opened, written or migrated, or a newer program has written it.
    pub async fn open(path: &Path, capacity: Capacity) -> Result<Self, StoreError> {
        let write = pool(path, 1).await?;
        schema::bring_up_to_date(&write).await?;
        let read = pool(path, 2).await?;
        let waiting = Arc::new(AtomicU64::new(outbox::count_waiting(&read).await?));
        let (tx, rx) = mpsc::channel(QUEUE);
        let folder = path.parent().unwrap_or(Path::new(".")).to_path_buf();
        let health = Arc::new(health::Health::new(folder, capacity.min_free_mib));
        let writer = writer::Writer::new(write, capacity, health.clone(), waiting.clone());
        tokio::spawn(writer.run(rx));
        Ok(Self {
            write: tx,
            read,
            waiting,
            health,
        })
    }

    /// Letters that have not reached their unit's mail server yet.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Counts again, since a command beside the service may have changed the outbox.
    ///
    /// # Errors
    /// From the database.
    pub async fn recount(&self) -> Result<(), StoreError> {
        self.waiting
            .store(outbox::count_waiting(&self.read).await?, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the writer task still runs.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.write.is_closed()
    }
}

/// Opens a pool with the settings every connection must have: nothing is acknowledged before it is synced,
/// and deleted bytes are overwritten.
async fn pool(path: &Path, connections: u32) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(false)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        // 8 MiB of pages in memory, and 8 MiB of log between check-points: random keys touch pages all over.
        .pragma("cache_size", "-8192")
        .pragma("wal_autocheckpoint", "2048");
    let options = sqlx::ConnectOptions::disable_statement_logging(options);
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?;
    Ok(pool)
}
