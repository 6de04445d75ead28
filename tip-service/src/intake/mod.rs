//! Takes a tip in: parse, route, seal, store. Plaintext comes in, lives here for a fraction of a millisecond
//! and never goes further: what leaves is a sealed letter, an error list or a receipt.

mod answer;
mod covers;
pub mod exposure;
mod form_id;
mod letters;
mod parse;
mod photographs;
mod press;
mod sealed;
mod second_look;
mod tally;
mod ticket;

pub use answer::{ANSWER_MAX_CHARS, AnswerError};
pub use covers::{Covers, LetterCover};
pub use exposure::{Exposure, Why};
pub use form_id::{FORM_ID_CHARS, FormId, FormKeys};
pub use parse::{FieldError, RawForm, parse};
pub use photographs::{Held, Kept, PHOTOGRAPHS_MAX, Photographs, Undeveloped};
pub use tally::Tally;

use std::sync::Arc;

use sealed_tip::Receipt;
use zeroize::Zeroizing;

use crate::clock::{self, Clock};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id::Id;
use crate::mark;
use crate::spool::SpoolError;
use crate::store::{Class, Mailbox, NewLetter, Queued, Store, StoreError, Submitted};
use crate::units::Unit;
use press::Press;
use ticket::Worth;

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
    /// Told of new letters.
    pub wake: tokio::sync::mpsc::UnboundedSender<Queued>,
    /// Tips of each kind, counted here until they are written with others.
    pub tally: Tally,
    /// Photographs on their way in.
    pub photographs: Photographs,
}

/// A tip that is kept.
pub struct Accepted {
    /// `None`: the form is from before a restart, its receipt was shown then and cannot be made again.
    pub receipt: Option<Arc<Receipt>>,
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

impl News {
    fn of(done: Submitted, supplement: bool) -> Result<Self, StoreError> {
        match done {
            Submitted::Repeated => Ok(Self::Repeat),
            Submitted::Stored if supplement => Ok(Self::Supplement),
            Submitted::Stored => Ok(Self::Tip),
            Submitted::OtherText { .. } => Err(StoreError::Corrupt),
        }
    }
}

/// Why a tip was not kept. Nothing of it is stored in any of these cases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// To be corrected by the writer.
    #[error("{} fields need a change", .0.len())]
    Invalid(Vec<FieldError>),
    /// Places that may tell who wrote it: show the form again with them, once.
    #[error("{} places may tell who wrote it", .0.len())]
    Exposing(Vec<Exposure>),
    /// The form's name is not ours or too old: show the form again, filled in, under a new name.
    #[error("the form is not known")]
    FormUnknown,
    /// The responsible unit's form is closed.
    #[error("unit {} is closed", .0.id)]
    Closed(Arc<Unit>),
    /// It holds a mark that is not our canary's: show the form again, without it.
    #[error("a mark that does not fit")]
    Mark,
    /// Nothing beyond the budgets is taken now: with this ticket it is, after a while.
    #[error("the tip must wait {seconds} s")]
    Wait {
        /// Goes back with the form, hidden.
        ticket: Zeroizing<String>,
        /// Until it lets the tip in.
        seconds: u64,
    },
    /// Letters that are not sealed as this form seals them now, or not alone: the browser is to seal again.
    #[error("not letters as a browser seals them")]
    Sealed,
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A photograph that waited could not be read again.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// Encryption failed although the certificates are good.
    #[error("sealing failed: {0}")]
    Seal(String),
}

impl Intake {
    /// Takes one press of the button, with the photographs that were sent along.
    ///
    /// # Errors
    /// [`SubmitError`].
    pub async fn submit(
        &self,
        form: &RawForm,
        photographs: &[Arc<Kept>],
        class: Class,
    ) -> Result<Accepted, SubmitError> {
        let id = FormId::parse(form.get("form_id")).ok_or(SubmitError::FormUnknown)?;
        let by_canary = self.is_by_canary(form)?;
        let key = self.forms.key_of(&id);
        let known = self.begun(&id, key.is_some()).await?;
        let mut tip =
            parse(form, &self.loaded.kinds, &self.loaded.places).map_err(SubmitError::Invalid)?;
        let class = if tip.suspect_robot {
            Class::Later
        } else {
            class
        };
        let ticket = form.get("ticket");
        let worth = self.worth(key.as_deref(), &id, ticket);
        let receipt = key
            .as_ref()
            .map(|key| Arc::new(Receipt::derive(key, id.as_bytes())));
        let mailbox = match (&receipt, known) {
            (_, Some(mailbox_id)) => Mailbox::Known { mailbox_id },
            (Some(receipt), None) => self.new_mailbox(receipt),
            (None, None) => return Err(SubmitError::FormUnknown),
        };
        let with_place = photographs::with_place(form);
        let words_hash = id.content_hash(&tip.canonical());
        let press = Press {
            id: &id,
            receipt: receipt.clone(),
            class,
            content_hash: photographs::content_hash(&id, words_hash, photographs, with_place),
            words_hash,
            waited: worth == Worth::Ripe,
            by_canary,
        };
        // Told first: nobody shall think over words that cannot be sent.
        self.sealer().for_robot(by_canary).is_open(&tip)?;
        self.look_at(&tip, form, &press).await?;
        // Held until all is stored: what photographs take of memory, they take once.
        let _turn = self
            .photographs
            .put_into(&mut tip, photographs, with_place, class)
            .await?;
        let (tip, news) = match (self.store(tip, &press, mailbox).await, &key) {
            (Err(SubmitError::Store(StoreError::Crowded)), Some(key)) => {
                return Err(self.wait(key, &id, worth, ticket));
            }
            (done, _) => done?,
        };
        if news == Submitted::Stored && !tip.supplement && !by_canary {
            self.tally
                .add(clock::day(self.clock.unix()), &tip.kind.code);
        }
        Ok(Accepted {
            receipt,
            news: News::of(news, tip.supplement)?,
            class,
        })
    }

    /// Without a mark it is a person's. No page has the field, so one with a mark that does not fit came from a canary with
    /// another key: it must neither be lost nor go to a unit, so it is given back.
    fn is_by_canary(&self, form: &RawForm) -> Result<bool, SubmitError> {
        match (form.get(mark::FIELD), &self.loaded.mark) {
            ("", _) => Ok(false),
            (shown, Some(mark)) if mark.fits(form.get("form_id"), shown) => Ok(true),
            _ => Err(SubmitError::Mark),
        }
    }

    /// The mailbox of a form from before a restart; `None`: the form's key is at hand.
    async fn begun(&self, id: &FormId, has_key: bool) -> Result<Option<Id>, SubmitError> {
        if has_key {
            return Ok(None);
        }
        let known = self.store.mailbox_of(&id.hash()).await?;
        known.map(Some).ok_or(SubmitError::FormUnknown)
    }

    fn worth(&self, key: Option<&[u8; 32]>, id: &FormId, ticket: &str) -> Worth {
        let ripens = self.loaded.config.limits.ticket_seconds;
        key.map_or(Worth::Nothing, |key| {
            ticket::worth(key, id, ticket, self.clock.unix(), ripens)
        })
    }

    /// A ticket that still ripens is kept, or waiting would have no end.
    fn wait(&self, key: &[u8; 32], id: &FormId, worth: Worth, ticket: &str) -> SubmitError {
        match worth {
            Worth::In(seconds) => SubmitError::Wait {
                ticket: ticket.to_owned().into(),
                seconds,
            },
            Worth::Ripe | Worth::Nothing => SubmitError::Wait {
                ticket: ticket::issue(key, id, self.clock.unix()).into(),
                seconds: self.loaded.config.limits.ticket_seconds,
            },
        }
    }

    /// Tells delivery. When it is gone the process is ending; the next one finds the rows by itself.
    fn wake_for(&self, queued: Vec<Queued>) {
        for letter in queued {
            let _ = self.wake.send(letter);
        }
    }

    fn new_mailbox(&self, receipt: &Receipt) -> Mailbox {
        self.mailbox_named(receipt, self.entropy.bytes())
    }

    fn mailbox_named(&self, receipt: &Receipt, mailbox_id: Id) -> Mailbox {
        Mailbox::New {
            mailbox_id,
            lookup_hash: receipt.lookup_hash(),
            public_key: receipt.mailbox_public(),
            shred_key: self.entropy.bytes(),
            ends_day: self.mailbox_ends(),
        }
    }

    fn mailbox_ends(&self) -> u32 {
        let chance = u32::from_be_bytes(self.entropy.bytes());
        let today = clock::day(self.clock.unix());
        self.loaded.config.retention.ends_day(today, chance)
    }
}

fn queued(letters: &[NewLetter], class: Class) -> Vec<Queued> {
    letters
        .iter()
        .map(|letter| Queued::of(letter, class))
        .collect()
}
