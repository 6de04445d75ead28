//! How officers answer: the service's own key pair, and the rhythm of reminding.
//!
//! The secret half opens what officers write to the service, never a tip. Must never read it here: `receive-mail`
//! does, in a process of its own.

use std::path::PathBuf;

use sealed_tip::UnitCert;
use serde::Deserialize;

use super::check;
use super::error::{ConfigError, Fault};
use super::file::{File, tidy};

/// The service's own key pair and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replies {
    /// The armoured secret key that officers' replies are encrypted to; no passphrase.
    #[serde(deserialize_with = "check::path")]
    pub secret_key_file: PathBuf,
    /// Its certificate: goes with every letter.
    #[serde(deserialize_with = "check::path")]
    pub cert_file: PathBuf,
    /// Longest mail that is read, in MiB.
    #[serde(
        default = "super::settings::whole::<4, _>",
        deserialize_with = "check::within::<1, 64, _, _>"
    )]
    pub max_mib: usize,
}

/// Reminding, the daily digest, and rewards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Triage {
    /// Hours after which a unit is reminded of a tip that it has not acknowledged.
    #[serde(deserialize_with = "check::within::<1, 8760, _, _>")]
    pub ack_hours: u32,
    /// Hours after which its supervisor is told.
    #[serde(deserialize_with = "check::within::<1, 8760, _, _>")]
    pub escalate_hours: u32,
    /// Days in one state after which an open tip counts as overdue in the digest.
    #[serde(deserialize_with = "check::within::<1, 3650, _, _>")]
    pub overdue_days: u32,
    /// Whether each unit gets a digest every day.
    pub daily_digest: bool,
    /// The hour in China from which it is written.
    #[serde(deserialize_with = "check::within::<0, 23, _, _>")]
    pub digest_hour: u32,
    /// Whether units may set rewards.
    pub rewards: bool,
}

impl Default for Triage {
    fn default() -> Self {
        Self {
            ack_hours: 24,
            escalate_hours: 72,
            overdue_days: 30,
            daily_digest: true,
            digest_hour: 8,
            rewards: false,
        }
    }
}

/// The service's certificate, as it goes with letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCert {
    /// ASCII-armoured.
    pub armored: String,
    /// Why officers' programs will refuse to encrypt to it, if they will.
    pub lapse: Option<String>,
}

/// Reads the service's certificate. One that has lapsed only stops replies, so tips are taken all the same.
///
/// # Errors
/// When it cannot be read or is none.
pub(super) fn cert(file: &File, replies: &Replies, now: u64) -> Result<ServiceCert, ConfigError> {
    let path = &replies.cert_file;
    let key = "replies.cert_file";
    let hint = "make the pair once: tip-service keygen --out FOLDER --id service";
    let wrong = |fault, why: String, hint: &str| {
        file.error(key, fault, format!("{}: {why}", tidy(path).display()), hint)
    };
    let armored = std::fs::read_to_string(path)
        .map_err(|error| wrong(Fault::Unreadable, error.to_string(), hint))?;
    let lapse = match UnitCert::parse(&armored, now) {
        Ok(_) => None,
        Err(error) if error.is_lapse() => Some(error.to_string()),
        Err(error) => return Err(wrong(Fault::Certificate, error.to_string(), hint)),
    };
    Ok(ServiceCert { armored, lapse })
}
