//! The ground a desk stands on: a database of its own in a server that all desks share.

#![expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sqlx::{AnyConnection, Connection};

use crate::postgres::Postgres;
use crate::tip_life::house::{DEV, House};

/// Lists what is stored, `table.column` each.
pub(crate) const COLUMNS: &str = "SELECT (table_name || '.' || column_name)::text FROM information_schema.columns \
    WHERE table_schema = 'public'";

/// Columns that DATA.md tells of and that are not here.
pub(crate) const NOT_HERE: &[&str] = &[];

pub(crate) struct Ground {
    url: String,
    /// Runs as long as a desk stands on it.
    _server: Arc<Postgres>,
}

impl Ground {
    /// A new database, and the configuration bent to it.
    pub(crate) fn of(house: &House) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = running();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let url = server.create(&format!("desk{number}"));
        house.write("config/store-url", &url);
        house.close_to_others("config/store-url");
        house.replace(
            DEV,
            "path = \"../var/tips.sqlite3\"",
            "url_file = \"store-url\"\nspool = \"../var\"",
        );
        let _server = server;
        Self { url, _server }
    }

    /// Looks into the database beside the store.
    pub(crate) async fn look(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }
}

fn running() -> Arc<Postgres> {
    static RUNNING: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Postgres::start());
        *running = Arc::downgrade(&started);
        started
    })
}
