//! The holder of a receipt writes back: a letter in each thread, and a copy in the mailbox that only the receipt
//! opens. Sent twice is kept once.

use sealed_tip::{Author, Entry, Receipt, Text};

use super::exposure::{self, Exposure};
use super::{FORM_DAYS, FormId, Intake, RawForm, SubmitError};
use crate::clock;
use crate::store::{Answer, Answered, Class, MailboxRow, StoreError};
use crate::units::Unit;

/// Longest answer, in characters.
pub const ANSWER_MAX_CHARS: usize = 4_000;

/// Why an answer was not kept. Nothing of it is stored in any of these cases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Nothing was written.
    #[error("the answer is empty")]
    Empty,
    /// Too long.
    #[error("the answer has {chars} characters")]
    TooLong {
        /// How many.
        chars: usize,
    },
    /// Places that may tell who wrote it: show the page again with them, once.
    #[error("{} places may tell who wrote it", .0.len())]
    Exposing(Vec<Exposure>),
    /// The form's name is not one of ours: show the page again.
    #[error("the form is not known")]
    FormUnknown,
    /// Nobody would get it: a mailbox from before the way back, or a unit that is gone from the register.
    #[error("no unit to answer to")]
    Nobody,
    /// The mailbox was deleted meanwhile.
    #[error("the mailbox is gone")]
    Gone,
    /// The mailbox holds as much as it may.
    #[error("the mailbox is full")]
    MailboxFull,
    /// The responsible unit cannot be written to.
    #[error("unit {} is closed", .0.id)]
    Closed(std::sync::Arc<Unit>),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Encryption failed although the keys are good.
    #[error("sealing failed: {0}")]
    Seal(String),
}

impl From<SubmitError> for AnswerError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Closed(unit) => Self::Closed(unit),
            SubmitError::Store(error) => Self::Store(error),
            SubmitError::Exposing(places) => Self::Exposing(places),
            error => Self::Seal(error.to_string()),
        }
    }
}

impl Intake {
    /// Takes an answer: the form's `form_id` and `reply`. `true`: new; `false`: the same again.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn answer(
        &self,
        receipt: &Receipt,
        mailbox: &MailboxRow,
        written: &RawForm,
        class: Class,
    ) -> Result<bool, AnswerError> {
        let text = checked(written.get(exposure::REPLY))?;
        let form = FormId::parse(written.get("form_id")).ok_or(AnswerError::FormUnknown)?;
        let content_hash = form.content_hash(text.as_str().as_bytes());
        let letters = self
            .sealer()
            .answer(&text, &mailbox.id, &mailbox.threads, receipt)?;
        if letters.is_empty() {
            return Err(AnswerError::Nobody);
        }
        if !written.has_seen_exposure() {
            let places = exposure::in_text(exposure::REPLY, text.as_str());
            self.second_look(places, &form, &content_hash).await?;
        }
        let queued = super::queued(&letters, class);
        let day = clock::day(self.clock.unix());
        let entry = Entry {
            author: Author::Holder,
            verb: "reply".to_owned(),
            text,
            day,
        };
        let (public, shred) = (&mailbox.public_key, &mailbox.shred_key);
        let entry = sealed_tip::seal_entry(&entry, public, shred, &mut self.entropy.fork())
            .map_err(|error| AnswerError::Seal(error.to_string()))?;
        let answer = Answer {
            mailbox_id: mailbox.id,
            form_hash: form.hash(),
            content_hash,
            form_ends_day: day + FORM_DAYS,
            letters,
            entry,
            class,
            day,
            mailbox_ends_day: self.mailbox_ends(),
        };
        match self.store.answer(answer).await? {
            Answered::Stored => {
                self.wake_for(queued);
                Ok(true)
            }
            Answered::Repeated => Ok(false),
            Answered::Gone => Err(AnswerError::Gone),
            Answered::Full => Err(AnswerError::MailboxFull),
        }
    }
}

fn checked(raw: &str) -> Result<Text, AnswerError> {
    let text = Text::block(raw);
    let chars = text.chars();
    if text.is_empty() {
        Err(AnswerError::Empty)
    } else if chars > ANSWER_MAX_CHARS {
        Err(AnswerError::TooLong { chars })
    } else {
        Ok(text)
    }
}
