//! Tells the operator what needs a hand: a line in the log always, a letter for what will not mend itself.
//! At most one an hour for each unit and cause, and never a word of a tip or of the mail server's text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::{self, Clock};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::mail::{Alarm, Recipient, Transport};
use crate::store::StoreError;

use super::Delivery;

/// Seconds in which the same alarm is not raised again.
const QUIET: u64 = 3600;

pub(super) struct Alarms {
    loaded: Arc<Loaded>,
    transport: Arc<Transport>,
    entropy: Arc<Entropy>,
    clock: Arc<dyn Clock>,
    raised: Mutex<HashMap<(String, &'static str), u64>>,
}

impl Alarms {
    pub(super) fn new(delivery: &Delivery) -> Self {
        Self {
            loaded: delivery.loaded.clone(),
            transport: delivery.transport.clone(),
            entropy: delivery.entropy.clone(),
            clock: delivery.clock.clone(),
            raised: Mutex::new(HashMap::new()),
        }
    }

    /// Writes a line; the letter waits and will be tried again.
    pub(super) fn note(&self, unit: &str, cause: &'static str) -> bool {
        let now = self.clock.steady();
        let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        let last = raised.entry((unit.to_owned(), cause)).or_default();
        if *last > 0 && now < *last + QUIET {
            return false;
        }
        *last = now;
        tracing::error!(unit, cause, "ALARM");
        true
    }

    /// Writes a line about the store itself; what waits is looked for again.
    pub(super) fn note_store(&self, error: &StoreError) {
        self.note(
            "all",
            match error {
                StoreError::Full => "letters wait: the store is full",
                StoreError::Busy => "letters wait: the store is busy",
                StoreError::Unreachable(_) => "letters wait: the database cannot be reached",
                StoreError::ReadOnly => "letters wait: the store cannot be written",
                StoreError::Corrupt => "letters wait: the database is damaged",
                _ => "letters wait: the database cannot be asked",
            },
        );
    }

    /// Writes a line and a letter: nothing moves until the operator does something.
    pub(super) async fn raise(&self, unit: &str, cause: &'static str) {
        if !self.note(unit, cause) {
            return;
        }
        let text = format!(
            "tip-service: {cause} (unit: {unit}).\r\n\
             The letter is parked, not lost. See `tip-service outbox list`; mend the cause, then `tip-service outbox retry`.\r\n\r\n\
             举报服务：发往 {unit} 的信被停放，没有丢失。请用 tip-service outbox list 查看，排除原因后用 tip-service outbox retry 重发。\r\n"
        );
        let alarm = Alarm {
            id: &self.entropy.bytes(),
            subject: "tip-service: a letter is parked",
            text: &text,
            day: clock::day(self.clock.unix()),
        };
        let to = Recipient {
            id: "operator",
            address: &self.loaded.config.mail.operator,
        };
        if self.transport.alarm(to, &alarm).await.is_err() {
            tracing::error!(unit, "the alarm letter itself could not be sent");
        }
    }
}
