//! How fast, how much, how long: the sections that have a default for every key.
//!
//! The defaults are those of the reference file; a test compares the two.

use serde::Deserialize;

use super::check;

/// How letters go out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// A letter waits a random time up to this, so that arrival and sending cannot be matched.
    #[serde(deserialize_with = "check::within::<0, 86_400, _, _>")]
    pub delay_max_seconds: u64,
    /// Wait after the first failure.
    #[serde(deserialize_with = "check::within::<1, 86_400, _, _>")]
    pub retry_min_seconds: u64,
    /// Longest wait between two tries.
    #[serde(deserialize_with = "check::within::<1, 604_800, _, _>")]
    pub retry_max_seconds: u64,
    /// Mails to one unit in an hour; beyond it what is due goes together, as one mail.
    #[serde(deserialize_with = "check::within::<6, 10_000_000, _, _>")]
    pub letters_per_hour: u32,
    /// Whether a unit that got no letter on a day gets an empty one, so that quiet days do not show.
    pub cover_letters: bool,
    /// Connections to the mail server at one time.
    #[serde(deserialize_with = "check::within::<1, 64, _, _>")]
    pub connections: usize,
    /// Days the ciphertext is kept once the mail server has it.
    #[serde(deserialize_with = "check::within::<0, 365, _, _>")]
    pub keep_delivered_days: u32,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            delay_max_seconds: 900,
            retry_min_seconds: 60,
            retry_max_seconds: 3600,
            letters_per_hour: 60,
            cover_letters: false,
            connections: 2,
            keep_delivered_days: 7,
        }
    }
}

/// How much one client may send.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Tips of one client in an hour that are delivered promptly; more are kept and come later.
    #[serde(deserialize_with = "check::within::<1, 100_000, _, _>")]
    pub prompt_per_hour: u32,
    /// The same for all clients of a wider network (/24, /48) together.
    #[serde(deserialize_with = "check::within::<1, 1_000_000, _, _>")]
    pub network_prompt_per_hour: u32,
    /// The same for all clients together, but for the first of each.
    #[serde(deserialize_with = "check::within::<1, 10_000_000, _, _>")]
    pub flood_per_hour: u32,
    /// The same for all clients of the onion service together.
    #[serde(deserialize_with = "check::within::<1, 1_000_000, _, _>")]
    pub onion_prompt_per_hour: u32,
    /// Requests of one client in a minute beyond which it is refused with 429.
    #[serde(deserialize_with = "check::within::<1, 1_000_000, _, _>")]
    pub refuse_per_minute: u32,
    /// Seconds after which a delay ticket lets a tip in whose share of the store is full.
    #[serde(deserialize_with = "check::within::<10, 600, _, _>")]
    pub ticket_seconds: u64,
    /// Clients remembered at one time.
    #[serde(deserialize_with = "check::within::<100, 10_000_000, _, _>")]
    pub max_clients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            prompt_per_hour: 6,
            network_prompt_per_hour: 60,
            flood_per_hour: 300,
            onion_prompt_per_hour: 60,
            refuse_per_minute: 120,
            ticket_seconds: 60,
            max_clients: 100_000,
        }
    }
}

/// How long mailboxes live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days after the last letter in either direction; longer while there is something unread.
    #[serde(deserialize_with = "check::within::<7, 3650, _, _>")]
    pub mailbox_days: u32,
    /// Each mailbox lives this many days more or less, so that its end does not tell its beginning.
    #[serde(deserialize_with = "check::within::<0, 365, _, _>")]
    pub mailbox_jitter_days: u32,
    /// A mailbox does not end while something unread in it is no older than this many days.
    #[serde(deserialize_with = "check::within::<0, 365, _, _>")]
    pub unread_grace_days: u32,
}

impl Retention {
    /// The last day of a mailbox in which something happened `today`: blurred by `chance`, so that it does not
    /// tell that day.
    #[must_use]
    pub fn ends_day(&self, today: u32, chance: u32) -> u32 {
        let offset = chance % (2 * self.mailbox_jitter_days + 1);
        today + (self.mailbox_days + offset).saturating_sub(self.mailbox_jitter_days)
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            mailbox_days: 90,
            mailbox_jitter_days: 7,
            unread_grace_days: 30,
        }
    }
}

/// What is written to the log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// The least important line that is still written.
    pub level: Level,
}

/// Importance of a line in the log. No level adds fields to it: what is never logged is not logged
/// at `debug` either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Somebody must act.
    Error,
    /// Somebody should look.
    Warn,
    /// The course of things.
    #[default]
    Info,
    /// For finding a fault.
    Debug,
}
