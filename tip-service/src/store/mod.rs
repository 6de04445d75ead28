//! All SQL lives here. One writer task commits whatever waits as one transaction (group commit), so a
//! visitor who hangs up cannot cancel a write and a slow disk costs one sync for many tips.
//!
//! The store never sees plaintext: a letter can only enter as a [`sealed_tip::SealedLetter`].

mod capacity;
mod counter;
mod engine;
mod error;
mod health;
mod instances;
mod lease;
mod letter;
mod mailbox;
mod nudge;
mod outbox;
mod reply;
mod returned;
mod schema;
mod statement;
mod steps;
mod submit;
mod sweep;
mod thread;
mod transaction;
mod wal;
mod writer;

pub use capacity::{Capacity, Share};
pub use counter::{Counted, Counter};
pub use engine::Place;
pub use error::StoreError;
pub use lease::{Lease, Letter, Outcome};
pub use letter::NewLetter;
pub use mailbox::{Answer, Answered, EntryRow, MailboxRow};
pub use nudge::{About, Nudge};
pub use outbox::{Queued, Row};
pub use reply::{Change as ReplyChange, Reply, Taken};
pub use schema::down::DowngradeError;
pub use steps::{Steps, downgrade, newest_steps, steps};
pub use submit::{Mailbox, Submission, Submitted};
pub use sweep::{Swept, Terms};
pub use thread::{State, Target, ThreadRow};
pub use wal::check_log;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::AnyPool;
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
    read: AnyPool,
    engine: engine::Engine,
    others: Arc<instances::Others>,
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
    /// When the file cannot be opened, the server not be reached, when either cannot be written or migrated, or a newer
    /// program has written it.
    pub async fn open(place: &Place, capacity: Capacity) -> Result<Self, StoreError> {
        let (engine, engine::Pools { write, read }) = engine::Engine::open(place).await?;
        let waiting = Arc::new(AtomicU64::new(outbox::count_waiting(&read).await?));
        let (tx, rx) = mpsc::channel(QUEUE);
        let folder = match place {
            Place::Sqlite(path) => Some(path.parent().unwrap_or(Path::new(".")).to_path_buf()),
            Place::Postgres(_) => None,
        };
        let health = Arc::new(health::Health::new(folder, capacity.min_free_mib));
        let writer = writer::Writer {
            pool: write,
            engine: engine.clone(),
            capacity,
            health: health.clone(),
            waiting: waiting.clone(),
        };
        tokio::spawn(writer.run(rx));
        Ok(Self {
            write: tx,
            read,
            engine,
            others: Arc::default(),
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
