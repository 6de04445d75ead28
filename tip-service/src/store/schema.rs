//! The database's schema, step by step. `PRAGMA user_version` counts the steps that were taken.

use sqlx::SqlitePool;

use super::StoreError;

const STEPS: &[&str] = &[
    include_str!("migrations/0001_tips.sql"),
    include_str!("migrations/0002_way_back.sql"),
    include_str!("migrations/0003_batches.sql"),
];

/// Takes the steps that are missing, each in a transaction of its own.
///
/// # Errors
/// [`StoreError::Newer`] when a newer program has taken further steps; nothing is written then. Else from the database.
pub(super) async fn bring_up_to_date(pool: &SqlitePool) -> Result<(), StoreError> {
    let taken: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(pool)
        .await?;
    let taken = usize::try_from(taken).map_err(|_| StoreError::Corrupt)?;
    if taken > STEPS.len() {
        return Err(StoreError::Newer);
    }
    for (index, step) in STEPS.iter().enumerate().skip(taken) {
        let mut tx = pool.begin().await?;
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
        let version = format!("PRAGMA user_version = {}", index + 1);
        sqlx::raw_sql(sqlx::AssertSqlSafe(version))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Capacity, Store, pool};

    fn capacity() -> Capacity {
        Capacity {
            max_waiting: 1,
            min_free_mib: 0,
        }
    }

    #[tokio::test]
    async fn a_database_of_a_newer_program_is_refused_and_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tips.sqlite3");
        let newer = format!("PRAGMA user_version = {}", STEPS.len() + 1);
        let made = pool(&path, 1).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(newer))
            .execute(&made)
            .await
            .unwrap();
        made.close().await;
        let before = std::fs::read(&path).unwrap();
        let refused = Store::open(&path, capacity()).await.err();
        assert!(matches!(refused, Some(StoreError::Newer)), "{refused:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn a_database_of_an_older_program_is_brought_up_to_date_with_its_letters() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tips.sqlite3");
        let made = pool(&path, 1).await.unwrap();
        sqlx::raw_sql(STEPS[0]).execute(&made).await.unwrap();
        sqlx::raw_sql(
            "INSERT INTO outbox (id, mailbox_id, unit_id, class, state, sealed, received_day) \
             VALUES (x'00', x'01', 'city', 'prompt', 'queued', x'02', 20000); PRAGMA user_version = 1",
        )
        .execute(&made)
        .await
        .unwrap();
        made.close().await;
        let store = Store::open(&path, capacity()).await.unwrap();
        assert_eq!(store.waiting(), 1);
    }
}
