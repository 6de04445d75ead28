//! Letters into the outbox: a tip's, a supplement's, an answer's, a reminder's. The one way in, so that nothing
//! but ciphertext gets there.

use sealed_tip::SealedLetter;
use sqlx::AnyConnection;

use super::engine::Engine;
use super::statement::insert_rows;
use super::{Class, StoreError};
use crate::id::Id;

/// A letter to one unit, as it enters the outbox.
pub struct NewLetter {
    /// Random; becomes the Message-ID.
    pub id: Id,
    /// The unit it is sealed to.
    pub unit_id: String,
    /// The thread it belongs to, if any.
    pub thread_id: Option<Id>,
    /// The first letter of a thread begins it; every other one answers to that first one.
    pub begins_thread: bool,
    /// Only sealing makes one: the store cannot be handed plaintext.
    pub sealed: SealedLetter,
}

/// Most that one statement holds of ciphertext besides its first letter, in bytes.
const COPIED_AT_ONCE: usize = 2 << 20;

/// Letters of one mailbox (or of none).
pub(super) struct Batch<'a> {
    pub(super) mailbox_id: Option<Id>,
    pub(super) class: Class,
    pub(super) day: u32,
    pub(super) letters: &'a [NewLetter],
}

/// Writes all letters, and the threads that some of them begin.
pub(super) async fn insert(
    db: &mut AnyConnection,
    engine: &Engine,
    batches: &[Batch<'_>],
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for batch in batches {
        for letter in batch.letters {
            rows.push((batch, letter, first_of_thread(db, batch, letter).await?));
        }
    }
    insert_threads(db, &rows).await?;
    let columns = "outbox (slot, id, mailbox_id, unit_id, class, state, in_reply_to, thread_id, sealed, received_day, keeper)";
    while !rows.is_empty() {
        let some = rows.drain(..held_at_once(&rows)).collect();
        insert_rows(db, columns, some, |row, (batch, letter, first)| {
            row.bind(slot(&letter.id))
                .bind(letter.id.as_slice())
                .bind(bytes(batch.mailbox_id.as_ref()))
                .bind(letter.unit_id.as_str())
                .bind(batch.class.as_str())
                .bind("queued")
                .bind(first)
                .bind(bytes(letter.thread_id.as_ref()))
                .bind(letter.sealed.message())
                .bind(i64::from(batch.day))
                .bind(engine.keeper())
        })
        .await?;
    }
    Ok(())
}

/// Where the row lies: the first eight bytes of its random name.
fn slot(id: &Id) -> i64 {
    let (first, _) = id.split_at(8);
    first
        .iter()
        .fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// How many of the first rows go into one statement, which holds a copy of all of them: one at least.
fn held_at_once(rows: &[(&Batch<'_>, &NewLetter, Vec<u8>)]) -> usize {
    let mut bytes = 0;
    let more = rows.iter().skip(1).take_while(|(_, letter, _)| {
        bytes += letter.sealed.message().len();
        bytes <= COPIED_AT_ONCE
    });
    1 + more.count()
}

async fn insert_threads(
    db: &mut AnyConnection,
    rows: &[(&Batch<'_>, &NewLetter, Vec<u8>)],
) -> Result<(), StoreError> {
    let begun: Vec<_> = rows
        .iter()
        .filter_map(|(batch, letter, _)| {
            let thread_id = letter.thread_id.filter(|_| letter.begins_thread)?;
            Some((thread_id, batch.mailbox_id?, letter, batch.day))
        })
        .collect();
    let columns = "thread (id, mailbox_id, unit_id, routed_to, letter_id, state, since_day)";
    insert_rows(db, columns, begun, |row, (id, mailbox, letter, day)| {
        row.bind(id.to_vec())
            .bind(mailbox.to_vec())
            .bind(letter.unit_id.as_str())
            .bind(letter.unit_id.as_str())
            .bind(letter.id.as_slice())
            .bind("sent")
            .bind(i64::from(day))
    })
    .await
}

/// The thread's first letter, which may be written together with this one; empty for that one itself and for letters
/// outside any thread.
async fn first_of_thread(
    db: &mut AnyConnection,
    batch: &Batch<'_>,
    letter: &NewLetter,
) -> Result<Vec<u8>, StoreError> {
    let Some(thread_id) = letter.thread_id.filter(|_| !letter.begins_thread) else {
        return Ok(Vec::new());
    };
    let begins = |l: &&NewLetter| l.begins_thread && l.thread_id == letter.thread_id;
    if let Some(beside) = batch.letters.iter().find(begins) {
        return Ok(beside.id.to_vec());
    }
    let first: Option<Vec<u8>> = sqlx::query_scalar("SELECT letter_id FROM thread WHERE id = $1")
        .bind(thread_id.as_slice())
        .fetch_optional(&mut *db)
        .await?;
    Ok(first.unwrap_or_default())
}

fn bytes(id: Option<&Id>) -> Vec<u8> {
    id.map(|id| id.to_vec()).unwrap_or_default()
}
