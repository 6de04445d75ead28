//! When a unit is on duty, and who gets new tips in its place while it is not.
//!
//! Hours and days are those of a wall in China. Must never be asked about anything but a new tip: what has begun at a
//! unit stays there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Register, Unit};
use crate::clock::{self, Date};

/// The days of the week as the configuration names them, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One shift a day.
#[derive(Debug)]
pub struct Duty {
    /// The days of the week on which a shift begins: 0 for Monday to 6 for Sunday.
    pub days: BTreeSet<u32>,
    /// When it begins, in minutes since midnight.
    pub from: u32,
    /// When it ends, up to 1440; not after `from`: on the next day.
    pub to: u32,
    /// Days on which none begins, whatever day of the week they are.
    pub closed: BTreeSet<Date>,
    /// Who stands in for the unit at all other times (its id): a unit without duty hours.
    pub otherwise: String,
}

impl Duty {
    /// Says whether the unit is on duty at `now` (Unix seconds).
    #[must_use]
    pub fn is_on(&self, now: u64) -> bool {
        let (day, minute) = (clock::day(now), clock::minute(now));
        if self.from < self.to {
            return self.begins_on(day) && (self.from..self.to).contains(&minute);
        }
        // A shift past midnight belongs to the day on which it began.
        let yesterday = day.saturating_sub(1);
        (minute >= self.from && self.begins_on(day))
            || (minute < self.to && self.begins_on(yesterday))
    }

    fn begins_on(&self, day: u32) -> bool {
        self.days.contains(&clock::weekday(day)) && !self.closed.contains(&Date::of(day))
    }
}

impl Register {
    /// Returns who gets a tip that goes to `routed`, at `now` (Unix seconds): each of these units or, while it is off
    /// duty, the one that stands in for it; nobody twice.
    ///
    /// `has_had` says which units (by id) got this tip before: what is added to it goes to whoever of the two that was,
    /// whatever the hour.
    pub fn on_duty<'a>(
        &'a self,
        routed: &'a [Arc<Unit>],
        now: u64,
        has_had: impl Fn(&str) -> bool,
    ) -> Vec<&'a Arc<Unit>> {
        let taker = |unit: &'a Arc<Unit>| match self.stand_in(unit) {
            Some(_) if has_had(&unit.id) => unit,
            Some((_, other)) if has_had(&other.id) => other,
            Some((duty, other)) if !duty.is_on(now) => other,
            _ => unit,
        };
        once(routed.iter().map(taker))
    }

    /// Returns everybody who may ever get a tip that goes to `routed`: these units and those that stand in for them.
    pub fn at_any_hour<'a>(&'a self, routed: &'a [Arc<Unit>]) -> Vec<&'a Arc<Unit>> {
        let others = routed
            .iter()
            .filter_map(|unit| Some(self.stand_in(unit)?.1));
        once(routed.iter().chain(others))
    }

    fn stand_in<'a>(&'a self, unit: &'a Unit) -> Option<(&'a Duty, &'a Arc<Unit>)> {
        let duty = unit.duty.as_ref()?;
        Some((duty, self.unit(&duty.otherwise)?))
    }
}

/// Each unit where it comes first.
fn once<'a>(units: impl Iterator<Item = &'a Arc<Unit>>) -> Vec<&'a Arc<Unit>> {
    let mut seen = BTreeSet::new();
    units.filter(|unit| seen.insert(unit.id.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::tests::unit;

    /// The second at which a wall in China shows that date and time.
    fn at(date: &str, time: &str) -> u64 {
        let day = (0..40_000).find(|day| Date::of(*day).to_string() == date);
        let (hour, minute) = time.split_once(':').unwrap();
        let minutes = hour.parse::<u64>().unwrap() * 60 + minute.parse::<u64>().unwrap();
        clock::day_start(day.unwrap()) + minutes * 60
    }

    fn duty(days: &[u32], from: u32, to: u32, closed: &[&str]) -> Duty {
        Duty {
            days: days.iter().copied().collect(),
            from,
            to,
            closed: closed.iter().map(|day| Date::parse(day).unwrap()).collect(),
            otherwise: "city".into(),
        }
    }

    #[test]
    fn by_day_it_lasts_from_the_first_minute_to_before_the_last_on_its_days_alone() {
        let office = duty(&[0, 1, 2, 3, 4], 480, 1050, &["2026-10-01"]);
        // 2026-10-02 was a Friday.
        assert!(!office.is_on(at("2026-10-02", "08:00") - 1));
        assert!(office.is_on(at("2026-10-02", "08:00")));
        assert!(office.is_on(at("2026-10-02", "17:30") - 1));
        assert!(!office.is_on(at("2026-10-02", "17:30")));
        for (date, on) in [
            ("2026-09-30", true),
            ("2026-10-01", false),
            ("2026-10-03", false),
            ("2026-10-04", false),
            ("2026-10-05", true),
        ] {
            assert_eq!(office.is_on(at(date, "12:00")), on, "{date}");
        }
    }

    #[test]
    fn the_day_turns_where_it_does_in_china() {
        let saturday = duty(&[5], 0, 1440, &[]);
        // Friday, 16:00 UTC.
        let midnight = at("2026-10-03", "00:00");
        assert_eq!(midnight % 86_400, 16 * 3600);
        let day = 86_400;
        for (now, on) in [
            (midnight - 1, false),
            (midnight, true),
            (midnight + day - 1, true),
            (midnight + day, false),
        ] {
            assert_eq!(saturday.is_on(now), on);
        }
    }

    #[test]
    fn a_shift_past_midnight_is_that_of_the_day_on_which_it_began() {
        // Nights that begin on a Friday or a Saturday, but on 2026-10-10, a Saturday, none does.
        let night = duty(&[4, 5], 1200, 480, &["2026-10-10"]);
        for (date, time, on) in [
            ("2026-10-02", "07:59", false),
            ("2026-10-02", "19:59", false),
            ("2026-10-02", "20:00", true),
            ("2026-10-03", "07:59", true),
            ("2026-10-03", "08:00", false),
            ("2026-10-03", "20:00", true),
            ("2026-10-04", "07:59", true),
            ("2026-10-04", "20:00", false),
            ("2026-10-10", "07:59", true),
            ("2026-10-10", "20:00", false),
            ("2026-10-11", "07:59", false),
        ] {
            assert_eq!(night.is_on(at(date, time)), on, "{date} {time}");
        }
    }

    proptest! {
        #[test]
        fn day_and_night_shift_together_are_always_on_and_never_both(
            from in 0..1440_u32, to in 0..1440_u32, now in 86_400..4_000_000_000_u64,
        ) {
            prop_assume!(from != to);
            let all = [0, 1, 2, 3, 4, 5, 6];
            let (one, other) = (duty(&all, from, to, &[]), duty(&all, to, from, &[]));
            prop_assert_ne!(one.is_on(now), other.is_on(now));
        }
    }

    const NOON: &str = "12:00";
    const NIGHT: &str = "23:00";

    /// County by day, `city` in its place at night; `river` the same at other hours; all others round the clock.
    fn register() -> Register {
        let with = |id: &str, from, to| {
            let mut unit = Arc::into_inner(unit(id)).unwrap();
            unit.duty = Some(duty(&[0, 1, 2, 3, 4, 5, 6], from, to, &[]));
            Arc::new(unit)
        };
        let units = vec![
            with("county", 480, 1050),
            with("river", 780, 1050),
            unit("city"),
            unit("other"),
        ];
        Register::new(units, Vec::new())
    }

    /// Who gets a tip that is routed to these, after some of them had it.
    fn takers(routed: &[&str], time: &str, had: &[&str]) -> Vec<String> {
        let register = register();
        let routed: Vec<_> = routed
            .iter()
            .map(|id| register.unit(id).unwrap().clone())
            .collect();
        let now = at("2026-10-02", time);
        let takers = register.on_duty(&routed, now, |id| had.contains(&id));
        takers.iter().map(|unit| unit.id.clone()).collect()
    }

    #[test]
    fn off_duty_another_stands_in_and_no_unit_gets_it_twice() {
        assert_eq!(takers(&["county"], NOON, &[]), ["county"]);
        assert_eq!(takers(&["county"], NIGHT, &[]), ["city"]);
        assert_eq!(takers(&["other"], NIGHT, &[]), ["other"]);
        let all = ["other", "county", "river", "city"];
        assert_eq!(takers(&all, NOON, &[]), ["other", "county", "city"]);
        assert_eq!(takers(&all, "14:00", &[]), all);
        assert_eq!(takers(&all, NIGHT, &[]), ["other", "city"]);
        assert_eq!(takers(&["county", "river"], NIGHT, &[]), ["city"]);
    }

    #[test]
    fn what_is_added_goes_to_whoever_had_the_tip_whatever_the_hour() {
        assert_eq!(takers(&["county"], NIGHT, &["county"]), ["county"]);
        assert_eq!(takers(&["county"], NOON, &["city"]), ["city"]);
        let both = ["county", "city"];
        assert_eq!(takers(&both, NIGHT, &both), both);
        assert_eq!(takers(&both, NOON, &["city"]), ["city"]);
        // It went elsewhere before: as a new one.
        assert_eq!(takers(&["county"], NOON, &["other"]), ["county"]);
        assert_eq!(takers(&["county"], NIGHT, &["other"]), ["city"]);
    }

    #[test]
    fn at_any_hour_are_the_units_and_those_that_stand_in() {
        let register = register();
        let ids = |routed: &[&str]| -> Vec<String> {
            let units: Vec<_> = routed
                .iter()
                .map(|id| register.unit(id).unwrap().clone())
                .collect();
            register
                .at_any_hour(&units)
                .iter()
                .map(|unit| unit.id.clone())
                .collect()
        };
        assert_eq!(ids(&["county", "river"]), ["county", "river", "city"]);
        assert_eq!(ids(&["other", "city"]), ["other", "city"]);
    }
}
