//! Who gets which tip, and what closes a unit.

use tip_service::config::expected_certs;

use super::house::{DEV, House, key_pair};

const UNITS: &str = "config/units.toml";
const PUBLIC: &str = "site/data/units.toml";

#[test]
fn every_tip_has_a_unit_and_one_about_officials_passes_by_the_usual_ones() {
    let loaded = House::new().load(DEV).unwrap();
    let counties: Vec<&str> = loaded
        .places
        .counties
        .iter()
        .map(|county| county.code.as_str())
        .collect();
    assert_eq!((loaded.kinds.kinds.len(), counties.len()), (7, 4));
    for kind in &loaded.kinds.kinds {
        for county in counties.iter().copied().map(Some).chain([None]) {
            let usual = loaded.register.route(&kind.id, county, false);
            let officials = loaded.register.route(&kind.id, county, true);
            assert!(
                !usual.is_empty() && !officials.is_empty(),
                "{} {county:?}",
                kind.id
            );
            assert!(
                officials
                    .iter()
                    .all(|unit| usual.iter().all(|other| other.id != unit.id))
            );
        }
    }
    let to = |kind, county, officials| {
        let units = loaded.register.route(kind, county, officials);
        units
            .iter()
            .map(|unit| unit.id.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(to("venue", Some("220421"), false), ["dongfeng"]);
    assert_eq!(to("cultivation", Some("220402"), false), ["longshan"]);
    assert_eq!(to("trafficking", Some("220421"), false), ["city"]);
    assert_eq!(to("other", None, false), ["city"]);
    assert_eq!(to("venue", Some("220421"), true), ["oversight"]);
}

#[test]
fn each_combination_without_a_unit_is_told_by_name() {
    let house = House::new();
    house.replace(
        UNITS,
        "[[route]]                          # place unknown\nunits = [\"city\"]\n",
        "",
    );
    let said = house.complaint(DEV);
    for kind in ["cultivation", "venue", "medicine", "other"] {
        assert!(
            said.contains(&format!(
                "a tip of kind {kind} from an unknown place has no unit"
            )),
            "{said}"
        );
    }
    assert!(!said.contains("trafficking"), "{said}");
}

#[test]
fn a_tip_about_officials_may_not_reach_the_unit_it_may_be_about() {
    let house = House::new();
    house.replace(
        UNITS,
        "units = [\"oversight\"]",
        "units = [\"oversight\", \"dongfeng\"]",
    );
    let said = house.complaint(DEV);
    assert!(
        said.contains(
            "kind venue from 东丰县, about officials, goes to dongfeng, which it may be about"
        ),
        "{said}"
    );
    assert!(!said.contains("from 东辽县"), "{said}");
}

#[test]
fn a_route_that_no_tip_takes_is_refused() {
    let house = House::new();
    let text = house.text(UNITS);
    house.write(UNITS, &format!("{text}\n[[route]]\nunits = [\"city\"]\n"));
    assert!(
        house
            .complaint(DEV)
            .contains("route[7]: no tip ever takes this route")
    );
}

#[test]
fn a_missing_certificate_closes_its_unit_and_no_other() {
    let house = House::new();
    house.delete("var/keys/xian.cert.asc");
    let loaded = house.load(DEV).unwrap();
    for unit in loaded.register.units() {
        assert_eq!(
            unit.usable(house.now()).is_err(),
            unit.id == "xian",
            "{}",
            unit.id
        );
    }
    assert!(
        loaded
            .register
            .unit("xian")
            .unwrap()
            .lapse
            .as_ref()
            .unwrap()
            .contains("xian.cert.asc")
    );
}

#[test]
fn one_lapsed_certificate_of_two_closes_the_unit() {
    let house = House::new();
    house.replace(
        UNITS,
        "[\"city.cert.asc\"]",
        "[\"city.cert.asc\", \"deputy.cert.asc\"]",
    );
    let loaded = house.load(DEV).unwrap();
    assert!(
        loaded
            .register
            .unit("city")
            .unwrap()
            .usable(house.now())
            .is_err()
    );
}

#[test]
fn a_certificate_that_expires_while_the_service_runs_closes_the_unit() {
    let house = House::new();
    let loaded = house.load(DEV).unwrap();
    let city = loaded.register.unit("city").unwrap();
    assert!(city.usable(house.now()).is_ok());
    house.later_by_days(31);
    assert!(city.usable(house.now()).unwrap_err().contains("expired"));
}

#[test]
fn without_any_usable_unit_the_service_does_not_start() {
    let house = House::new();
    house.later_by_days(31);
    let said = house.complaint(DEV);
    assert!(
        said.contains("config/units.toml: unit: no unit can be written to"),
        "{said}"
    );
    assert!(
        said.contains("oversight: certificate oversight.cert.asc"),
        "{said}"
    );
}

#[test]
fn a_secret_key_in_place_of_a_certificate_is_refused() {
    let house = House::new();
    house.write("var/keys/xian.cert.asc", &key_pair("xian").secret_armored);
    let said = house.complaint(DEV);
    assert!(
        said.contains(
            "config/units.toml: unit[2].certs[0]: var/keys/xian.cert.asc: contains a secret key"
        ),
        "{said}"
    );
    assert!(!said.contains("BEGIN"), "{said}");
}

#[test]
fn a_published_fingerprint_must_be_that_of_the_certificate() {
    let house = House::new();
    let (city, other) = (&key_pair("city").fingerprint, &key_pair("xian").fingerprint);
    let spaced = format!("{} {}", &city[..20].to_lowercase(), &city[20..]);
    house.replace(PUBLIC, city, &spaced);
    house.load(DEV).unwrap();
    house.replace(PUBLIC, &spaced, other);
    let said = house.complaint(DEV);
    assert!(
        said.contains(&format!(
            "unit[0].fingerprints: published are {other}, the certificates have {city}"
        )),
        "{said}"
    );
}

#[test]
fn both_halves_of_the_register_have_the_same_units() {
    let house = House::new();
    house.replace(PUBLIC, "id = \"xian\"", "id = \"xi-an\"");
    let said = house.complaint(DEV);
    assert!(
        said.contains("config/units.toml: unit[2].id: the unit \"xian\" is not in the public half"),
        "{said}"
    );
    assert!(
        said.contains(
            "site/data/units.toml: unit[2].id: the unit \"xi-an\" is not in the private half"
        ),
        "{said}"
    );
    assert!(
        said.contains("did you mean xi-an?") && said.contains("did you mean xian?"),
        "{said}"
    );
}

#[test]
fn the_certificates_to_be_made_are_known_before_any_is_there() {
    let house = House::new();
    house.delete("var/keys/city.cert.asc");
    let expected = expected_certs(&house.path(DEV)).unwrap();
    assert_eq!(expected.len(), 7, "six units and the service itself");
    assert_eq!(expected[0].0, "city");
    assert!(expected[0].1[0].ends_with("var/keys/city.cert.asc"));
}
