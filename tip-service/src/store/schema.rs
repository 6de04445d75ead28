//! The database's schema, step by step. SQLite counts the steps that were taken in `PRAGMA user_version`, PostgreSQL in a table
//! of one row, which also keeps two instances that start together from taking the same step.

pub(super) mod down;
mod steps;
#[cfg(test)]
mod tests;

use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Executor};

use super::StoreError;
use steps::Step;

/// The steps of one kind of database, and how that counts them.
pub(super) struct Schema {
    steps: &'static [Step],
    /// 1 where steps are counted, 0 in a database that no program has opened yet.
    counted: &'static str,
    /// Reads how many steps were taken; within a transaction nobody else can change it then.
    taken: &'static str,
    /// Writes it.
    note: fn(i64) -> String,
    /// Counts the other programs that have the database open.
    others: &'static str,
}

pub(super) const SQLITE: Schema = Schema {
    steps: steps::SQLITE,
    counted: "SELECT 1",
    taken: "PRAGMA user_version",
    note: |number| format!("PRAGMA user_version = {number}"),
    // Whoever asks has the file for itself (`engine::sqlite::alone`).
    others: "SELECT 0",
};

pub(super) const POSTGRES: Schema = Schema {
    steps: steps::POSTGRES,
    counted: "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_steps')",
    taken: "SELECT steps FROM schema_steps FOR UPDATE",
    note: |number| format!("UPDATE schema_steps SET steps = {number}"),
    others: "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
};

impl Schema {
    /// The newest step that this program knows.
    pub(super) fn newest(&self) -> i64 {
        self.steps().map(|(number, _)| number).last().unwrap_or(0)
    }

    /// The step that a database is at.
    pub(super) async fn taken(&self, db: &mut AnyConnection) -> Result<i64, StoreError> {
        let counted: i64 = sqlx::query_scalar(self.counted).fetch_one(&mut *db).await?;
        if counted == 0 {
            return Ok(0);
        }
        Ok(sqlx::query_scalar(self.taken).fetch_one(db).await?)
    }

    async fn note(&self, db: &mut AnyConnection, number: i64) -> Result<(), StoreError> {
        let sql = (self.note)(number);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(db).await?;
        Ok(())
    }

    /// All steps, with their numbers.
    fn steps(&self) -> impl Iterator<Item = (i64, &'static Step)> + use<> {
        (1..).zip(self.steps)
    }

    /// The steps not yet taken, with their numbers.
    fn missing(
        &self,
        taken: i64,
    ) -> Result<impl Iterator<Item = (i64, &'static Step)> + use<>, StoreError> {
        self.refuse_newer(taken)?;
        Ok(self.steps().filter(move |(number, _)| *number > taken))
    }

    /// A database that has taken steps of which this program knows nothing.
    fn refuse_newer(&self, found: i64) -> Result<(), StoreError> {
        let known = self.newest();
        match found {
            ..0 => Err(StoreError::Corrupt),
            _ if found > known => Err(StoreError::Newer { found, known }),
            _ => Ok(()),
        }
    }
}

/// Takes the steps that are missing, each in a transaction of its own.
///
/// # Errors
/// [`StoreError::Newer`] when a newer program has taken further steps; nothing is written then. Else from the database.
pub(super) async fn of_sqlite(pool: &AnyPool) -> Result<(), StoreError> {
    up(pool, &SQLITE).await
}

async fn up(pool: &AnyPool, schema: &Schema) -> Result<(), StoreError> {
    let taken = schema.taken(&mut *pool.acquire().await?).await?;
    for (number, step) in schema.missing(taken)? {
        let mut tx = pool.begin().await?;
        tx.execute(step.up).await?;
        schema.note(&mut tx, number).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The same for PostgreSQL, all steps in one transaction.
///
/// # Errors
/// As [`of_sqlite`].
pub(super) async fn of_postgres(pool: &AnyPool) -> Result<(), StoreError> {
    up_at_once(pool, &POSTGRES).await
}

async fn up_at_once(pool: &AnyPool, schema: &Schema) -> Result<(), StoreError> {
    // Two that make the table at once: one of them is refused, and finds it there the second time.
    if let Err(StoreError::Conflict(_)) = count_steps(pool).await {
        count_steps(pool).await?;
    }
    let mut tx = pool.begin().await?;
    // Whoever comes second waits here until the first is done.
    let taken = schema.taken(&mut tx).await?;
    for (number, step) in schema.missing(taken)? {
        tx.execute(step.up).await?;
        schema.note(&mut tx, number).await?;
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
