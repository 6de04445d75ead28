//! The ground a desk stands on: a file in its house.

#![expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]

use sqlx::{AnyConnection, Connection};

use crate::tip_life::desk::Desk;
use crate::tip_life::house::House;

/// Lists what is stored, `table.column` each.
pub(crate) const COLUMNS: &str = "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c \
    WHERE m.type = 'table'";

/// Columns that DATA.md tells of and that are not here: one service alone needs none of them.
pub(crate) const NOT_HERE: &[&str] = &[
    "instance.beat",
    "instance.id",
    "schema_steps.one",
    "schema_steps.steps",
];

pub(crate) struct Ground(String);

impl Ground {
    /// What the house's own configuration names.
    pub(crate) fn of(house: &House) -> Self {
        Self(format!(
            "sqlite://{}",
            house.path("var/tips.sqlite3").display()
        ))
    }

    /// Looks into the database beside the store.
    pub(crate) async fn look(&self) -> AnyConnection {
        AnyConnection::connect(&self.0).await.unwrap()
    }
}

#[tokio::test]
async fn what_waits_is_read_from_the_index_alone() {
    let desk = Desk::open().await;
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN SELECT id, class, unit_id, length(sealed) FROM outbox WHERE state = 'queued' AND keeper = $1",
    )
    .bind(Vec::new())
    .fetch_all(&mut desk.ground().look().await)
    .await
    .unwrap();
    assert!(
        plan.iter()
            .all(|row| row.3.contains("COVERING INDEX outbox_state")),
        "{plan:?}"
    );
}
