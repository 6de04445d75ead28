//! Carries letters from the outbox to the units' mail servers. Leases a row before trying, waits a random
//! time first so that arrival and sending cannot be matched, and never drops a letter: it is delivered, tried
//! again, or parked for the operator.

mod alarm;
mod schedule;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use crate::clock::{self, Clock};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id::Id;
use crate::mail::{Envelope, Recipient, SendError, Transport};
use crate::store::{Class, Letter, Outcome, Store, StoreError};
use alarm::Alarms;
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

/// How often due letters are looked for, and how often the database is asked for rows that somebody put back
/// (`outbox retry` runs in a process of its own).
const TICK: Duration = Duration::from_millis(250);
const REFRESH_TICKS: u32 = 40;

/// Seconds until a letter is tried again that the store could not hand out.
const STORE_REST: u64 = 5;

/// A finished try, for the schedule.
struct Tried {
    id: Id,
    class: Class,
    attempts: u32,
    result: Result<Outcome, StoreError>,
}

impl Delivery {
    /// Runs until `stop` resolves; then waits for tries under way (each has its own deadline).
    ///
    /// # Errors
    /// When the store is lost: the process should end and be started again.
    pub async fn run(
        self,
        mut news: UnboundedReceiver<(Id, Class)>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), StoreError> {
        let this = Arc::new(self);
        let alarms = Arc::new(Alarms::new(&this));
        let mut schedule = Schedule::default();
        let mut tries: JoinSet<Tried> = JoinSet::new();
        let mut tick = tokio::time::interval(TICK);
        let mut ticks = 0_u32;
        let mut parked = this.store.parked().await?;
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some((id, class)) = news.recv() => {
                    schedule.add(id, class, this.due_after_delay());
                    continue;
                }
                Some(tried) = tries.join_next() => {
                    if let Ok(tried) = tried {
                        parked += u64::from(matches!(tried.result, Ok(Outcome::Parked { .. })));
                        this.reschedule(&mut schedule, &tried, &alarms)?;
                    }
                }
                _ = tick.tick() => {
                    if ticks.is_multiple_of(REFRESH_TICKS) {
                        parked = this.look(&mut schedule, parked, &alarms).await?;
                    }
                    ticks = ticks.wrapping_add(1);
                }
            }
            let now = this.clock.steady();
            while tries.len() < this.loaded.config.delivery.connections {
                let Some((id, class)) = schedule.take(now) else {
                    break;
                };
                tries.spawn(this.clone().attempt(id, class, alarms.clone()));
            }
        }
        while tries.join_next().await.is_some() {}
        Ok(())
    }

    /// Looks into the database. One that cannot be asked now is asked again: what waits is in memory, and a service
    /// that ends can give nobody his words back. Only a lost writer is the end.
    async fn look(
        &self,
        schedule: &mut Schedule,
        parked: u64,
        alarms: &Alarms,
    ) -> Result<u64, StoreError> {
        let looked = async {
            self.refresh(schedule).await?;
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
    async fn refresh(&self, schedule: &mut Schedule) -> Result<(), StoreError> {
        self.store.recount().await?;
        for (id, class) in self.store.queued().await? {
            if !schedule.knows(&id) {
                schedule.add(id, class, self.due_after_delay());
            }
        }
        Ok(())
    }

    /// Letters that came back are parked by `receive-mail`, a process of its own: more than were known is an alarm.
    async fn notice_returned(&self, known: u64, alarms: &Alarms) -> Result<u64, StoreError> {
        let now = self.store.parked().await?;
        if now > known {
            alarms
                .raise("all", "a letter came back from a unit's mail server")
                .await;
        }
        Ok(now)
    }

    fn due_after_delay(&self) -> u64 {
        self.clock.steady() + self.chance() % (self.loaded.config.delivery.delay_max_seconds + 1)
    }

    fn chance(&self) -> u64 {
        u64::from_be_bytes(self.entropy.bytes())
    }

    fn reschedule(
        &self,
        schedule: &mut Schedule,
        tried: &Tried,
        alarms: &Alarms,
    ) -> Result<(), StoreError> {
        match &tried.result {
            Ok(Outcome::Deferred { .. }) => {
                let delivery = &self.loaded.config.delivery;
                let wait = backoff(
                    tried.attempts,
                    delivery.retry_min_seconds,
                    delivery.retry_max_seconds,
                    self.chance(),
                );
                schedule.again(tried.id, tried.class, self.clock.steady() + wait);
                Ok(())
            }
            Ok(_) => {
                schedule.done(&tried.id);
                Ok(())
            }
            Err(StoreError::Closed) => Err(StoreError::Closed),
            // The row is there, whatever the try came to; a store that is only busy is asked again soon.
            Err(error) => {
                alarms.note_store(error);
                let wait = match error {
                    StoreError::Busy | StoreError::Full => 1,
                    _ => STORE_REST,
                };
                schedule.again(tried.id, tried.class, self.clock.steady() + wait);
                Ok(())
            }
        }
    }

    async fn attempt(self: Arc<Self>, id: Id, class: Class, alarms: Arc<Alarms>) -> Tried {
        let mut attempts = 0;
        let result = async {
            let Some(letter) = self.store.lease(id).await? else {
                // Taken or settled by another process.
                return Ok(Outcome::Parked { code: 0 });
            };
            attempts = letter.attempts;
            let outcome = self.send(&letter, &alarms).await;
            self.store.settle(id, outcome).await?;
            tracing::info!(unit = %letter.unit_id, attempts, outcome = outcome.word(), code = outcome.code(), "letter");
            Ok(outcome)
        }
        .await;
        Tried {
            id,
            class,
            attempts,
            result,
        }
    }

    async fn send(&self, letter: &Letter, alarms: &Alarms) -> Outcome {
        let day = clock::day(self.clock.unix());
        let Some(unit) = self.loaded.register.unit(&letter.unit_id) else {
            alarms
                .raise(&letter.unit_id, "the unit is no longer in the register")
                .await;
            return Outcome::Parked { code: 0 };
        };
        let sealed = sealed_tip::armor(&letter.sealed);
        let mail = &self.loaded.config.mail;
        let reply_to = letter
            .thread_id
            .filter(|_| letter.answerable)
            .map(|token| mail.reply_address(&token));
        let envelope = Envelope {
            id: &letter.id,
            in_reply_to: letter.in_reply_to.as_ref(),
            reply_to: reply_to.as_deref(),
            sealed: &sealed,
            day,
        };
        let to = Recipient {
            id: &unit.id,
            address: &unit.mail,
        };
        match self.transport.send(to, &envelope).await {
            Ok(()) => Outcome::Delivered { day },
            Err(SendError::Transient { code, what }) => {
                alarms.note(&unit.id, what);
                Outcome::Deferred { code }
            }
            Err(SendError::Permanent { code }) => {
                alarms
                    .raise(&unit.id, "the mail server refused a letter for good")
                    .await;
                Outcome::Parked { code }
            }
        }
    }
}
