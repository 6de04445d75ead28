//! What a change does to the database: all that waits in one transaction. Must never count or answer anything: that is
//! for after the commit.

use sqlx::{Connection, SqliteConnection};

use super::submit::Submission;
use super::writer::{Change, Effect, Job};
use super::{StoreError, counter, lease, mailbox, nudge, outbox, reply, returned, submit, sweep};

/// Applies all jobs and commits them.
pub(super) async fn within_transaction(
    connection: &mut SqliteConnection,
    jobs: &[Job],
) -> Result<Vec<Effect>, StoreError> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let submissions: Vec<&Submission> = jobs
        .iter()
        .filter_map(|job| match &job.change {
            Change::Submit(submission) => Some(submission.as_ref()),
            _ => None,
        })
        .collect();
    let mut submitted = submit::apply(&mut tx, &submissions).await?.into_iter();
    let mut effects = Vec::with_capacity(jobs.len());
    for job in jobs {
        effects.push(match &job.change {
            Change::Submit(_) => Effect::Submitted(submitted.next().ok_or(StoreError::Closed)?),
            other => apply(&mut tx, other).await?,
        });
    }
    tx.commit().await?;
    Ok(effects)
}

async fn apply(db: &mut SqliteConnection, change: &Change) -> Result<Effect, StoreError> {
    Ok(match change {
        Change::Submit(s) => {
            let done = submit::apply(db, &[s.as_ref()]).await?;
            Effect::Submitted(done.into_iter().next().ok_or(StoreError::Closed)?)
        }
        Change::Lease(ids, batch_id) => {
            Effect::Leased(lease::lease(db, ids, batch_id.as_ref()).await?)
        }
        Change::Settle(ids, outcome) => {
            lease::settle(db, ids, *outcome).await?;
            Effect::Settled
        }
        Change::Recover => {
            lease::recover(db).await?;
            Effect::Settled
        }
        Change::Requeue(id) => Effect::Requeued(outbox::requeue(db, id.as_ref()).await?),
        Change::ParkReturned(ids) => Effect::Requeued(returned::park(db, ids).await?),
        Change::Sweep(s) => Effect::Swept(sweep::apply(db, s).await?),
        Change::Reply(r) => Effect::Taken(reply::apply(db, r).await?),
        Change::Answer(a) => Effect::Answered(mailbox::answer(db, a).await?),
        Change::MarkRead(id, number) => {
            mailbox::mark_read(db, id, *number).await?;
            Effect::Settled
        }
        Change::DeleteMailbox(id) => {
            mailbox::delete(db, id).await?;
            Effect::Settled
        }
        Change::Nudge(n) => Effect::Done(nudge::apply(db, n).await?),
        Change::Count(month, kind, n) => {
            counter::add(db, *month, counter::RECEIVED, kind, *n).await?;
            Effect::Settled
        }
        Change::Probe => {
            let version: i64 = sqlx::query_scalar("PRAGMA user_version")
                .fetch_one(&mut *db)
                .await?;
            let same = format!("PRAGMA user_version = {version}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(same)).execute(db).await?;
            Effect::Settled
        }
    })
}
