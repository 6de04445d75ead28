//! `config/places.toml`: counties, townships, villages.
//!
//! Proves that codes nest and that no code or name is there twice, so that a place a tip names is
//! one place.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::check;
use super::error::{ConfigError, Fault};
use super::file::File;
use crate::places::{County, Places, Township, Village};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    county: Vec<CountyKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountyKeys {
    code: String,
    #[serde(deserialize_with = "check::text")]
    name: String,
    #[serde(default)]
    township: Vec<TownshipKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TownshipKeys {
    code: String,
    #[serde(deserialize_with = "check::text")]
    name: String,
    /// Last three digits of the code → name.
    #[serde(default)]
    villages: BTreeMap<String, String>,
}

/// Reads the places.
///
/// # Errors
/// All codes and names that are wrong.
pub(super) fn read(file: &File) -> Result<Places, Vec<ConfigError>> {
    let keys: Keys = file.parse().map_err(|error| vec![error])?;
    let mut proof = Proof {
        file,
        seen: BTreeSet::new(),
        errors: Vec::new(),
    };
    let counties = keys
        .county
        .into_iter()
        .enumerate()
        .map(|(index, county)| proof.county(&format!("county[{index}]"), county))
        .collect::<Vec<_>>();
    if counties.is_empty() {
        proof.errors.push(file.error(
            "county",
            Fault::Value,
            "must hold at least one county",
            "the form lists them",
        ));
    }
    if proof.errors.is_empty() {
        Ok(Places { counties })
    } else {
        Err(proof.errors)
    }
}

struct Proof<'a> {
    file: &'a File,
    /// Codes and names of counties and townships, and of villages with their township's code.
    seen: BTreeSet<String>,
    errors: Vec<ConfigError>,
}

impl Proof<'_> {
    fn county(&mut self, at: &str, keys: CountyKeys) -> County {
        self.code(&format!("{at}.code"), &keys.code, "", 6);
        self.once(&format!("{at}.code"), &keys.code);
        self.once(&format!("{at}.name"), &keys.name);
        let townships = keys
            .township
            .into_iter()
            .enumerate()
            .map(|(index, township)| {
                self.township(&format!("{at}.township[{index}]"), &keys.code, township)
            })
            .collect();
        County {
            code: keys.code,
            name: keys.name,
            townships,
        }
    }

    fn township(&mut self, at: &str, county: &str, keys: TownshipKeys) -> Township {
        self.code(&format!("{at}.code"), &keys.code, county, 9);
        self.once(&format!("{at}.code"), &keys.code);
        self.once(&format!("{at}.name"), &keys.name);
        let mut villages = Vec::with_capacity(keys.villages.len());
        for (suffix, name) in keys.villages {
            let key = format!("{at}.villages.{suffix}");
            let code = format!("{}{suffix}", keys.code);
            self.code(&key, &code, &keys.code, keys.code.len().saturating_add(3));
            self.once(&key, &format!("{}{name}", keys.code));
            if name.is_empty() || name.trim() != name {
                self.wrong(
                    &key,
                    Fault::Value,
                    "must be a name without space at its ends",
                );
            }
            villages.push(Village { code, name });
        }
        Township {
            code: keys.code,
            name: keys.name,
            villages,
        }
    }

    fn code(&mut self, key: &str, code: &str, parent: &str, digits: usize) {
        let right = code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit());
        if !right || !code.starts_with(parent) {
            let more = match parent {
                "" => String::new(),
                _ => format!(" that begin with {parent}"),
            };
            self.wrong(
                key,
                Fault::Value,
                &format!("must be {digits} digits{more}, not \"{code}\""),
            );
        }
    }

    fn once(&mut self, key: &str, value: &str) {
        if !self.seen.insert(value.to_owned()) {
            self.wrong(
                key,
                Fault::Duplicate,
                &format!("\"{value}\" is there twice"),
            );
        }
    }

    fn wrong(&mut self, key: &str, fault: Fault, why: &str) {
        let hint = "codes and names are those of the National Bureau of Statistics";
        self.errors.push(self.file.error(key, fault, why, hint));
    }
}
