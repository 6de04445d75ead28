//! The keys of `config/tip-service.toml`, section by section.
//!
//! Only shapes, ranges and defaults; what must exist on disk is looked for in [`super::load`].
//! Must never hold a secret: secrets are named by `*_file` and read where they are used.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::check;
use super::pace::{Delivery, Limits, Log, Retention};
use super::replies::{Replies, Triage};
use super::robot::Robot;
use super::store::{self, Store};
use super::transport::{self, Transport};
use crate::id::{self, Id};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The door.
    pub server: Server,
    /// The static site around the form.
    pub site: Site,
    /// Where sealed tips wait.
    #[serde(deserialize_with = "store::read")]
    pub store: Store,
    /// Units, kinds, places and certificates.
    pub registers: Registers,
    /// Letters out and back.
    pub mail: Mail,
    /// How officers answer.
    pub replies: Replies,
    /// Reminding, digests, rewards.
    #[serde(default)]
    pub triage: Triage,
    /// How letters go out.
    #[serde(default)]
    pub delivery: Delivery,
    /// How much one client may send.
    #[serde(default)]
    pub limits: Limits,
    /// How long mailboxes live.
    #[serde(default)]
    pub retention: Retention,
    /// What is written to the log.
    #[serde(default)]
    pub log: Log,
    /// The robot unit that answers the canary.
    #[serde(default)]
    pub canary: Option<Robot>,
}

/// The door.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port of the plain HTTP listener behind the proxy.
    #[serde(deserialize_with = "check::listen")]
    pub listen: SocketAddr,
    /// A second listener for the onion service, whose clients share one limit.
    #[serde(default, deserialize_with = "check::some_listen")]
    pub onion_listen: Option<SocketAddr>,
    /// A listener of this machine alone for whoever watches over the service.
    #[serde(default, deserialize_with = "check::some_loopback")]
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// The https page that quick exit leads to.
    #[serde(deserialize_with = "check::https")]
    pub exit_url: String,
    /// Connections held open at one time.
    #[serde(
        default = "whole::<512, _>",
        deserialize_with = "check::within::<16, 100_000, _, _>"
    )]
    pub max_connections: usize,
    /// Seconds a client may take to send its request's head.
    #[serde(
        default = "whole::<10, _>",
        deserialize_with = "check::within::<1, 120, _, _>"
    )]
    pub header_seconds: u64,
    /// Seconds a client may take to send its request's body.
    #[serde(
        default = "whole::<300, _>",
        deserialize_with = "check::within::<10, 3600, _, _>"
    )]
    pub body_seconds: u64,
    /// The number shown on every error page.
    #[serde(deserialize_with = "check::telephone")]
    pub telephone: String,
}

/// The static site around the form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The folder that Zola built.
    #[serde(deserialize_with = "check::path")]
    pub root: PathBuf,
    /// `site/data/units.toml`: the public half of the unit register.
    #[serde(deserialize_with = "check::path")]
    pub units: PathBuf,
    /// The path the site stands under: empty or `/jindu`.
    #[serde(default, deserialize_with = "check::base_path")]
    pub base_path: String,
    /// Whether the form's page brings script that seals a tip before it leaves the browser.
    #[serde(default)]
    pub browser_sealing: bool,
}

/// The other files of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registers {
    /// `units.toml`: the private half of the unit register, and the routing table.
    #[serde(deserialize_with = "check::path")]
    pub units: PathBuf,
    /// `kinds.toml`: kinds of tip and their questions.
    #[serde(deserialize_with = "check::path")]
    pub kinds: PathBuf,
    /// `places.toml`: counties, townships, villages.
    #[serde(deserialize_with = "check::path")]
    pub places: PathBuf,
    /// The folder of the units' public certificates.
    #[serde(deserialize_with = "check::path")]
    pub keys: PathBuf,
}

/// Letters out and back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The domain of reply addresses and message ids.
    #[serde(deserialize_with = "check::domain")]
    pub domain: String,
    /// The sender of all letters.
    #[serde(deserialize_with = "check::mail")]
    pub from: String,
    /// Who gets the alarm letters.
    #[serde(deserialize_with = "check::mail")]
    pub operator: String,
    /// How letters leave the machine.
    #[serde(deserialize_with = "transport::read")]
    pub transport: Transport,
}

/// What a reply to a letter is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyNames {
    /// The thread's.
    pub address: String,
    /// The letter's.
    pub message_id: String,
}

impl Mail {
    /// Address and Message-ID for replies to one letter of a thread.
    #[must_use]
    pub fn reply_names(&self, token: &Id, letter: &Id) -> ReplyNames {
        ReplyNames {
            address: self.reply_address(token),
            message_id: id::message_id(letter, &self.domain),
        }
    }

    /// Where replies to a thread go.
    #[must_use]
    pub fn reply_address(&self, token: &Id) -> String {
        format!("reply+{}@{}", id::hex(token), self.domain)
    }
}

impl Config {
    /// Takes relative paths as relative to `folder`, where the file lies.
    pub(super) fn resolve(&mut self, folder: &Path) {
        let registers = &mut self.registers;
        let paths = [
            &mut self.site.root,
            &mut self.site.units,
            &mut registers.units,
            &mut registers.kinds,
            &mut registers.places,
            &mut registers.keys,
            &mut self.replies.secret_key_file,
            &mut self.replies.cert_file,
        ];
        let robot = self.canary.iter_mut();
        let robot = robot.flat_map(|robot| [&mut robot.cert_file, &mut robot.mark_file]);
        let paths = paths.into_iter().chain(robot).chain(self.store.paths());
        for path in paths.chain(self.mail.transport.paths()) {
            *path = folder.join(&*path);
        }
    }
}

/// A default: the number `N` in whatever type the key has.
pub(super) fn whole<const N: u32, T: TryFrom<u32> + Default>() -> T {
    T::try_from(N).unwrap_or_default()
}
