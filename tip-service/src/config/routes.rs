//! The routing table: the `[[route]]` entries of `config/units.toml`, and the proof that they are
//! total.
//!
//! The proof walks every combination (kind × county or unknown × about officials or not), so that
//! a tip can never arrive for which nobody answers, nor reach the very unit it complains about.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

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

impl Known<'_> {
    /// Builds the table and proves it.
    ///
    /// # Errors
    /// All names that are unknown; if there are none, all combinations that go wrong.
    pub(super) fn register(self, routes: &[RouteKeys]) -> Result<Register, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let table: Vec<Route> = routes
            .iter()
            .enumerate()
            .map(|(index, keys)| self.route(&format!("route[{index}]"), keys, &mut errors))
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        errors.extend(self.unreached(&table));
        let (file, kinds, places) = (self.file, self.kinds, self.places);
        let register = Register::new(self.units, table);
        errors.extend(prove(file, kinds, places, &register));
        errors.extend(discreet(file, kinds, places, &register));
        if errors.is_empty() {
            Ok(register)
        } else {
            Err(errors)
        }
    }

    fn route(&self, at: &str, keys: &RouteKeys, errors: &mut Vec<ConfigError>) -> Route {
        let mut look_up = |key: &str, names: &[String], known: Vec<&str>| {
            errors.extend(self.unknown(&format!("{at}.{key}"), names, &known));
        };
        if let Some(kinds) = &keys.kinds {
            let known = self.kinds.kinds.iter().map(|kind| kind.id.as_str());
            look_up("kinds", kinds, known.collect());
        }
        if let Some(counties) = &keys.counties {
            let counties_known = self.places.counties.iter();
            let known = counties_known.flat_map(|county| [county.name.as_str(), &county.code]);
            look_up("counties", counties, known.collect());
        }
        let known = self.units.iter().map(|unit| unit.id.as_str());
        look_up("units", &keys.units, known.collect());
        let code = |name: &String| Some(self.places.county(name)?.code.clone());
        let units = keys.units.iter();
        Route {
            kinds: keys
                .kinds
                .as_ref()
                .map(|kinds| kinds.iter().cloned().collect()),
            counties: keys
                .counties
                .as_ref()
                .map(|names| names.iter().filter_map(code).collect()),
            officials: keys.officials,
            units: units
                .filter_map(|id| self.units.iter().find(|unit| unit.id == *id).cloned())
                .collect(),
        }
    }

    fn unknown(&self, key: &str, names: &[String], known: &[&str]) -> Vec<ConfigError> {
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        if names.is_empty() {
            let hint = "leave a filter out altogether if it should let everything pass";
            errors.push(
                self.file
                    .error(key, Fault::Value, "must not be empty", hint),
            );
        }
        for (index, name) in names.iter().enumerate() {
            let key = format!("{key}[{index}]");
            if !known.contains(&name.as_str()) {
                let why = format!("there is no \"{name}\"");
                let otherwise = format!("there are: {}", known.join(", "));
                let hint = or_meant(nearest(name, known.iter().copied()), &otherwise);
                errors.push(self.file.error(key, Fault::Absent, why, hint));
            } else if !seen.insert(name) {
                let why = format!("\"{name}\" is there twice");
                errors.push(
                    self.file
                        .error(key, Fault::Duplicate, why, "once is enough"),
                );
            }
        }
        errors
    }

    /// Routes that no tip ever takes, because earlier ones take everything.
    fn unreached(&self, table: &[Route]) -> Vec<ConfigError> {
        let mut reached = BTreeSet::new();
        for (kind, county, officials) in combinations(self.kinds, self.places) {
            let code = county.map(|county| county.0);
            let first = table
                .iter()
                .position(|route| route.takes(kind, code, officials));
            reached.extend(first);
        }
        (0..table.len())
            .filter(|index| !reached.contains(index))
            .map(|index| {
                self.file.error(
                    format!("route[{index}]"),
                    Fault::Routing,
                    "no tip ever takes this route: those before it take them all",
                    "move it up, or take it out",
                )
            })
            .collect()
    }
}

/// A county's code and name.
type CountyRef<'a> = (&'a str, &'a str);

/// Every sort of tip there can be. An unknown place is `None`.
fn combinations<'a>(
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
            .flat_map(|(kind, county, _)| register.route(kind, county.map(|c| c.0), about))
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
