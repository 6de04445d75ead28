//! What a unit's reply changes, in one transaction: the thread, the mailbox, and the letters that follow from
//! it. A reply counts once, whoever delivers it how often; of two that race for a thread the second sees what the
//! first made of it.

use sealed_tip::SealedEntry;
use sqlx::AnyConnection;

use super::engine::Engine;
use super::letter::{self, NewLetter};
use super::mailbox::{add_entry, lives_on};
use super::thread::{self, COLUMNS, Columns, State};
use super::writer::{self, Effect};
use super::{Class, Store, StoreError, counter};
use crate::id::Id;

/// What the unit wants of the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another state.
    State(State),
    /// Another unit (its id).
    Forward(String),
    /// A reward is set; the state stays, but whoever sets one has acknowledged the tip.
    Reward,
}

/// A reply that was found good.
pub struct Reply {
    /// The thread.
    pub thread_id: Id,
    /// The unit whose signature it bears.
    pub unit_id: String,
    /// Names the signed message.
    pub seen: [u8; 32],
    /// How long that name is kept; longer than a signature is believed.
    pub seen_ends_day: u32,
    /// What changes.
    pub change: Change,
    /// Whether it counts in the public statistics: the robot's does not.
    pub counts: bool,
    /// For the holder of the receipt.
    pub entry: SealedEntry,
    /// Letters that follow from it.
    pub letters: Vec<NewLetter>,
    /// Today, days since 1970.
    pub day: u32,
    /// This month, as 202611.
    pub month: u32,
    /// The mailbox lives until this day at least.
    pub mailbox_ends_day: u32,
}

/// What became of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is in the mailbox.
    Stored,
    /// This very message was taken before; nothing changed.
    Seen,
    /// There is no such thread any more.
    Gone,
    /// Another unit is responsible by now.
    OtherUnit,
    /// The thread has ended: only a reward can follow an outcome.
    Ended,
    /// The mailbox holds as much as it may.
    Full,
}

impl Store {
    /// Takes a reply, once.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    pub async fn take_reply(&self, reply: Reply) -> Result<Taken, StoreError> {
        match self.write(writer::Change::Reply(Box::new(reply))).await? {
            Effect::Taken(taken) => Ok(taken),
            _ => Err(StoreError::Closed),
        }
    }
}

pub(super) async fn apply(
    db: &mut AnyConnection,
    engine: &Engine,
    r: &Reply,
) -> Result<Taken, StoreError> {
    if is_seen(db, &r.seen).await? {
        return Ok(Taken::Seen);
    }
    let sql = format!("SELECT {COLUMNS} FROM thread WHERE thread.id = $1");
    let found: Option<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(r.thread_id.as_slice())
        .fetch_optional(&mut *db)
        .await?;
    let Some(thread) = found.map(thread::row).transpose()? else {
        return Ok(Taken::Gone);
    };
    if thread.unit_id != r.unit_id {
        return Ok(Taken::OtherUnit);
    }
    let rewarded = r.change == Change::Reward && thread.state == State::Closed;
    if thread.state.is_ended() && !rewarded {
        return Ok(Taken::Ended);
    }
    if !add_entry(db, &thread.mailbox_id, &r.entry, r.day).await? {
        return Ok(Taken::Full);
    }
    remember(db, r).await?;
    let acknowledges = thread.state.is_unacknowledged() && !matches!(r.change, Change::Forward(_));
    if acknowledges && r.counts {
        let days = thread
            .waiting_since()
            .map_or(0, |since| r.day.saturating_sub(since));
        counter::add(db, r.month, counter::ACKNOWLEDGED, &days.to_string(), 1).await?;
    }
    change(db, r, thread.state).await?;
    lives_on(db, &thread.mailbox_id, r.mailbox_ends_day).await?;
    let batch = letter::Batch {
        mailbox_id: Some(thread.mailbox_id),
        class: Class::Prompt,
        day: r.day,
        letters: &r.letters,
    };
    letter::insert(db, engine, &[batch]).await?;
    Ok(Taken::Stored)
}

async fn is_seen(db: &mut AnyConnection, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let n: i64 = sqlx::query_scalar("SELECT count(*) FROM seen WHERE hash = $1")
        .bind(hash.as_slice())
        .fetch_one(db)
        .await?;
    Ok(n > 0)
}

async fn remember(db: &mut AnyConnection, r: &Reply) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO seen (hash, ends_day) VALUES ($1, $2)")
        .bind(r.seen.as_slice())
        .bind(i64::from(r.seen_ends_day))
        .execute(db)
        .await?;
    Ok(())
}

/// The same state again keeps its first day: a second 受理 does not set the clock back.
async fn change(db: &mut AnyConnection, r: &Reply, before: State) -> Result<(), StoreError> {
    let query = match &r.change {
        Change::State(state) if *state == before => return Ok(()),
        Change::State(state) => {
            sqlx::query("UPDATE thread SET state = $1, since_day = $2 WHERE id = $3")
                .bind(state.as_str())
                .bind(i64::from(r.day))
                .bind(r.thread_id.as_slice())
        }
        Change::Forward(unit) => sqlx::query(
            "UPDATE thread SET state = 'forwarded', since_day = $1, unit_id = $2, nudges = 0 WHERE id = $3",
        )
        .bind(i64::from(r.day))
        .bind(unit)
        .bind(r.thread_id.as_slice()),
        Change::Reward if before.is_unacknowledged() => sqlx::query(
            "UPDATE thread SET reward = 1, state = 'accepted', since_day = $1 WHERE id = $2",
        )
        .bind(i64::from(r.day))
        .bind(r.thread_id.as_slice()),
        Change::Reward => sqlx::query("UPDATE thread SET reward = 1 WHERE id = $1")
            .bind(r.thread_id.as_slice()),
    };
    query.execute(db).await?;
    Ok(())
}
