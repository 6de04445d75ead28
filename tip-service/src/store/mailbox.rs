//! Mailboxes: what the holder of a receipt finds and writes. Every look-up asks the same questions, whether there
//! is a mailbox or not.

use sealed_tip::SealedEntry;
use sqlx::AnyConnection;

use super::engine::Engine;
use super::letter::{self, NewLetter};
use super::submit::exact;
use super::thread::{self, ThreadRow};
use super::writer::{Change, Effect};
use super::{Class, Store, StoreError};
use crate::id::Id;

/// Entries one mailbox holds at most, from both sides.
const ENTRIES_MAX: i64 = 200;

/// A mailbox, its threads and what lies in it, oldest first.
pub struct MailboxRow {
    /// 16 random bytes.
    pub id: Id,
    /// X25519.
    pub public_key: [u8; 32],
    /// See [`super::Mailbox::New`].
    pub shred_key: [u8; 32],
    /// Its last day, unless something unread keeps it longer.
    pub ends_day: u32,
    /// The last entry its holder has seen.
    pub read_number: u32,
    /// One for each unit.
    pub threads: Vec<ThreadRow>,
    /// Sealed to the receipt.
    pub entries: Vec<EntryRow>,
}

/// Id, public key, shred key, last day, last number read.
type Columns = (Vec<u8>, Vec<u8>, Vec<u8>, i64, i64);

/// One message, sealed.
pub struct EntryRow {
    /// 1, 2, … within the mailbox.
    pub number: u32,
    /// As [`sealed_tip::seal_entry`] made it.
    pub sealed: Vec<u8>,
}

/// What the holder of the receipt writes back.
pub struct Answer {
    /// The mailbox.
    pub mailbox_id: Id,
    /// SHA-256 of the one-time form id.
    pub form_hash: [u8; 32],
    /// Keyed hash of the text.
    pub content_hash: [u8; 32],
    /// The last day on which a repeat is recognised.
    pub form_ends_day: u32,
    /// One for each unit.
    pub letters: Vec<NewLetter>,
    /// The same text, for the holder.
    pub entry: SealedEntry,
    /// Prompt or later.
    pub class: Class,
    /// Today, days since 1970.
    pub day: u32,
    /// The mailbox lives until this day at least.
    pub mailbox_ends_day: u32,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Durable: letters and entry.
    Stored,
    /// This form with this text was stored before; nothing was written.
    Repeated,
    /// The mailbox is no longer there.
    Gone,
    /// The mailbox holds as much as it may.
    Full,
}

impl Store {
    /// The mailbox of a receipt.
    ///
    /// # Errors
    /// From the database.
    pub async fn mailbox(&self, lookup_hash: &[u8; 32]) -> Result<Option<MailboxRow>, StoreError> {
        let found: Option<Columns> = sqlx::query_as(
            "SELECT id, public_key, shred_key, ends_day, read_number FROM mailbox WHERE lookup_hash = $1",
        )
        .bind(lookup_hash.as_slice())
        .fetch_optional(&self.read)
        .await?;
        // For none, the same two questions about a name that nothing has.
        let id: Id = match &found {
            Some((id, ..)) => exact(id)?,
            None => [0; 16],
        };
        let threads = thread::of_mailbox(&self.read, &id).await?;
        let entries: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT number, sealed FROM entry WHERE mailbox_id = $1 ORDER BY number",
        )
        .bind(id.as_slice())
        .fetch_all(&self.read)
        .await?;
        let Some((_, public_key, shred_key, ends_day, read_number)) = found else {
            return Ok(None);
        };
        Ok(Some(MailboxRow {
            id,
            public_key: exact(&public_key)?,
            // Mailboxes from before the way back have none, and no entries either.
            shred_key: exact(&shred_key).unwrap_or_default(),
            ends_day: small(ends_day),
            read_number: small(read_number),
            threads,
            entries: entries
                .into_iter()
                .map(|(number, sealed)| EntryRow {
                    number: small(number),
                    sealed,
                })
                .collect(),
        }))
    }

    /// Stores an answer durably.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    pub async fn answer(&self, answer: Answer) -> Result<Answered, StoreError> {
        match self.write(Change::Answer(Box::new(answer))).await? {
            Effect::Answered(done) => Ok(done),
            _ => Err(StoreError::Closed),
        }
    }

    /// Notes that the holder has seen everything up to `number`.
    ///
    /// # Errors
    /// From the database.
    pub async fn mark_read(&self, mailbox_id: Id, number: u32) -> Result<(), StoreError> {
        self.write(Change::MarkRead(mailbox_id, number))
            .await
            .map(drop)
    }

    /// Deletes a mailbox at its holder's wish. Letters to the units stay until they are delivered.
    ///
    /// # Errors
    /// From the database.
    pub async fn delete_mailbox(&self, mailbox_id: Id) -> Result<(), StoreError> {
        self.write(Change::DeleteMailbox(mailbox_id))
            .await
            .map(drop)
    }
}

pub(super) async fn answer(
    db: &mut AnyConnection,
    engine: &Engine,
    a: &Answer,
) -> Result<Answered, StoreError> {
    let repeated: i64 =
        sqlx::query_scalar("SELECT count(*) FROM form WHERE form_hash = $1 AND content_hash = $2")
            .bind(a.form_hash.as_slice())
            .bind(a.content_hash.as_slice())
            .fetch_one(&mut *db)
            .await?;
    if repeated > 0 {
        return Ok(Answered::Repeated);
    }
    if !lives_on(db, &a.mailbox_id, a.mailbox_ends_day).await? {
        return Ok(Answered::Gone);
    }
    if !add_entry(db, &a.mailbox_id, &a.entry, a.day).await? {
        return Ok(Answered::Full);
    }
    sqlx::query(
        "INSERT INTO form (form_hash, content_hash, mailbox_id, ends_day) VALUES ($1, $2, $3, $4)",
    )
    .bind(a.form_hash.as_slice())
    .bind(a.content_hash.as_slice())
    .bind(a.mailbox_id.as_slice())
    .bind(i64::from(a.form_ends_day))
    .execute(&mut *db)
    .await?;
    // Whoever was asked has his answer; a thread that had ended goes on.
    sqlx::query(
        "UPDATE thread SET state = 'checking', since_day = $1 \
         WHERE mailbox_id = $2 AND state IN ('asked', 'closed', 'unrelated')",
    )
    .bind(i64::from(a.day))
    .bind(a.mailbox_id.as_slice())
    .execute(&mut *db)
    .await?;
    let batch = letter::Batch {
        mailbox_id: Some(a.mailbox_id),
        class: a.class,
        day: a.day,
        letters: &a.letters,
    };
    letter::insert(db, engine, &[batch]).await?;
    Ok(Answered::Stored)
}

/// Adds an entry at the end; false when the mailbox is full.
pub(super) async fn add_entry(
    db: &mut AnyConnection,
    mailbox_id: &Id,
    entry: &SealedEntry,
    day: u32,
) -> Result<bool, StoreError> {
    let last: i64 =
        sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM entry WHERE mailbox_id = $1")
            .bind(mailbox_id.as_slice())
            .fetch_one(&mut *db)
            .await?;
    if last >= ENTRIES_MAX {
        return Ok(false);
    }
    sqlx::query("INSERT INTO entry (mailbox_id, number, sealed, day) VALUES ($1, $2, $3, $4)")
        .bind(mailbox_id.as_slice())
        .bind(last + 1)
        .bind(entry.as_bytes())
        .bind(i64::from(day))
        .execute(db)
        .await?;
    Ok(true)
}

/// Puts the mailbox's end off; false when it is gone.
pub(super) async fn lives_on(
    db: &mut AnyConnection,
    mailbox_id: &Id,
    ends_day: u32,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE mailbox SET ends_day = CASE WHEN ends_day < $1 THEN $1 ELSE ends_day END WHERE id = $2")
        .bind(i64::from(ends_day))
        .bind(mailbox_id.as_slice())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn mark_read(
    db: &mut AnyConnection,
    mailbox_id: &Id,
    number: u32,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE mailbox SET read_number = $1 WHERE id = $2 AND read_number < $1")
        .bind(i64::from(number))
        .bind(mailbox_id.as_slice())
        .execute(db)
        .await?;
    Ok(())
}

/// The key first: what a crash leaves of the rest cannot be opened any more. The form stays known for its days, so
/// that a reload of the receipt's page does not file the tip anew.
pub(super) async fn delete(db: &mut AnyConnection, mailbox_id: &Id) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM mailbox WHERE id = $1",
        "DELETE FROM entry WHERE mailbox_id = $1",
        "DELETE FROM thread WHERE mailbox_id = $1",
    ] {
        sqlx::query(sql)
            .bind(mailbox_id.as_slice())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}
