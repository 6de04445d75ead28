//! A try: letters are marked as being sent before it, and how it ended is written after it, all letters of one
//! mail together. No path here deletes a letter.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::outbox::{key, small};
use super::writer::{Change, Effect};
use super::{Store, StoreError};
use crate::id::Id;

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

/// Letter, unit, first letter of the thread, thread, whether it is this unit's, ciphertext, tries.
type Leased = (Vec<u8>, String, Vec<u8>, Vec<u8>, bool, Vec<u8>, i64);

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

impl Store {
    /// Marks letters as being sent in one mail, counts the try *before* it is made (a letter that kills the
    /// process must not be tried for ever), and hands them out in the order asked for. `batch_id` is the
    /// Message-ID of a mail with several letters. Absent: delivered or parked. One that is being sent is handed
    /// out again: the caller tries none twice at a time, and the end of an earlier try may not have been written
    /// (a busy database); its Message-ID is the same.
    ///
    /// # Errors
    /// From the database.
    pub async fn lease(
        &self,
        ids: Vec<Id>,
        batch_id: Option<Id>,
    ) -> Result<Vec<Letter>, StoreError> {
        match self.write(Change::Lease(ids, batch_id)).await? {
            Effect::Leased(letters) => Ok(letters),
            _ => Err(StoreError::Closed),
        }
    }

    /// Records how a try ended, for all letters of the mail at once.
    ///
    /// # Errors
    /// From the database.
    pub async fn settle(&self, ids: Vec<Id>, outcome: Outcome) -> Result<(), StoreError> {
        self.write(Change::Settle(ids, outcome)).await.map(drop)
    }

    /// Units to which mails went, or may have gone, on `day` or after it.
    ///
    /// # Errors
    /// From the database.
    pub async fn served_since(&self, day: u32) -> Result<Vec<String>, StoreError> {
        let units = sqlx::query_scalar(
            "SELECT DISTINCT unit_id FROM outbox WHERE attempts > 0 AND (delivered_day = 0 OR delivered_day >= $1)",
        )
        .bind(i64::from(day))
        .fetch_all(&self.read)
        .await?;
        Ok(units)
    }

    /// Returns letters that were being sent when the process died to the queue. Only for the service itself
    /// at start: in a running service they are on their way.
    ///
    /// # Errors
    /// From the database.
    pub async fn recover(&self) -> Result<(), StoreError> {
        self.write(Change::Recover).await.map(drop)
    }
}

pub(super) async fn lease(
    db: &mut SqliteConnection,
    ids: &[Id],
    batch_id: Option<&Id>,
) -> Result<Vec<Letter>, StoreError> {
    let batch_id = batch_id.map(|id| id.to_vec()).unwrap_or_default();
    let mut query = QueryBuilder::<Sqlite>::new(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, batch_id = ",
    );
    query
        .push_bind(batch_id)
        .push(" WHERE state IN ('queued', 'sending') AND ");
    push_ids(&mut query, ids);
    query.push(
        " RETURNING id, unit_id, in_reply_to, thread_id, \
         NOT EXISTS (SELECT 1 FROM thread WHERE thread.id = outbox.thread_id AND thread.unit_id <> outbox.unit_id), \
         sealed, attempts",
    );
    let rows: Vec<Leased> = query.build_query_as().fetch_all(db).await?;
    let mut letters = Vec::with_capacity(rows.len());
    for (id, unit_id, in_reply_to, thread_id, answerable, sealed, attempts) in rows {
        letters.push(Letter {
            id: key(&id)?,
            unit_id,
            in_reply_to: key(&in_reply_to).ok(),
            thread_id: key(&thread_id).ok(),
            answerable,
            sealed,
            attempts: small(attempts),
        });
    }
    letters.sort_by_key(|letter| ids.iter().position(|id| *id == letter.id));
    Ok(letters)
}

pub(super) async fn settle(
    db: &mut SqliteConnection,
    ids: &[Id],
    outcome: Outcome,
) -> Result<(), StoreError> {
    let (state, code, day) = match outcome {
        Outcome::Delivered { day } => ("delivered", 250, day),
        Outcome::Deferred { code } => ("queued", code, 0),
        Outcome::Parked { code } => ("parked", code, 0),
    };
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE outbox SET state = ");
    query
        .push_bind(state)
        .push(", last_code = ")
        .push_bind(i64::from(code))
        .push(", delivered_day = ")
        .push_bind(i64::from(day))
        .push(" WHERE ");
    push_ids(&mut query, ids);
    query.build().execute(db).await?;
    Ok(())
}

fn push_ids(query: &mut QueryBuilder<Sqlite>, ids: &[Id]) {
    query.push("id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.to_vec());
    }
    query.push(")");
}

pub(super) async fn recover(db: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET state = 'queued' WHERE state = 'sending'")
        .execute(db)
        .await?;
    Ok(())
}
