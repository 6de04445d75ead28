//! The unit register: `config/units.toml` (mail, certificates) and `site/data/units.toml` (what the
//! public reads), joined by id.
//!
//! A certificate that has lapsed, or whose file is gone, closes its unit; one that is wrong by
//! configuration refuses the start. Must never drop a certificate and go on with the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::check;
use super::duty::DutyKeys;
use super::error::{ConfigError, Fault};
use super::file::{File, nearest};
use super::routes::RouteKeys;
use super::sealing::Published;
use crate::units::Unit;

/// `config/units.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivateKeys {
    pub(super) unit: Vec<PrivateUnit>,
    pub(super) route: Vec<RouteKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivateUnit {
    #[serde(deserialize_with = "check::id")]
    pub(super) id: String,
    #[serde(deserialize_with = "check::mail")]
    mail: String,
    pub(super) certs: Vec<String>,
    pub(super) supervisor: Option<String>,
    #[serde(default)]
    unencrypted_replies: bool,
    pub(super) duty: Option<DutyKeys>,
}

/// `site/data/units.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicKeys {
    unit: Vec<PublicUnit>,
    /// Hashes of the scripts that seal in the browser, once they are published.
    pub(super) sealing: Option<Published>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicUnit {
    #[serde(deserialize_with = "check::id")]
    id: String,
    #[serde(deserialize_with = "check::text")]
    name: String,
    #[serde(deserialize_with = "check::text")]
    area: String,
    #[serde(deserialize_with = "check::telephone")]
    telephone: String,
    pub(super) fingerprints: Vec<String>,
}

/// Both halves as they were read, and the files to complain about.
pub(super) struct Halves<'a> {
    pub(super) private_file: &'a File,
    pub(super) private: &'a [PrivateUnit],
    pub(super) public_file: &'a File,
    pub(super) public: PublicKeys,
    /// The folder of certificates.
    pub(super) keys: &'a Path,
    /// Unix seconds.
    pub(super) now: u64,
}

impl Halves<'_> {
    /// Joins the halves and reads the certificates.
    ///
    /// # Errors
    /// All ids and certificates that are wrong.
    pub(super) fn join(self) -> Result<Vec<Arc<Unit>>, Vec<ConfigError>> {
        let mut errors = self.nobody();
        errors.extend(self.twice());
        errors.extend(self.strangers());
        errors.extend(self.supervisors());
        errors.extend(self.duties());
        let mut units = Vec::with_capacity(self.private.len());
        let published = self.public.unit.iter().enumerate();
        let published: BTreeMap<&str, (usize, &PublicUnit)> = published
            .map(|(place, public)| (public.id.as_str(), (place, public)))
            .collect();
        for (index, private) in self.private.iter().enumerate() {
            let Some((place, public)) = published.get(private.id.as_str()).copied() else {
                errors.push(self.unpublished(index, private));
                continue;
            };
            match self.unit(index, private, place, public) {
                Ok(unit) => units.push(Arc::new(unit)),
                Err(more) => errors.extend(more),
            }
        }
        if errors.is_empty() && !units.iter().any(|unit| unit.usable(self.now).is_ok()) {
            errors.push(self.none_usable(&units));
        }
        if errors.is_empty() {
            Ok(units)
        } else {
            Err(errors)
        }
    }

    fn nobody(&self) -> Vec<ConfigError> {
        let halves = [
            (self.private_file, self.private.is_empty()),
            (self.public_file, self.public.unit.is_empty()),
        ];
        let empty = halves.into_iter().filter(|(_, empty)| *empty);
        empty
            .map(|(file, _)| {
                let hint = "somebody has to answer: write a [[unit]]";
                file.error("unit", Fault::Value, "must hold at least one unit", hint)
            })
            .collect()
    }

    fn twice(&self) -> Vec<ConfigError> {
        let private = self.private.iter().map(|unit| unit.id.as_str());
        let public = self.public.unit.iter().map(|unit| unit.id.as_str());
        let mut errors = twice(self.private_file, private);
        errors.extend(twice(self.public_file, public));
        errors
    }

    /// Public units that the private half does not know.
    fn strangers(&self) -> Vec<ConfigError> {
        let known = || self.private.iter().map(|unit| unit.id.as_str());
        let ids: BTreeSet<&str> = known().collect();
        let strangers = self.public.unit.iter().enumerate();
        strangers
            .filter(|(_, public)| !ids.contains(public.id.as_str()))
            .map(|(index, public)| {
                self.public_file.error(
                    format!("unit[{index}].id"),
                    Fault::Absent,
                    format!("the unit \"{}\" is not in the private half of the register", public.id),
                    or_meant(
                        nearest(&public.id, known()),
                        "add its mail address and certificates to config/units.toml, or take it out here",
                    ),
                )
            })
            .collect()
    }

    /// Supervisors that are nobody, or the unit itself.
    fn supervisors(&self) -> Vec<ConfigError> {
        let named = self.private.iter().enumerate();
        named
            .filter_map(|(index, unit)| {
                let name = unit.supervisor.as_deref()?;
                let key = format!("unit[{index}].supervisor");
                let hint = "leave it out: then nobody is told when the unit does not react";
                self.other_unit(key, &unit.id, name, hint)
            })
            .collect()
    }

    /// What is wrong when `unit` names `name` as another unit; `hint` is for when that is the unit itself.
    pub(super) fn other_unit(
        &self,
        key: String,
        unit: &str,
        name: &str,
        hint: &str,
    ) -> Option<ConfigError> {
        let known = || self.private.iter().map(|unit| unit.id.as_str());
        let (why, hint) = if name == unit {
            ("is the unit itself".to_owned(), hint.to_owned())
        } else if known().any(|id| id == name) {
            return None;
        } else {
            let others = known().filter(|id| *id != unit);
            (
                format!("there is no unit \"{name}\""),
                or_meant(nearest(name, others), "name the id of another unit"),
            )
        };
        Some(self.private_file.error(key, Fault::Absent, why, hint))
    }

    fn unpublished(&self, index: usize, private: &PrivateUnit) -> ConfigError {
        let public = self.public.unit.iter().map(|unit| unit.id.as_str());
        self.private_file.error(
            format!("unit[{index}].id"),
            Fault::Absent,
            format!(
                "the unit \"{}\" is not in the public half of the register",
                private.id
            ),
            or_meant(
                nearest(&private.id, public),
                "add its name, area and telephone to site/data/units.toml, or take it out here",
            ),
        )
    }

    fn none_usable(&self, units: &[Arc<Unit>]) -> ConfigError {
        let reasons: Vec<String> = units
            .iter()
            .filter_map(|unit| Some(format!("{}: {}", unit.id, unit.usable(self.now).err()?)))
            .collect();
        self.private_file.error(
            "unit",
            Fault::Certificate,
            format!("no unit can be written to: {}", reasons.join("; ")),
            "put each unit's public certificate into the folder that registers.keys names",
        )
    }

    fn unit(
        &self,
        index: usize,
        private: &PrivateUnit,
        place: usize,
        public: &PublicUnit,
    ) -> Result<Unit, Vec<ConfigError>> {
        let mut certs = Vec::with_capacity(private.certs.len());
        let mut lapse = None;
        let mut errors = Vec::new();
        let names = self.cert_names(index, private, &mut errors);
        for (key, name) in names {
            match self.cert(&key, name) {
                Ok(Ok(cert)) => certs.push(cert),
                Ok(Err(reason)) => lapse = lapse.or(Some(reason)),
                Err(error) => errors.push(error),
            }
        }
        let whole = lapse.is_none() && errors.is_empty();
        errors.extend(self.fingerprints(place, public, &certs, whole));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Unit {
            id: private.id.clone(),
            name: public.name.clone(),
            area: public.area.clone(),
            telephone: public.telephone.clone(),
            mail: private.mail.clone(),
            certs,
            lapse,
            supervisor: private.supervisor.clone(),
            unencrypted_replies: private.unencrypted_replies,
            duty: private.duty.as_ref().map(DutyKeys::duty),
        })
    }
}

fn twice<'a>(file: &File, ids: impl Iterator<Item = &'a str>) -> Vec<ConfigError> {
    let mut seen = BTreeSet::new();
    ids.enumerate()
        .filter(|(_, id)| !seen.insert(*id))
        .map(|(index, id)| {
            let why = format!("the unit \"{id}\" is there twice");
            let hint = "one entry per unit; a unit may have several certificates";
            file.error(format!("unit[{index}].id"), Fault::Duplicate, why, hint)
        })
        .collect()
}

pub(super) fn or_meant(nearest: Option<&str>, otherwise: &str) -> String {
    nearest.map_or_else(
        || otherwise.to_owned(),
        |close| format!("did you mean {close}?"),
    )
}
