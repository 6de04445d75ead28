//! The shipped configuration loads, and no key of it can be wrong unnoticed.
//!
//! The files are walked as trees, so a new key is covered the day it is written.

#[path = "config/canary.rs"]
mod canary;
#[path = "config/duty.rs"]
mod duty;
#[path = "config/house.rs"]
mod house;
#[path = "config/meaning.rs"]
mod meaning;
#[path = "config/messages.rs"]
mod messages;
#[path = "config/mistakes.rs"]
mod mistakes;
#[path = "config/register.rs"]
mod register;
#[path = "config/sealing.rs"]
mod sealing;
#[path = "config/tree.rs"]
mod tree;

use std::collections::BTreeSet;

use house::{CANARY, DEV, House, REFERENCE};
use toml::Value;
use tree::{Path, every_key, insert, key, misspelt, remove};

/// Every file with the main file through which it is read.
const FILES: &[(&str, &str)] = &[
    (REFERENCE, REFERENCE),
    (CANARY, CANARY),
    (DEV, DEV),
    (DEV, "config/units.toml"),
    (DEV, "config/kinds.toml"),
    (DEV, "config/places.toml"),
    (DEV, "site/data/units.toml"),
];

/// Keys of a file; of the long list of places, and of the words that are there in each language, only the first of each sort.
fn keys_of(file: &str, document: &Value) -> Vec<Path> {
    let mut keys = every_key(document);
    if file == "config/places.toml" {
        keys.retain(|path| tree::is_first_of_its_sort(path));
    }
    let is_translation = |path: &Path| ["zh", "ko", "en"].contains(&tree::last_name(path));
    keys.retain(|path| !is_translation(path) || tree::is_first_of_its_sort(path));
    assert!(keys.len() > 8, "{file} has keys");
    keys
}

/// Loads with `file` changed and wants an error at `wanted` in that very file.
fn expect_error(house: &House, main: &str, file: &str, changed: &Value, wanted: &str) {
    let what = format!("{file}: {wanted}");
    let errors = house.verdict_with(main, file, changed).expect_err(&what);
    let named = errors.iter().any(|error| {
        error.file == house.path(file)
            && (error.key == wanted || error.key.starts_with(&format!("{wanted}[")))
    });
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(named, "{what}: not named by\n{}", said.join("\n"));
    assert!(
        errors
            .iter()
            .all(|e| !e.why.is_empty() && !e.hint.is_empty()),
        "{what}: {said:?}"
    );
}

#[test]
fn the_reference_and_the_dev_configuration_load() {
    let house = House::new();
    for main in [REFERENCE, DEV] {
        let loaded = house
            .load(main)
            .unwrap_or_else(|errors| panic!("{main}: {errors:?}"));
        assert_eq!(loaded.register.units().len(), 6);
        assert!(
            loaded
                .register
                .units()
                .iter()
                .all(|unit| unit.usable(house.now()).is_ok())
        );
    }
}

#[test]
fn every_misspelt_key_is_named() {
    let house = House::new();
    for (main, file) in FILES {
        let document = house.document(file);
        for path in keys_of(file, &document) {
            let Some((changed, wanted)) = misspelt(&document, &path) else {
                continue;
            };
            expect_error(&house, main, file, &changed, &wanted);
        }
    }
}

#[test]
fn every_value_of_a_wrong_type_is_named() {
    let house = House::new();
    for (main, file) in FILES {
        let document = house.document(file);
        for path in keys_of(file, &document) {
            let other = match tree::get(&document, &path) {
                Value::Integer(_) | Value::Boolean(_) => Value::String("seven".into()),
                _ => Value::Integer(7),
            };
            expect_error(
                &house,
                main,
                file,
                &insert(&document, &path, other),
                &key(&path),
            );
        }
    }
}

/// What no key of that sort may hold.
fn wrong_values(name: &str, value: &Value) -> Vec<Value> {
    let mut wrong = match value {
        Value::String(_) => vec![
            Value::String(String::new()),
            Value::String(" wrong ".into()),
        ],
        Value::Integer(_) => [0, -1, i64::MAX].map(Value::Integer).to_vec(),
        Value::Array(_) => vec![Value::Array(Vec::new())],
        _ => Vec::new(),
    };
    // What is right for these keys although it is wrong for others.
    let fine = match name {
        "base_path" | "value" => Some(Value::String(String::new())),
        "delay_max_seconds"
        | "digest_hour"
        | "keep_delivered_days"
        | "mailbox_jitter_days"
        | "unread_grace_days" => Some(Value::Integer(0)),
        "trusted_proxies" | "fingerprints" | "township" | "question" | "closed" => {
            Some(Value::Array(Vec::new()))
        }
        _ => None,
    };
    wrong.retain(|value| Some(value) != fine.as_ref());
    wrong
}

#[test]
fn every_wrong_value_is_named() {
    let house = House::new();
    for (main, file) in FILES {
        let document = house.document(file);
        for path in keys_of(file, &document) {
            let name = tree::last_name(&path);
            for wrong in wrong_values(name, tree::get(&document, &path)) {
                expect_error(
                    &house,
                    main,
                    file,
                    &insert(&document, &path, wrong),
                    &key(&path),
                );
            }
        }
    }
}

/// Keys that the reference file itself says may be left out: `# default` and `# optional`.
fn may_be_left_out(house: &House, file: &str, word: &str) -> BTreeSet<String> {
    let mut section = String::new();
    let mut keys = BTreeSet::new();
    for line in house.text(file).lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        {
            section = name.to_owned();
        } else if let Some((name, rest)) = line.split_once(" = ")
            && rest.contains(&format!("# {word}"))
        {
            keys.insert(format!("{section}.{name}"));
        }
    }
    keys
}

#[test]
fn a_key_may_be_left_out_exactly_when_the_reference_says_so_and_then_has_the_value_shown() {
    let house = House::new();
    let whole = house.load(REFERENCE).unwrap().config;
    let document = house.document(REFERENCE);
    let (defaults, optional) = (
        may_be_left_out(&house, REFERENCE, "default"),
        may_be_left_out(&house, REFERENCE, "optional"),
    );
    assert!(
        defaults.len() > 15 && optional.len() == 3,
        "{defaults:?} {optional:?}"
    );
    for path in every_key(&document)
        .into_iter()
        .filter(|path| path.len() > 1)
    {
        let name = key(&path);
        let without = remove(&document, &path);
        // A list's element, or a section that other keys make up.
        let Some(without) = without.filter(|_| !tree::get(&document, &path).is_table()) else {
            continue;
        };
        if optional.contains(&name) {
            house
                .load_with(REFERENCE, REFERENCE, &without)
                .expect(&name);
        } else if name == "server.trusted_proxies" {
            let loaded = house
                .load_with(REFERENCE, REFERENCE, &without)
                .expect(&name);
            assert!(loaded.config.server.trusted_proxies.is_empty());
        } else if defaults.contains(&name) {
            let loaded = house
                .load_with(REFERENCE, REFERENCE, &without)
                .expect(&name);
            assert_eq!(loaded.config, whole, "{name}");
        } else {
            expect_error(&house, REFERENCE, REFERENCE, &without, &name);
        }
    }
}

#[test]
fn a_key_of_the_registers_that_is_missing_is_named() {
    let house = House::new();
    let optional = [
        "law",
        "warning",
        "look",
        "hint",
        "kinds",
        "counties",
        "officials",
        "township",
        "villages",
        "question",
        "supervisor",
        "unencrypted_replies",
        "duty",
        "closed",
        "ko",
        "en",
    ];
    for (main, file) in FILES.iter().skip(3) {
        let document = house.document(file);
        for path in keys_of(file, &document) {
            let name = tree::last_name(&path);
            let is_village = key(&path).contains(".villages.");
            let is_kind_hint = name == "hint" && path.len() == 3;
            if is_village || (optional.contains(&name) && !is_kind_hint) {
                continue;
            }
            let Some(changed) = remove(&document, &path) else {
                continue;
            };
            expect_error(&house, main, file, &changed, &key(&path));
        }
    }
}
