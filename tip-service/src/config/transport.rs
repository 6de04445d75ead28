//! How letters leave the machine: the one section whose keys depend on another key, `kind`.
//!
//! Read through a flat shape, not serde's tagged enum, because that would lose the key's path.
//! Must never take a password in the file itself.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::check::{self, wrong_at};
use super::settings::whole;

/// How letters leave the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// A mail server, always over TLS.
    Smtp(Smtp),
    /// Folders on this machine, one per unit: for trying out, no letter leaves.
    Maildir {
        /// The folder that holds them.
        dir: PathBuf,
    },
}

/// The mail server that letters are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its name, as in its certificate.
    pub host: String,
    /// 587 for STARTTLS, 465 for implicit TLS.
    pub port: u16,
    /// How TLS begins.
    pub tls: Tls,
    /// The account, if the server wants one.
    pub username: Option<String>,
    /// The file that holds its password.
    pub password_file: Option<PathBuf>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Longest time one letter may take.
    pub timeout_seconds: u64,
}

/// How TLS begins. There is no "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// The connection starts plain and must turn to TLS before anything is said.
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

impl Transport {
    /// Returns the paths that may be relative.
    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Smtp(smtp) => smtp
                .password_file
                .iter_mut()
                .chain(&mut smtp.ca_file)
                .collect(),
            Self::Maildir { dir } => vec![dir],
        }
    }
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Smtp,
    Maildir,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    kind: Kind,
    #[serde(default, deserialize_with = "check::some_host")]
    host: Option<String>,
    #[serde(default, deserialize_with = "some_port")]
    port: Option<u16>,
    tls: Option<Tls>,
    #[serde(default, deserialize_with = "check::some_text")]
    username: Option<String>,
    #[serde(default, deserialize_with = "check::some_path")]
    password_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "check::some_path")]
    ca_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "some_timeout")]
    timeout_seconds: Option<u64>,
    #[serde(default, deserialize_with = "check::some_path")]
    dir: Option<PathBuf>,
}

fn some_port<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    check::within::<1, 65_535, _, _>(from).map(Some)
}

fn some_timeout<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    check::within::<1, 600, _, _>(from).map(Some)
}

/// Reads the section `[mail.transport]`.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Transport, D::Error> {
    let keys = Keys::deserialize(from)?;
    match keys.kind {
        Kind::Smtp => smtp(keys),
        Kind::Maildir => maildir(keys),
    }
}

fn smtp<E: Error>(keys: Keys) -> Result<Transport, E> {
    if keys.dir.is_some() {
        return Err(stray("dir", "smtp"));
    }
    match (&keys.username, &keys.password_file) {
        (Some(_), None) => return Err(missing("password_file", "a username needs one")),
        (None, Some(_)) => return Err(missing("username", "a password needs one")),
        _ => {}
    }
    Ok(Transport::Smtp(Smtp {
        host: keys.host.ok_or_else(|| missing("host", "smtp needs it"))?,
        port: keys.port.ok_or_else(|| missing("port", "smtp needs it"))?,
        tls: keys.tls.ok_or_else(|| missing("tls", "smtp needs it"))?,
        username: keys.username,
        password_file: keys.password_file,
        ca_file: keys.ca_file,
        timeout_seconds: keys.timeout_seconds.unwrap_or_else(whole::<30, _>),
    }))
}

fn maildir<E: Error>(keys: Keys) -> Result<Transport, E> {
    let strays = [
        ("host", keys.host.is_some()),
        ("port", keys.port.is_some()),
        ("tls", keys.tls.is_some()),
        ("username", keys.username.is_some()),
        ("password_file", keys.password_file.is_some()),
        ("ca_file", keys.ca_file.is_some()),
        ("timeout_seconds", keys.timeout_seconds.is_some()),
    ];
    if let Some((key, _)) = strays.into_iter().find(|(_, given)| *given) {
        return Err(stray(key, "maildir"));
    }
    let dir = keys.dir.ok_or_else(|| missing("dir", "maildir needs it"))?;
    Ok(Transport::Maildir { dir })
}

fn missing<E: Error>(key: &str, why: &str) -> E {
    wrong_at(
        key,
        &format!("is missing: {why}"),
        "config/tip-service.toml shows smtp, config/dev.toml shows maildir",
    )
}

fn stray<E: Error>(key: &str, kind: &str) -> E {
    wrong_at(
        key,
        &format!("does not belong to kind = \"{kind}\""),
        "take it out, or choose the other kind",
    )
}
