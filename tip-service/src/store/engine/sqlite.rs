//! SQLite: one file of this machine.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::Pools;
use crate::store::{StoreError, check_log, schema};

/// What every connection must have: nothing is acknowledged before it is synced, and deleted bytes are overwritten.
/// 8 MiB of pages in memory, and 8 MiB of log between check-points: random keys touch pages all over.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; \
    PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; \
    PRAGMA wal_autocheckpoint = 2048";

pub(super) async fn open(path: &Path) -> Result<Pools, StoreError> {
    // A pool waits for half a minute at most, and then only says that it did. One connection takes the time that a slow disk or a
    // long log needs, and says what is wrong.
    let mut once = AnyConnection::connect_with(&options(path, "rwc")?).await?;
    once.execute(PRAGMAS).await?;
    once.close().await?;
    let write = pool(path, 1).await?;
    schema::of_sqlite(&write).await?;
    let read = pool(path, 2).await?;
    Ok(Pools { write, read })
}

/// sqlx waits five seconds for a lock by itself.
pub(in crate::store) async fn pool(path: &Path, connections: u32) -> Result<AnyPool, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|db, _| Box::pin(async { db.execute(PRAGMAS).await.map(drop) }))
        .connect_with(options(path, "rwc")?)
        .await
        .map_err(|error| StoreError::of_opening(path, error))?;
    Ok(pool)
}

/// One connection to a database that is there, as it is: nothing is created or brought up to date.
pub(in crate::store) async fn look(path: &Path) -> Result<AnyConnection, StoreError> {
    Ok(AnyConnection::connect_with(&options(path, "rw")?).await?)
}

/// The same, and nobody else can open the file as long as it is there. [`StoreError::Busy`] when somebody has.
pub(in crate::store) async fn alone(path: &Path) -> Result<AnyConnection, StoreError> {
    check_log(path)?;
    let mut db = look(path).await?;
    // Said before the log is opened, it takes a lock of the whole file, in which every other connection has a share.
    db.execute("PRAGMA locking_mode = EXCLUSIVE").await?;
    db.execute(PRAGMAS).await?;
    Ok(db)
}

/// `mode` as SQLite's addresses have it: `rwc` makes a file that is not there.
fn options(path: &Path, mode: &str) -> Result<AnyConnectOptions, StoreError> {
    install_default_drivers();
    let name = path.to_string_lossy();
    let url = format!(
        "sqlite://{}?mode={mode}",
        utf8_percent_encode(&name, NON_ALPHANUMERIC)
    );
    let options: AnyConnectOptions = url.parse()?;
    Ok(options.disable_statement_logging())
}

/// Writes the number of steps taken once more.
pub(super) async fn probe(db: &mut AnyConnection) -> Result<(), StoreError> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *db)
        .await?;
    let same = format!("PRAGMA user_version = {version}");
    sqlx::raw_sql(AssertSqlSafe(same)).execute(db).await?;
    Ok(())
}

pub(super) async fn examine(pool: &AnyPool) -> Result<(), StoreError> {
    let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_all(pool)
        .await?;
    if said == ["ok"] {
        Ok(())
    } else {
        Err(StoreError::Corrupt)
    }
}
