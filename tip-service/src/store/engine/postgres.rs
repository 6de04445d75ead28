//! PostgreSQL: a server that several instances may share.

use std::net::IpAddr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection, Executor};

use super::Pools;
use crate::store::{StoreError, schema};

/// What every session must have: nothing is acknowledged before it is synced; and an instance that is cut off in the middle of
/// a transaction does not hold its rows for ever.
const SESSION: &str =
    "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '30s'";

/// As long as SQLite waits for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// The oldest server that the tests have seen, as it counts itself.
const OLDEST: i64 = 150_000;

/// Says what is wrong with the address; never shows it.
pub(super) fn check_address(url: &str) -> Result<(), &'static str> {
    let scheme = url.split("://").next().unwrap_or_default();
    if !matches!(scheme, "postgres" | "postgresql") || url.contains(char::is_whitespace) {
        return Err("holds no address such as postgres://name:password@host/database");
    }
    let options: PgConnectOptions = url
        .parse()
        .map_err(|_| "holds an address that cannot be read")?;
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    let is_sure = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
    if is_here || is_sure {
        Ok(())
    } else {
        Err(
            "names another machine without sslmode=verify-full: nobody would know who answers, and who listens",
        )
    }
}

pub(in crate::store) async fn open(url: &str) -> Result<Pools, StoreError> {
    install_default_drivers();
    let options: AnyConnectOptions = url.parse()?;
    let options = options.disable_statement_logging();
    let write = match pool(&options, 1).await {
        // A pool only says that it waited in vain: the server itself says why.
        Err(StoreError::Unreachable(_)) => {
            connect(&options).await?;
            pool(&options, 1).await?
        }
        opened => opened?,
    };
    examine(&write).await?;
    schema::of_postgres(&write).await?;
    let read = pool(&options, 4).await?;
    Ok(Pools { write, read })
}

/// One connection to the database as it is: nothing is created or brought up to date.
pub(in crate::store) async fn look(url: &str) -> Result<AnyConnection, StoreError> {
    install_default_drivers();
    let options: AnyConnectOptions = url.parse()?;
    let mut db = connect(&options.disable_statement_logging()).await?;
    db.execute(SESSION).await?;
    Ok(db)
}

async fn connect(options: &AnyConnectOptions) -> Result<AnyConnection, StoreError> {
    let once = AnyConnection::connect_with(options);
    let waited = tokio::time::timeout(PATIENCE, once).await;
    Ok(waited.map_err(|_| StoreError::Unreachable("no answer".into()))??)
}

async fn pool(options: &AnyConnectOptions, connections: u32) -> Result<AnyPool, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .after_connect(|db, _| Box::pin(async { db.execute(SESSION).await.map(drop) }))
        .connect_with(options.clone())
        .await?;
    Ok(pool)
}

/// Nothing is so old; but a server that may not be written says so.
pub(super) async fn probe(db: &mut AnyConnection) -> Result<(), StoreError> {
    db.execute("DELETE FROM instance WHERE beat < 0").await?;
    Ok(())
}

/// Refuses a server that is older than any test has seen, or that may lose what it has acknowledged.
pub(super) async fn examine(pool: &AnyPool) -> Result<(), StoreError> {
    let setting = async |name: &str| -> Result<String, StoreError> {
        let said: Option<String> = sqlx::query_scalar("SELECT current_setting($1, true)")
            .bind(name)
            .fetch_one(pool)
            .await?;
        Ok(said.unwrap_or_default())
    };
    let version = setting("server_version_num").await?;
    if version.parse::<i64>().is_ok_and(|version| version < OLDEST) {
        return Err(StoreError::TooOld);
    }
    if setting("fsync").await? == "off" {
        return Err(StoreError::Unsafe);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_address;

    #[test]
    fn an_address_of_another_machine_must_have_its_certificate_verified() {
        for good in [
            "postgres://tips:x@localhost/tips",
            "postgresql://tips:x@127.0.0.1:5433/tips",
            "postgres://tips@%2Fvar%2Frun%2Fpostgresql/tips",
            "postgres:///tips?host=/var/run/postgresql&user=tips",
            "postgres://tips:x@db.example.invalid/tips?sslmode=verify-full",
        ] {
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "tips",
            "mysql://localhost/tips",
            "postgres://tips:x@local host/tips",
            "postgres://tips:x@localhost:port/tips",
            "postgres://tips:x@db.example.invalid/tips",
            "postgres://tips:x@db.example.invalid/tips?sslmode=require",
            "postgres://tips:x@192.0.2.7/tips?sslmode=prefer",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
