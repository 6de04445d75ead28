//! One mail in: whose it is, what it says, what follows. Believes only what a unit's key signed; stores nothing of
//! what it refuses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sealed_tip::{Author, Entry, SecretCert};
use zeroize::Zeroizing;

use super::body::{self, BodyError};
use super::command::{self, Command, Verb};
use super::refusal::Refusal;
use super::signed::Signed;
use super::{address, automatic, bounce, html, parts};
use crate::clock::{self, Date};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id::{self, Id};
use crate::store::{Reply, ReplyChange, State, Store, StoreError, Taken, Target, ThreadRow};
use crate::units::{ROBOT, Unit};

/// Days for which a signed message is remembered: longer than a signature is believed.
const SEEN_DAYS: u32 = 45;

/// What receiving a mail needs.
pub struct Desk<'a> {
    /// Registers and settings.
    pub loaded: &'a Loaded,
    /// Threads and mailboxes.
    pub store: &'a Store,
    /// The service's own key.
    pub key: &'a SecretCert,
    /// Chance.
    pub entropy: &'a Entropy,
    /// Unix seconds.
    pub now: u64,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// A reply: it is in the mailbox.
    Stored,
    /// A machine's mail: nothing to do, and nothing to answer.
    Ignored(&'static str),
    /// Letters of ours that came back: so many are parked.
    CameBack(u64),
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// For good: the sender is told.
    #[error("refused")]
    Refused(Refusal),
    /// The store does not take it now: the mail server keeps it and tries again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something here is broken: as above.
    #[error("{0}")]
    Within(String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Desk<'_> {
    /// Takes one mail as it came by the pipe. `recipient` is the envelope's, when the mail server tells it.
    ///
    /// # Errors
    /// [`Failure`]; nothing was stored then.
    pub async fn receive(&self, raw: &[u8], recipient: Option<&str>) -> Result<Received, Failure> {
        let raw = Zeroizing::new(body::to_crlf(raw));
        let mail = guarded(|| parts::headers(&raw))
            .flatten()
            .ok_or(Refusal::Broken)?;
        let config = &self.loaded.config.mail;
        let returned =
            guarded(|| bounce::failed_letters(&mail, &config.domain)).unwrap_or_default();
        if !returned.is_empty() {
            return Ok(Received::CameBack(
                self.store.park_returned(returned).await?,
            ));
        }
        let machine = guarded(|| automatic::is_automatic(&mail, &config.domain, &config.from));
        if let Some(why) = machine.flatten() {
            return Ok(Received::Ignored(why));
        }
        let token = guarded(|| address::token(&mail, recipient, &config.domain));
        let token = token.and_then(Result::ok).ok_or(Refusal::Address)?;
        let target = self
            .store
            .target(&token)
            .await?
            .ok_or(Refusal::UnknownThread)?;
        let unit = self.loaded.register.unit(&target.thread.unit_id);
        let unit = unit.ok_or(Refusal::UnknownThread)?;
        let signed = self.signed(&raw, unit)?;
        let command = read(&signed.content, &target.thread)?;
        self.take(&target, unit, &signed, command).await
    }

    async fn take(
        &self,
        target: &Target,
        unit: &Arc<Unit>,
        signed: &Signed,
        command: Command,
    ) -> Result<Received, Failure> {
        let thread = &target.thread;
        let (change, text, letters) = match command.verb {
            Verb::Forward => self.forward(target, unit, &command).await?,
            verb => (self.change(verb)?, command.text, Vec::new()),
        };
        let day = clock::day(self.now);
        let entry = Entry {
            author: Author::Unit {
                name: unit.name.clone(),
                fingerprint: signed.by.fingerprint.clone(),
            },
            verb: command.verb.code().to_owned(),
            text,
            day,
        };
        let mut rng = self.entropy.fork();
        let entry = sealed_tip::seal_entry(&entry, &target.public_key, &target.shred_key, &mut rng)
            .map_err(|error| Failure::Within(error.to_string()))?;
        let chance = u32::from_be_bytes(self.entropy.bytes());
        let taken = self
            .store
            .take_reply(Reply {
                thread_id: thread.id,
                unit_id: unit.id.clone(),
                seen: signed.name(),
                seen_ends_day: day + SEEN_DAYS,
                counts: unit.id != ROBOT,
                change,
                entry,
                letters,
                day,
                month: Date::of(day).year_month(),
                mailbox_ends_day: self.loaded.config.retention.ends_day(day, chance),
            })
            .await?;
        match taken {
            Taken::Stored => Ok(Received::Stored),
            Taken::Seen => Err(Refusal::Seen.into()),
            Taken::Gone => Err(Refusal::UnknownThread.into()),
            Taken::OtherUnit => Err(Refusal::OtherUnit.into()),
            Taken::Ended => Err(Refusal::Ended.into()),
            Taken::Full => Err(Refusal::MailboxFull.into()),
        }
    }

    fn change(&self, verb: Verb) -> Result<ReplyChange, Refusal> {
        Ok(ReplyChange::State(match verb {
            Verb::Accept => State::Accepted,
            Verb::Ask => State::Asked,
            Verb::Answer | Verb::Forward => State::Checking,
            Verb::Close => State::Closed,
            Verb::Spam => State::Unrelated,
            Verb::Reward if self.loaded.config.triage.rewards => return Ok(ReplyChange::Reward),
            Verb::Reward => return Err(Refusal::RewardsOff),
        }))
    }
}

/// The command in a signed entity, once it is known to be about this thread.
fn read(content: &[u8], thread: &ThreadRow) -> Result<Command, Refusal> {
    let words = match guarded(|| body::words(content)) {
        Some(Ok(words)) => words,
        Some(Err(error)) => return Err(unreadable(error)),
        None => return Err(Refusal::Broken),
    };
    let text = if words.html {
        html::to_text(&words.text).map_err(|error| Refusal::Html(error.to_string()))?
    } else {
        words.text
    };
    if names_another_tip(&thread.mailbox_id, [text.as_str(), words.subject.as_str()]) {
        return Err(Refusal::OtherTip);
    }
    command::read(&text).map_err(Refusal::Words)
}

/// A signed text that holds references, and this thread's not among them, was written in another thread: somebody
/// on the way sent it on to this one.
fn names_another_tip(mailbox_id: &Id, texts: [&str; 2]) -> bool {
    let own = id::reference(mailbox_id);
    let named = |text: &str| {
        text.match_indices("LY-")
            .any(|(at, _)| is_reference(text, at))
    };
    texts.iter().any(|text| named(text)) && !texts.iter().any(|text| text.contains(&own))
}

fn is_reference(text: &str, at: usize) -> bool {
    let digits = text.get(at + 3..at + 13);
    digits.is_some_and(|digits| {
        digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
    })
}

fn unreadable(error: BodyError) -> Refusal {
    match error {
        BodyError::Charset(name) => Refusal::Charset(name),
        BodyError::Attachment => Refusal::Attachment,
        BodyError::NoText => Refusal::Words(command::WordsError::Empty),
        _ => Refusal::Broken,
    }
}

/// Runs a parser over foreign bytes; its panic is `None`.
pub(super) fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(parse)).ok()
}
