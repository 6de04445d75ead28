//! Reads the whole configuration and refuses to go on with any part of it that is wrong.
//!
//! One call, [`load`], is all of it: what it returns is checked, total and needs no further
//! doubting. The canary has a file of its own ([`canary`]). Must never fall back to a guess, never read a secret's contents into an error, and
//! never touch the network.

pub mod canary;
mod certs;
mod check;
mod disk;
mod duty;
mod error;
mod file;
mod kinds;
mod pace;
mod phrase;
mod places;
mod replies;
mod robot;
mod routes;
mod sealing;
mod settings;
mod store;
mod transport;
mod units;
mod web;

use std::path::{Path, PathBuf};

pub use error::{ConfigError, Fault};
pub use pace::{Delivery, Level, Limits, Log, Retention};
pub use replies::{Replies, ServiceCert, Triage};
pub use robot::Robot;
pub use settings::{Config, Mail, Registers, ReplyNames, Server, Site};
pub use store::{Database, Store};
pub use transport::{Smtp, Tls, Transport};

use crate::kinds::Kinds;
use crate::mark::Mark;
use crate::places::Places;
use crate::sealing::Scripts;
use crate::units::{ROBOT, Register, Unit};
use file::File;

/// Everything the configuration says, checked.
#[derive(Debug)]
pub struct Loaded {
    /// `tip-service.toml`, its paths resolved.
    pub config: Config,
    /// The units and the routing table.
    pub register: Register,
    /// The kinds of tip.
    pub kinds: Kinds,
    /// The places.
    pub places: Places,
    /// What officers encrypt their replies to.
    pub service_cert: ServiceCert,
    /// Tells the canary's tips from all others; `None`: there is no canary.
    pub mark: Option<Mark>,
    /// What seals tips in the browser; `None`: that is off.
    pub scripts: Option<Scripts>,
    /// Every certificate file with the unit it belongs to, the service's own last.
    pub cert_files: Vec<(String, PathBuf)>,
}

impl Loaded {
    /// What lets a unit answer a letter; `reward` is the claim check if rewards are on.
    #[must_use]
    pub fn reply_to<'a>(
        &'a self,
        unit: &Unit,
        names: &'a ReplyNames,
        reward: Option<&'a str>,
    ) -> sealed_tip::ReplyTo<'a> {
        sealed_tip::ReplyTo {
            address: &names.address,
            message_id: &names.message_id,
            service_cert: &self.service_cert.armored,
            encrypted: !unit.unencrypted_replies,
            reward,
        }
    }
}

/// Reads `file` and all files it names. `now` (Unix seconds) tells which certificates have lapsed.
///
/// # Errors
/// All that can be found at once: in each file serde stops at the first key it cannot read, but
/// every file is looked at, and what spans keys and files is checked as a whole.
pub fn load(file: &Path, now: u64) -> Result<Loaded, Vec<ConfigError>> {
    let (main, config) = settings(file)?;
    let mut errors = disk::check(&main, &config);
    let registers = &config.registers;
    let kinds =
        read(&main, "registers.kinds", &registers.kinds).and_then(|file| kinds::read(&file));
    let places =
        read(&main, "registers.places", &registers.places).and_then(|file| places::read(&file));
    let units = read(&main, "registers.units", &registers.units)
        .and_then(|file| Ok((file.parse::<units::PrivateKeys>().map_err(one)?, file)));
    let public = read(&main, "site.units", &config.site.units)
        .and_then(|file| Ok((file.parse::<units::PublicKeys>().map_err(one)?, file)));
    let service_cert = replies::cert(&main, &config.replies, now).map_err(one);
    let service_cert = keep(service_cert, &mut errors);
    let robot = keep(robot::read(&main, &config, now), &mut errors);
    let kinds = keep(kinds, &mut errors);
    let places = keep(places, &mut errors);
    let units = keep(units, &mut errors);
    let public = keep(public, &mut errors);
    let (Some((units, units_file)), Some((public, public_file))) = (units, public) else {
        return Err(errors);
    };
    let scripts = sealing::read(&main, &config, public.sealing.as_ref());
    let scripts = keep(scripts, &mut errors).flatten();
    let joined = units::Halves {
        private_file: &units_file,
        private: &units.unit,
        public_file: &public_file,
        public,
        keys: &registers.keys,
        now,
    }
    .join();
    let joined = keep(joined, &mut errors);
    let (Some(kinds), Some(places), Some(service_cert), Some(robot), Some(joined)) =
        (kinds, places, service_cert, robot, joined)
    else {
        return Err(errors);
    };
    let cert_files = each_file(cert_files(&units, &config));
    let known = routes::Known {
        file: &units_file,
        kinds: &kinds,
        places: &places,
        units: joined,
    };
    let register = known.register(&units.route);
    let register = register.and_then(|all| robot::join(&units_file, all, robot.as_ref()));
    match (keep(register, &mut errors), errors.is_empty()) {
        (Some(register), true) => Ok(Loaded {
            config,
            register,
            kinds,
            places,
            service_cert,
            mark: robot.map(|robot| robot.mark),
            scripts,
            cert_files,
        }),
        _ => Err(errors),
    }
}

/// Returns each unit's id and the certificate files it should have, whether or not they are there; last the service
/// itself.
///
/// This is what lets demonstration keys be made before [`load`] can succeed.
///
/// # Errors
/// What is wrong in `file` or in the unit register's private half.
pub fn expected_certs(file: &Path) -> Result<Vec<(String, Vec<PathBuf>)>, Vec<ConfigError>> {
    let (main, config) = settings(file)?;
    let units_file = read(&main, "registers.units", &config.registers.units)?;
    let units: units::PrivateKeys = units_file.parse().map_err(one)?;
    Ok(cert_files(&units, &config))
}

fn each_file(of_all: Vec<(String, Vec<PathBuf>)>) -> Vec<(String, PathBuf)> {
    let of_one = |(id, paths): (String, Vec<PathBuf>)| {
        let paths = paths.into_iter();
        paths.map(move |path| (id.clone(), path))
    };
    of_all.into_iter().flat_map(of_one).collect()
}

fn cert_files(units: &units::PrivateKeys, config: &Config) -> Vec<(String, Vec<PathBuf>)> {
    let keys = &config.registers.keys;
    let service = ("service".to_owned(), vec![config.replies.cert_file.clone()]);
    let robot = config.canary.iter();
    let robot = robot.map(|robot| (ROBOT.to_owned(), vec![robot.cert_file.clone()]));
    units
        .unit
        .iter()
        .map(|unit| {
            let names = unit.certs.iter().filter(|name| check::is_file_name(name));
            let paths = names.map(|name| keys.join(name)).collect();
            (unit.id.clone(), paths)
        })
        .chain(robot)
        .chain([service])
        .collect()
}

fn settings(file: &Path) -> Result<(File, Config), Vec<ConfigError>> {
    let main = File::read(file).map_err(one)?;
    let mut config: Config = main.parse().map_err(one)?;
    config.resolve(file.parent().unwrap_or_else(|| Path::new("")));
    Ok((main, config))
}

/// Reads a file that `key` of the main file names; when it cannot be read, that key is to blame.
fn read(main: &File, key: &str, path: &Path) -> Result<File, Vec<ConfigError>> {
    File::read(path).map_err(|error| {
        let why = format!("{} {}", error.file.display(), error.why);
        vec![main.error(key, error.fault, why, error.hint)]
    })
}

fn one(error: ConfigError) -> Vec<ConfigError> {
    vec![error]
}

fn keep<T>(result: Result<T, Vec<ConfigError>>, errors: &mut Vec<ConfigError>) -> Option<T> {
    result.map_err(|more| errors.extend(more)).ok()
}
