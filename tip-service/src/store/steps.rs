//! The schema's steps as the operator sees them: where a database is, and the way down. Both leave everything else as it is;
//! only [`super::Store::open`] brings a database up to date.

use sqlx::Connection;

use super::engine::{Place, postgres, sqlite};
use super::schema::{self, POSTGRES, SQLITE};
use super::{DowngradeError, StoreError};

/// How far a schema has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The step that this program brings a database to.
    pub program: i64,
    /// The step that the database is at.
    pub database: i64,
}

/// The steps that this program brings a database to: SQLite's, PostgreSQL's.
#[must_use]
pub fn newest_steps() -> [i64; 2] {
    [SQLITE.newest(), POSTGRES.newest()]
}

/// Looks where the database is; a service may be running.
///
/// # Errors
/// When there is no database, or it cannot be read.
pub async fn steps(place: &Place) -> Result<Steps, StoreError> {
    let (mut db, schema) = match place {
        Place::Sqlite(path) => (sqlite::look(path).await?, SQLITE),
        Place::Postgres(url) => (postgres::look(url).await?, POSTGRES),
    };
    Ok(Steps {
        program: schema.newest(),
        database: schema.taken(&mut db).await?,
    })
}

/// Leads the database down to the step `to`, for an older program. No other program may have it open.
///
/// # Errors
/// [`DowngradeError`]; the database is at a step between, whole, when one of several failed.
pub async fn downgrade(place: &Place, to: i64) -> Result<(), DowngradeError> {
    let (mut db, schema) = match place {
        Place::Sqlite(path) => (alone(sqlite::alone(path).await)?, SQLITE),
        Place::Postgres(url) => (postgres::look(url).await?, POSTGRES),
    };
    schema::down::down(&mut db, &schema, to).await?;
    db.close().await.map_err(StoreError::from)?;
    Ok(())
}

fn alone<T>(opened: Result<T, StoreError>) -> Result<T, DowngradeError> {
    opened.map_err(|error| match error {
        StoreError::Busy => DowngradeError::InUse,
        other => other.into(),
    })
}
