//! Letters that a unit's mail server took and sent back.

use sqlx::AnyConnection;

use super::writer::{Change, Effect};
use super::{Store, StoreError};
use crate::id::Id;

impl Store {
    /// Parks letters that came back from the unit's mail server after it had taken them, alone or several in one mail:
    /// an id may be a letter's or such a mail's. Returns how many: a name that is not ours, or a letter that is not delivered or already emptied, changes nothing.
    ///
    /// # Errors
    /// From the database.
    pub async fn park_returned(&self, ids: Vec<Id>) -> Result<u64, StoreError> {
        match self.write(Change::ParkReturned(ids)).await? {
            Effect::Requeued(n) => Ok(n),
            _ => Err(StoreError::Closed),
        }
    }

    /// How many letters are parked.
    ///
    /// # Errors
    /// From the database.
    pub async fn parked(&self) -> Result<u64, StoreError> {
        let n: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE state = 'parked'")
            .fetch_one(&self.read)
            .await?;
        Ok(u64::try_from(n).unwrap_or(0))
    }
}

pub(super) async fn park(db: &mut AnyConnection, ids: &[Id]) -> Result<u64, StoreError> {
    let mut parked = 0;
    for id in ids {
        for which in ["id = $1", "batch_id = $1 AND length(batch_id) > 0"] {
            let sql = format!(
                "UPDATE outbox SET state = 'parked', last_code = 550, delivered_day = 0 \
                 WHERE {which} AND state = 'delivered' AND length(sealed) > 0"
            );
            let done = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(id.as_slice())
                .execute(&mut *db)
                .await?;
            parked += done.rows_affected();
        }
    }
    Ok(parked)
}
