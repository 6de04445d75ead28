//! The outbox: letters on their way. No path here deletes a letter that its unit's mail server has not
//! taken. When a letter is due is kept in memory by `delivery`: the database holds no time.

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AnyPool};

use super::writer::{Change, Effect};
use super::{Class, NewLetter, Store, StoreError};
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

/// What delivery must know of a letter to plan its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Random name.
    pub id: Id,
    /// Whom it goes to.
    pub unit_id: String,
    /// Prompt or later.
    pub class: Class,
    /// Length of the ciphertext.
    pub bytes: usize,
}

impl Queued {
    /// Of a letter that is about to enter the outbox.
    #[must_use]
    pub fn of(letter: &NewLetter, class: Class) -> Self {
        Self {
            id: letter.id,
            unit_id: letter.unit_id.clone(),
            class,
            bytes: letter.sealed.message().len(),
        }
    }
}

/// The columns of a [`Row`], in its order.
type Columns = (Vec<u8>, String, String, String, i64, i64, i64);

impl Store {
    /// Hands over each letter that waits to be tried by this instance, one at a time: there may be hundreds of thousands. Read from the
    /// index alone, without touching rows.
    ///
    /// # Errors
    /// From the database; some may have been handed over then.
    pub async fn each_queued(&self, mut take: impl FnMut(Queued)) -> Result<(), StoreError> {
        let mut rows = sqlx::query_as::<_, (Vec<u8>, String, String, i64)>(
            "SELECT id, class, unit_id, length(sealed) FROM outbox WHERE state = 'queued' AND keeper = $1",
        )
        .bind(self.engine.keeper().to_vec())
        .fetch(&self.read);
        while let Some((id, class, unit_id, bytes)) = rows.try_next().await? {
            take(Queued {
                id: key(&id)?,
                unit_id,
                class: class_of(&class),
                bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            });
        }
        Ok(())
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

    /// Letters that wait, and letters that wait for the operator; those to one unit are left out.
    ///
    /// # Errors
    /// From the database.
    pub async fn backlog(&self, without: &str) -> Result<(u64, u64), StoreError> {
        let (waiting, parked): (i64, i64) = sqlx::query_as(
            "SELECT count(CASE WHEN state <> 'parked' THEN 1 END), count(CASE WHEN state = 'parked' THEN 1 END) \
             FROM outbox WHERE state <> 'delivered' AND unit_id <> $1",
        )
        .bind(without)
        .fetch_one(&self.read)
        .await?;
        let count = |n| u64::try_from(n).unwrap_or(0);
        Ok((count(waiting), count(parked)))
    }

    /// Whether these letters lie here with just this ciphertext.
    ///
    /// # Errors
    /// From the database.
    pub async fn holds(&self, letters: &[(Id, [u8; 32])]) -> Result<bool, StoreError> {
        for (id, digest) in letters {
            let found = sqlx::query_scalar("SELECT sealed FROM outbox WHERE id = $1");
            let found: Option<Vec<u8>> =
                found.bind(id.as_slice()).fetch_optional(&self.read).await?;
            if found.is_none_or(|sealed| *digest != <[u8; 32]>::from(Sha256::digest(sealed))) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether no tip's first letter (nor one that looks like it) went to the unit on that day or waits since.
    ///
    /// # Errors
    /// From the database.
    pub async fn is_quiet(&self, unit_id: &str, day: u32) -> Result<bool, StoreError> {
        is_quiet(&mut *self.read.acquire().await?, unit_id, day).await
    }
}

pub(super) async fn is_quiet(
    db: &mut AnyConnection,
    unit_id: &str,
    day: u32,
) -> Result<bool, StoreError> {
    // Only those have a reply address and answer to nothing: what an observer of the mail takes for a tip.
    let letters: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM outbox WHERE unit_id = $1 AND length(thread_id) > 0 AND length(in_reply_to) = 0 \
         AND (delivered_day = $2 OR (delivered_day = 0 AND received_day = $2))",
    )
    .bind(unit_id)
    .bind(i64::from(day))
    .fetch_one(db)
    .await?;
    Ok(letters == 0)
}

pub(super) async fn count_waiting(pool: &AnyPool) -> Result<u64, StoreError> {
    let n: i64 =
        sqlx::query_scalar("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')")
            .fetch_one(pool)
            .await?;
    Ok(u64::try_from(n).unwrap_or(0))
}

pub(super) async fn requeue(db: &mut AnyConnection, id: Option<&Id>) -> Result<u64, StoreError> {
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

pub(super) fn key(bytes: &[u8]) -> Result<Id, StoreError> {
    Id::try_from(bytes).map_err(|_| StoreError::Corrupt)
}

fn class_of(word: &str) -> Class {
    if word == Class::Prompt.as_str() {
        Class::Prompt
    } else {
        Class::Later
    }
}

pub(super) fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}
