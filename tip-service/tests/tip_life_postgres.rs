//! A tip's life, on PostgreSQL; and what several instances do that share one database.

#[path = "tip_life/on_postgres.rs"]
mod ground;
#[expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    dead_code,
    unreachable_pub,
    reason = "shared with the stories, where a panic is a failed test"
)]
#[path = "../../tests/harness/postgres.rs"]
mod postgres;
#[path = "tip_life/several.rs"]
mod several;
#[path = "tip_life/mod.rs"]
mod tip_life;
