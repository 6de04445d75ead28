//! Threads: one tip at one unit, from the first letter to the outcome.

use sqlx::AnyPool;

use super::submit::exact;
use super::{Store, StoreError};
use crate::id::Id;

/// Where a thread stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// On its way to the unit, or there and not acknowledged.
    Sent,
    /// Handed to another unit, which has not acknowledged it.
    Forwarded,
    /// The unit has taken it on.
    Accepted,
    /// The unit waits for the holder of the receipt.
    Asked,
    /// The unit is looking into it.
    Checking,
    /// Ended with an outcome.
    Closed,
    /// Ended: nothing for this unit.
    Unrelated,
}

/// States and their words in the `state` column.
const WORDS: [(State, &str); 7] = [
    (State::Sent, "sent"),
    (State::Forwarded, "forwarded"),
    (State::Accepted, "accepted"),
    (State::Asked, "asked"),
    (State::Checking, "checking"),
    (State::Closed, "closed"),
    (State::Unrelated, "unrelated"),
];

impl State {
    /// The word in the `state` column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS
            .iter()
            .find(|(state, _)| *state == self)
            .map_or("", |(_, word)| word)
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        let found = WORDS.iter().find(|(_, known)| *known == word);
        found.map(|(state, _)| *state).ok_or(StoreError::Corrupt)
    }

    /// Nobody at the unit has acknowledged it.
    #[must_use]
    pub fn is_unacknowledged(self) -> bool {
        matches!(self, Self::Sent | Self::Forwarded)
    }

    /// The unit is done with it.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Unrelated)
    }
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadRow {
    /// The token of its reply address.
    pub id: Id,
    /// Its mailbox.
    pub mailbox_id: Id,
    /// Who is responsible now.
    pub unit_id: String,
    /// Who was at first.
    pub routed_to: String,
    /// Where it stands.
    pub state: State,
    /// Since which day (since 1970).
    pub since_day: u32,
    /// How far reminding has gone: 0, 1, 2.
    pub nudges: u8,
    /// A reward is set.
    pub reward: bool,
    /// The day the first unit's mail server took the first letter.
    pub delivered_day: Option<u32>,
}

impl ThreadRow {
    /// The day from which the unit could have acknowledged it; `None`: it has not got it yet.
    #[must_use]
    pub fn waiting_since(&self) -> Option<u32> {
        match self.state {
            State::Sent => self.delivered_day,
            _ => Some(self.since_day),
        }
    }
}

/// A thread and what sealing into its mailbox takes.
pub struct Target {
    /// The thread.
    pub thread: ThreadRow,
    /// X25519 key of the mailbox.
    pub public_key: [u8; 32],
    /// See [`super::Mailbox::New`].
    pub shred_key: [u8; 32],
}

pub(super) const COLUMNS: &str = "thread.id, thread.mailbox_id, thread.unit_id, thread.routed_to, thread.state, \
    thread.since_day, thread.nudges, thread.reward, \
    (SELECT outbox.delivered_day FROM outbox WHERE outbox.id = thread.letter_id AND outbox.state = 'delivered')";

/// The columns of a [`ThreadRow`], in the order of [`COLUMNS`].
pub(super) type Columns = (
    Vec<u8>,
    Vec<u8>,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    Option<i64>,
);

pub(super) fn row(columns: Columns) -> Result<ThreadRow, StoreError> {
    let (id, mailbox, unit_id, routed_to, state, since, nudges, reward, delivered) = columns;
    Ok(ThreadRow {
        id: exact(&id)?,
        mailbox_id: exact(&mailbox)?,
        unit_id,
        routed_to,
        state: State::parse(&state)?,
        since_day: u32::try_from(since).unwrap_or(0),
        nudges: u8::try_from(nudges).unwrap_or(u8::MAX),
        reward: reward != 0,
        delivered_day: delivered.and_then(|day| u32::try_from(day).ok()),
    })
}

impl Store {
    /// The thread of a reply address, with its mailbox's keys. `None`: no such thread, or its mailbox has ended.
    ///
    /// # Errors
    /// From the database.
    pub async fn target(&self, token: &Id) -> Result<Option<Target>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM thread WHERE thread.id = $1");
        let found: Option<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(token.as_slice())
            .fetch_optional(&self.read)
            .await?;
        let Some(thread) = found.map(row).transpose()? else {
            return Ok(None);
        };
        let keys: Option<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT public_key, shred_key FROM mailbox WHERE id = $1")
                .bind(thread.mailbox_id.as_slice())
                .fetch_optional(&self.read)
                .await?;
        keys.map(|(public, shred)| {
            Ok(Target {
                thread,
                public_key: exact(&public)?,
                shred_key: exact(&shred)?,
            })
        })
        .transpose()
    }

    /// All threads of a mailbox.
    ///
    /// # Errors
    /// From the database.
    pub async fn threads_of(&self, mailbox_id: &Id) -> Result<Vec<ThreadRow>, StoreError> {
        of_mailbox(&self.read, mailbox_id).await
    }

    /// Every thread that a unit has and is not done with. One whose first letter is still on its way there is not among
    /// them; there may be hundreds of thousands, and they are told from the outbox's index alone.
    ///
    /// # Errors
    /// From the database.
    pub async fn open_threads(&self) -> Result<Vec<ThreadRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM thread WHERE thread.state NOT IN ('closed', 'unrelated') \
             AND NOT (thread.state = 'sent' AND thread.letter_id IN \
             (SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'parked'))) ORDER BY thread.id"
        );
        let rows: Vec<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.read)
            .await?;
        rows.into_iter().map(row).collect()
    }
}

pub(super) async fn of_mailbox(
    pool: &AnyPool,
    mailbox_id: &Id,
) -> Result<Vec<ThreadRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM thread WHERE thread.mailbox_id = $1 ORDER BY thread.id");
    let rows: Vec<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(mailbox_id.as_slice())
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(row).collect()
}
