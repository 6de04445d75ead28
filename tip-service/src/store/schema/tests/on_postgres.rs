//! The same on a PostgreSQL server, with a second step made up for the test: there is none yet.

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "shared with the stories, where a panic is a failed test"
)]
#[path = "../../../../../tests/harness/postgres.rs"]
mod server;

use std::time::Duration;

use tokio::time::timeout;

use super::super::steps::Loss;
use super::*;
use crate::store::engine::postgres;
use crate::store::schema::down::down;

const TWO: &[Step] = &[
    Step {
        up: include_str!("../../migrations/postgres/0001_tips.sql"),
        down: None,
        losses: &[],
    },
    Step {
        up: "CREATE TABLE later (n BIGINT NOT NULL)",
        down: Some("DROP TABLE later"),
        losses: &[Loss {
            count: "SELECT count(*) FROM later",
            what: "rows",
            remedy: "take them out",
        }],
    },
];

#[tokio::test]
async fn postgresql_goes_down_as_it_went_up_when_nobody_else_has_it_open() -> Done {
    let server = server::Postgres::start();
    let url = server.create("tips");
    let schema = Schema {
        steps: TWO,
        ..POSTGRES
    };
    let service = postgres::open(&url).await?;
    up_at_once(&service.write, &schema).await?;
    service
        .write
        .execute("INSERT INTO later VALUES (1)")
        .await?;
    let mut db = postgres::look(&url).await?;
    let refused = down(&mut db, &schema, 1).await;
    assert!(matches!(refused, Err(DowngradeError::InUse)), "{refused:?}");
    service.write.close().await;
    service.read.close().await;
    // The server sees sessions end a moment after they did.
    let refused = timeout(Duration::from_secs(60), async {
        loop {
            match down(&mut db, &schema, 1).await {
                Err(DowngradeError::InUse) => {}
                done => break done,
            }
        }
    })
    .await?;
    let needed = matches!(
        refused,
        Err(DowngradeError::Loss {
            below: 1,
            count: 1,
            ..
        })
    );
    assert!(needed, "{refused:?}");
    assert_eq!(schema.taken(&mut db).await?, 2);
    db.execute("DELETE FROM later").await?;
    down(&mut db, &schema, 1).await?;
    assert_eq!(schema.taken(&mut db).await?, 1);
    let left = texts(
        &mut db,
        "SELECT tablename::text FROM pg_tables WHERE tablename = 'later'".to_owned(),
    );
    assert_eq!(left.await?, Vec::<String>::new());
    Ok(())
}
