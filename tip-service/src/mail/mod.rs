//! Mail out: wraps a sealed letter as RFC 3156 mail and hands it to the unit's mail server (or, for the demo,
//! lays it in a Maildir). Nothing of the tip is in a header; no letter leaves without TLS.

mod armored;
mod maildir;
mod message;
mod smtp;

pub use armored::messages_in;
pub use message::{Alarm, Answer, Batch, Envelope};

use std::time::Duration;

use crate::config;
use crate::id::Id;

/// Why a letter did not go out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Worth another try: connection, TLS, log-in, time-out, 4xx.
    #[error("{what} (code {code})")]
    Transient {
        /// SMTP code, 0 when there was none.
        code: u16,
        /// Our own words for the stage that failed, never the server's text.
        what: &'static str,
    },
    /// The server refused this letter for good (55x).
    #[error("the mail server refused the letter (code {code})")]
    Permanent {
        /// SMTP code.
        code: u16,
    },
}

/// Why a transport could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {why}")]
pub struct TransportError {
    /// The configuration key.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// What a server that accepts the connection and never speaks gives.
const SILENT: SendError = SendError::Transient {
    code: 0,
    what: "the mail server did not answer in time",
};

/// Who gets a mail.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// Unit id, or `operator`: the folder's name in a Maildir tree.
    pub id: &'a str,
    /// Mail address.
    pub address: &'a str,
}

/// The way out.
pub struct Transport {
    way: Way,
    from: String,
    domain: String,
    deadline: Duration,
}

enum Way {
    Smtp(smtp::Smtp),
    Maildir(maildir::Maildir),
}

/// Bytes in a second that the slowest line still moves: a large mail has that much more time.
const SLOWEST: u64 = 64 << 10;

/// A Maildir write is two syncs: past this the disk is hanging.
const MAILDIR_DEADLINE: Duration = Duration::from_secs(30);

impl Transport {
    /// Sets the transport up from its configuration; sends nothing yet.
    ///
    /// # Errors
    /// A file that cannot be read, an address that is none.
    pub fn new(mail: &config::Mail) -> Result<Self, TransportError> {
        Self::over(&mail.transport, &mail.from, &mail.domain)
    }

    /// The same for somebody else's mail; `domain` stands behind the names of his mails and in the greeting.
    ///
    /// # Errors
    /// As [`Transport::new`].
    pub fn over(
        transport: &config::Transport,
        from: &str,
        domain: &str,
    ) -> Result<Self, TransportError> {
        let (way, deadline) = match transport {
            config::Transport::Smtp(s) => (
                Way::Smtp(smtp::Smtp::new(s, domain)?),
                Duration::from_secs(s.timeout_seconds),
            ),
            config::Transport::Maildir { dir } => {
                (Way::Maildir(maildir::Maildir::new(dir)), MAILDIR_DEADLINE)
            }
        };
        Ok(Self {
            way,
            from: from.to_owned(),
            domain: domain.to_owned(),
            deadline,
        })
    }

    /// Sends one sealed letter. A try that outlasts the configured time counts as failed.
    ///
    /// # Errors
    /// [`SendError`], sorted by whether another try makes sense.
    pub async fn send(&self, to: Recipient<'_>, letter: &Envelope<'_>) -> Result<(), SendError> {
        let raw = message::sealed(&self.from, &self.domain, to.address, letter)
            .map_err(|_| unbuilt("could not build the letter"))?;
        self.deliver(to, letter.id, letter.day, raw).await
    }

    /// Sends several sealed letters in one mail.
    ///
    /// # Errors
    /// As [`Transport::send`]; of all of them alike.
    pub async fn send_batch(&self, to: Recipient<'_>, batch: &Batch<'_>) -> Result<(), SendError> {
        let raw = message::batch(&self.from, &self.domain, to.address, batch)
            .map_err(|_| unbuilt("could not build a mail of several letters"))?;
        self.deliver(to, batch.id, batch.day, raw).await
    }

    /// Sends the operator a plain mail about the service itself.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn alarm(&self, to: Recipient<'_>, alarm: &Alarm<'_>) -> Result<(), SendError> {
        let raw = message::alarm(&self.from, &self.domain, to.address, alarm)
            .map_err(|_| unbuilt("could not build the alarm"))?;
        self.deliver(to, alarm.id, alarm.day, raw).await
    }

    /// Sends a unit's signed and encrypted answer.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn answer(&self, to: Recipient<'_>, answer: &Answer<'_>) -> Result<(), SendError> {
        let raw = message::answer(&self.from, &self.domain, to.address, answer)
            .map_err(|_| unbuilt("could not build the answer"))?;
        self.deliver(to, answer.id, answer.day, raw).await
    }

    /// Whether the way out is open now: for SMTP connects, starts TLS and logs in.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn probe(&self) -> Result<(), SendError> {
        match &self.way {
            Way::Smtp(smtp) => tokio::time::timeout(self.deadline, smtp.probe())
                .await
                .unwrap_or(Err(SILENT)),
            Way::Maildir(_) => Ok(()),
        }
    }

    async fn deliver(
        &self,
        to: Recipient<'_>,
        id: &Id,
        day: u32,
        raw: Vec<u8>,
    ) -> Result<(), SendError> {
        let extra = Duration::from_secs(raw.len() as u64 / SLOWEST);
        // lettre's own time-out covers the TCP connect alone: a server that goes silent later would hang us.
        let send = async {
            match &self.way {
                Way::Smtp(smtp) => smtp.send(&self.from, to.address, &raw).await,
                Way::Maildir(maildir) => maildir.put(to.id, id, day, raw).await,
            }
        };
        tokio::time::timeout(self.deadline + extra, send)
            .await
            .unwrap_or(Err(SILENT))
    }
}

fn unbuilt(what: &'static str) -> SendError {
    SendError::Transient { code: 0, what }
}
