//! The outbox: letters on their way. No path here deletes a letter that its unit's mail server has not
//! taken. When a letter is due is kept in memory by `delivery`: the database holds no time.

use sqlx::{SqliteConnection, SqlitePool};

use super::writer::{Change, Effect};
use super::{Class, Store, StoreError};
use crate::id::Id;

/// A letter that waits, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Random name, also the Message-ID.
    pub id: Id,
    /// Whom it goes to.
    pub unit_id: String,
    /// Prompt or later.
    pub class: Class,
    /// `queued`, `sending`, `parked` or `delivered`.
    pub state: String,
    /// Tries so far.
    pub attempts: u32,
    /// The mail server's last code; 0 when there was none.
    pub last_code: u16,
    /// Days since 1970.
    pub received_day: u32,
}

/// A leased letter, with all that sending it needs.
pub struct Letter {
    /// Random name, also the Message-ID.
    pub id: Id,
    /// Whom it goes to.
    pub unit_id: String,
    /// The thread's first letter to this unit, if this is not it.
    pub in_reply_to: Option<Id>,
    /// The thread it belongs to, whose token the reply address holds.
    pub thread_id: Option<Id>,
    /// Replies of this unit to that address would count, or at least be told why not: another unit is not
    /// responsible by now.
    pub answerable: bool,
    /// Binary OpenPGP.
    pub sealed: Vec<u8>,
    /// Tries including this one.
    pub attempts: u32,
}

/// The columns of a [`Row`], in its order.
type Columns = (Vec<u8>, String, String, String, i64, i64, i64);

/// Unit, first letter of the thread, thread, whether it is this unit's, ciphertext, tries.
type Leased = (String, Vec<u8>, Vec<u8>, bool, Vec<u8>, i64);

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server took it.
    Delivered {
        /// Days since 1970.
        day: u32,
    },
    /// To be tried again.
    Deferred {
        /// SMTP code or 0.
        code: u16,
    },
    /// Refused for good: waits for the operator.
    Parked {
        /// SMTP code or 0.
        code: u16,
    },
}

impl Store {
    /// All letters that wait to be tried: name and class. Read from the index alone, without touching rows.
    ///
    /// # Errors
    /// From the database.
    pub async fn queued(&self) -> Result<Vec<(Id, Class)>, StoreError> {
        let rows: Vec<(Vec<u8>, String)> = sqlx::query_as(
            "SELECT id, class FROM outbox WHERE state = 'queued' ORDER BY class DESC, id",
        )
        .fetch_all(&self.read)
        .await?;
        rows.into_iter()
            .map(|(id, class)| Ok((key(&id)?, class_of(&class))))
            .collect()
    }

    /// Marks a letter as being sent, counts the try *before* it is made (a letter that kills the process
    /// must not be tried for ever), and hands it out. `None`: delivered or parked. One that is being sent is
    /// handed out again: the caller tries none twice at a time, and the end of an earlier try may not have
    /// been written (a busy database); its Message-ID is the same.
    ///
    /// # Errors
    /// From the database.
    pub async fn lease(&self, id: Id) -> Result<Option<Letter>, StoreError> {
        match self.write(Change::Lease(id)).await? {
            Effect::Leased(letter) => Ok(letter),
            _ => Err(StoreError::Closed),
        }
    }

    /// Records how a try ended.
    ///
    /// # Errors
    /// From the database.
    pub async fn settle(&self, id: Id, outcome: Outcome) -> Result<(), StoreError> {
        self.write(Change::Settle(id, outcome)).await.map(drop)
    }

    /// Puts one parked letter, or all, back into the queue. Returns how many.
    ///
    /// # Errors
    /// From the database.
    pub async fn requeue(&self, id: Option<Id>) -> Result<u64, StoreError> {
        match self.write(Change::Requeue(id)).await? {
            Effect::Requeued(n) => Ok(n),
            _ => Err(StoreError::Closed),
        }
    }

    /// Returns letters that were being sent when the process died to the queue. Only for the service itself
    /// at start: in a running service they are on their way.
    ///
    /// # Errors
    /// From the database.
    pub async fn recover(&self) -> Result<(), StoreError> {
        self.write(Change::Recover).await.map(drop)
    }

    /// Every letter that is not delivered yet, for the operator.
    ///
    /// # Errors
    /// From the database.
    pub async fn undelivered(&self) -> Result<Vec<Row>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT id, unit_id, class, state, attempts, last_code, received_day FROM outbox \
             WHERE state <> 'delivered' ORDER BY state, class DESC, id",
        )
        .fetch_all(&self.read)
        .await?;
        rows.into_iter()
            .map(|(id, unit_id, class, state, attempts, code, day)| {
                Ok(Row {
                    id: key(&id)?,
                    unit_id,
                    class: class_of(&class),
                    state,
                    attempts: small(attempts),
                    last_code: u16::try_from(code).unwrap_or(0),
                    received_day: small(day),
                })
            })
            .collect()
    }
}

pub(super) async fn count_waiting(pool: &SqlitePool) -> Result<u64, StoreError> {
    let n: i64 =
        sqlx::query_scalar("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')")
            .fetch_one(pool)
            .await?;
    Ok(u64::try_from(n).unwrap_or(0))
}

pub(super) async fn lease(
    db: &mut SqliteConnection,
    id: &Id,
) -> Result<Option<Letter>, StoreError> {
    let row: Option<Leased> = sqlx::query_as(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1 \
         WHERE id = $1 AND state IN ('queued', 'sending') RETURNING unit_id, in_reply_to, thread_id, \
         NOT EXISTS (SELECT 1 FROM thread WHERE thread.id = outbox.thread_id AND thread.unit_id <> outbox.unit_id), \
         sealed, attempts",
    )
    .bind(id.as_slice())
    .fetch_optional(db)
    .await?;
    Ok(row.map(
        |(unit_id, in_reply_to, thread_id, answerable, sealed, attempts)| Letter {
            answerable,
            id: *id,
            unit_id,
            in_reply_to: key(&in_reply_to).ok(),
            thread_id: key(&thread_id).ok(),
            sealed,
            attempts: small(attempts),
        },
    ))
}

pub(super) async fn settle(
    db: &mut SqliteConnection,
    id: &Id,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let (state, code, day) = match outcome {
        Outcome::Delivered { day } => ("delivered", 250, day),
        Outcome::Deferred { code } => ("queued", code, 0),
        Outcome::Parked { code } => ("parked", code, 0),
    };
    sqlx::query("UPDATE outbox SET state = $1, last_code = $2, delivered_day = $3 WHERE id = $4")
        .bind(state)
        .bind(i64::from(code))
        .bind(i64::from(day))
        .bind(id.as_slice())
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn recover(db: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET state = 'queued' WHERE state = 'sending'")
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn requeue(db: &mut SqliteConnection, id: Option<&Id>) -> Result<u64, StoreError> {
    let done = match id {
        Some(id) => {
            sqlx::query("UPDATE outbox SET state = 'queued' WHERE state = 'parked' AND id = $1")
                .bind(id.as_slice())
                .execute(db)
                .await?
        }
        None => {
            sqlx::query("UPDATE outbox SET state = 'queued' WHERE state = 'parked'")
                .execute(db)
                .await?
        }
    };
    Ok(done.rows_affected())
}

fn key(bytes: &[u8]) -> Result<Id, StoreError> {
    Id::try_from(bytes).map_err(|_| StoreError::Corrupt)
}

fn class_of(word: &str) -> Class {
    if word == Class::Prompt.as_str() {
        Class::Prompt
    } else {
        Class::Later
    }
}

fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

impl Outcome {
    /// One word for the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Deferred { .. } => "deferred",
            Self::Parked { .. } => "parked",
        }
    }

    /// The mail server's code; 0 when there was none.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Delivered { .. } => 250,
            Self::Deferred { code } | Self::Parked { code } => code,
        }
    }
}
