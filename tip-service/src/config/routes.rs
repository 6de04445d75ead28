//! The routing table: the `[[route]]` entries of `config/units.toml`, and the proof that they are
//! total.
//!
//! The proof walks every combination (kind × county or unknown × about officials or not), so that
//! a tip can never arrive for which nobody answers, nor reach the very unit it complains about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::duty;
use super::error::{ConfigError, Fault};
use super::file::{File, nearest};
use super::units::or_meant;
use crate::kinds::Kinds;
use crate::places::Places;
use crate::units::{Register, Route, Unit};

/// One `[[route]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteKeys {
    kinds: Option<Vec<String>>,
    counties: Option<Vec<String>>,
    officials: Option<bool>,
    units: Vec<String>,
}

/// What a route may refer to.
pub(super) struct Known<'a> {
    pub(super) file: &'a File,
    pub(super) kinds: &'a Kinds,
    pub(super) places: &'a Places,
    pub(super) units: Vec<Arc<Unit>>,
}

/// The names that a route may use, and what they stand for.
struct Names<'a> {
    kinds: BTreeMap<&'a str, &'a str>,
    /// Names and codes → codes.
    counties: BTreeMap<&'a str, &'a str>,
    units: BTreeMap<&'a str, &'a Arc<Unit>>,
}

impl Known<'_> {
    /// Builds the table and proves it.
    ///
    /// # Errors
    /// All names that are unknown; if there are none, all combinations that go wrong.
    pub(super) fn register(self, routes: &[RouteKeys]) -> Result<Register, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let names = self.names();
        let table: Vec<Route> = routes
            .iter()
            .enumerate()
            .map(|(index, keys)| self.route(&format!("route[{index}]"), keys, &names, &mut errors))
            .collect();
        drop(names);
        if !errors.is_empty() {
            return Err(errors);
        }
        let (file, kinds, places) = (self.file, self.kinds, self.places);
        let register = Register::new(self.units, table);
        errors.extend(unreached(file, kinds, places, &register, routes.len()));
        errors.extend(prove(file, kinds, places, &register));
        errors.extend(duty::prove(file, kinds, places, &register));
        errors.extend(discreet(file, kinds, places, &register));
        if errors.is_empty() {
            Ok(register)
        } else {
            Err(errors)
        }
    }

    fn names(&self) -> Names<'_> {
        let counties = self.places.counties.iter();
        let codes = counties.flat_map(|county| {
            let code = county.code.as_str();
            [(county.name.as_str(), code), (code, code)]
        });
        let kinds = self.kinds.kinds.iter().map(|kind| kind.id.as_str());
        Names {
            kinds: kinds.map(|id| (id, id)).collect(),
            counties: codes.collect(),
            units: self
                .units
                .iter()
                .map(|unit| (unit.id.as_str(), unit))
                .collect(),
        }
    }

    fn route(
        &self,
        at: &str,
        keys: &RouteKeys,
        names: &Names<'_>,
        errors: &mut Vec<ConfigError>,
    ) -> Route {
        let kinds = keys
            .kinds
            .as_ref()
            .map(|listed| self.look_up(&format!("{at}.kinds"), listed, &names.kinds, errors));
        let counties = keys
            .counties
            .as_ref()
            .map(|listed| self.look_up(&format!("{at}.counties"), listed, &names.counties, errors));
        let units = self.look_up(&format!("{at}.units"), &keys.units, &names.units, errors);
        let owned = |found: Vec<&str>| found.into_iter().map(str::to_owned).collect();
        Route {
            kinds: kinds.map(owned),
            counties: counties.map(owned),
            officials: keys.officials,
            units: units.into_iter().cloned().collect(),
        }
    }

    /// What the listed names stand for.
    fn look_up<T: Copy>(
        &self,
        key: &str,
        listed: &[String],
        known: &BTreeMap<&str, T>,
        errors: &mut Vec<ConfigError>,
    ) -> Vec<T> {
        if listed.is_empty() {
            let hint = "leave a filter out altogether if it should let everything pass";
            errors.push(
                self.file
                    .error(key, Fault::Value, "must not be empty", hint),
            );
        }
        let mut seen = BTreeSet::new();
        let mut found = Vec::with_capacity(listed.len());
        for (index, name) in listed.iter().enumerate() {
            let key = format!("{key}[{index}]");
            let Some(meaning) = known.get(name.as_str()) else {
                let why = format!("there is no \"{name}\"");
                let all: Vec<&str> = known.keys().copied().collect();
                let hint = or_meant(
                    nearest(name, all.iter().copied()),
                    &format!("there are: {}", all.join(", ")),
                );
                errors.push(self.file.error(key, Fault::Absent, why, hint));
                continue;
            };
            if seen.insert(name) {
                found.push(*meaning);
            } else {
                let why = format!("\"{name}\" is there twice");
                errors.push(
                    self.file
                        .error(key, Fault::Duplicate, why, "once is enough"),
                );
            }
        }
        found
    }
}

/// Routes that no tip ever takes, because earlier ones take everything.
fn unreached(
    file: &File,
    kinds: &Kinds,
    places: &Places,
    register: &Register,
    routes: usize,
) -> Vec<ConfigError> {
    let reached: BTreeSet<usize> = combinations(kinds, places)
        .filter_map(|(kind, county, officials)| {
            register.route_number(kind, county.map(|county| county.0), officials)
        })
        .collect();
    (0..routes)
        .filter(|index| !reached.contains(index))
        .map(|index| {
            file.error(
                format!("route[{index}]"),
                Fault::Routing,
                "no tip ever takes this route: those before it take them all",
                "move it up, or take it out",
            )
        })
        .collect()
}

/// A county's code and name.
pub(super) type CountyRef<'a> = (&'a str, &'a str);

/// Every sort of tip there can be. An unknown place is `None`.
pub(super) fn combinations<'a>(
    kinds: &'a Kinds,
    places: &'a Places,
) -> impl Iterator<Item = (&'a str, Option<CountyRef<'a>>, bool)> {
    kinds.kinds.iter().flat_map(move |kind| {
        let counties = places.counties.iter();
        let counties = counties.map(|county| Some((county.code.as_str(), county.name.as_str())));
        counties.chain([None]).flat_map(move |county| {
            [false, true].map(move |officials| (kind.id.as_str(), county, officials))
        })
    })
}

fn prove(file: &File, kinds: &Kinds, places: &Places, register: &Register) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    let mut wrong = |why: String, hint: &str| {
        errors.push(file.error("route", Fault::Routing, why, hint));
    };
    for (kind, county, officials) in combinations(kinds, places) {
        let (code, place) = county.map_or((None, "an unknown place"), |(code, name)| {
            (Some(code), name)
        });
        let about = if officials { ", about officials" } else { "" };
        let units = register.route(kind, code, officials);
        if units.is_empty() {
            wrong(
                format!("a tip of kind {kind} from {place}{about} has no unit"),
                "add a route for it; a last route with nothing but units = [...] takes the rest",
            );
        } else if officials {
            let usual = register.route(kind, code, false);
            let shared = units
                .iter()
                .find(|unit| usual.iter().any(|other| other.id == unit.id));
            if let Some(shared) = shared {
                wrong(
                    format!(
                        "a tip of kind {kind} from {place}, about officials, goes to {}, which it may be about",
                        shared.id
                    ),
                    "put a route with officials = true before the others, to a unit that takes no other tips of this kind",
                );
            }
        }
    }
    errors
}

/// A unit that hears of officials must not have a supervisor that such a tip may be about: a reminder would tell
/// that there is one.
fn discreet(file: &File, kinds: &Kinds, places: &Places, register: &Register) -> Vec<ConfigError> {
    let taken = |about: bool| -> BTreeSet<&str> {
        combinations(kinds, places)
            .filter(|(_, _, officials)| *officials == about)
            .map(|(kind, county, _)| register.route(kind, county.map(|c| c.0), about))
            .flat_map(|units| register.at_any_hour(units))
            .map(|unit| unit.id.as_str())
            .collect()
    };
    let (usual, past_them) = (taken(false), taken(true));
    register
        .units()
        .iter()
        .enumerate()
        .filter(|(_, unit)| past_them.contains(unit.id.as_str()))
        .filter_map(|(index, unit)| {
            let supervisor = unit.supervisor.as_deref().filter(|id| usual.contains(id))?;
            Some(file.error(
                format!("unit[{index}].supervisor"),
                Fault::Routing,
                format!(
                    "{supervisor} takes ordinary tips, and {} those about officials",
                    unit.id
                ),
                "leave it out, or name a unit that takes none but tips about officials",
            ))
        })
        .collect()
}
