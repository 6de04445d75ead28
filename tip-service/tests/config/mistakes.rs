//! Mistakes that no walk over the keys makes: files that are not there, twins, plausible nonsense.

use super::house::{DEV, House, REFERENCE};

#[test]
fn whatever_is_not_on_the_disk_is_named() {
    let house = House::new();
    let keys = [
        (DEV, "site.root", "../site/public"),
        (DEV, "site.units", "../site/data/units.toml"),
        (DEV, "store.path", "../var/tips.sqlite3"),
        (REFERENCE, "store.spool", "/var"),
        (DEV, "registers.units", "units.toml"),
        (DEV, "registers.kinds", "kinds.toml"),
        (DEV, "registers.places", "places.toml"),
        (DEV, "registers.keys", "../var/keys"),
        (DEV, "mail.transport.dir", "../var/mail"),
        (
            DEV,
            "replies.secret_key_file",
            "../var/keys/service.secret.asc",
        ),
        (DEV, "replies.cert_file", "../var/keys/service.cert.asc"),
        (REFERENCE, "mail.transport.password_file", "smtp-password"),
        (REFERENCE, "mail.transport.ca_file", "smtp-ca.pem"),
    ];
    for (main, key, path) in keys {
        let before = house.text(main);
        let mut document = house.document(main);
        let mut value = &mut document;
        for part in key.split('.') {
            value = &mut value[part];
        }
        assert!(value.as_str().unwrap().ends_with(path), "{key}");
        *value = "nowhere/at/all".into();
        house.write(main, &toml::to_string(&document).unwrap());
        let said = house.complaint(main);
        assert!(
            said.starts_with(&format!("tip-service: {main}: {key}: ")),
            "{said}"
        );
        assert!(said.contains("config/nowhere/at"), "{said}");
        house.write(main, &before);
    }
}

#[test]
fn keys_of_the_other_kind_of_transport_are_refused() {
    let house = House::new();
    house.replace(
        DEV,
        "kind = \"maildir\"",
        "kind = \"maildir\"\nhost = \"smtp.example.invalid\"",
    );
    let said = house.complaint(DEV);
    assert!(
        said.contains("mail.transport.host: does not belong to kind = \"maildir\""),
        "{said}"
    );
}

/// File, what stands there once, what makes it stand there twice, the key to be named.
const TWICE: &[(&str, &str, &str, &str)] = &[
    (
        "config/units.toml",
        "id = \"xian\"",
        "id = \"city\"",
        "unit[2].id",
    ),
    (
        "config/units.toml",
        "[\"xian.cert.asc\"]",
        "[\"xian.cert.asc\", \"xian.cert.asc\"]",
        "unit[2].certs[1]",
    ),
    (
        "site/data/units.toml",
        "id = \"xian\"",
        "id = \"city\"",
        "unit[2].id",
    ),
    (
        "config/units.toml",
        "units = [\"xian\"]",
        "units = [\"xian\", \"xian\"]",
        "route[3].units[1]",
    ),
    (
        "config/kinds.toml",
        "id = \"venue\"",
        "id = \"other\"",
        "kind[6].id",
    ),
    (
        "config/kinds.toml",
        "\"venue_time\"",
        "\"venue_name\"",
        "kind[3].question[1].name",
    ),
    (
        "config/kinds.toml",
        "value = \"hemp\"",
        "value = \"poppy\"",
        "kind[0].question[0].choices[2].value",
    ),
    (
        "config/places.toml",
        "code = \"220402002\"",
        "code = \"220402001\"",
        "county[0].township[1].code",
    ),
    (
        "config/places.toml",
        "name = \"南康街道\"",
        "name = \"东吉街道\"",
        "county[0].township[1].name",
    ),
    (
        "config/places.toml",
        "\"吉春社区\"",
        "\"东吉社区\"",
        "county[0].township[0].villages.002",
    ),
    (
        "config/dev.toml",
        "telephone = \"110\"",
        "telephone = \"110\"\nonion_listen = \"127.0.0.1:8080\"",
        "server.onion_listen",
    ),
    (
        "config/dev.toml",
        "telephone = \"110\"",
        "telephone = \"110\"\nmetrics_listen = \"127.0.0.1:8080\"",
        "server.metrics_listen",
    ),
];

/// The database of the configuration for trying out.
const FILE: &str = "path = \"../var/tips.sqlite3\"";

/// The same for values that look right and are not.
const PLAUSIBLE: &[(&str, &str, &str, &str)] = &[
    (DEV, "127.0.0.1:8080", "127.0.0.1:0", "server.listen"),
    (
        DEV,
        "telephone = \"110\"",
        "telephone = \"110\"\nmetrics_listen = \"0.0.0.0:9464\"",
        "server.metrics_listen",
    ),
    (DEV, "https://", "http://", "server.exit_url"),
    (DEV, "\"../var/tips.sqlite3\"", "\"../var\"", "store.path"),
    (DEV, FILE, "", "store.path"),
    (
        DEV,
        FILE,
        "path = \"../var/tips.sqlite3\"\nurl_file = \"smtp-password\"",
        "store.url_file",
    ),
    (DEV, FILE, "url_file = \"smtp-password\"", "store.spool"),
    (
        DEV,
        FILE,
        "url_file = \"units.toml\"\nspool = \"../var\"",
        "store.url_file",
    ),
    (
        DEV,
        "domain = \"tips.example.invalid\"",
        "domain = \"localhost\"",
        "mail.domain",
    ),
    (
        DEV,
        "operator@example.invalid",
        "Ops <operator@example.invalid>",
        "mail.operator",
    ),
    (
        DEV,
        "kind = \"maildir\"",
        "kind = \"smtp\"",
        "mail.transport.dir",
    ),
    (
        "config/kinds.toml",
        "value = \"poppy\"",
        "value = \"\"",
        "kind[0].question[0].choices[1].value",
    ),
    (
        "config/kinds.toml",
        "value = \"\"\nlabel = { zh = \"不清楚，或者不想说\"",
        "value = \"unsure\"\nlabel = { zh = \"不清楚\"",
        "source[0].value",
    ),
    (
        "config/kinds.toml",
        "zh = \"像罂粟\", ko",
        "zh = \"像罂粟\", jp",
        "kind[0].question[0].choices[1].label.jp",
    ),
    (
        "config/kinds.toml",
        "input = \"block\"",
        "input = \"choice\"",
        "kind[6].question[2].choices",
    ),
    (
        "config/kinds.toml",
        "id = \"other\"",
        "id = \"else\"",
        "kind",
    ),
    (
        "config/kinds.toml",
        "\"/knowledge/plants/\"",
        "\"knowledge/plants\"",
        "kind[0].look",
    ),
    (
        "config/places.toml",
        "code = \"220402001\"",
        "code = \"220403901\"",
        "county[0].township[0].code",
    ),
    (
        "config/units.toml",
        "\"city@units.example.invalid\"",
        "\"city\"",
        "unit[0].mail",
    ),
    (
        "config/units.toml",
        "\"xian.cert.asc\"",
        "\"../xian.cert.asc\"",
        "unit[2].certs[0]",
    ),
    (
        "config/units.toml",
        "[\"龙山区\"]",
        "[\"龙山县\"]",
        "route[2].counties[0]",
    ),
    (
        "config/units.toml",
        "\"trafficking\"",
        "\"trafficing\"",
        "route[1].kinds[0]",
    ),
    (
        "site/data/units.toml",
        "\"12389\"",
        "\"12389#\"",
        "unit[5].telephone",
    ),
];

fn each_is_named(cases: &[(&str, &str, &str, &str)]) {
    for (file, right, wrong, key) in cases {
        let house = House::new();
        house.replace(file, right, wrong);
        let said = house.complaint(DEV);
        let named = said.contains(&format!("tip-service: {file}: {key}: "));
        assert!(named, "{file} {key}: {said}");
    }
}

#[test]
fn what_is_there_twice_is_named() {
    each_is_named(TWICE);
}

#[test]
fn a_value_that_only_looks_right_is_named() {
    each_is_named(PLAUSIBLE);
}
