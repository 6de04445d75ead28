//! One mail in: whose it is, what it says, what follows. Believes only what a unit's key signed; stores nothing of
//! what it refuses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sealed_tip::{
    Author, Cover, Entry, Note, OpenError, SealedLetter, SecretCert, Signature, SignatureError,
    Text, UnitCert,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::body::{self, BodyError};
use super::command::{self, Command, Verb};
use super::openpgp::{self, Shape, ShapeError};
use super::refusal::{self, Refusal};
use super::{address, automatic, bounce, html, parts};
use crate::clock::{self, Date};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id::{self, Id};
use crate::store::{
    NewLetter, Reply, ReplyChange, State, Store, StoreError, Taken, Target, ThreadRow,
};
use crate::units::Unit;

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

    /// The signed content, and whose signature it bears.
    fn signed(&self, raw: &[u8], unit: &Unit) -> Result<Signed, Refusal> {
        let certs: Vec<&UnitCert> = unit.certs.iter().collect();
        let bad = |error: SignatureError| refusal::signature(&error, unit.lapse.as_deref());
        let clear = |shape| match shape {
            _ if unit.unencrypted_replies => Ok(shape),
            _ => Err(Refusal::NotEncrypted),
        };
        match shape(raw)? {
            Shape::Plain => Err(Refusal::NotSigned),
            Shape::Encrypted(message) => self.opened(&message, &certs, bad),
            shape => match clear(shape)? {
                Shape::Detached { content, signature } => {
                    let by = sealed_tip::verify_detached(&content, &signature, &certs, self.now)
                        .map_err(bad)?;
                    let content = Zeroizing::new(content);
                    Ok(Signed { content, by })
                }
                Shape::Inline(message) => {
                    let (content, by) =
                        sealed_tip::verify_inline(&message, &certs, self.now).map_err(bad)?;
                    Ok(Signed { content, by })
                }
                Shape::Plain | Shape::Encrypted(_) => Err(Refusal::NotSigned),
            },
        }
    }

    /// Signature and encryption come in one, or the signature as `multipart/signed` within (RFC 3156, 6.1).
    fn opened(
        &self,
        message: &[u8],
        certs: &[&UnitCert],
        bad: impl Fn(SignatureError) -> Refusal,
    ) -> Result<Signed, Refusal> {
        let opened = sealed_tip::open_reply(message, self.key, certs, self.now).map_err(
            |error| match error {
                OpenError::NoKey => Refusal::NotForUs,
                _ => Refusal::Broken,
            },
        )?;
        match opened.signature {
            Ok(by) => Ok(Signed {
                content: opened.content,
                by,
            }),
            Err(SignatureError::Missing) => match shape(&body::to_crlf(&opened.content))? {
                Shape::Detached { content, signature } => {
                    let by = sealed_tip::verify_detached(&content, &signature, certs, self.now)
                        .map_err(bad)?;
                    Ok(Signed {
                        content: Zeroizing::new(content),
                        by,
                    })
                }
                Shape::Inline(message) => {
                    let (content, by) =
                        sealed_tip::verify_inline(&message, certs, self.now).map_err(bad)?;
                    Ok(Signed { content, by })
                }
                _ => Err(bad(SignatureError::Missing)),
            },
            Err(error) => Err(bad(error)),
        }
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

    /// The service holds no plaintext: ownership moves at once, the letter goes from officer to officer.
    async fn forward(
        &self,
        target: &Target,
        from: &Arc<Unit>,
        command: &Command,
    ) -> Result<(ReplyChange, Text, Vec<NewLetter>), Failure> {
        let to = self
            .forward_to(target, from, command.argument.trim())
            .await?;
        let thread = &target.thread;
        let reference = id::reference(&thread.mailbox_id);
        let fingerprints: Vec<String> = to.certs.iter().map(UnitCert::fingerprint).collect();
        let told = Note::Forwarded {
            unit: &to.name,
            mail: &to.mail,
            fingerprints: &fingerprints,
        };
        let cover = Cover {
            reference: &reference,
            reply: None,
        };
        let mut letters = vec![self.letter(self.entropy.bytes(), &told, &cover, from, thread)?];
        let id = self.entropy.bytes();
        let names = self.loaded.config.mail.reply_names(&thread.id, &id);
        let cover = Cover {
            reference: &reference,
            reply: Some(self.loaded.reply_to(&to, &names, None)),
        };
        let told = Note::Incoming { from: &from.name };
        letters.push(self.letter(id, &told, &cover, &to, thread)?);
        let text = format!("已转给{}。\n{}", to.name, command.text.as_str());
        Ok((
            ReplyChange::Forward(to.id.clone()),
            Text::block(&text),
            letters,
        ))
    }

    async fn forward_to(
        &self,
        target: &Target,
        from: &Unit,
        name: &str,
    ) -> Result<Arc<Unit>, Failure> {
        let units = self.loaded.register.units();
        let refused = |why: String| Failure::from(Refusal::ForwardTo(why));
        let Some(to) = units
            .iter()
            .find(|unit| unit.id == name || unit.name == name)
        else {
            let known: Vec<String> = units
                .iter()
                .map(|u| format!("{}（{}）", u.id, u.name))
                .collect();
            return Err(refused(format!(
                "没有这个单位。可以写：{}。",
                known.join("、")
            )));
        };
        if to.id == from.id {
            return Err(refused("这条线索本来就由贵单位负责。".to_owned()));
        }
        if to.usable(self.now).is_err() {
            return Err(refused(
                "那个单位的证书现在不能用，请联系系统管理员。".to_owned(),
            ));
        }
        let threads = self.store.threads_of(&target.thread.mailbox_id).await?;
        if threads.iter().any(|thread| thread.unit_id == to.id) {
            return Err(refused("那个单位已经收到这条线索。".to_owned()));
        }
        Ok(to.clone())
    }

    fn letter(
        &self,
        id: Id,
        note: &Note<'_>,
        cover: &Cover<'_>,
        to: &Unit,
        thread: &ThreadRow,
    ) -> Result<NewLetter, Failure> {
        // The unit that forwards may have lost a certificate meanwhile; what it is told then goes to the others.
        let certs: Vec<&UnitCert> = to.certs.iter().collect();
        let sealed: SealedLetter =
            sealed_tip::seal_note(note, cover, &certs, self.now, &mut self.entropy.fork())
                .map_err(|error| Failure::Within(error.to_string()))?;
        Ok(NewLetter {
            id,
            unit_id: to.id.clone(),
            thread_id: Some(thread.id),
            begins_thread: false,
            sealed,
        })
    }
}

/// What was signed.
struct Signed {
    content: Zeroizing<Vec<u8>>,
    by: Signature,
}

impl Signed {
    /// Names the message by what was signed, when, and by whom, so that no change of the wrapping, of line ends, or
    /// of the signature's own form makes it another one.
    fn name(&self) -> [u8; 32] {
        let text: Zeroizing<Vec<u8>> = Zeroizing::new(
            self.content
                .iter()
                .copied()
                .filter(|byte| *byte != b'\r')
                .collect(),
        );
        Sha256::new()
            .chain_update(b"reply v1")
            .chain_update(self.by.fingerprint.as_bytes())
            .chain_update(self.by.made.to_be_bytes())
            .chain_update(text.trim_ascii_end())
            .finalize()
            .into()
    }
}

fn shape(raw: &[u8]) -> Result<Shape, Refusal> {
    match guarded(|| openpgp::shape(raw)) {
        Some(Ok(shape)) => Ok(shape),
        Some(Err(ShapeError::Outside)) => Err(Refusal::Outside),
        _ => Err(Refusal::Broken),
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
fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(parse)).ok()
}
