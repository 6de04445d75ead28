//! The one writer. Whatever waits in the queue becomes one transaction; when that fails, each job is tried
//! alone, so that one bad row cannot fail the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::engine::Engine;
use super::health::Health;
use super::instances::Beat;
use super::lease::{Lease, Outcome};
use super::mailbox::{Answer, Answered};
use super::nudge::Nudge;
use super::reply::{Reply, Taken};
use super::submit::{Submission, Submitted};
use super::sweep::{Sweep, Swept};
use super::transaction::within_transaction;
use super::{Capacity, Share, Store, StoreError};
use crate::id::Id;

/// One change to the database. Cloned nowhere: a job is applied by reference, at most twice.
pub(super) enum Change {
    Submit(Box<Submission>),
    Lease(Vec<Id>),
    Settle(Vec<Id>, Outcome),
    Requeue(Option<Id>),
    ParkReturned(Vec<Id>),
    Recover,
    Sweep(Sweep),
    Reply(Box<Reply>),
    Answer(Box<Answer>),
    MarkRead(Id, u32),
    DeleteMailbox(Id),
    Nudge(Box<Nudge>),
    Count(u32, String, u32),
    Probe,
    /// With the instances that are silent.
    Beat(Vec<Beat>),
    Leave,
}

/// What a change gave.
pub(super) enum Effect {
    Submitted(Submitted),
    Leased(Lease),
    Settled,
    Requeued(u64),
    Swept(Swept),
    Taken(Taken),
    Answered(Answered),
    Done(bool),
    Beats(Vec<Beat>),
}

/// A change and the place its caller waits at.
pub(super) struct Job {
    pub(super) change: Change,
    done: oneshot::Sender<Result<Effect, StoreError>>,
}

impl Store {
    /// Queues a change and waits until it is committed.
    pub(super) async fn write(&self, change: Change) -> Result<Effect, StoreError> {
        let (done, wait) = oneshot::channel();
        let job = Job { change, done };
        if matches!(job.change, Change::Submit(_) | Change::Answer(_)) {
            // A visitor is told at once; what is under way already waits for its turn.
            self.write.try_send(job).map_err(|e| match e {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
            })?;
        } else {
            self.write.send(job).await.map_err(|_| StoreError::Closed)?;
        }
        wait.await.map_err(|_| StoreError::Closed)?
    }
}

/// Jobs in one transaction at most.
const BATCH: usize = 256;

/// How often a transaction is begun anew that other instances were in the way of. Each time one of them has got on.
const CONFLICTS: u32 = 20;

pub(super) struct Writer {
    pub(super) pool: AnyPool,
    pub(super) engine: Engine,
    pub(super) capacity: Capacity,
    pub(super) health: Arc<Health>,
    pub(super) waiting: Arc<AtomicU64>,
}

impl Writer {
    /// Runs until every [`Store`] handle is gone.
    pub(super) async fn run(self, mut queue: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            let rest = self.refuse_when_full(&mut batch);
            match self.try_commit(&rest).await {
                Ok(effects) => {
                    for (job, effect) in rest.into_iter().zip(effects) {
                        let _ = job.done.send(Ok(effect));
                    }
                }
                // Each has waited as long as one waits for a lock or an answer: the next would wait as long again.
                Err(error @ (StoreError::Busy | StoreError::Unreachable(_))) => {
                    for job in rest {
                        let _ = job.done.send(Err(error.clone()));
                    }
                }
                Err(_) if rest.len() > 1 => {
                    for job in rest {
                        let alone = std::slice::from_ref(&job);
                        let result = self.try_commit(alone).await.and_then(only);
                        let _ = job.done.send(result);
                    }
                }
                Err(error) => {
                    for job in rest.into_iter().take(1) {
                        let _ = job.done.send(Err(error.clone()));
                    }
                }
            }
        }
        self.pool.close().await;
    }

    /// Refuses the submissions that would overfill their share of the store; gives back the others.
    fn refuse_when_full(&self, batch: &mut Vec<Job>) -> Vec<Job> {
        let mut waiting = self.waiting.load(Ordering::Relaxed);
        let free = self.health.free_mib();
        let mut rest = Vec::with_capacity(batch.len());
        for job in batch.drain(..) {
            let (share, letters) = match &job.change {
                Change::Submit(s) => (Share::of(s.class, s.waited), s.letters.len()),
                // Whoever answers in a mailbox has no ticket, and had a receipt before.
                Change::Answer(a) => (Share::of(a.class, true), a.letters.len()),
                _ => {
                    rest.push(job);
                    continue;
                }
            };
            let then = waiting + letters as u64;
            match self.capacity.check(share, then, free) {
                Ok(()) => {
                    waiting = then;
                    rest.push(job);
                }
                Err(error) => {
                    let _ = job.done.send(Err(error));
                }
            }
        }
        rest
    }

    /// As [`Writer::commit`], and notes how it went. A receipt for what went into a damaged file might be a lie.
    async fn try_commit(&self, jobs: &[Job]) -> Result<Vec<Effect>, StoreError> {
        let is_new = |job: &Job| matches!(job.change, Change::Submit(_) | Change::Answer(_));
        if self.health.is_damaged() && jobs.iter().any(is_new) {
            return Err(StoreError::Corrupt);
        }
        let begun = Instant::now();
        let done = self.commit(jobs).await;
        if !jobs.is_empty() {
            self.health.note(done.as_ref().err(), begun.elapsed());
        }
        done
    }

    /// Applies all jobs in one transaction, and counts only what was committed.
    async fn commit(&self, jobs: &[Job]) -> Result<Vec<Effect>, StoreError> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let effects = self.write_down(jobs).await?;
        for (job, effect) in jobs.iter().zip(&effects) {
            self.count(&job.change, effect);
        }
        if jobs
            .iter()
            .any(|j| matches!(j.change, Change::Sweep(_) | Change::DeleteMailbox(_)))
        {
            // The batch is committed: a log that cannot be cut now must not make it look failed.
            if let Err(error) = self.engine.forget(&self.pool).await {
                tracing::warn!(%error, "the log was not cut; the next purge tries again");
            }
        }
        Ok(effects)
    }

    /// One transaction. One that another instance was in the way of is begun anew: what it reads then, that one has written.
    async fn write_down(&self, jobs: &[Job]) -> Result<Vec<Effect>, StoreError> {
        for round in 1..=CONFLICTS {
            match self.write_once(jobs).await {
                Err(StoreError::Conflict(_)) => sleep(self.rest(round)).await,
                done => return done,
            }
        }
        self.write_once(jobs).await
    }

    /// Before the transaction is begun anew: longer each time, and another time for each instance, so that of two one gets ahead.
    fn rest(&self, round: u32) -> Duration {
        let pace = self.engine.keeper().first().copied().unwrap_or(0);
        Duration::from_millis(u64::from(round) * u64::from(1 + pace % 8))
    }

    /// On a full or broken disk SQLite rolls back by itself, and sqlx goes on counting a transaction that is no longer there:
    /// nothing could ever be written on that connection again, so it is closed.
    async fn write_once(&self, jobs: &[Job]) -> Result<Vec<Effect>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let write = within_transaction(&mut connection, &self.engine, jobs);
        let done = self.engine.bounded(write).await;
        // Busy is said before anything is begun, and after a conflict the server knows where it is.
        let sound = |e: &StoreError| matches!(e, StoreError::Busy | StoreError::Conflict(_));
        let spoilt = done.as_ref().is_err_and(|e| !sound(e));
        if spoilt && let Err(error) = connection.close().await {
            tracing::warn!(%error, "a connection was not closed well");
        }
        done
    }

    fn add(&self, letters: usize) {
        self.waiting.fetch_add(letters as u64, Ordering::Relaxed);
    }

    fn count(&self, change: &Change, effect: &Effect) {
        match (change, effect) {
            (Change::Submit(s), Effect::Submitted(done)) if done.is_stored() => {
                self.add(s.letters.len());
            }
            (Change::Answer(a), Effect::Answered(Answered::Stored)) => self.add(a.letters.len()),
            (Change::Nudge(n), Effect::Done(true)) => self.add(n.letters.len()),
            (Change::Settle(ids, Outcome::Delivered { .. } | Outcome::Parked { .. }), _) => {
                let less = ids.len() as u64;
                // Saturating: a row parked by another process was counted there.
                let _ = self
                    .waiting
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| {
                        Some(n.saturating_sub(less))
                    });
            }
            (Change::Requeue(_), Effect::Requeued(n)) => {
                self.waiting.fetch_add(*n, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

fn only(effects: Vec<Effect>) -> Result<Effect, StoreError> {
    effects.into_iter().next().ok_or(StoreError::Closed)
}
