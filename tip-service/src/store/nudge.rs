//! Reminders and digests: written once, whatever is restarted in between.

use sqlx::AnyConnection;

use super::engine::Engine;
use super::letter::{self, NewLetter};
use super::writer::{Change, Effect};
use super::{Class, Store, StoreError, outbox};
use crate::id::Id;

/// A letter that reminds, and what it must find unchanged.
pub struct Nudge {
    /// About what.
    pub about: About,
    /// To the unit, or to its supervisor.
    pub letters: Vec<NewLetter>,
    /// Today, days since 1970.
    pub day: u32,
}

/// What a nudge is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A thread that nobody has acknowledged, and the step reached by this nudge (1 or 2).
    Thread {
        /// The thread.
        id: Id,
        /// Its mailbox.
        mailbox_id: Id,
        /// The step.
        step: u8,
    },
    /// A unit's day.
    Digest {
        /// The unit.
        unit_id: String,
    },
    /// A unit's day on which no tip came.
    Quiet {
        /// The unit.
        unit_id: String,
    },
}

impl Store {
    /// Writes a nudge unless it was written before or is no longer due. Says whether it was written.
    ///
    /// # Errors
    /// From the database.
    pub async fn nudge(&self, nudge: Nudge) -> Result<bool, StoreError> {
        match self.write(Change::Nudge(Box::new(nudge))).await? {
            Effect::Done(done) => Ok(done),
            _ => Err(StoreError::Closed),
        }
    }

    /// The last day for which a unit got its digest.
    ///
    /// # Errors
    /// From the database.
    pub async fn last_digest(&self, unit_id: &str) -> Result<Option<u32>, StoreError> {
        let day: Option<i64> = sqlx::query_scalar("SELECT day FROM digest WHERE unit_id = $1")
            .bind(unit_id)
            .fetch_optional(&self.read)
            .await?;
        Ok(day.and_then(|day| u32::try_from(day).ok()))
    }
}

pub(super) async fn apply(
    db: &mut AnyConnection,
    engine: &Engine,
    n: &Nudge,
) -> Result<bool, StoreError> {
    let (due, mailbox_id) = match &n.about {
        About::Thread {
            id,
            mailbox_id,
            step,
        } => (step_up(db, id, *step).await?, Some(*mailbox_id)),
        About::Digest { unit_id } => (turn_day(db, unit_id, n.day).await?, None),
        About::Quiet { unit_id } => (outbox::is_quiet(db, unit_id, n.day).await?, None),
    };
    if !due {
        return Ok(false);
    }
    let batch = letter::Batch {
        mailbox_id,
        class: Class::Prompt,
        day: n.day,
        letters: &n.letters,
    };
    letter::insert(db, engine, &[batch]).await?;
    Ok(true)
}

async fn step_up(db: &mut AnyConnection, id: &Id, step: u8) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE thread SET nudges = $1 WHERE id = $2 AND nudges < $1 AND state IN ('sent', 'forwarded')",
    )
    .bind(i64::from(step))
    .bind(id.as_slice())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn turn_day(db: &mut AnyConnection, unit_id: &str, day: u32) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO digest (unit_id, day) VALUES ($1, $2) \
         ON CONFLICT (unit_id) DO UPDATE SET day = excluded.day WHERE digest.day < excluded.day",
    )
    .bind(unit_id)
    .bind(i64::from(day))
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
