//! Taking a tip in: letters, mailbox and form in one transaction. A form is accepted once for each text it
//! was sent with; the same form with other text is a supplement in the same thread.

use sealed_tip::SealedTip;
use sqlx::SqliteConnection;

use super::writer::{Change, Effect};
use super::{Class, Id, Store, StoreError};

/// A letter to one unit, as it enters the outbox.
pub struct NewLetter {
    /// Random; becomes the Message-ID.
    pub id: Id,
    /// The unit it is sealed to.
    pub unit_id: String,
    /// Only [`sealed_tip::seal`] makes one: the store cannot be handed plaintext.
    pub sealed: SealedTip,
}

/// Which thread a submission belongs to.
#[derive(Clone, Copy)]
pub enum Thread {
    /// A new one, with its mailbox.
    New {
        /// Random.
        mailbox_id: Id,
        /// SHA-256 of the look-up id.
        lookup_hash: [u8; 32],
        /// X25519.
        public_key: [u8; 32],
        /// The mailbox's last day, days since 1970.
        ends_day: u32,
    },
    /// The one that this form began: a supplement.
    Known {
        /// As [`Submitted::OtherText`] gave it.
        mailbox_id: Id,
    },
}

impl Thread {
    /// The thread's name.
    #[must_use]
    pub fn mailbox_id(&self) -> Id {
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
    /// New thread or supplement.
    pub thread: Thread,
    /// Prompt or later.
    pub class: Class,
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
        /// The thread to continue.
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

    /// The thread that a form began, whatever its text was then.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn thread_of(&self, form_hash: &[u8; 32]) -> Result<Option<Id>, StoreError> {
        let found: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT mailbox_id FROM form WHERE form_hash = $1 LIMIT 1")
                .bind(form_hash.as_slice())
                .fetch_optional(&self.read)
                .await?;
        found
            .map(|id| Id::try_from(id.as_slice()).map_err(|_| StoreError::Corrupt))
            .transpose()
    }
}

pub(super) async fn apply(
    db: &mut SqliteConnection,
    s: &Submission,
) -> Result<Submitted, StoreError> {
    if let Some(earlier) = earlier(db, s).await? {
        return Ok(earlier);
    }
    let mailbox_id = match s.thread {
        Thread::New {
            mailbox_id,
            lookup_hash,
            public_key,
            ends_day,
        } => {
            sqlx::query(
                "INSERT INTO mailbox (id, lookup_hash, public_key, ends_day) VALUES ($1, $2, $3, $4)",
            )
            .bind(mailbox_id.as_slice())
            .bind(lookup_hash.as_slice())
            .bind(public_key.as_slice())
            .bind(i64::from(ends_day))
            .execute(&mut *db)
            .await?;
            mailbox_id
        }
        Thread::Known { mailbox_id } => mailbox_id,
    };
    for letter in &s.letters {
        insert_letter(db, s, &mailbox_id, letter).await?;
    }
    sqlx::query(
        "INSERT INTO form (form_hash, content_hash, mailbox_id, ends_day) VALUES ($1, $2, $3, $4)",
    )
    .bind(s.form_hash.as_slice())
    .bind(s.content_hash.as_slice())
    .bind(mailbox_id.as_slice())
    .bind(i64::from(s.form_ends_day))
    .execute(&mut *db)
    .await?;
    Ok(Submitted::Stored)
}

/// Looks for the same form. A supplement passes when only its own text is new.
async fn earlier(
    db: &mut SqliteConnection,
    s: &Submission,
) -> Result<Option<Submitted>, StoreError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT content_hash, mailbox_id FROM form WHERE form_hash = $1")
            .bind(s.form_hash.as_slice())
            .fetch_all(&mut *db)
            .await?;
    if rows
        .iter()
        .any(|(content, _)| content.as_slice() == s.content_hash)
    {
        return Ok(Some(Submitted::Repeated));
    }
    let Some((_, mailbox_id)) = rows.first() else {
        return Ok(None);
    };
    if let Thread::Known { .. } = s.thread {
        return Ok(None);
    }
    let mailbox_id = Id::try_from(mailbox_id.as_slice()).map_err(|_| StoreError::Corrupt)?;
    Ok(Some(Submitted::OtherText { mailbox_id }))
}

async fn insert_letter(
    db: &mut SqliteConnection,
    s: &Submission,
    mailbox_id: &Id,
    letter: &NewLetter,
) -> Result<(), StoreError> {
    let first: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT id FROM outbox WHERE mailbox_id = $1 AND unit_id = $2 AND in_reply_to = x''",
    )
    .bind(mailbox_id.as_slice())
    .bind(&letter.unit_id)
    .fetch_optional(&mut *db)
    .await?;
    sqlx::query(
        "INSERT INTO outbox (id, mailbox_id, unit_id, class, state, in_reply_to, sealed, received_day) \
         VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7)",
    )
    .bind(letter.id.as_slice())
    .bind(mailbox_id.as_slice())
    .bind(&letter.unit_id)
    .bind(s.class.as_str())
    .bind(first.unwrap_or_default())
    .bind(letter.sealed.armored())
    .bind(i64::from(s.day))
    .execute(&mut *db)
    .await?;
    Ok(())
}
