//! A tip's life, on SQLite; and what is asked of SQLite alone.

#[path = "tip_life/on_sqlite.rs"]
mod ground;
#[path = "tip_life/mod.rs"]
mod tip_life;
