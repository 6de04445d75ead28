//! The units that act on tips, and which of them a tip goes to.
//!
//! Filled by [`crate::config`], which proves that the routing table is total and that a tip about
//! officials never reaches the unit it may be about. Must never fall back: a unit whose certificate
//! cannot be used is closed, not served with fewer certificates or with plain mail.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sealed_tip::UnitCert;

/// One unit: its public facts and its keys.
pub struct Unit {
    /// ASCII, stable: `dongfeng`.
    pub id: String,
    /// The name the public reads.
    pub name: String,
    /// The area it answers for, in words.
    pub area: String,
    /// Whom to ring when its form is closed.
    pub telephone: String,
    /// Where its letters go.
    pub mail: String,
    /// Every officer's certificate; a letter is encrypted to all of them.
    pub certs: Vec<UnitCert>,
    /// Why its certificates could not be used when the service started.
    pub lapse: Option<String>,
    /// The unit that is told when this one does not react (its id).
    pub supervisor: Option<String>,
    /// Takes replies that are signed but not encrypted.
    pub unencrypted_replies: bool,
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unit")
            .field("id", &self.id)
            .field("lapse", &self.lapse)
            .finish_non_exhaustive()
    }
}

impl Unit {
    /// Says whether a letter can be sealed to this unit at `now` (Unix seconds).
    ///
    /// All certificates must pass: skipping a bad one would silently shut out the officer it
    /// belongs to.
    ///
    /// # Errors
    /// The reason, in words for the operator, never for the public.
    pub fn usable(&self, now: u64) -> Result<(), String> {
        if let Some(lapse) = &self.lapse {
            return Err(lapse.clone());
        }
        if self.certs.is_empty() {
            return Err("it has no certificate".to_owned());
        }
        for cert in &self.certs {
            cert.check(now)
                .map_err(|error| format!("certificate {}: {error}", cert.fingerprint()))?;
        }
        Ok(())
    }

    /// Whole days until the first of its certificates expires; `None`: none does.
    #[must_use]
    pub fn key_days(&self, now: u64) -> Option<u64> {
        let ends = self.certs.iter().filter_map(UnitCert::expires);
        ends.min().map(|end| end.saturating_sub(now) / 86_400)
    }
}

/// One line of the routing table. A filter that is `None` lets everything pass.
#[derive(Debug)]
pub struct Route {
    /// Ids of kinds.
    pub kinds: Option<BTreeSet<String>>,
    /// Codes of counties; a tip whose place is unknown passes only without this filter.
    pub counties: Option<BTreeSet<String>>,
    /// Whether the tip concerns officials.
    pub officials: Option<bool>,
    /// Where such a tip goes: all of them.
    pub units: Vec<Arc<Unit>>,
}

impl Route {
    /// Says whether a tip like this takes this route.
    pub fn takes(&self, kind: &str, county: Option<&str>, officials: bool) -> bool {
        let kind_fits = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind));
        let county_fits = match (&self.counties, county) {
            (None, _) => true,
            (Some(counties), Some(code)) => counties.contains(code),
            (Some(_), None) => false,
        };
        let officials_fit = self.officials.is_none_or(|wanted| wanted == officials);
        kind_fits && county_fits && officials_fit
    }
}

/// The robot unit's id: it answers the canary and hears of nothing else.
pub const ROBOT: &str = "canary";

/// All units and the routing table.
#[derive(Debug)]
pub struct Register {
    units: Vec<Arc<Unit>>,
    routes: Vec<Route>,
    robot: Option<Arc<Unit>>,
}

impl Register {
    /// Puts a register together. [`crate::config::load`] is what proves it total.
    pub fn new(units: Vec<Arc<Unit>>, routes: Vec<Route>) -> Self {
        Self {
            units,
            routes,
            robot: None,
        }
    }

    /// The same with the robot beside the units: on no route, in no list, found by its id alone.
    #[must_use]
    pub fn with_robot(self, robot: Arc<Unit>) -> Self {
        Self {
            robot: Some(robot),
            ..self
        }
    }

    /// The robot that answers the canary, if there is one; a list for whoever takes lists of units.
    pub fn robot(&self) -> &[Arc<Unit>] {
        self.robot.as_slice()
    }

    /// Returns all units, in the order of the file.
    pub fn units(&self) -> &[Arc<Unit>] {
        &self.units
    }

    /// Returns the unit with this id, the robot too.
    pub fn unit(&self, id: &str) -> Option<&Arc<Unit>> {
        self.all().find(|unit| unit.id == id)
    }

    /// Everybody who has a key: the units, then the robot. For whoever looks after keys, not after tips.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Unit>> {
        self.units.iter().chain(&self.robot)
    }

    /// Returns the units that get a tip of `kind` about a place in `county` (a code; `None` when
    /// the writer does not know). The first route that fits wins.
    ///
    /// Never empty for a kind of the configuration: the table is proven total when it is loaded. A
    /// county that is not in the configuration counts as unknown.
    pub fn route(&self, kind: &str, county: Option<&str>, officials: bool) -> &[Arc<Unit>] {
        self.routes
            .iter()
            .find(|route| route.takes(kind, county, officials))
            .map_or(&[], |route| route.units.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str) -> Arc<Unit> {
        Arc::new(Unit {
            id: id.into(),
            name: id.into(),
            area: "全市".into(),
            telephone: "110".into(),
            mail: format!("{id}@example.invalid"),
            certs: Vec::new(),
            lapse: None,
            supervisor: None,
            unencrypted_replies: false,
        })
    }

    fn set(items: &[&str]) -> Option<BTreeSet<String>> {
        Some(items.iter().map(|item| (*item).to_owned()).collect())
    }

    fn ids(units: &[Arc<Unit>]) -> Vec<&str> {
        units.iter().map(|unit| unit.id.as_str()).collect()
    }

    #[test]
    fn the_first_route_that_fits_wins_and_an_unknown_place_passes_no_county_filter() {
        let (city, county, oversight) = (unit("city"), unit("county"), unit("oversight"));
        let route = |kinds, counties, officials, units| Route {
            kinds,
            counties,
            officials,
            units,
        };
        let register = Register::new(
            vec![city.clone(), county.clone(), oversight.clone()],
            vec![
                route(None, None, Some(true), vec![oversight]),
                route(
                    set(&["venue"]),
                    set(&["220421"]),
                    None,
                    vec![county, city.clone()],
                ),
                route(set(&["venue", "other"]), None, None, vec![city]),
            ],
        );
        let route = |kind, county, officials| ids(register.route(kind, county, officials));
        assert_eq!(route("venue", Some("220421"), false), ["county", "city"]);
        assert_eq!(route("venue", Some("220421"), true), ["oversight"]);
        assert_eq!(route("venue", Some("999999"), false), ["city"]);
        assert_eq!(route("venue", None, false), ["city"]);
        assert_eq!(route("other", Some("220421"), false), ["city"]);
        assert!(register.route("unheard-of", None, false).is_empty());
        assert_eq!(
            register.unit("county").map(|u| u.mail.as_str()),
            Some("county@example.invalid")
        );
    }

    #[test]
    fn the_robot_is_on_no_route_and_in_no_list_and_found_by_its_id() {
        let all = Route {
            kinds: None,
            counties: None,
            officials: None,
            units: vec![unit("city")],
        };
        let register = Register::new(vec![unit("city")], vec![all]).with_robot(unit(ROBOT));
        assert_eq!(ids(register.units()), ["city"]);
        assert_eq!(ids(register.route("venue", None, true)), ["city"]);
        assert_eq!(ids(register.robot()), [ROBOT]);
        assert!(register.unit(ROBOT).is_some() && register.all().count() == 2);
    }

    #[test]
    fn a_unit_without_a_usable_certificate_is_closed() {
        assert!(unit("city").usable(0).is_err());
        let lapsed = Unit {
            lapse: Some("no certificate file".into()),
            ..Arc::into_inner(unit("city")).unwrap()
        };
        assert_eq!(lapsed.usable(0), Err("no certificate file".into()));
    }
}
