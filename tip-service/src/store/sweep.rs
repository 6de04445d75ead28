//! Deleting what has had its time. Undelivered letters have no end: only delivered ones are emptied.

use sqlx::{SqliteConnection, SqlitePool};

use super::writer::{Change, Effect};
use super::{Store, StoreError};

/// Days that decide what goes; all days since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    today: u32,
    delivered_before: u32,
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
}

impl Store {
    /// Empties letters delivered `keep_delivered_days` ago, ends mailboxes and forms past their last day,
    /// and cuts the write-ahead log so that nothing lingers in it.
    ///
    /// # Errors
    /// From the database.
    pub async fn sweep(&self, today: u32, keep_delivered_days: u32) -> Result<Swept, StoreError> {
        let sweep = Sweep {
            today,
            delivered_before: today.saturating_sub(keep_delivered_days),
        };
        match self.write(Change::Sweep(sweep)).await? {
            Effect::Swept(swept) => Ok(swept),
            _ => Err(StoreError::Closed),
        }
    }
}

pub(super) async fn apply(db: &mut SqliteConnection, s: &Sweep) -> Result<Swept, StoreError> {
    let today = i64::from(s.today);
    let letters = sqlx::query(
        "UPDATE outbox SET sealed = x'' \
         WHERE state = 'delivered' AND delivered_day < $1 AND length(sealed) > 0",
    )
    .bind(i64::from(s.delivered_before))
    .execute(&mut *db)
    .await?
    .rows_affected();
    let mailboxes = sqlx::query(
        "DELETE FROM mailbox WHERE ends_day < $1 AND NOT EXISTS \
         (SELECT 1 FROM outbox WHERE outbox.mailbox_id = mailbox.id AND outbox.state <> 'delivered')",
    )
    .bind(today)
    .execute(&mut *db)
    .await?
    .rows_affected();
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
    Ok(Swept {
        letters,
        mailboxes,
        forms,
        rows,
    })
}

/// Moves the log into the database and empties it; pages freed by the sweep are overwritten there
/// (`secure_delete`).
pub(super) async fn truncate_log(pool: &SqlitePool) -> Result<(), StoreError> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(pool)
        .await?;
    Ok(())
}
