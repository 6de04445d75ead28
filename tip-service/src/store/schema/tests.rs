//! Up and down with rows in every table.

mod losses;
mod on_postgres;

use std::path::Path;

use sqlx::Connection;

use super::down::DowngradeError;
use super::*;
use crate::store::engine::sqlite::{alone, look, pool};
use crate::store::{Capacity, Place, Store, downgrade};

type Done = Result<(), Box<dyn std::error::Error>>;

fn capacity() -> Capacity {
    Capacity {
        max_waiting: 1,
        min_free_mib: 0,
    }
}

/// The schema as a program knew it that had so many steps.
fn older(newest: i64) -> Schema {
    let newest = usize::try_from(newest).unwrap_or(0);
    Schema {
        steps: steps::SQLITE.get(..newest).unwrap_or_default(),
        ..SQLITE
    }
}

/// Opens the database as a program with so many steps does.
async fn open(path: &Path, newest: i64) -> Result<(), StoreError> {
    let made = pool(path, 1).await?;
    up(&made, &older(newest)).await?;
    made.close().await;
    Ok(())
}

async fn lead_down(path: &Path, to: i64) -> Result<(), DowngradeError> {
    downgrade(&Place::Sqlite(path.to_owned()), to).await
}

async fn run(path: &Path, sql: &str) -> Result<(), StoreError> {
    let mut db = look(path).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await?;
    db.close().await?;
    Ok(())
}

async fn texts(db: &mut AnyConnection, sql: String) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(db).await?)
}

async fn tables(db: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    texts(db, sql.to_owned()).await
}

/// How many steps were taken, and tables and indexes as they were declared, without comments, quotes and spaces.
async fn shape(path: &Path) -> Result<Vec<String>, StoreError> {
    let mut db = look(path).await?;
    let taken = SQLITE.taken(&mut db).await?;
    let sql = "SELECT type || ' ' || name || ' ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let declared = texts(&mut db, sql.to_owned()).await?;
    db.close().await?;
    let bare = declared.iter().map(|text| {
        let words = text.lines().flat_map(|line| line.split("--").next());
        words
            .flat_map(str::chars)
            .filter(|c| !c.is_whitespace() && *c != '"')
            .collect::<String>()
    });
    Ok([format!("step {taken}")].into_iter().chain(bare).collect())
}

/// All there is in every table, but for the numbers by which rows are found: they are random.
async fn rows(path: &Path) -> Result<Vec<String>, StoreError> {
    let mut db = look(path).await?;
    let mut all = Vec::new();
    for table in tables(&mut db).await? {
        let columns = format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE NOT (name = 'slot' AND type = 'INTEGER')"
        );
        let columns = texts(&mut db, columns).await?;
        let values: Vec<String> = columns
            .iter()
            .map(|name| format!("'{name}=' || quote({name})"))
            .collect();
        let values = values.join(" || ' ' || ");
        let sql = format!("SELECT '{table}: ' || {values} FROM {table} ORDER BY 1");
        all.extend(texts(&mut db, sql).await?);
    }
    db.close().await?;
    Ok(all)
}

/// Rows in each table, whatever columns it has: chance, but letters in each state, long ones and emptied ones.
const ROWS: usize = 40;

async fn fill(path: &Path) -> Result<(), StoreError> {
    let mut db = look(path).await?;
    for table in tables(&mut db).await? {
        let of = format!("pragma_table_info('{table}')");
        let names = texts(&mut db, format!("SELECT name FROM {of}")).await?;
        let types = texts(&mut db, format!("SELECT type FROM {of}")).await?;
        let values: Vec<&str> = std::iter::zip(&names, &types)
            .map(|(name, kind)| match (name.as_str(), kind.as_str()) {
                ("slot", "INTEGER") => "random()",
                ("state", _) => {
                    "CASE i % 4 WHEN 0 THEN 'queued' WHEN 1 THEN 'sending' WHEN 2 THEN 'parked' ELSE 'delivered' END"
                }
                ("sealed", _) => "CASE i % 7 WHEN 3 THEN x'' ELSE randomblob(8000 + i * 500) END",
                (_, "INTEGER") => "abs(random() % 30000)",
                (_, "TEXT") => "'words ' || i",
                _ => "randomblob(16)",
            })
            .collect();
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) \
             INSERT INTO {table} ({}) SELECT {} FROM n",
            names.join(", "),
            values.join(", "),
        );
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await?;
        assert_eq!(done.rows_affected(), ROWS as u64, "{table}");
    }
    db.close().await?;
    Ok(())
}

#[tokio::test]
async fn each_way_down_ends_where_the_steps_up_to_there_end() -> Done {
    let newest = SQLITE.newest();
    for (from, to) in (2..=newest).flat_map(|from| (1..from).map(move |to| (from, to))) {
        let folder = tempfile::tempdir()?;
        let [led, made] = ["led", "made"].map(|name| folder.path().join(name));
        open(&led, from).await?;
        open(&made, to).await?;
        lead_down(&led, to).await?;
        assert_eq!(shape(&led).await?, shape(&made).await?, "{from} to {to}");
    }
    Ok(())
}

#[tokio::test]
async fn what_an_older_schema_can_hold_comes_down_and_up_again_as_it_was() -> Done {
    let newest = SQLITE.newest();
    for step in 1..newest {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("tips");
        open(&path, step).await?;
        fill(&path).await?;
        let before = rows(&path).await?;
        open(&path, newest).await?;
        let above = rows(&path).await?;
        lead_down(&path, step).await?;
        // The older program opens it, and finds nothing to do.
        let shape_before = shape(&path).await?;
        open(&path, step).await?;
        assert_eq!(shape(&path).await?, shape_before, "step {step}");
        assert_eq!(rows(&path).await?, before, "step {step}");
        open(&path, newest).await?;
        assert_eq!(rows(&path).await?, above, "step {step}");
    }
    Ok(())
}

#[tokio::test]
async fn a_database_that_is_open_elsewhere_is_not_led_down_and_nobody_comes_in_meanwhile() -> Done {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tips");
    open(&path, SQLITE.newest()).await?;
    let service = pool(&path, 1).await?;
    let refused = lead_down(&path, 4).await;
    assert!(matches!(refused, Err(DowngradeError::InUse)), "{refused:?}");
    service.close().await;
    let held = alone(&path).await?;
    let came = Store::open(&Place::Sqlite(path.clone()), capacity()).await;
    let came = came.err();
    assert!(matches!(came, Some(StoreError::Busy)), "{came:?}");
    held.close().await?;
    lead_down(&path, 4).await?;
    Ok(())
}

#[tokio::test]
async fn a_step_that_is_not_below_and_a_newer_database_are_refused() -> Done {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tips");
    open(&path, SQLITE.newest()).await?;
    let before = shape(&path).await?;
    for to in [-1, 0, SQLITE.newest(), SQLITE.newest() + 1] {
        let refused = lead_down(&path, to).await;
        let wrong = matches!(refused, Err(DowngradeError::NoSuchStep { .. }));
        assert!(wrong, "{to}: {refused:?}");
    }
    assert_eq!(shape(&path).await?, before);
    let newer = SQLITE.newest() + 1;
    run(&path, &format!("PRAGMA user_version = {newer}")).await?;
    let refused = lead_down(&path, 4).await;
    let known = matches!(&refused, Err(DowngradeError::Store(StoreError::Newer { found, .. })) if *found == newer);
    assert!(known, "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_not_touched() -> Done {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tips.sqlite3");
    open(&path, 0).await?;
    let newer = SQLITE.newest() + 1;
    run(&path, &format!("PRAGMA user_version = {newer}")).await?;
    let before = std::fs::read(&path)?;
    let refused = Store::open(&Place::Sqlite(path.clone()), capacity()).await;
    let refused = refused.err();
    let said = matches!(refused, Some(StoreError::Newer { found, .. }) if found == newer);
    assert!(said, "{refused:?}");
    assert_eq!(std::fs::read(&path)?, before);
    Ok(())
}

#[tokio::test]
async fn a_database_of_an_older_program_is_brought_up_to_date_with_its_letters() -> Done {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tips.sqlite3");
    open(&path, 1).await?;
    run(
        &path,
        "INSERT INTO outbox (id, mailbox_id, unit_id, class, state, sealed, received_day) \
         VALUES (x'00', x'01', 'city', 'prompt', 'queued', x'02', 20000)",
    )
    .await?;
    let store = Store::open(&Place::Sqlite(path), capacity()).await?;
    assert_eq!(store.waiting(), 1);
    Ok(())
}
