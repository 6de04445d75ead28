//! The keys of `config/canary.toml`, the canary's own file: it may live on another machine than the service.
//!
//! As strict as the service's file. Must never hold a secret: secrets are named by `*_file` and read where they are used.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::check;
use super::disk;
use super::error::ConfigError;
use super::file::File;
use super::robot;
use super::settings::whole;
use super::transport::{self, Transport};
use super::web;
use crate::mark::Mark;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// The public door.
    pub door: Door,
    /// The robot unit.
    pub robot: Robot,
    /// How the robot's answers go.
    pub mail: Mail,
    /// Who is told, how, and how often.
    pub alarm: Alarm,
}

/// The public door, and what the service says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// The form's address, as the public reaches it.
    #[serde(deserialize_with = "web::form_url")]
    pub form_url: String,
    /// PEM certificates to trust besides the system's.
    #[serde(default, deserialize_with = "check::some_path")]
    pub ca_file: Option<PathBuf>,
    /// Longest time one request may take.
    #[serde(
        default = "whole::<30, _>",
        deserialize_with = "check::within::<1, 600, _, _>"
    )]
    pub timeout_seconds: u64,
    /// The service's metrics, where the canary lives on the same machine.
    #[serde(default, deserialize_with = "web::some_metrics_url")]
    pub metrics_url: Option<String>,
    /// A unit's key that ends within so many days is worth an alarm.
    #[serde(
        default = "whole::<21, _>",
        deserialize_with = "check::within::<1, 3650, _, _>"
    )]
    pub key_days: u64,
}

/// The robot unit, whose mail the canary reads and answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Robot {
    /// The key of the mark, which the service has too.
    #[serde(deserialize_with = "check::path")]
    pub mark_file: PathBuf,
    /// The robot's armoured secret key; no passphrase.
    #[serde(deserialize_with = "check::path")]
    pub secret_key_file: PathBuf,
    /// The Maildir that its letters come to.
    #[serde(deserialize_with = "check::path")]
    pub maildir: PathBuf,
    /// Longest time from the receipt to the letter.
    #[serde(
        default = "whole::<1500, _>",
        deserialize_with = "check::within::<1, 86_400, _, _>"
    )]
    pub arrive_within_seconds: u64,
    /// Longest time from the robot's answer to the mailbox that shows it.
    #[serde(
        default = "whole::<600, _>",
        deserialize_with = "check::within::<1, 86_400, _, _>"
    )]
    pub answer_within_seconds: u64,
}

/// How the robot's answers go, as an officer's would.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The robot's address.
    #[serde(deserialize_with = "check::mail")]
    pub from: String,
    /// The mail server that takes them.
    #[serde(deserialize_with = "transport::read")]
    pub transport: Transport,
}

/// Who is told, how, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Sender of the alarms.
    #[serde(deserialize_with = "check::mail")]
    pub from: String,
    /// Who gets them.
    #[serde(deserialize_with = "check::mail")]
    pub to: String,
    /// At most one alarm about the same step in so many hours.
    #[serde(
        default = "whole::<24, _>",
        deserialize_with = "check::within::<1, 8760, _, _>"
    )]
    pub every_hours: u64,
    /// What was told when.
    #[serde(deserialize_with = "check::path")]
    pub state_file: PathBuf,
    /// A mail server other than the service's: that one may be what is broken.
    #[serde(deserialize_with = "transport::read")]
    pub transport: Transport,
}

impl Canary {
    /// Takes relative paths as relative to `folder`, where the file lies.
    fn resolve(&mut self, folder: &Path) {
        let robot = &mut self.robot;
        let paths = [
            &mut robot.mark_file,
            &mut robot.secret_key_file,
            &mut robot.maildir,
            &mut self.alarm.state_file,
        ];
        let paths = paths.into_iter().chain(&mut self.door.ca_file);
        let paths = paths.chain(self.mail.transport.paths());
        for path in paths.chain(self.alarm.transport.paths()) {
            *path = folder.join(&*path);
        }
    }
}

/// Reads the canary's file, and the mark that it names.
///
/// # Errors
/// All that can be found at once, as of the service's file.
pub fn load(file: &Path) -> Result<(Canary, Mark), Vec<ConfigError>> {
    let file = File::read(file).map_err(|error| vec![error])?;
    let mut canary: Canary = file.parse().map_err(|error| vec![error])?;
    canary.resolve(file.path.parent().unwrap_or_else(|| Path::new("")));
    let errors = disk::check_canary(&file, &canary);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mark = robot::mark(&file, "robot.mark_file", &canary.robot.mark_file);
    mark.map(|mark| (canary, mark)).map_err(|error| vec![error])
}
