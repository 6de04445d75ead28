//! The canary: files a marked tip through the public door, as anybody would, and watches it arrive at a robot unit, be answered
//! by mail and be read in its mailbox. What it cannot see with its own eyes, it takes from `/metrics`.
//!
//! Knows the service by its door and its mail alone: no store, no key of a unit's. Must never file a tip without the mark, nor
//! leave a mailbox behind.

mod alarm;
mod form;
mod letter;
mod memory;
mod page;
mod run;
mod step;
mod watch;
mod web;

pub use alarm::{Told, Untold};
pub use step::{Fault, Step};
pub use web::WebError;

use std::sync::Arc;
use std::time::Duration;

use sealed_tip::SecretCert;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::config;
use crate::entropy::Entropy;
use crate::mail::{Transport, TransportError};
use crate::mark::Mark;
use web::Web;

/// Why a canary could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CanaryError {
    /// The robot's secret key cannot be used.
    #[error("robot.secret_key_file: {0}")]
    Key(String),
    /// One of the two ways out.
    #[error("{section}.transport: {why}")]
    Transport {
        /// `mail` or `alarm`.
        section: &'static str,
        /// What is wrong with it.
        why: TransportError,
    },
    /// The way to the door.
    #[error(transparent)]
    Web(#[from] WebError),
}

/// All it takes for a run.
pub struct Canary {
    config: config::canary::Canary,
    mark: Mark,
    key: SecretCert,
    web: Web,
    mail: Transport,
    alarm: Transport,
    entropy: Arc<Entropy>,
    clock: Arc<dyn Clock>,
}

impl Canary {
    /// Reads the secrets that the configuration names; asks nobody anything yet.
    ///
    /// # Errors
    /// [`CanaryError`].
    pub fn new(
        config: config::canary::Canary,
        mark: Mark,
        entropy: Arc<Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CanaryError> {
        let (door, mail, alarm) = (&config.door, &config.mail, &config.alarm);
        let timeout = Duration::from_secs(door.timeout_seconds);
        Ok(Self {
            key: secret(&config)?,
            web: Web::new(door.ca_file.as_deref(), timeout)?,
            mail: way("mail", &mail.transport, &mail.from)?,
            alarm: way("alarm", &alarm.transport, &alarm.from)?,
            config,
            mark,
            entropy,
            clock,
        })
    }
}

fn secret(config: &config::canary::Canary) -> Result<SecretCert, CanaryError> {
    let path = &config.robot.secret_key_file;
    let wrong = |why: String| CanaryError::Key(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| wrong(error.to_string()))?;
    SecretCert::parse(&text).map_err(|error| wrong(error.to_string()))
}

/// Mails are named under a domain of the canary's own: what bears the service's in its name, the service takes for its own
/// letter come back.
fn way(
    section: &'static str,
    transport: &config::Transport,
    from: &str,
) -> Result<Transport, CanaryError> {
    let domain = from.rsplit('@').next().unwrap_or(from);
    Transport::over(transport, from, &format!("canary.{domain}"))
        .map_err(|why| CanaryError::Transport { section, why })
}
