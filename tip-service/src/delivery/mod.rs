//! Carries letters from the outbox to the units' mail servers. Leases a row before trying, waits a random
//! time first so that arrival and sending cannot be matched, and never drops a letter: it is delivered, tried
//! again, or parked for the operator. No unit gets more mails in an hour than it may: what is due beyond that goes
//! together, as one mail.

mod alarm;
mod attempt;
mod bucket;
mod queue;
mod schedule;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::clock::{self, Clock};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::mail::Transport;
use crate::store::{Outcome, Queued, Store, StoreError};
use alarm::Alarms;
use attempt::Tried;
use schedule::{Schedule, backoff};

/// What delivery works with.
pub struct Delivery {
    /// Units and settings.
    pub loaded: Arc<Loaded>,
    /// The outbox.
    pub store: Store,
    /// The way out.
    pub transport: Arc<Transport>,
    /// Chance.
    pub entropy: Arc<Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// How often due letters are looked for.
const TICK: Duration = Duration::from_millis(250);

/// Milliseconds between two looks into the database for rows that another process wrote or put back (`receive-mail`,
/// `outbox retry`): fifty times as long as a look takes, within these bounds, so that with hundreds of thousands of rows
/// delivery does not spend its time looking.
const LOOK_MIN: u64 = 10_000;
const LOOK_MAX: u64 = 60_000;

/// Milliseconds until a letter is tried again that the store could not hand out.
const STORE_REST: u64 = 5000;

/// Milliseconds since delivery began: a clock that nobody sets.
#[derive(Clone, Copy)]
struct Since(Instant);

impl Since {
    fn now(self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Delivery {
    /// Runs until `stop` resolves; then waits for tries under way (each has its own deadline).
    ///
    /// # Errors
    /// When the store is lost: the process should end and be started again.
    pub async fn run(
        self,
        mut news: UnboundedReceiver<Queued>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), StoreError> {
        let this = Arc::new(self);
        let since = Since(Instant::now());
        let alarms = Arc::new(Alarms::new(&this));
        tokio::pin!(stop);
        let (served, mut parked) = tokio::select! {
            () = &mut stop => return Ok(()),
            found = this.first_look(&alarms) => found?,
        };
        let per_hour = this.loaded.config.delivery.letters_per_hour;
        let mut schedule = Schedule::new(per_hour, served.into_iter().collect());
        let mut tries: JoinSet<Tried> = JoinSet::new();
        let mut tick = tokio::time::interval(TICK);
        let mut next_look = 0;
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(letter) = news.recv() => {
                    schedule.add(&letter, since.now() + this.delay());
                    continue;
                }
                Some(tried) = tries.join_next() => {
                    if let Ok(tried) = tried {
                        parked += tried.parked();
                        this.reschedule(&mut schedule, &tried, since.now(), &alarms)?;
                    }
                }
                _ = tick.tick() => {
                    let begun = since.now();
                    if begun >= next_look {
                        parked = this.look(&mut schedule, parked, begun, &alarms).await?;
                        let ended = since.now();
                        next_look = ended + ((ended - begun) * 50).clamp(LOOK_MIN, LOOK_MAX);
                    }
                }
            }
            while tries.len() < this.loaded.config.delivery.connections {
                let Some(load) = schedule.take(since.now()) else {
                    break;
                };
                tries.spawn(this.clone().attempt(load, alarms.clone()));
            }
        }
        while tries.join_next().await.is_some() {}
        Ok(())
    }

    /// Units that got mails since yesterday, and how many letters are parked. A database that is only away is asked again.
    async fn first_look(&self, alarms: &Alarms) -> Result<(Vec<String>, u64), StoreError> {
        let yesterday = clock::day(self.clock.unix()).saturating_sub(1);
        loop {
            let looked = async {
                let served = self.store.served_since(yesterday).await?;
                Ok((served, self.store.parked().await?))
            };
            match looked.await {
                Err(error @ (StoreError::Unreachable(_) | StoreError::Busy)) => {
                    alarms.note_store(&error);
                }
                found => return found,
            }
            tokio::time::sleep(Duration::from_millis(STORE_REST)).await;
        }
    }

    /// Looks into the database. One that cannot be asked now is asked again: what waits is in memory, and a service
    /// that ends can give nobody his words back. Only a lost writer is the end.
    async fn look(
        &self,
        schedule: &mut Schedule,
        parked: u64,
        now: u64,
        alarms: &Alarms,
    ) -> Result<u64, StoreError> {
        let looked = async {
            self.refresh(schedule, now).await?;
            self.notice_returned(parked, alarms).await
        };
        match looked.await {
            Err(StoreError::Closed) => Err(StoreError::Closed),
            Err(error) => {
                alarms.note_store(&error);
                Ok(parked)
            }
            found => found,
        }
    }

    /// Adds rows that the schedule does not know.
    async fn refresh(&self, schedule: &mut Schedule, now: u64) -> Result<(), StoreError> {
        self.store.recount().await?;
        let add = |letter: Queued| {
            if !schedule.knows(&letter.id) {
                schedule.add(&letter, now + self.delay());
            }
        };
        self.store.each_queued(add).await
    }

    /// Letters that came back are parked by `receive-mail`, a process of its own: more than were known is an alarm.
    async fn notice_returned(&self, known: u64, alarms: &Alarms) -> Result<u64, StoreError> {
        let now = self.store.parked().await?;
        if now > known {
            alarms
                .raise("all", "a letter was parked elsewhere: it came back from a unit's mail server, or another service parked it")
                .await;
        }
        Ok(now)
    }

    /// A random wait in milliseconds.
    fn delay(&self) -> u64 {
        self.chance() % (self.loaded.config.delivery.delay_max_seconds * 1000 + 1)
    }

    fn chance(&self) -> u64 {
        u64::from_be_bytes(self.entropy.bytes())
    }

    fn reschedule(
        &self,
        schedule: &mut Schedule,
        tried: &Tried,
        now: u64,
        alarms: &Alarms,
    ) -> Result<(), StoreError> {
        for letter in &tried.load.letters {
            let mut letter = *letter;
            let wait = match &tried.result {
                Ok(Some(Outcome::Deferred { .. })) if tried.refused_together => {
                    letter.company = tried.load.letters.len().div_ceil(2);
                    0
                }
                Ok(Some(Outcome::Deferred { .. })) => self.backoff(tried.attempts),
                Ok(_) => {
                    schedule.done(&letter.id);
                    continue;
                }
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                // The row is there, whatever the try came to; a store that is only busy is asked again soon.
                Err(error) => {
                    alarms.note_store(error);
                    match error {
                        StoreError::Busy | StoreError::Full => 1000,
                        _ => STORE_REST,
                    }
                }
            };
            schedule.again(&tried.load.unit_id, letter, now + wait);
        }
        Ok(())
    }

    /// Milliseconds.
    fn backoff(&self, attempts: u32) -> u64 {
        let delivery = &self.loaded.config.delivery;
        let (min, max) = (delivery.retry_min_seconds, delivery.retry_max_seconds);
        backoff(attempts, min * 1000, max * 1000, self.chance())
    }
}
