//! What a change does to the database: all that waits in one transaction. Must never count or answer anything: that is
//! for after the commit.

use sqlx::{AnyConnection, Connection};

use super::engine::Engine;
use super::submit::Submission;
use super::writer::{Change, Effect, Job};
use super::{
    StoreError, counter, instances, lease, mailbox, nudge, outbox, reply, returned, submit, sweep,
};

/// Applies all jobs and commits them.
pub(super) async fn within_transaction(
    connection: &mut AnyConnection,
    engine: &Engine,
    jobs: &[Job],
) -> Result<Vec<Effect>, StoreError> {
    let mut tx = connection.begin_with(engine.begin()).await?;
    let submissions: Vec<&Submission> = jobs
        .iter()
        .filter_map(|job| match &job.change {
            Change::Submit(submission) => Some(submission.as_ref()),
            _ => None,
        })
        .collect();
    let mut submitted = submit::apply(&mut tx, engine, &submissions)
        .await?
        .into_iter();
    let mut effects = Vec::with_capacity(jobs.len());
    for job in jobs {
        effects.push(match &job.change {
            Change::Submit(_) => Effect::Submitted(submitted.next().ok_or(StoreError::Closed)?),
            other => apply(&mut tx, engine, other).await?,
        });
    }
    tx.commit().await?;
    Ok(effects)
}

async fn apply(
    db: &mut AnyConnection,
    engine: &Engine,
    change: &Change,
) -> Result<Effect, StoreError> {
    Ok(match change {
        Change::Submit(s) => {
            let done = submit::apply(db, engine, &[s.as_ref()]).await?;
            Effect::Submitted(done.into_iter().next().ok_or(StoreError::Closed)?)
        }
        Change::Lease(ids) => Effect::Leased(lease::lease(db, engine, ids).await?),
        Change::Settle(ids, outcome) => {
            lease::settle(db, engine, ids, *outcome).await?;
            Effect::Settled
        }
        Change::Recover => {
            lease::recover(db, engine).await?;
            Effect::Settled
        }
        Change::Requeue(id) => Effect::Requeued(outbox::requeue(db, id.as_ref()).await?),
        Change::ParkReturned(ids) => Effect::Requeued(returned::park(db, ids).await?),
        Change::Sweep(s) => Effect::Swept(sweep::apply(db, s).await?),
        Change::Reply(r) => Effect::Taken(reply::apply(db, engine, r).await?),
        Change::Answer(a) => Effect::Answered(mailbox::answer(db, engine, a).await?),
        Change::MarkRead(id, number) => {
            mailbox::mark_read(db, id, *number).await?;
            Effect::Settled
        }
        Change::DeleteMailbox(id) => {
            mailbox::delete(db, id).await?;
            Effect::Settled
        }
        Change::Nudge(n) => Effect::Done(nudge::apply(db, engine, n).await?),
        Change::Count(month, kind, n) => {
            counter::add(db, *month, counter::RECEIVED, kind, *n).await?;
            Effect::Settled
        }
        Change::Probe => {
            engine.probe(db).await?;
            Effect::Settled
        }
        Change::Beat(dead) => Effect::Beats(instances::beat(db, engine, dead).await?),
        Change::Leave => {
            instances::leave(db, engine).await?;
            Effect::Settled
        }
    })
}
