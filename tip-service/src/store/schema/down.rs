//! The way down, for an older program: step by step, each in a transaction of its own, and only while no other program has the
//! database open. Must never drop what is still needed: then nothing is changed, and the operator is told what it is.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use super::Schema;
use super::steps::Step;
use crate::store::StoreError;

/// Why the database was not led back.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DowngradeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some other program has the database open.
    #[error("another program has the database open · 还有程序开着数据库")]
    InUse,
    /// There is no such step below.
    #[error(
        "the database is at step {found}: there is no step {to} below it to go down to · 数据库在第 {found} 步，下面没有第 {to} 步"
    )]
    NoSuchStep {
        /// Where the database is.
        found: i64,
        /// Where it should go.
        to: i64,
    },
    /// The older schema cannot hold all there is.
    #[error("step {below} could not hold {count} {what}; nothing was changed · 数据库没有动")]
    Loss {
        /// The step that cannot.
        below: i64,
        /// How many rows.
        count: i64,
        /// What they are, in both languages.
        what: &'static str,
        /// What the operator can do.
        remedy: &'static str,
    },
}

impl DowngradeError {
    /// What the operator can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Store(error) => error.hint(),
            Self::InUse => {
                "stop tip-service on every machine, and what pipes mail into receive-mail (postfix); end a forgotten sqlite3 or psql"
            }
            Self::NoSuchStep { .. } => {
                "tip-service --version of the older program says its step; at the same step nothing is to be done"
            }
            Self::Loss { remedy, .. } => remedy,
        }
    }
}

/// Leads the database down to the step `to`. Whoever opened `db` has seen to it that nobody else can write.
pub(in crate::store) async fn down(
    db: &mut AnyConnection,
    schema: &Schema,
    to: i64,
) -> Result<(), DowngradeError> {
    let found = schema.taken(db).await?;
    schema.refuse_newer(found)?;
    refuse_company(db, schema).await?;
    let way: Vec<_> = schema
        .steps()
        .filter(|(number, _)| (to + 1..=found).contains(number))
        .collect();
    if way.is_empty() || to < 1 {
        return Err(DowngradeError::NoSuchStep { found, to });
    }
    for (number, step) in way.iter().rev() {
        refuse_loss(db, *number, step).await?;
    }
    for (number, step) in way.into_iter().rev() {
        take_back(db, schema, number, step).await?;
    }
    Ok(())
}

/// One step. With PostgreSQL somebody may have come in since the first look: whoever comes now waits for the number of steps.
async fn take_back(
    db: &mut AnyConnection,
    schema: &Schema,
    number: i64,
    step: &Step,
) -> Result<(), DowngradeError> {
    let below = number - 1;
    let mut tx = db.begin().await.map_err(StoreError::from)?;
    let found = schema.taken(&mut tx).await?;
    let Some(down) = step.down.filter(|_| found == number) else {
        return Err(DowngradeError::NoSuchStep { found, to: below });
    };
    refuse_company(&mut tx, schema).await?;
    refuse_loss(&mut tx, number, step).await?;
    tx.execute(down).await.map_err(StoreError::from)?;
    schema.note(&mut tx, below).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

async fn refuse_company(db: &mut AnyConnection, schema: &Schema) -> Result<(), DowngradeError> {
    match count(db, schema.others).await? {
        0 => Ok(()),
        _ => Err(DowngradeError::InUse),
    }
}

async fn refuse_loss(
    db: &mut AnyConnection,
    number: i64,
    step: &Step,
) -> Result<(), DowngradeError> {
    for loss in step.losses {
        let count = count(db, loss.count).await?;
        if count > 0 {
            return Err(DowngradeError::Loss {
                below: number - 1,
                count,
                what: loss.what,
                remedy: loss.remedy,
            });
        }
    }
    Ok(())
}

async fn count(db: &mut AnyConnection, sql: &'static str) -> Result<i64, StoreError> {
    let n = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(db).await?;
    Ok(n)
}
