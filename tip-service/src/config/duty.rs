//! `duty` of a `[[unit]]`: when it gets new tips, and who gets them in its place at all other times.
//!
//! The unit that stands in must exist, be on duty round the clock, and keep a tip about officials past whoever it may be
//! about, as every unit on a route does. Must never take a time or a date that a calendar in China has not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::Deserializer;

use super::check;
use super::error::{ConfigError, Fault};
use super::file::File;
use super::routes::combinations;
use super::units::Halves;
use crate::clock::Date;
use crate::kinds::Kinds;
use crate::places::Places;
use crate::units::{Duty, Register, Unit, WEEKDAYS};

/// The last minute at which a shift may end, 24:00.
const MIDNIGHT: u32 = 24 * 60;

/// `duty`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DutyKeys {
    #[serde(deserialize_with = "days")]
    days: BTreeSet<u32>,
    #[serde(deserialize_with = "begin")]
    from: u32,
    #[serde(deserialize_with = "end")]
    to: u32,
    #[serde(default, deserialize_with = "dates")]
    closed: BTreeSet<Date>,
    #[serde(deserialize_with = "check::id")]
    otherwise: String,
}

impl DutyKeys {
    pub(super) fn duty(&self) -> Duty {
        Duty {
            days: self.days.clone(),
            from: self.from,
            to: self.to,
            closed: self.closed.clone(),
            otherwise: self.otherwise.clone(),
        }
    }
}

fn days<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<u32>, D::Error> {
    let number = |name: &str| {
        let place = WEEKDAYS.iter().position(|day| *day == name);
        place.and_then(|place| u32::try_from(place).ok())
    };
    let hint = format!("write the days as {}", WEEKDAYS.join(", "));
    let days = each(from, number, "is no day of the week", &hint)?;
    let hint = "name the days on which it is on duty; a unit that never is should be on no route";
    check::ensure(!days.is_empty(), days, "must not be empty", hint)
}

fn dates<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<Date>, D::Error> {
    let hint = "write a date of the calendar as year, month and day: 2026-10-01";
    each(from, Date::parse, "is no date", hint)
}

/// A list of which every element means something, and each something else.
fn each<'de, D, T>(
    from: D,
    read: impl Fn(&str) -> Option<T>,
    why: &str,
    hint: &str,
) -> Result<BTreeSet<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Ord,
{
    let listed = Vec::<String>::deserialize(from)?;
    let mut found = BTreeSet::new();
    for (index, text) in listed.iter().enumerate() {
        let wrong = |why: &str, hint: &str| {
            check::wrong_at(&format!("[{index}]"), &format!("\"{text}\" {why}"), hint)
        };
        let meaning = read(text).ok_or_else(|| wrong(why, hint))?;
        if !found.insert(meaning) {
            return Err(wrong("is there twice", "once is enough"));
        }
    }
    Ok(found)
}

fn begin<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    time(from, MIDNIGHT - 1)
}

fn end<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    time(from, MIDNIGHT)
}

/// A time of day in minutes, up to `last`.
fn time<'de, D: Deserializer<'de>>(from: D, last: u32) -> Result<u32, D::Error> {
    let text = String::deserialize(from)?;
    let two = |part: &str| -> Option<u32> {
        let right = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|_| right)
    };
    let minutes = text.split_once(':').and_then(|(hour, minute)| {
        let minute = two(minute).filter(|minute| *minute < 60)?;
        Some(two(hour)? * 60 + minute)
    });
    minutes.filter(|minutes| *minutes <= last).ok_or_else(|| {
        let why = format!("\"{text}\" is no time of day");
        let hint = "write hours and minutes, 08:00 or 17:30; a day begins at 00:00, and only to may be 24:00";
        check::wrong::<D::Error>(&why, hint)
    })
}

impl Halves<'_> {
    /// Shifts without a length, and units that cannot stand in.
    pub(super) fn duties(&self) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        for (index, unit) in self.private.iter().enumerate() {
            let Some(duty) = &unit.duty else { continue };
            let at = |key: &str| format!("unit[{index}].duty.{key}");
            if duty.from == duty.to {
                errors.push(self.private_file.error(
                    at("to"),
                    Fault::Value,
                    "is the same as from",
                    "all day is from = \"00:00\", to = \"24:00\"; round the clock is no duty at all: leave it out",
                ));
            }
            let hint = "name another unit, one that is on duty round the clock";
            let named = self.other_unit(at("otherwise"), &unit.id, &duty.otherwise, hint);
            errors.extend(named.or_else(|| self.has_hours(at("otherwise"), &duty.otherwise)));
        }
        errors
    }

    /// Whoever stands in has nobody behind it.
    fn has_hours(&self, key: String, name: &str) -> Option<ConfigError> {
        let mut named = self.private.iter();
        named.find(|unit| unit.id == name && unit.duty.is_some())?;
        Some(self.private_file.error(
            key,
            Fault::Routing,
            format!("{name} has duty hours itself"),
            "only a unit that is on duty round the clock can stand in: name such a one, or take duty out there",
        ))
    }
}

/// Units that stand in where a tip about officials would reach one that it may be about. What goes wrong without them is
/// for the routes to say.
pub(super) fn prove(
    file: &File,
    kinds: &Kinds,
    places: &Places,
    register: &Register,
) -> Vec<ConfigError> {
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    for (kind, county, _) in combinations(kinds, places).filter(|(_, _, officials)| *officials) {
        let (code, place) = county.map_or((None, "an unknown place"), |(code, name)| {
            (Some(code), name)
        });
        let [past_them, usual] = [true, false].map(|about| register.route(kind, code, about));
        for unit in past_them.iter().chain(usual) {
            let Some(Duty { otherwise, .. }) = &unit.duty else {
                continue;
            };
            let by_hour = |units| {
                register
                    .at_any_hour(units)
                    .iter()
                    .any(|u| u.id == *otherwise)
            };
            let by_route = |units: &[Arc<Unit>]| units.iter().any(|u| u.id == *otherwise);
            let is_own_doing = !(by_route(past_them) && by_route(usual));
            if is_own_doing && by_hour(past_them) && by_hour(usual) {
                let why = format!(
                    "{otherwise} would get tips of kind {kind} from {place}: the ordinary ones, and those about officials, which may be about itself"
                );
                wrong.entry(unit.id.as_str()).or_insert(why);
            }
        }
    }
    let units = register.units().iter().enumerate();
    units
        .filter_map(|(index, unit)| Some((index, wrong.remove(unit.id.as_str())?)))
        .map(|(index, why)| {
            let key = format!("unit[{index}].duty.otherwise");
            let hint = "a unit that hears of officials needs one to stand in that hears of nothing else, or duty round the clock";
            file.error(key, Fault::Routing, why, hint)
        })
        .collect()
}
