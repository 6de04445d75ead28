//! A try: letters are marked as being sent before it, and how it ended is written after it, all letters of one
//! mail together. No path here deletes a letter.

use sqlx::{AnyConnection, AssertSqlSafe};

use super::engine::Engine;
use super::outbox::{key, small};
use super::statement::places;
use super::writer::{Change, Effect};
use super::{Store, StoreError};
use crate::id::{self, Id};

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

/// Letters that go out in one mail.
pub struct Lease {
    /// In the order asked for.
    pub letters: Vec<Letter>,
    /// The Message-ID of a mail with several letters.
    pub batch_id: Option<Id>,
}

/// Letter, unit, first letter of the thread, thread, 1 if it is this unit's, ciphertext, tries.
type Columns = (Vec<u8>, String, Vec<u8>, Vec<u8>, i64, Vec<u8>, i64);

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
    /// process must not be tried for ever), and hands them out. Absent: delivered, parked, or another instance's.
    /// One that is being sent is handed out again: the caller tries none twice at a time, and the end of an
    /// earlier try may not have been written (a busy database); its Message-ID is the same.
    ///
    /// # Errors
    /// From the database.
    pub async fn lease(&self, ids: Vec<Id>) -> Result<Lease, StoreError> {
        match self.write(Change::Lease(ids)).await? {
            Effect::Leased(lease) => Ok(lease),
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

    /// Returns letters that were being sent when the process died to the queue, and makes this instance known to
    /// others that share the database. Only for the service itself at start: in a running service letters that are
    /// being sent are on their way.
    ///
    /// # Errors
    /// From the database.
    pub async fn recover(&self) -> Result<(), StoreError> {
        self.write(Change::Recover).await?;
        self.beat().await
    }
}

pub(super) async fn lease(
    db: &mut AnyConnection,
    engine: &Engine,
    ids: &[Id],
) -> Result<Lease, StoreError> {
    let ids = claim(db, engine, ids).await?;
    let batch_id = (ids.len() > 1).then(|| id::of_batch(&ids));
    if ids.is_empty() {
        let letters = Vec::new();
        return Ok(Lease { letters, batch_id });
    }
    let sql = format!(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, batch_id = $1 WHERE id IN ({}) \
         RETURNING id, unit_id, in_reply_to, thread_id, CASE WHEN EXISTS (SELECT 1 FROM thread \
         WHERE thread.id = outbox.thread_id AND thread.unit_id <> outbox.unit_id) THEN 0 ELSE 1 END, sealed, attempts",
        places(2, ids.len())
    );
    let mut query =
        sqlx::query_as(AssertSqlSafe(sql)).bind(batch_id.map(|id| id.to_vec()).unwrap_or_default());
    for id in &ids {
        query = query.bind(id.to_vec());
    }
    let rows: Vec<Columns> = query.fetch_all(db).await?;
    let mut letters = Vec::with_capacity(rows.len());
    for (id, unit_id, in_reply_to, thread_id, answerable, sealed, attempts) in rows {
        letters.push(Letter {
            id: key(&id)?,
            unit_id,
            in_reply_to: key(&in_reply_to).ok(),
            thread_id: key(&thread_id).ok(),
            answerable: answerable != 0,
            sealed,
            attempts: small(attempts),
        });
    }
    letters.sort_by_key(|letter| ids.iter().position(|id| *id == letter.id));
    Ok(Lease { letters, batch_id })
}

/// Those that are this instance's and may be sent, in the order asked for; locked, so that the name of their mail is the name
/// of exactly these.
async fn claim(db: &mut AnyConnection, engine: &Engine, ids: &[Id]) -> Result<Vec<Id>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id FROM outbox WHERE state IN ('queued', 'sending') AND keeper = $1 AND id IN ({}){}",
        places(2, ids.len()),
        engine.unclaimed()
    );
    let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(engine.keeper().to_vec());
    for id in ids {
        query = query.bind(id.to_vec());
    }
    let found: Vec<Vec<u8>> = query.fetch_all(db).await?;
    let is_found = |id: &&Id| found.iter().any(|found| found.as_slice() == id.as_slice());
    Ok(ids.iter().filter(is_found).copied().collect())
}

/// That the mail server has a letter is true whoever says so; what else came of a try counts only while the letter is this
/// instance's.
pub(super) async fn settle(
    db: &mut AnyConnection,
    engine: &Engine,
    ids: &[Id],
    outcome: Outcome,
) -> Result<(), StoreError> {
    let (state, code, day) = match outcome {
        Outcome::Delivered { day } => ("delivered", 250, day),
        Outcome::Deferred { code } => ("queued", code, 0),
        Outcome::Parked { code } => ("parked", code, 0),
    };
    let sql = format!(
        "UPDATE outbox SET state = $1, last_code = $2, delivered_day = $3 \
         WHERE ($1 = 'delivered' OR keeper = $4) AND id IN ({})",
        places(5, ids.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(sql))
        .bind(state)
        .bind(i64::from(code))
        .bind(i64::from(day))
        .bind(engine.keeper().to_vec());
    for id in ids {
        query = query.bind(id.to_vec());
    }
    query.execute(db).await?;
    Ok(())
}

pub(super) async fn recover(db: &mut AnyConnection, engine: &Engine) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET state = 'queued' WHERE state = 'sending' AND keeper = $1")
        .bind(engine.keeper().to_vec())
        .execute(db)
        .await?;
    Ok(())
}
