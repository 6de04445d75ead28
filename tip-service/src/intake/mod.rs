//! Takes a tip in: parse, route, seal, store. Plaintext comes in, lives here for a fraction of a millisecond
//! and never goes further: what leaves is a sealed letter, an error list or a receipt.

mod form_id;
mod parse;

pub use form_id::{FORM_ID_CHARS, FormId, FormKeys};
pub use parse::{FieldError, RawForm, parse};

use std::sync::Arc;

use sealed_tip::{Cover, Receipt, Tip, UnitCert};

use crate::clock::{self, Clock};
use crate::config::{Loaded, Retention};
use crate::entropy::Entropy;
use crate::id::Id;
use crate::store::{Class, NewLetter, Store, StoreError, Submission, Submitted, Thread};
use crate::units::Unit;

/// Days on which a repeat of the same form is still recognised.
pub const FORM_DAYS: u32 = 7;

/// What a tip needs on its way in. One for the whole process.
pub struct Intake {
    /// Registers and settings.
    pub loaded: Arc<Loaded>,
    /// Names of forms.
    pub forms: FormKeys,
    /// Where letters go.
    pub store: Store,
    /// Chance.
    pub entropy: Arc<Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Told the ids of new letters.
    pub wake: tokio::sync::mpsc::UnboundedSender<(Id, Class)>,
}

/// A tip that is kept.
pub struct Accepted {
    /// `None`: the form is from before a restart, its receipt was shown then and cannot be made again.
    pub receipt: Option<Receipt>,
    /// New, the same again, or more in the same thread.
    pub news: News,
    /// Prompt or later.
    pub class: Class,
}

/// What a submission added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A new tip.
    Tip,
    /// Nothing: the same text under the same form.
    Repeat,
    /// Another letter in the same thread.
    Supplement,
}

/// Why a tip was not kept. Nothing of it is stored in any of these cases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// To be corrected by the writer.
    #[error("{} fields need a change", .0.len())]
    Invalid(Vec<FieldError>),
    /// The form's name is not ours or too old: show the form again, filled in, under a new name.
    #[error("the form is not known")]
    FormUnknown,
    /// The responsible unit's form is closed.
    #[error("unit {} is closed", .0.id)]
    Closed(Arc<Unit>),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Encryption failed although the certificates are good.
    #[error("sealing failed: {0}")]
    Seal(String),
}

impl Intake {
    /// Takes one press of the button.
    ///
    /// # Errors
    /// [`SubmitError`].
    pub async fn submit(&self, form: &RawForm, class: Class) -> Result<Accepted, SubmitError> {
        let id = FormId::parse(form.get("form_id")).ok_or(SubmitError::FormUnknown)?;
        let key = self.forms.key_of(&id);
        let known = match key {
            Some(_) => None,
            None => Some(
                self.store
                    .thread_of(&id.hash())
                    .await?
                    .ok_or(SubmitError::FormUnknown)?,
            ),
        };
        let mut tip =
            parse(form, &self.loaded.kinds, &self.loaded.places).map_err(SubmitError::Invalid)?;
        let class = if tip.suspect_robot {
            Class::Later
        } else {
            class
        };
        let receipt = key.map(|key| Receipt::derive(&key, id.as_bytes()));
        let thread = match (&receipt, known) {
            (_, Some(mailbox_id)) => Thread::Known { mailbox_id },
            (Some(receipt), None) => self.new_thread(receipt),
            (None, None) => return Err(SubmitError::FormUnknown),
        };
        let mut news = self.try_once(&mut tip, &id, thread, class).await?;
        if let Submitted::OtherText { mailbox_id } = news {
            news = self
                .try_once(&mut tip, &id, Thread::Known { mailbox_id }, class)
                .await?;
        }
        let news = match news {
            Submitted::Repeated => News::Repeat,
            Submitted::Stored if tip.supplement => News::Supplement,
            Submitted::Stored => News::Tip,
            Submitted::OtherText { .. } => return Err(StoreError::Corrupt.into()),
        };
        Ok(Accepted {
            receipt,
            news,
            class,
        })
    }

    /// Seals to every responsible unit and offers the letters to the store.
    async fn try_once(
        &self,
        tip: &mut Tip,
        id: &FormId,
        thread: Thread,
        class: Class,
    ) -> Result<Submitted, SubmitError> {
        tip.supplement = matches!(thread, Thread::Known { .. });
        let now = self.clock.unix();
        let day = clock::day(now);
        let letters = self.seal(tip, thread.mailbox_id(), now)?;
        let ids: Vec<Id> = letters.iter().map(|letter| letter.id).collect();
        let done = self
            .store
            .submit(Submission {
                form_hash: id.hash(),
                content_hash: id.content_hash(&tip.canonical()),
                thread,
                class,
                letters,
                day,
                form_ends_day: day + FORM_DAYS,
            })
            .await?;
        if done == Submitted::Stored {
            // When the receiver is gone the process is ending; the next one finds the rows by itself.
            for id in ids {
                let _ = self.wake.send((id, class));
            }
        }
        Ok(done)
    }

    fn seal(&self, tip: &Tip, mailbox_id: Id, now: u64) -> Result<Vec<NewLetter>, SubmitError> {
        let county = tip.county.as_ref().map(|county| county.code.as_str());
        let units = self
            .loaded
            .register
            .route(&tip.kind.code, county, tip.officials);
        let reference = reference(&mailbox_id);
        let cover = Cover {
            reference: &reference,
            reply: None,
        };
        let mut rng = self.entropy.fork();
        units
            .iter()
            .map(|unit| {
                unit.usable(now)
                    .map_err(|_| SubmitError::Closed(unit.clone()))?;
                let certs: Vec<&UnitCert> = unit.certs.iter().collect();
                let sealed = sealed_tip::seal(tip, &cover, &certs, now, &mut rng)
                    .map_err(|e| SubmitError::Seal(e.to_string()))?;
                Ok(NewLetter {
                    id: self.entropy.bytes(),
                    unit_id: unit.id.clone(),
                    sealed,
                })
            })
            .collect()
    }

    fn new_thread(&self, receipt: &Receipt) -> Thread {
        Thread::New {
            mailbox_id: self.entropy.bytes(),
            lookup_hash: receipt.lookup_hash(),
            public_key: receipt.mailbox_public(),
            ends_day: self.mailbox_ends(&self.loaded.config.retention),
        }
    }

    /// Mailboxes end on a blurred day, so the last day does not tell the first.
    fn mailbox_ends(&self, retention: &Retention) -> u32 {
        let spread = 2 * retention.mailbox_jitter_days + 1;
        let offset = u32::from_be_bytes(self.entropy.bytes()) % spread;
        clock::day(self.clock.unix())
            + (retention.mailbox_days + offset).saturating_sub(retention.mailbox_jitter_days)
    }
}

/// The thread's name in letters: same for a tip and its supplements, says nothing by itself.
fn reference(mailbox_id: &Id) -> String {
    let digits: String = mailbox_id
        .iter()
        .take(5)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("LY-{digits}")
}
