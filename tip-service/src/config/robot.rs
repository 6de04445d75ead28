//! `[canary]` of the service's file: the robot unit that gets what the canary files, and nothing else. No entry in the unit
//! register and no route, so that no tip of the public's can come to it.
//!
//! A certificate that has lapsed closes the robot alone, as it would any unit. Must never read the mark's key into an error.

use std::path::PathBuf;
use std::sync::Arc;

use sealed_tip::UnitCert;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::check;
use super::error::{ConfigError, Fault};
use super::file::{File, tidy};
use super::settings::Config;
use crate::mark::Mark;
use crate::units::{ROBOT, Register, Unit};

/// The robot unit's mail, certificate and mark.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Robot {
    /// The robot's mailbox.
    #[serde(deserialize_with = "check::mail")]
    pub mail: String,
    /// Its OpenPGP certificate.
    #[serde(deserialize_with = "check::path")]
    pub cert_file: PathBuf,
    /// The key of the mark, which the canary has too.
    #[serde(deserialize_with = "check::path")]
    pub mark_file: PathBuf,
}

/// What `[canary]` comes to.
pub(super) struct Ready {
    unit: Arc<Unit>,
    pub(super) mark: Mark,
}

/// Reads the robot's certificate and the mark; nothing when there is no such section.
///
/// # Errors
/// A file that cannot be read or is not what it should be.
pub(super) fn read(
    file: &File,
    config: &Config,
    now: u64,
) -> Result<Option<Ready>, Vec<ConfigError>> {
    let Some(robot) = &config.canary else {
        return Ok(None);
    };
    let cert = cert(file, robot, now);
    let mark = mark(file, "canary.mark_file", &robot.mark_file);
    match (cert, mark) {
        (Ok(cert), Ok(mark)) => Ok(Some(Ready {
            unit: Arc::new(unit(robot, cert)),
            mark,
        })),
        (cert, mark) => Err([cert.err(), mark.err()].into_iter().flatten().collect()),
    }
}

/// Puts the robot into the register, beside the units.
///
/// # Errors
/// When a unit has its name.
pub(super) fn join(
    units: &File,
    register: Register,
    robot: Option<&Ready>,
) -> Result<Register, Vec<ConfigError>> {
    let Some(robot) = robot else {
        return Ok(register);
    };
    match register.units().iter().position(|unit| unit.id == ROBOT) {
        None => Ok(register.with_robot(robot.unit.clone())),
        Some(index) => Err(vec![units.error(
            format!("unit[{index}].id"),
            Fault::Duplicate,
            format!("\"{ROBOT}\" is the name of the robot unit in [canary]"),
            "give the unit another id",
        )]),
    }
}

/// Reads the key of the mark.
///
/// # Errors
/// When it cannot be read or is too short.
pub(super) fn mark(file: &File, key: &str, path: &std::path::Path) -> Result<Mark, ConfigError> {
    let hint =
        "make it once: head -c 32 /dev/urandom | base64, the same for the service and its canary";
    let named = |why: &str| format!("{}: {why}", tidy(path).display());
    let secret = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| file.error(key, Fault::Unreadable, named(&error.to_string()), hint))?;
    let short = || {
        file.error(
            key,
            Fault::Value,
            named("is shorter than 32 characters"),
            hint,
        )
    };
    Mark::new(&secret).ok_or_else(short)
}

/// The certificate, or why it has lapsed.
fn cert(file: &File, robot: &Robot, now: u64) -> Result<Result<UnitCert, String>, ConfigError> {
    let wrong = |fault, why: String| {
        let why = format!("{}: {why}", tidy(&robot.cert_file).display());
        let hint = "make the robot's pair once: tip-service keygen --out FOLDER --id canary";
        file.error("canary.cert_file", fault, why, hint)
    };
    let armored = std::fs::read_to_string(&robot.cert_file)
        .map_err(|error| wrong(Fault::Unreadable, error.to_string()))?;
    match UnitCert::parse(&armored, now) {
        Ok(cert) => Ok(Ok(cert)),
        Err(error) if error.is_lapse() => Ok(Err(error.to_string())),
        Err(error) => Err(wrong(Fault::Certificate, error.to_string())),
    }
}

fn unit(robot: &Robot, cert: Result<UnitCert, String>) -> Unit {
    let (certs, lapse) = match cert {
        Ok(cert) => (vec![cert], None),
        Err(why) => (Vec::new(), Some(why)),
    };
    Unit {
        id: ROBOT.to_owned(),
        name: "自动检查".to_owned(),
        area: String::new(),
        telephone: String::new(),
        mail: robot.mail.clone(),
        certs,
        lapse,
        supervisor: None,
        unencrypted_replies: false,
        duty: None,
    }
}
