//! Which units a tip goes to: the routing table, found by index among thousands of lines.
//!
//! Must never know a unit by its place in a list, nor put the robot on a route.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Unit;

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

/// All units and the routing table, with what finds an entry among thousands.
#[derive(Debug)]
pub struct Register {
    units: Vec<Arc<Unit>>,
    routes: Vec<Route>,
    unit_numbers: HashMap<String, usize>,
    /// A county's code → the routes that name it, in their order.
    local: HashMap<String, Vec<usize>>,
    /// The routes that name no county, in their order.
    general: Vec<usize>,
    robot: Option<Arc<Unit>>,
}

impl Register {
    /// Puts a register together. [`crate::config::load`] is what proves it total.
    pub fn new(units: Vec<Arc<Unit>>, routes: Vec<Route>) -> Self {
        let numbered = units.iter().enumerate();
        let unit_numbers = numbered.map(|(n, unit)| (unit.id.clone(), n)).collect();
        let mut local: HashMap<String, Vec<usize>> = HashMap::new();
        let mut general = Vec::new();
        for (number, route) in routes.iter().enumerate() {
            match &route.counties {
                Some(counties) => {
                    for code in counties {
                        local.entry(code.clone()).or_default().push(number);
                    }
                }
                None => general.push(number),
            }
        }
        Self {
            units,
            routes,
            unit_numbers,
            local,
            general,
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
        let number = self.unit_numbers.get(id);
        let unit = number.and_then(|number| self.units.get(*number));
        unit.or_else(|| self.robot.as_ref().filter(|robot| robot.id == id))
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
        self.route_number(kind, county, officials)
            .and_then(|number| self.routes.get(number))
            .map_or(&[], |route| route.units.as_slice())
    }

    /// Returns the units with these ids, in this order, if a line of the table names just them.
    pub fn routed(&self, ids: &[&str]) -> Option<&[Arc<Unit>]> {
        let named = |units: &[Arc<Unit>]| {
            units
                .iter()
                .map(|unit| unit.id.as_str())
                .eq(ids.iter().copied())
        };
        let units = self.routes.iter().map(|route| route.units.as_slice());
        units
            .filter(|units| !units.is_empty())
            .find(|units| named(units))
    }

    /// Returns the routing table, in the order of the file.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Returns which line of the table [`Register::route`] takes.
    pub fn route_number(&self, kind: &str, county: Option<&str>, officials: bool) -> Option<usize> {
        let first = |numbers: &[usize]| {
            let mut numbers = numbers.iter().copied();
            numbers.find(|number| {
                let route = self.routes.get(*number);
                route.is_some_and(|route| route.takes(kind, county, officials))
            })
        };
        let local = county.and_then(|code| first(self.local.get(code)?));
        local.into_iter().chain(first(&self.general)).min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::ROBOT;
    use crate::units::tests::unit;

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

    proptest! {
        #[test]
        fn the_index_finds_the_route_that_a_walk_through_the_table_finds(
            table in prop::collection::vec(
                (any::<Option<bool>>(), prop::option::of(0..4_u8), prop::option::of(0..4_u8)), 0..12,
            ),
            kind in 0..4_u8, county in prop::option::of(0..5_u8), officials: bool,
        ) {
            let word = |n: u8| n.to_string();
            let only = |n: u8| BTreeSet::from([word(n), word((n + 1) % 4)]);
            let route = |(officials, kind, county): (_, Option<u8>, Option<u8>)| Route {
                kinds: kind.map(only), counties: county.map(only), officials, units: Vec::new(),
            };
            let walked: Vec<Route> = table.iter().copied().map(route).collect();
            let register = Register::new(Vec::new(), table.into_iter().map(route).collect());
            let (kind, county) = (word(kind), county.map(word));
            let walk = walked.iter().position(|route| route.takes(&kind, county.as_deref(), officials));
            prop_assert_eq!(register.route_number(&kind, county.as_deref(), officials), walk);
        }
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
}
