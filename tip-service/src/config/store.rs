//! Where sealed tips wait: a section whose keys depend on one another. Must never hold the database's address, which is a
//! secret: it is named by `url_file` and read where it is used.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::check::{self, wrong_at};
use super::settings::whole;

/// Where sealed tips wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// A file or a server.
    pub database: Database,
    /// The folder where photographs wait, encrypted, while they are on their way in. With SQLite its disk should be the
    /// database's, whose free space is watched.
    pub spool: PathBuf,
    /// Undelivered letters beyond which the form answers 503.
    pub max_waiting: u32,
    /// Free disk space, in MiB, below which the form answers 503.
    pub min_free_mib: u64,
    /// Disk space, in MiB, where photographs wait.
    pub spool_mib: u64,
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// The SQLite file; its folder must exist.
    Sqlite(PathBuf),
    /// The file that holds the address of a PostgreSQL database, with its password.
    Postgres(PathBuf),
}

impl Store {
    /// The key that names the database, for messages.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self.database {
            Database::Sqlite(_) => "store.path",
            Database::Postgres(_) => "store.url_file",
        }
    }

    /// Returns the paths that may be relative.
    pub(super) fn paths(&mut self) -> [&mut PathBuf; 2] {
        let (Database::Sqlite(database) | Database::Postgres(database)) = &mut self.database;
        [database, &mut self.spool]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(default, deserialize_with = "check::some_path")]
    path: Option<PathBuf>,
    #[serde(default, deserialize_with = "check::some_path")]
    url_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "check::some_path")]
    spool: Option<PathBuf>,
    #[serde(
        default = "whole::<60_000, _>",
        deserialize_with = "check::within::<10, 10_000_000, _, _>"
    )]
    max_waiting: u32,
    #[serde(
        default = "whole::<512, _>",
        deserialize_with = "check::within::<16, 1_048_576, _, _>"
    )]
    min_free_mib: u64,
    #[serde(
        default = "whole::<1024, _>",
        deserialize_with = "check::within::<128, 1_048_576, _, _>"
    )]
    spool_mib: u64,
}

/// Reads the section `[store]`.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Store, D::Error> {
    let keys = Keys::deserialize(from)?;
    let (database, spool) = match (keys.path, keys.url_file) {
        (Some(_), Some(_)) => {
            return Err(wrong_at(
                "url_file",
                "stands beside path",
                "path is for SQLite, url_file for PostgreSQL: take one of them out",
            ));
        }
        (None, None) => return Err(missing("path", "there must be a database")),
        (Some(path), None) => {
            let beside = path.parent().unwrap_or(Path::new("")).to_owned();
            (Database::Sqlite(path), keys.spool.unwrap_or(beside))
        }
        (None, Some(file)) => {
            let spool = keys.spool;
            let spool =
                spool.ok_or_else(|| missing("spool", "photographs must wait on this machine"))?;
            (Database::Postgres(file), spool)
        }
    };
    Ok(Store {
        database,
        spool,
        max_waiting: keys.max_waiting,
        min_free_mib: keys.min_free_mib,
        spool_mib: keys.spool_mib,
    })
}

fn missing<E: Error>(key: &str, why: &str) -> E {
    wrong_at(
        key,
        &format!("is missing: {why}"),
        "config/tip-service.toml shows path, url_file and spool",
    )
}
