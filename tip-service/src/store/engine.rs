//! What differs between the two databases: how one is opened, how a transaction begins, how rows are locked. All other SQL is
//! one text for both. Must never be asked which database it is by anything but the store.

pub(super) mod postgres;
pub(super) mod sqlite;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::{AnyPool, Executor};
use zeroize::Zeroizing;

use super::StoreError;
use crate::config;
use crate::entropy::Entropy;
use crate::id::Id;

/// Where the store is.
#[derive(Clone)]
pub enum Place {
    /// A file of this machine, of one service alone.
    Sqlite(PathBuf),
    /// A PostgreSQL server, which several instances may share. Secret: the address holds a password.
    Postgres(Zeroizing<String>),
}

/// Longer than any write of a server that lives, the daily purge among them.
const VANISHED: Duration = Duration::from_secs(120);

impl Place {
    /// The place that the configuration names.
    ///
    /// # Errors
    /// [`StoreError::Address`] when the file with the server's address cannot be read or holds no address that may be used.
    pub fn of(settings: &config::Store) -> Result<Self, StoreError> {
        match &settings.database {
            config::Database::Sqlite(path) => Ok(Self::Sqlite(path.clone())),
            config::Database::Postgres(file) => {
                let read = std::fs::read_to_string(file).map(Zeroizing::new);
                let text = read.map_err(|_| StoreError::Address("cannot be read"))?;
                let url = text.trim();
                postgres::check_address(url).map_err(StoreError::Address)?;
                Ok(Self::Postgres(Zeroizing::new(url.to_owned())))
            }
        }
    }
}

/// An open database, and who this process is among those that share it.
#[derive(Clone)]
pub(super) struct Engine {
    kind: Kind,
    /// The name of this instance in the `keeper` column. Empty where there is one service alone: what is nobody's is its own.
    keeper: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Connections for writing (one) and for reading.
pub(super) struct Pools {
    pub(super) write: AnyPool,
    pub(super) read: AnyPool,
}

impl Engine {
    /// Opens the database, creates what is missing and brings the schema up to date.
    pub(super) async fn open(place: &Place) -> Result<(Self, Pools), StoreError> {
        match place {
            Place::Sqlite(path) => {
                let engine = Self {
                    kind: Kind::Sqlite,
                    keeper: Vec::new(),
                };
                Ok((engine, sqlite::open(path).await?))
            }
            Place::Postgres(url) => {
                let id: Id = Entropy::from_system().bytes();
                let engine = Self {
                    kind: Kind::Postgres,
                    keeper: id.to_vec(),
                };
                Ok((engine, postgres::open(url).await?))
            }
        }
    }

    /// Whether other instances may work with the same database.
    pub(super) fn is_shared(&self) -> bool {
        self.kind == Kind::Postgres
    }

    /// This instance's name.
    pub(super) fn keeper(&self) -> &[u8] {
        &self.keeper
    }

    /// Begins a transaction that sees one state of the database from its first word to its last. SQLite lets one write at a
    /// time; PostgreSQL says of a second that changed the same that it must begin anew ([`StoreError::Conflict`]).
    pub(super) fn begin(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        }
    }

    /// Waits for a write no longer than sense: a server that has vanished says nothing, and nobody may wait for it for ever.
    /// A disk answers in the end, and then it must be heard.
    pub(super) async fn bounded<T>(
        &self,
        write: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match self.kind {
            Kind::Sqlite => write.await,
            Kind::Postgres => tokio::time::timeout(VANISHED, write)
                .await
                .unwrap_or_else(|_| Err(StoreError::Unreachable("no answer to a write".into()))),
        }
    }

    /// The end of a `SELECT` of rows that are about to be changed, but for those that another instance changes now.
    pub(super) fn unclaimed(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// A write that changes nothing.
    pub(super) async fn probe(&self, db: &mut sqlx::AnyConnection) -> Result<(), StoreError> {
        match self.kind {
            Kind::Sqlite => sqlite::probe(db).await,
            Kind::Postgres => postgres::probe(db).await,
        }
    }

    /// After something was deleted: SQLite's log is moved into the database and emptied, and pages freed are overwritten there
    /// (`secure_delete`). PostgreSQL cannot be made to forget so soon; DATA.md says what that means.
    pub(super) async fn forget(&self, pool: &AnyPool) -> Result<(), StoreError> {
        if self.kind == Kind::Sqlite {
            pool.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// Reads the whole database and checks it, as far as that can be asked for.
    pub(super) async fn examine(&self, pool: &AnyPool) -> Result<(), StoreError> {
        match self.kind {
            Kind::Sqlite => sqlite::examine(pool).await,
            Kind::Postgres => postgres::examine(pool).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_has_vanished_is_not_waited_for_for_ever_but_a_disk_is() {
        let [disk, server] = [Kind::Sqlite, Kind::Postgres].map(|kind| Engine {
            kind,
            keeper: Vec::new(),
        });
        let never = || std::future::pending::<Result<(), StoreError>>();
        let gone = server.bounded(never()).await;
        assert!(matches!(gone, Err(StoreError::Unreachable(_))));
        let year = Duration::from_secs(31_536_000);
        let waits = tokio::time::timeout(year, disk.bounded(never())).await;
        assert!(waits.is_err());
    }
}
