//! One try: letters are leased, become one mail, and how it ended is written down for all of them. Never parks a letter
//! that the mail server refused together with others: one of them may be what it did not like.

use std::sync::Arc;

use super::Delivery;
use super::alarm::Alarms;
use super::schedule::Load;
use crate::clock;
use crate::id::Id;
use crate::mail::{Batch, Envelope, Recipient, SendError};
use crate::store::{Lease, Letter, Outcome, StoreError};

/// A finished try, for the schedule.
pub(super) struct Tried {
    pub(super) load: Load,
    pub(super) attempts: u32,
    /// Several letters in one mail were refused for good: to be tried in smaller company.
    pub(super) refused_together: bool,
    /// `None`: the letters are another instance's, or somebody has taken care of them.
    pub(super) result: Result<Option<Outcome>, StoreError>,
}

impl Tried {
    /// Letters that wait for the operator now.
    pub(super) fn parked(&self) -> u64 {
        match self.result {
            Ok(Some(Outcome::Parked { .. })) => self.load.letters.len() as u64,
            _ => 0,
        }
    }
}

impl Delivery {
    pub(super) async fn attempt(self: Arc<Self>, load: Load, alarms: Arc<Alarms>) -> Tried {
        let mut tried = Tried {
            load,
            attempts: 0,
            refused_together: false,
            result: Ok(None),
        };
        let result = self.carry(&mut tried, &alarms).await;
        tried.result = result;
        tried
    }

    async fn carry(
        &self,
        tried: &mut Tried,
        alarms: &Alarms,
    ) -> Result<Option<Outcome>, StoreError> {
        let ids: Vec<Id> = tried.load.letters.iter().map(|l| l.id).collect();
        let Lease { letters, batch_id } = self.store.lease(ids).await?;
        let Some(attempts) = letters.iter().map(|letter| letter.attempts).max() else {
            return Ok(None);
        };
        tried.attempts = attempts;
        let unit = &tried.load.unit_id;
        let mut outcome = self.send(unit, &letters, batch_id, alarms).await;
        if let (Outcome::Parked { code }, true) = (outcome, letters.len() > 1 && outcome.code() > 0)
        {
            tried.refused_together = true;
            outcome = Outcome::Deferred { code };
        }
        let leased: Vec<Id> = letters.iter().map(|letter| letter.id).collect();
        let count = leased.len();
        self.store.settle(leased, outcome).await?;
        tracing::info!(%unit, letters = count, attempts, outcome = outcome.word(), code = outcome.code(), "letter");
        Ok(Some(outcome))
    }

    async fn send(
        &self,
        unit_id: &str,
        letters: &[Letter],
        batch_id: Option<Id>,
        alarms: &Alarms,
    ) -> Outcome {
        let day = clock::day(self.clock.unix());
        let Some(unit) = self.loaded.register.unit(unit_id) else {
            alarms
                .raise(unit_id, "the unit is no longer in the register")
                .await;
            return Outcome::Parked { code: 0 };
        };
        let to = Recipient {
            id: &unit.id,
            address: &unit.mail,
        };
        match self.hand_over(to, letters, batch_id, day).await {
            Ok(()) => Outcome::Delivered { day },
            Err(SendError::Transient { code, what }) => {
                alarms.note(&unit.id, what);
                Outcome::Deferred { code }
            }
            Err(SendError::Permanent { code }) if letters.len() > 1 => {
                alarms.note(
                    &unit.id,
                    "the mail server refused several letters in one mail, trying fewer",
                );
                Outcome::Parked { code }
            }
            Err(SendError::Permanent { code }) => {
                alarms
                    .raise(&unit.id, "the mail server refused a letter for good")
                    .await;
                Outcome::Parked { code }
            }
        }
    }

    async fn hand_over(
        &self,
        to: Recipient<'_>,
        letters: &[Letter],
        batch_id: Option<Id>,
        day: u32,
    ) -> Result<(), SendError> {
        let mail = &self.loaded.config.mail;
        let dressed: Vec<(Vec<u8>, Option<String>)> = letters
            .iter()
            .map(|letter| {
                let token = letter.thread_id.filter(|_| letter.answerable);
                let reply_to = token.map(|token| mail.reply_address(&token));
                (sealed_tip::armor(&letter.sealed), reply_to)
            })
            .collect();
        let envelopes: Vec<Envelope<'_>> = letters
            .iter()
            .zip(&dressed)
            .map(|(letter, (sealed, reply_to))| Envelope {
                id: &letter.id,
                in_reply_to: letter.in_reply_to.as_ref(),
                reply_to: reply_to.as_deref(),
                sealed,
                day,
            })
            .collect();
        match (envelopes.as_slice(), &batch_id) {
            ([only], _) => self.transport.send(to, only).await,
            (letters, Some(id)) => {
                let batch = Batch { id, letters, day };
                self.transport.send_batch(to, &batch).await
            }
            (_, None) => Err(SendError::Transient {
                code: 0,
                what: "several letters without a name for their mail",
            }),
        }
    }
}
