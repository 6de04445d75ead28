//! Monthly counters for the public statistics. They hold nothing else: no unit, no place, no day.

use sqlx::AnyConnection;

use super::writer::{Change, Effect};
use super::{Store, StoreError};

/// Tips received, by kind.
pub(super) const RECEIVED: &str = "received";
/// Threads acknowledged, by whole days.
pub(super) const ACKNOWLEDGED: &str = "acknowledged";

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Tips of this kind (its id).
    Received(String),
    /// Threads acknowledged this many whole days after the unit had them.
    Acknowledged(u32),
}

/// One counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// As 202611.
    pub month: u32,
    /// What.
    pub counted: Counted,
    /// How many.
    pub n: u32,
}

impl Store {
    /// Adds tips of one kind, counted elsewhere for a while so that no write of a counter is next to the write of
    /// a tip.
    ///
    /// # Errors
    /// From the database.
    pub async fn count_received(&self, month: u32, kind: String, n: u32) -> Result<(), StoreError> {
        match self.write(Change::Count(month, kind, n)).await? {
            Effect::Settled => Ok(()),
            _ => Err(StoreError::Closed),
        }
    }

    /// All counters.
    ///
    /// # Errors
    /// From the database.
    pub async fn counters(&self) -> Result<Vec<Counter>, StoreError> {
        let rows: Vec<(i64, String, String, i64)> =
            sqlx::query_as("SELECT month, name, slot, n FROM counter ORDER BY month, name, slot")
                .fetch_all(&self.read)
                .await?;
        rows.into_iter()
            .map(|(month, name, slot, n)| {
                let counted = match name.as_str() {
                    RECEIVED => Counted::Received(slot),
                    ACKNOWLEDGED => {
                        Counted::Acknowledged(slot.parse().map_err(|_| StoreError::Corrupt)?)
                    }
                    _ => return Err(StoreError::Corrupt),
                };
                Ok(Counter {
                    month: u32::try_from(month).unwrap_or(0),
                    counted,
                    n: u32::try_from(n).unwrap_or(0),
                })
            })
            .collect()
    }
}

pub(super) async fn add(
    db: &mut AnyConnection,
    month: u32,
    name: &str,
    slot: &str,
    n: u32,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO counter (month, name, slot, n) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (month, name, slot) DO UPDATE SET n = counter.n + excluded.n",
    )
    .bind(i64::from(month))
    .bind(name)
    .bind(slot)
    .bind(i64::from(n))
    .execute(db)
    .await?;
    Ok(())
}
