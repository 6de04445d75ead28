//! Sealing in the browser: on only with published hashes that the files of the site have.

use tip_service::config::Loaded;

use super::house::{DEV, House};

/// SHA-384 of each name, as base64 of the digest: `openssl dgst -sha384 -binary | openssl base64 -A`.
const HASHES: [(&str, &str); 4] = [
    (
        "start",
        "jG41VoYRg6QE/bD2wbhdXOCi3SpR5XKG2qzaKgCvktHSIb9Vco1WbNOPPqJ1sSdi",
    ),
    (
        "letter",
        "cPnHtls2rracuNo7RmYOQS8vBgwvPZnts7AWdlulq8L1jJVBgYqXxxecTNRE12ER",
    ),
    (
        "guard",
        "TYeTKyoZrNAzCTVd8347jSajPgq4LZoUAka18bj/mmndQzS0eymYtou4s8bMZ1BS",
    ),
    (
        "openpgp",
        "M9jZE+D353ISOLv23VpfBC1A9gb0CGltu5YGTLAY7H+JjPViDDB4p8XkzKIwkLLj",
    ),
];

/// A house with it switched on: each script holds its own name, and `hashes` are published.
fn house(hashes: &[(&str, &str)]) -> House {
    let house = House::new();
    house.replace(DEV, "[site]", "[site]\nbrowser_sealing = true");
    std::fs::create_dir_all(house.path("site/public/seal"))
        .unwrap_or_else(|error| panic!("{error}"));
    for (name, _) in HASHES {
        house.write(&format!("site/public/seal/{name}.js"), name);
    }
    if !hashes.is_empty() {
        let lines = hashes
            .iter()
            .map(|(name, hash)| format!("{name} = \"sha384-{hash}\"\n"));
        let section = format!("[sealing]\n{}\n", lines.collect::<String>());
        let units = house.text("site/data/units.toml");
        house.write("site/data/units.toml", &(section + &units));
    }
    house
}

fn loaded(house: &House) -> Loaded {
    house
        .load(DEV)
        .unwrap_or_else(|errors| panic!("{errors:?}"))
}

#[test]
fn it_is_off_unless_it_is_switched_on_whatever_is_published() {
    let off = house(&HASHES);
    off.replace(DEV, "browser_sealing = true", "browser_sealing = false");
    assert_eq!(loaded(&off).scripts, None);
    assert_eq!(loaded(&House::new()).scripts, None);
}

#[test]
fn the_scripts_are_named_with_their_hashes_and_a_mark_that_changes_with_them() {
    let scripts = loaded(&house(&HASHES)).scripts.unwrap();
    let all = [
        scripts.start,
        scripts.letter,
        scripts.guard,
        scripts.openpgp,
    ];
    for (script, (name, hash)) in all.iter().zip(HASHES) {
        assert_eq!(script.integrity, format!("sha384-{hash}"));
        let mark = script.path.strip_prefix(&format!("/seal/{name}.js?h="));
        assert_eq!(mark.map(str::len), Some(8), "{}", script.path);
    }
}

#[test]
fn without_published_hashes_or_with_others_or_without_a_file_the_start_is_refused() {
    let said = house(&[]).complaint(DEV);
    assert!(said.contains("site.browser_sealing: "), "{said}");
    assert!(said.contains("publishes no [sealing]"), "{said}");

    let changed = house(&HASHES);
    changed.write("site/public/seal/letter.js", "letter!");
    let said = changed.complaint(DEV);
    assert!(said.contains("site.browser_sealing: "), "{said}");
    assert!(said.contains("seal/letter.js: is sha384-"), "{said}");
    assert!(said.contains(HASHES[1].1), "{said}");

    let gone = house(&HASHES);
    std::fs::remove_file(gone.path("site/public/seal/openpgp.js")).unwrap();
    let said = gone.complaint(DEV);
    assert!(said.contains("seal/openpgp.js: "), "{said}");
}

#[test]
fn a_misspelt_or_missing_hash_is_named() {
    let less = house(&HASHES[..3]);
    assert!(less.complaint(DEV).contains("openpgp"));
    let more = house(&HASHES);
    more.replace(
        "site/data/units.toml",
        "[sealing]\nstart",
        "[sealing]\nother = \"x\"\nstart",
    );
    assert!(more.complaint(DEV).contains("sealing.other"));
}
