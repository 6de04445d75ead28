//! Duty hours: what the register takes for one, and who may stand in.

use super::house::{DEV, House};

const UNITS: &str = "config/units.toml";

/// The example of the reference, what of it is changed, the key to be named, and what is said.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("\"mon\"", "\"monday\"", "days[0]", "is no day of the week"),
    ("\"tue\"", "\"mon\"", "days[1]", "is there twice"),
    (
        "from = \"08:00\"",
        "from = \"8:00\"",
        "from",
        "is no time of day",
    ),
    (
        "from = \"08:00\"",
        "from = \"08:60\"",
        "from",
        "is no time of day",
    ),
    (
        "from = \"08:00\"",
        "from = \"24:00\"",
        "from",
        "is no time of day",
    ),
    (
        "from = \"08:00\"",
        "from = \"17:30\"",
        "to",
        "is the same as from",
    ),
    (
        "to = \"17:30\"",
        "to = \"24:01\"",
        "to",
        "is no time of day",
    ),
    ("\"2026-10-02\"", "\"2026-9-31\"", "closed[1]", "is no date"),
    (
        "\"2026-10-02\"",
        "\"2026-09-31\"",
        "closed[1]",
        "is no date",
    ),
    (
        "\"2026-10-02\"",
        "\"2026-10-01\"",
        "closed[1]",
        "is there twice",
    ),
    (
        "otherwise = \"city\"",
        "otherwise = \"ctiy\"",
        "otherwise",
        "did you mean city?",
    ),
    (
        "otherwise = \"city\"",
        "otherwise = \"dongliao\"",
        "otherwise",
        "is the unit itself",
    ),
];

#[test]
fn hours_that_no_clock_shows_and_units_that_are_nobody_are_named() {
    for (right, wrong, key, why) in WRONG {
        let house = House::new();
        house.replace(UNITS, right, wrong);
        let said = house.complaint(DEV);
        let named = format!("tip-service: {UNITS}: unit[4].duty.{key}: ");
        assert!(
            said.contains(&named) && said.contains(why),
            "{wrong}: {said}"
        );
    }
}

/// Gives a unit hours and somebody to stand in.
fn give_hours(house: &House, unit: &str, otherwise: &str) {
    let id = format!("id = \"{unit}\"\nmail");
    let hours = format!(
        "duty = {{ days = [\"mon\"], from = \"00:00\", to = \"24:00\", otherwise = \"{otherwise}\" }}\n"
    );
    house.replace(UNITS, &id, &format!("{hours}{id}"));
}

#[test]
fn a_night_that_ends_when_the_day_begins_and_a_whole_day_are_taken() {
    for (right, wrong) in [
        (
            "from = \"08:00\", to = \"17:30\"",
            "from = \"20:00\", to = \"00:00\"",
        ),
        (
            "from = \"08:00\", to = \"17:30\"",
            "from = \"00:00\", to = \"24:00\"",
        ),
        ("closed = [\"2026-10-01\", \"2026-10-02\"], ", ""),
    ] {
        let house = House::new();
        house.replace(UNITS, right, wrong);
        house.load(DEV).expect(wrong);
    }
}

#[test]
fn who_stands_in_has_no_hours_itself() {
    let house = House::new();
    give_hours(&house, "city", "xian");
    let said = house.complaint(DEV);
    assert!(
        said.contains("unit[4].duty.otherwise: city has duty hours itself"),
        "{said}"
    );
}

#[test]
fn a_tip_about_officials_does_not_reach_whom_it_may_be_about_through_whoever_stands_in() {
    let house = House::new();
    give_hours(&house, "oversight", "city");
    let said = house.complaint(DEV);
    assert!(
        said.contains("unit[5].duty.otherwise: city would get tips of kind "),
        "{said}"
    );
    // Nor the other way round: who hears of officials stands in for nobody else.
    let house = House::new();
    house.replace(UNITS, "otherwise = \"city\"", "otherwise = \"oversight\"");
    let said = house.complaint(DEV);
    assert!(
        said.contains(
            "unit[4].duty.otherwise: oversight would get tips of kind cultivation from 东辽县"
        ),
        "{said}"
    );
    assert_eq!(said.matches("otherwise: ").count(), 1, "{said}");
}

#[test]
fn who_stands_in_for_those_who_hear_of_officials_has_no_supervisor_among_the_others() {
    let house = House::new();
    house.replace(
        UNITS,
        "counties = [\"西安区\"]\nunits = [\"xian\"]",
        "counties = [\"西安区\"]\nunits = [\"city\"]",
    );
    give_hours(&house, "oversight", "xian");
    let said = house.complaint(DEV);
    assert!(
        said.contains(
            "unit[2].supervisor: city takes ordinary tips, and xian those about officials"
        ),
        "{said}"
    );
    assert!(!said.contains("duty.otherwise"), "{said}");
}
