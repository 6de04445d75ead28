//! The canary's own file: the reference is good, a key may be left out when it says so, and mistakes are named as in the
//! service's. The walks over all keys are those of the other files.

use rand::SeedableRng;
use rand::rngs::StdRng;
use tip_service::config::canary;

use super::house::{CANARY, House, MARK, REFERENCE};
use super::tree::{self, every_key, key, remove};
use super::{expect_error, may_be_left_out};

#[test]
fn the_reference_of_the_canary_loads_and_has_the_mark_of_the_service() {
    let house = House::new();
    let (config, mark) = canary::load(&house.path(CANARY)).unwrap();
    let service = house.load(REFERENCE).unwrap();
    let of_service = service.mark.expect("the reference has a robot");
    assert!(of_service.fits("form", &mark.of("form")));
    let robot = service.register.robot();
    assert_eq!(robot.len(), 1);
    assert_eq!(
        robot[0].mail, config.mail.from,
        "answers come from the robot"
    );
    assert!(robot[0].usable(house.now()).is_ok());
}

#[test]
fn a_key_of_the_canary_may_be_left_out_exactly_when_the_reference_says_so() {
    let house = House::new();
    let load = || canary::load(&house.path(CANARY)).unwrap().0;
    let (whole, document) = (load(), house.document(CANARY));
    let defaults = may_be_left_out(&house, CANARY, "default");
    let optional = may_be_left_out(&house, CANARY, "optional");
    assert_eq!(
        (defaults.len(), optional.len()),
        (7, 4),
        "{defaults:?} {optional:?}"
    );
    for path in every_key(&document)
        .into_iter()
        .filter(|path| path.len() > 1)
    {
        let name = key(&path);
        let without = remove(&document, &path);
        let Some(without) = without.filter(|_| !tree::get(&document, &path).is_table()) else {
            continue;
        };
        if defaults.contains(&name) || optional.contains(&name) {
            house.write(CANARY, &toml::to_string(&without).unwrap());
            let loaded = load();
            assert_eq!(loaded == whole, defaults.contains(&name), "{name}");
            house.write(CANARY, &toml::to_string(&document).unwrap());
        } else {
            expect_error(&house, CANARY, CANARY, &without, &name);
        }
    }
}

#[test]
fn a_value_that_only_looks_right_is_named() {
    let form = "https://tips.example.invalid/tip/";
    let metrics = "http://127.0.0.1:9464/metrics";
    for (right, wrong, key) in [
        (form, "http://tips.example.invalid/tip/", "door.form_url"),
        (form, "https://tips.example.invalid/", "door.form_url"),
        (
            form,
            "https://user@tips.example.invalid/tip/",
            "door.form_url",
        ),
        (form, "https:///tip/", "door.form_url"),
        (metrics, "http://192.0.2.1:9464/metrics", "door.metrics_url"),
        (metrics, "http://127.0.0.1:9464/", "door.metrics_url"),
        ("\"operator@example.invalid\"", "\"operator\"", "alarm.to"),
    ] {
        let house = House::new();
        house.replace(CANARY, right, wrong);
        let said = house.complaint(CANARY);
        let named = said.contains(&format!("tip-service: {CANARY}: {key}: "));
        assert!(named, "{wrong}: {said}");
    }
}

#[test]
fn a_secret_of_the_canary_that_is_open_to_others_short_or_not_there_is_named_and_not_shown() {
    for (file, key) in [
        ("config/mark", "robot.mark_file"),
        ("config/canary.secret.asc", "robot.secret_key_file"),
    ] {
        let house = House::new();
        house.open_to_others(file);
        let said = house.complaint(CANARY);
        assert!(
            said.contains(&format!("{key}: {file} is open to everybody")),
            "{said}"
        );
        house.delete(file);
        let said = house.complaint(CANARY);
        assert!(
            said.contains(&format!("{key}: {file} cannot be read")),
            "{said}"
        );
    }
    let house = House::new();
    house.write("config/mark", "short and secret");
    let said = house.complaint(CANARY);
    assert!(
        said.contains("robot.mark_file: config/mark: is shorter than 32 characters"),
        "{said}"
    );
    assert!(!said.contains("short and secret") && !said.contains(MARK));
}

#[test]
fn a_robot_whose_certificate_has_lapsed_is_closed_and_closes_nobody_else() {
    let house = House::new();
    let born = house.now() - 3 * 86_400;
    let lapsed = sealed_tip::generate(
        "canary <c@x.invalid>",
        born,
        Some(1),
        &mut StdRng::seed_from_u64(3),
    );
    house.write("var/keys/canary.cert.asc", &lapsed.unwrap().cert_armored);
    let register = house.load(REFERENCE).unwrap().register;
    assert!(register.robot()[0].usable(house.now()).is_err());
    assert!(
        register
            .units()
            .iter()
            .all(|unit| unit.usable(house.now()).is_ok())
    );
}

#[test]
fn a_unit_of_the_robot_s_name_is_refused() {
    let house = House::new();
    for file in ["config/units.toml", "site/data/units.toml"] {
        house.replace(file, "id = \"oversight\"", "id = \"canary\"");
    }
    house.replace("config/units.toml", "[\"oversight\"]", "[\"canary\"]");
    let said = house.complaint(REFERENCE);
    assert!(said.contains("config/units.toml: unit[5].id: "), "{said}");
    assert!(said.contains("robot unit"), "{said}");
}
