//! One press of the button on its way into the store: as a new tip, or, if its form was used before, as a supplement.

use std::sync::Arc;

use sealed_tip::{Receipt, Tip};

use super::{FORM_DAYS, FormId, Intake, SubmitError, queued};
use crate::clock;
use crate::id::Id;
use crate::store::{Class, Mailbox, NewLetter, StoreError, Submission, Submitted, ThreadRow};

/// One press of the button, apart from what was said.
pub(super) struct Press<'a> {
    pub(super) id: &'a FormId,
    /// `None` after a restart.
    pub(super) receipt: Option<Arc<Receipt>>,
    pub(super) class: Class,
    /// Of words and photographs.
    pub(super) content_hash: [u8; 32],
    /// Of the words alone: sent again without the photographs, they are nothing new.
    pub(super) words_hash: [u8; 32],
    /// Came with a ripe ticket.
    pub(super) waited: bool,
    /// Filed by the canary: for the robot, and counted nowhere.
    pub(super) by_canary: bool,
}

impl Intake {
    /// Seals and stores; what its form said before in other words makes it a supplement.
    pub(super) async fn store(
        &self,
        tip: Tip,
        press: &Press<'_>,
        mailbox: Mailbox,
    ) -> Result<(Tip, Submitted), SubmitError> {
        match self.store_once(tip, press, mailbox).await? {
            (tip, Submitted::OtherText { mailbox_id }) => {
                let known = Mailbox::Known { mailbox_id };
                self.store_once(tip, press, known).await
            }
            done => Ok(done),
        }
    }

    /// Seals to every responsible unit and offers the letters to the store.
    async fn store_once(
        &self,
        mut tip: Tip,
        press: &Press<'_>,
        mailbox: Mailbox,
    ) -> Result<(Tip, Submitted), SubmitError> {
        tip.supplement = mailbox.is_known();
        let threads = match mailbox {
            Mailbox::Known { mailbox_id } => self.store.threads_of(&mailbox_id).await?,
            Mailbox::New { .. } => Vec::new(),
        };
        let (tip, letters) = self.seal(tip, mailbox.id(), threads, press).await?;
        Ok((tip, self.offer(press, mailbox, letters).await?))
    }

    /// Offers sealed letters to the store, and tells delivery of what it took.
    pub(super) async fn offer(
        &self,
        press: &Press<'_>,
        mailbox: Mailbox,
        letters: Vec<NewLetter>,
    ) -> Result<Submitted, StoreError> {
        let day = clock::day(self.clock.unix());
        let queued = queued(&letters, press.class);
        let done = self
            .store
            .submit(Submission {
                form_hash: press.id.hash(),
                content_hash: press.content_hash,
                words_hash: press.words_hash,
                mailbox,
                class: press.class,
                // One form, one use of its ticket.
                waited: press.waited && !mailbox.is_known(),
                letters,
                day,
                form_ends_day: day + FORM_DAYS,
            })
            .await?;
        if done == Submitted::Stored {
            self.wake_for(queued);
        }
        Ok(done)
    }

    /// At once, or, with photographs, where it keeps nobody else waiting.
    async fn seal(
        &self,
        tip: Tip,
        mailbox_id: Id,
        threads: Vec<ThreadRow>,
        press: &Press<'_>,
    ) -> Result<(Tip, Vec<NewLetter>), SubmitError> {
        let (sealer, receipt) = (
            self.sealer().for_robot(press.by_canary),
            press.receipt.clone(),
        );
        let has_photographs = !tip.photographs.is_empty();
        let work = move || {
            let letters = sealer.tip(&tip, &mailbox_id, &threads, receipt.as_deref());
            (tip, letters)
        };
        let (tip, letters) = if has_photographs {
            let done = tokio::task::spawn_blocking(work).await;
            done.map_err(|error| SubmitError::Seal(error.to_string()))?
        } else {
            work()
        };
        Ok((tip, letters?))
    }
}
