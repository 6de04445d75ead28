//! The database's schema, step by step. SQLite counts the steps that were taken in `PRAGMA user_version`, PostgreSQL in a table
//! of one row, which also keeps two instances that start together from taking the same step.

use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Executor};

use super::StoreError;

const SQLITE: &[&str] = &[
    include_str!("migrations/sqlite/0001_tips.sql"),
    include_str!("migrations/sqlite/0002_way_back.sql"),
    include_str!("migrations/sqlite/0003_batches.sql"),
    include_str!("migrations/sqlite/0004_keeper.sql"),
    include_str!("migrations/sqlite/0005_slot.sql"),
];

const POSTGRES: &[&str] = &[include_str!("migrations/postgres/0001_tips.sql")];

/// Takes the steps that are missing, each in a transaction of its own.
///
/// # Errors
/// [`StoreError::Newer`] when a newer program has taken further steps; nothing is written then. Else from the database.
pub(super) async fn of_sqlite(pool: &AnyPool) -> Result<(), StoreError> {
    let taken: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(pool)
        .await?;
    for (number, step) in missing(SQLITE, taken)? {
        let mut tx = pool.begin().await?;
        tx.execute(step).await?;
        let version = format!("PRAGMA user_version = {number}");
        sqlx::raw_sql(AssertSqlSafe(version))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The same for PostgreSQL, all steps in one transaction.
///
/// # Errors
/// As [`of_sqlite`].
pub(super) async fn of_postgres(pool: &AnyPool) -> Result<(), StoreError> {
    // Two that make the table at once: one of them is refused, and finds it there the second time.
    if let Err(StoreError::Conflict(_)) = count_steps(pool).await {
        count_steps(pool).await?;
    }
    let mut tx = pool.begin().await?;
    // Whoever comes second waits here until the first is done.
    let taken: i64 = sqlx::query_scalar("SELECT steps FROM schema_steps FOR UPDATE")
        .fetch_one(&mut *tx)
        .await?;
    for (number, step) in missing(POSTGRES, taken)? {
        tx.execute(step).await?;
        note(&mut tx, number).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn count_steps(pool: &AnyPool) -> Result<(), StoreError> {
    pool.execute(
        "CREATE TABLE IF NOT EXISTS schema_steps (one BIGINT PRIMARY KEY, steps BIGINT NOT NULL); \
         INSERT INTO schema_steps VALUES (1, 0) ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

async fn note(db: &mut AnyConnection, number: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE schema_steps SET steps = $1")
        .bind(number)
        .execute(db)
        .await?;
    Ok(())
}

/// The steps not yet taken, with their numbers.
fn missing(
    steps: &'static [&'static str],
    taken: i64,
) -> Result<impl Iterator<Item = (i64, &'static str)>, StoreError> {
    let taken = usize::try_from(taken).map_err(|_| StoreError::Corrupt)?;
    if taken > steps.len() {
        return Err(StoreError::Newer);
    }
    Ok((1..).zip(steps.iter().copied()).skip(taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::sqlite::pool;
    use crate::store::{Capacity, Place, Store};

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
        let newer = format!("PRAGMA user_version = {}", SQLITE.len() + 1);
        let made = pool(&path, 1).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(newer))
            .execute(&made)
            .await
            .unwrap();
        made.close().await;
        let before = std::fs::read(&path).unwrap();
        let refused = Store::open(&Place::Sqlite(path.clone()), capacity())
            .await
            .err();
        assert!(matches!(refused, Some(StoreError::Newer)), "{refused:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn a_database_of_an_older_program_is_brought_up_to_date_with_its_letters() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tips.sqlite3");
        let made = pool(&path, 1).await.unwrap();
        sqlx::raw_sql(SQLITE[0]).execute(&made).await.unwrap();
        sqlx::raw_sql(
            "INSERT INTO outbox (id, mailbox_id, unit_id, class, state, sealed, received_day) \
             VALUES (x'00', x'01', 'city', 'prompt', 'queued', x'02', 20000); PRAGMA user_version = 1",
        )
        .execute(&made)
        .await
        .unwrap();
        made.close().await;
        let store = Store::open(&Place::Sqlite(path.clone()), capacity())
            .await
            .unwrap();
        assert_eq!(store.waiting(), 1);
    }
}
