//! Deleting what has had its time. Undelivered letters have no end: only delivered ones are emptied.

use sqlx::AnyConnection;

use super::writer::{Change, Effect};
use super::{Store, StoreError};

/// How long things are kept, in days.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Ciphertext of delivered letters.
    pub keep_delivered: u32,
    /// A mailbox beyond its end while something unread in it is no older than this.
    pub unread_grace: u32,
}

/// Days that decide what goes; all days since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    today: u32,
    delivered_before: u32,
    unread_before: u32,
}

/// How much went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Delivered letters whose ciphertext was emptied.
    pub letters: u64,
    /// Mailboxes that ended.
    pub mailboxes: u64,
    /// Forms that are no longer recognised.
    pub forms: u64,
    /// Rows of delivered letters whose mailbox has ended.
    pub rows: u64,
    /// Messages in mailboxes that ended.
    pub entries: u64,
    /// Names of replies that are too old to be believed again.
    pub seen: u64,
}

impl Store {
    /// Empties letters delivered long enough ago, ends mailboxes and forms past their last day, and cuts the
    /// write-ahead log so that nothing lingers in it.
    ///
    /// # Errors
    /// From the database.
    pub async fn sweep(&self, today: u32, terms: Terms) -> Result<Swept, StoreError> {
        let sweep = Sweep {
            today,
            delivered_before: today.saturating_sub(terms.keep_delivered),
            unread_before: today.saturating_sub(terms.unread_grace),
        };
        match self.write(Change::Sweep(sweep)).await? {
            Effect::Swept(swept) => Ok(swept),
            _ => Err(StoreError::Closed),
        }
    }
}

pub(super) async fn apply(db: &mut AnyConnection, s: &Sweep) -> Result<Swept, StoreError> {
    let today = i64::from(s.today);
    let letters = sqlx::query(
        "UPDATE outbox SET sealed = $2 \
         WHERE state = 'delivered' AND delivered_day < $1 AND length(sealed) > 0",
    )
    .bind(i64::from(s.delivered_before))
    .bind(Vec::new())
    .execute(&mut *db)
    .await?
    .rows_affected();
    let (mailboxes, entries) = end_mailboxes(db, s).await?;
    let forms = sqlx::query("DELETE FROM form WHERE ends_day < $1")
        .bind(today)
        .execute(&mut *db)
        .await?
        .rows_affected();
    let rows = sqlx::query(
        "DELETE FROM outbox WHERE state = 'delivered' AND length(sealed) = 0 AND NOT EXISTS \
         (SELECT 1 FROM mailbox WHERE mailbox.id = outbox.mailbox_id)",
    )
    .execute(&mut *db)
    .await?
    .rows_affected();
    let seen = sqlx::query("DELETE FROM seen WHERE ends_day < $1")
        .bind(today)
        .execute(&mut *db)
        .await?
        .rows_affected();
    Ok(Swept {
        letters,
        mailboxes,
        forms,
        rows,
        entries,
        seen,
    })
}

/// Ends what is past its day, holds no undelivered letter and nothing unread that is young; then takes along
/// what belonged to it. The mailbox, and with it the shred key, goes first.
async fn end_mailboxes(db: &mut AnyConnection, s: &Sweep) -> Result<(u64, u64), StoreError> {
    let mailboxes = sqlx::query(
        "DELETE FROM mailbox WHERE ends_day < $1 AND id NOT IN \
         (SELECT mailbox_id FROM outbox WHERE state IN ('queued', 'sending', 'parked')) AND NOT EXISTS \
         (SELECT 1 FROM entry WHERE entry.mailbox_id = mailbox.id AND entry.number > mailbox.read_number \
          AND entry.day >= $2)",
    )
    .bind(i64::from(s.today))
    .bind(i64::from(s.unread_before))
    .execute(&mut *db)
    .await?
    .rows_affected();
    let mut entries = 0;
    for sql in [
        "DELETE FROM thread WHERE NOT EXISTS (SELECT 1 FROM mailbox WHERE mailbox.id = thread.mailbox_id)",
        "DELETE FROM entry WHERE NOT EXISTS (SELECT 1 FROM mailbox WHERE mailbox.id = entry.mailbox_id)",
    ] {
        entries = sqlx::query(sql).execute(&mut *db).await?.rows_affected();
    }
    Ok((mailboxes, entries))
}
