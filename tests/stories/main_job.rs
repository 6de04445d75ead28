//! The main job, end to end, as a visitor and an officer live it: from the home page to a receipt,
//! from the receipt to the mailbox, from the mailbox of the unit to the text, opened by GnuPG.

use std::time::Duration;

use e2e::browser::{Browser, DESK, Device, PHONE};
use e2e::dialogue::STAGE;
use e2e::form::{Form, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::maildir::wait_for_letters;
use e2e::service::Service;

const STORY: &str = "老李家房后的大棚里种了一大片罂粟，开红花，约三百株，有人看着。";

#[test]
fn on_a_phone_without_script_a_tip_goes_from_the_home_page_to_the_unit_and_back_to_the_mailbox() {
    the_whole_way(PHONE, "phone");
}

#[test]
fn at_a_desk_with_script_a_tip_goes_from_the_home_page_to_the_unit_and_back_to_the_mailbox() {
    the_whole_way(DESK, "desk");
}

fn the_whole_way(device: Device, name: &str) {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(device);
    let shot = |step: &str| {
        browser.picture(&format!("{name}-{step}"));
        assert!(!browser.overflows(), "{step} is wider than the screen");
    };
    browser.go(&format!("http://127.0.0.1:{}/", service.port));
    shot("1-home");
    browser.follow("举报");
    shot("2-report");
    if !browser.shows("form[enctype='multipart/form-data']") {
        browser.click_through("main a[href$='/tip/']");
    }
    shot("3-form");
    fill_in(&browser);
    shot("4-filled");
    browser.click_through("form[enctype='multipart/form-data'] button[type=submit]");
    // As one copies it by hand: three groups, in one line.
    let receipt = browser
        .text("#receipt")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(
        receipt.replace(' ', "").chars().count(),
        12,
        "the receipt is {receipt:?}"
    );
    assert!(
        !browser.address().contains('?'),
        "something in {}",
        browser.address()
    );
    shot("5-receipt");
    ask_the_mailbox_until_delivered(&browser, &service, &receipt);
    shot("6-mailbox");
    the_letter_says_what_was_typed(&install);
}

fn fill_in(browser: &Browser) {
    browser.click("label[for$='cultivation'], label:has(input[value=cultivation])");
    browser.fill("textarea[name=what]", STORY);
    browser.choose("select[name=county]", "东丰县");
    browser.choose("select[name=township]", "横道河镇");
    browser.fill("[name=place]", "村东头第三家");
}

fn ask_the_mailbox_until_delivered(browser: &Browser, service: &Service<'_>, receipt: &str) {
    wait_for(
        "the mailbox to say 已送达",
        Duration::from_secs(30),
        || {
            browser.go(&format!("http://127.0.0.1:{}/tip/mailbox/", service.port));
            browser.fill("input[name=receipt]", receipt);
            browser.click_through("main form button[type=submit], main form button:not([type])");
            browser.text(STAGE).contains("已送达").then_some(())
        },
    );
}

fn the_letter_says_what_was_typed(install: &Install) {
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 1);
    assert_eq!(letters.len(), 1, "one tip, one letter");
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let opened = Letter::read(&letters[0])
        .open(&ring)
        .expect("the unit's key opens it");
    for words in [STORY, "东丰县", "横道河镇", "村东头第三家", "种植"] {
        assert!(
            opened.text.contains(words),
            "{words} is not in\n{}",
            opened.text
        );
    }
    assert_eq!(opened.facts["what"], STORY);
    assert_eq!(opened.facts["kind"]["code"], "cultivation");
    assert_eq!(opened.facts["place"]["county"]["code"], "220421");
    assert_eq!(opened.facts["place"]["township"]["code"], "220421102");
    assert!(
        opened.subject.contains("横道河镇"),
        "the protected subject: {}",
        opened.subject
    );
}

#[test]
fn a_letter_gives_nothing_away_on_the_outside() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service
        .visitor()
        .with_header("User-Agent", "Unmistakable/7.3");
    for what in ["第一条线索，种在山坡上", "另一条，完全不同的话"] {
        let answer = Form::fetch(&mut visitor).poppies(what).send(&mut visitor);
        assert!(shown_receipt(&answer).is_some());
    }
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 2);
    let outsides: Vec<Vec<(String, String)>> = letters
        .iter()
        .map(|path| Letter::read(path).headers())
        .collect();
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    for headers in &outsides {
        let all = format!("{headers:?}");
        assert!(
            !all.contains("127.0.0.1") && !all.contains("Unmistakable"),
            "{all}"
        );
        assert!(
            host.trim().is_empty() || !all.contains(host.trim()),
            "the host's name: {all}"
        );
        let value = |name: &str| {
            let found = headers.iter().find(|(known, _)| known == name);
            found
                .map(|(_, value)| value.as_str())
                .unwrap_or_else(|| panic!("no {name}: {all}"))
        };
        // Midnight in Beijing, said in UTC.
        assert!(
            value("Date").ends_with("16:00:00 +0000"),
            "the date is finer than a day: {all}"
        );
        assert!(value("Message-ID").ends_with(".invalid>") || value("Message-ID").contains('@'));
    }
    // All that may differ between two letters to one unit is what names the letter.
    let without_names = |headers: &[(String, String)]| -> Vec<(String, String)> {
        let named = ["Message-ID", "Content-Type", "Reply-To"];
        headers
            .iter()
            .filter(|(name, _)| !named.contains(&name.as_str()))
            .cloned()
            .collect()
    };
    assert_eq!(without_names(&outsides[0]), without_names(&outsides[1]));
    let sizes: Vec<usize> = letters
        .iter()
        .map(|path| Letter::read(path).raw.len())
        .collect();
    assert_eq!(sizes[0], sizes[1], "the length tells the tips apart");
}

#[test]
fn with_a_second_certificate_either_key_opens_the_letter() {
    let install = Install::new();
    install.make_key("colleague");
    let units = std::fs::read_to_string(e2e::machine::repository().join("config/units.toml"))
        .expect("config/units.toml");
    std::fs::write(install.path("units.toml"), with_second_certificate(&units))
        .expect("the register is written");
    let install = install.with("registers.units", "units.toml");
    let service = install.start();
    e2e::form::file_tip(&mut service.visitor(), STORY);
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 1);
    let letter = Letter::read(&letters[0]);
    for owner in ["dongfeng", "colleague"] {
        let ring = Keyring::with(&[&install.secret_key(owner)]);
        let opened = letter
            .open(&ring)
            .unwrap_or_else(|said| panic!("{owner}: {said}"));
        assert_eq!(opened.facts["what"], STORY);
    }
    let stranger = Keyring::with(&[&install.secret_key("city")]);
    letter
        .open(&stranger)
        .expect_err("the key of another unit opens it");
}

/// The register with `colleague` beside the certificate of `dongfeng`.
pub(crate) fn with_second_certificate(units: &str) -> String {
    let mut register: toml::Table = units.parse().expect("TOML");
    let all = register["unit"].as_array_mut().expect("units");
    let unit = all
        .iter_mut()
        .find(|unit| unit["id"].as_str() == Some("dongfeng"));
    let certs = unit.expect("dongfeng")["certs"]
        .as_array_mut()
        .expect("certs");
    let mut second = certs[0].as_str().expect("a name").to_string();
    second = second.replace("dongfeng", "colleague");
    certs.push(second.into());
    register.to_string()
}

#[test]
fn the_inbox_command_shows_what_gnupg_shows() {
    let install = Install::new();
    let service = install.start();
    e2e::form::file_tip(&mut service.visitor(), STORY);
    wait_for_letters(&install.path("mail/dongfeng"), 1);
    let arguments = [
        "open",
        "--inbox",
        &install.text_path("mail"),
        "--keys",
        &install.text_path("keys"),
    ];
    let output = e2e::machine::run(&mut install.command(&arguments));
    let said = e2e::machine::words(&output);
    assert!(output.status.success(), "{said}");
    for words in [STORY, "横道河镇", "种植"] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
}
