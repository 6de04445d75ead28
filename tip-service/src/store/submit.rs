//! Taking a tip in: letters, mailbox and form in one transaction. A form is accepted once for each text it
//! was sent with; the same form with other text is a supplement in the same thread.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe};

use super::engine::Engine;
use super::letter::{self, NewLetter};
use super::statement::{insert_rows, places};
use super::writer::{Change, Effect};
use super::{Class, Store, StoreError};
use crate::id::Id;

/// Which mailbox a submission belongs to.
#[derive(Clone, Copy)]
pub enum Mailbox {
    /// A new one, with its mailbox.
    New {
        /// Random.
        mailbox_id: Id,
        /// SHA-256 of the look-up id.
        lookup_hash: [u8; 32],
        /// X25519.
        public_key: [u8; 32],
        /// Random: goes into the sealing of every entry, and away with the mailbox.
        shred_key: [u8; 32],
        /// The mailbox's last day, days since 1970.
        ends_day: u32,
    },
    /// The one that this form began: a supplement.
    Known {
        /// As [`Submitted::OtherText`] gave it.
        mailbox_id: Id,
    },
}

impl Mailbox {
    /// Whether the submission is a supplement.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known { .. })
    }

    /// The mailbox's name.
    #[must_use]
    pub fn id(&self) -> Id {
        match self {
            Self::New { mailbox_id, .. } | Self::Known { mailbox_id } => *mailbox_id,
        }
    }
}

/// Everything one press of the button writes.
pub struct Submission {
    /// SHA-256 of the form id.
    pub form_hash: [u8; 32],
    /// Keyed hash of what was said.
    pub content_hash: [u8; 32],
    /// The same of the words without the photographs; equal to `content_hash` if there are none. Sent again they
    /// are a repeat.
    pub words_hash: [u8; 32],
    /// A new one, or a supplement to a known one.
    pub mailbox: Mailbox,
    /// Prompt or later.
    pub class: Class,
    /// A later one whose sender waited with a ticket: see [`super::Share`].
    pub waited: bool,
    /// One for each unit.
    pub letters: Vec<NewLetter>,
    /// Today, days since 1970.
    pub day: u32,
    /// The last day on which a repeat of the form is recognised.
    pub form_ends_day: u32,
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// Durable: the letters are in the outbox.
    Stored,
    /// This form with this text was stored before; nothing was written.
    Repeated,
    /// This form was stored before with other text; nothing was written. Seal again as a supplement.
    OtherText {
        /// The mailbox to continue.
        mailbox_id: Id,
    },
}

impl Submitted {
    pub(super) fn is_stored(self) -> bool {
        self == Self::Stored
    }
}

impl Store {
    /// Stores a submission durably, or says that its form was used before.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    pub async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError> {
        match self.write(Change::Submit(Box::new(submission))).await? {
            Effect::Submitted(done) => Ok(done),
            _ => Err(StoreError::Closed),
        }
    }

    /// The mailbox that a form began, whatever its text was then.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn mailbox_of(&self, form_hash: &[u8; 32]) -> Result<Option<Id>, StoreError> {
        let found: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT mailbox_id FROM form WHERE form_hash = $1 LIMIT 1")
                .bind(form_hash.as_slice())
                .fetch_optional(&self.read)
                .await?;
        found
            .map(|id| Id::try_from(id.as_slice()).map_err(|_| StoreError::Corrupt))
            .transpose()
    }

    /// Whether this form was stored before with this very text.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn is_stored(
        &self,
        form_hash: &[u8; 32],
        content_hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM form WHERE form_hash = $1 AND content_hash = $2")
                .bind(form_hash.as_slice())
                .bind(content_hash.as_slice())
                .fetch_optional(&self.read)
                .await?;
        Ok(found.is_some())
    }
}

/// Applies all submissions of a batch with one statement for each table, however many they are: a statement
/// costs two thread changes, which is more than SQLite needs for the row. Later ones see earlier ones.
pub(super) async fn apply(
    db: &mut AnyConnection,
    engine: &Engine,
    batch: &[&Submission],
) -> Result<Vec<Submitted>, StoreError> {
    let mut known = known_forms(db, batch).await?;
    let mut new = Vec::with_capacity(batch.len());
    let mut forms = Vec::with_capacity(batch.len());
    let mut done = Vec::with_capacity(batch.len());
    for s in batch {
        let texts = known.entry(s.form_hash).or_default();
        let outcome = judge(texts, s);
        if outcome.is_stored() {
            for hash in [s.content_hash, s.words_hash] {
                if !texts.iter().any(|(known, _)| *known == hash) {
                    texts.push((hash, s.mailbox.id()));
                    forms.push((*s, hash));
                }
            }
            new.push(*s);
        }
        done.push(outcome);
    }
    insert_mailboxes(db, &new).await?;
    insert_letters(db, engine, &new).await?;
    insert_forms(db, forms).await?;
    Ok(done)
}

/// Texts that each form was sent with, and the thread it began.
type Known = HashMap<[u8; 32], Vec<([u8; 32], Id)>>;

fn judge(texts: &[([u8; 32], Id)], s: &Submission) -> Submitted {
    if texts.iter().any(|(content, _)| *content == s.content_hash) {
        return Submitted::Repeated;
    }
    match (texts.first(), s.mailbox) {
        (Some((_, mailbox_id)), Mailbox::New { .. }) => Submitted::OtherText {
            mailbox_id: *mailbox_id,
        },
        _ => Submitted::Stored,
    }
}

async fn known_forms(db: &mut AnyConnection, batch: &[&Submission]) -> Result<Known, StoreError> {
    if batch.is_empty() {
        return Ok(Known::new());
    }
    let sql = format!(
        "SELECT form_hash, content_hash, mailbox_id FROM form WHERE form_hash IN ({})",
        places(1, batch.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for s in batch {
        query = query.bind(s.form_hash.to_vec());
    }
    let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = query.fetch_all(&mut *db).await?;
    let mut known = Known::new();
    for (form, content, mailbox) in rows {
        known
            .entry(exact(&form)?)
            .or_default()
            .push((exact(&content)?, exact(&mailbox)?));
    }
    Ok(known)
}

async fn insert_mailboxes(db: &mut AnyConnection, new: &[&Submission]) -> Result<(), StoreError> {
    let mailboxes: Vec<_> = new
        .iter()
        .filter_map(|s| match &s.mailbox {
            Mailbox::New {
                mailbox_id,
                lookup_hash,
                public_key,
                shred_key,
                ends_day,
            } => Some((mailbox_id, lookup_hash, public_key, shred_key, *ends_day)),
            Mailbox::Known { .. } => None,
        })
        .collect();
    insert_rows(
        db,
        "mailbox (id, lookup_hash, public_key, shred_key, ends_day)",
        mailboxes,
        |row, m| {
            row.bind(m.0.as_slice())
                .bind(m.1.as_slice())
                .bind(m.2.as_slice())
                .bind(m.3.as_slice())
                .bind(i64::from(m.4))
        },
    )
    .await
}

async fn insert_letters(
    db: &mut AnyConnection,
    engine: &Engine,
    new: &[&Submission],
) -> Result<(), StoreError> {
    let mut all = Vec::with_capacity(new.len());
    for s in new {
        let threads = letter::Batch {
            mailbox_id: Some(s.mailbox.id()),
            class: s.class,
            day: s.day,
            letters: &s.letters,
        };
        all.push(threads);
    }
    letter::insert(db, engine, &all).await
}

/// Submissions, each with a hash that it is known by.
async fn insert_forms(
    db: &mut AnyConnection,
    forms: Vec<(&Submission, [u8; 32])>,
) -> Result<(), StoreError> {
    let columns = "form (form_hash, content_hash, mailbox_id, ends_day)";
    insert_rows(db, columns, forms, |row, (s, hash)| {
        row.bind(s.form_hash.as_slice())
            .bind(hash.to_vec())
            .bind(s.mailbox.id().to_vec())
            .bind(i64::from(s.form_ends_day))
    })
    .await
}

pub(super) fn exact<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt)
}
