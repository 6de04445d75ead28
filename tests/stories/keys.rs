//! Promise 5: a key that cannot be used closes its unit's form, with a telephone number; it never
//! leads to plain mail. The bad keys are made by GnuPG itself.

use std::time::Duration;

use e2e::cases::{assert_error_page, assert_kept};
use e2e::form::{Form, file_tip, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::machine::{wait_for, words};

/// An installation with good keys for all units but the one of 东丰县.
fn install_with(certificate: &str) -> Install {
    let install = Install::new();
    for unit in ["city", "longshan", "xian", "dongliao", "oversight"] {
        install.make_key(unit);
    }
    std::fs::write(install.path("keys/dongfeng.cert.asc"), certificate).expect("written");
    install
}

/// `check` refuses this certificate, and says whose it is and why.
fn assert_refused(certificate: &str, why: &[&str]) {
    let install = install_with(certificate);
    let output = install.run(&["check"], &["--dev"]);
    let said = words(&output);
    assert!(!output.status.success(), "check accepts it: {said}");
    assert!(
        said.contains("dongfeng"),
        "check does not say whose key it is: {said}"
    );
    let lower = said.to_lowercase();
    assert!(
        why.iter().any(|word| lower.contains(word)),
        "none of {why:?} in: {said}"
    );
}

#[test]
fn an_expired_certificate_is_refused_by_name() {
    let ring = Keyring::new();
    let key = ring.make_key(
        "expired",
        "20230101T000000",
        ["default", "default", "1y"],
        &[],
    );
    assert_refused(&ring.export(&key), &["expired"]);
}

#[test]
fn a_certificate_whose_only_encryption_subkey_has_expired_is_refused_by_name() {
    let ring = Keyring::new();
    let key = ring.make_key(
        "subexpired",
        "20230101T000000",
        ["ed25519", "sign", "0"],
        &[],
    );
    ring.must(&[
        "--faked-system-time",
        "20230101T000001",
        "--passphrase",
        "",
        "--pinentry-mode",
        "loopback",
        "--quick-add-key",
        &key,
        "cv25519",
        "encr",
        "1y",
    ]);
    assert_refused(&ring.export(&key), &["expired"]);
}

#[test]
fn a_revoked_certificate_is_refused_by_name() {
    let ring = Keyring::new();
    let key = ring.make_key(
        "revoked",
        "20230101T000000",
        ["default", "default", "0"],
        &[],
    );
    let name = format!("openpgp-revocs.d/{key}.rev");
    let revocation = std::fs::read_to_string(ring.path(&name)).expect("GnuPG prepares one");
    // GnuPG puts a colon before the armour so that nobody revokes by accident.
    std::fs::write(
        ring.path("rev.asc"),
        revocation.replace(":-----BEGIN", "-----BEGIN"),
    )
    .expect("written");
    ring.import(&ring.path("rev.asc"));
    assert_refused(&ring.export(&key), &["revoked"]);
}

#[test]
fn a_certificate_that_can_only_sign_is_refused_by_name() {
    let ring = Keyring::new();
    let key = ring.make_key("signonly", "20230101T000000", ["ed25519", "sign", "0"], &[]);
    assert_refused(&ring.export(&key), &["encrypt"]);
}

#[test]
fn a_secret_key_in_the_place_of_a_certificate_is_refused_by_name() {
    let ring = Keyring::new();
    let key = ring.make_key(
        "secret",
        "20230101T000000",
        ["default", "default", "0"],
        &[],
    );
    assert_refused(&ring.export_secret(&key), &["secret", "private"]);
}

#[test]
fn a_certificate_bound_by_sha1_is_refused_by_name() {
    let ring = Keyring::new();
    let sha1 = ["--cert-digest-algo", "SHA1"];
    let key = ring.make_key(
        "sha1",
        "20230101T000000",
        ["rsa3072", "default", "0"],
        &sha1,
    );
    assert_refused(&ring.export(&key), &["sha-1", "sha1", "weak"]);
}

#[test]
fn garbage_in_the_place_of_a_certificate_is_refused_by_name() {
    assert_refused(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n:-(\n",
        &["read", "certificate"],
    );
}

#[test]
fn a_good_certificate_made_by_gnupg_is_accepted_and_used() {
    let ring = Keyring::new();
    let key = ring.make_key("good", "20230101T000000", ["default", "default", "0"], &[]);
    let install = install_with(&ring.export(&key));
    let said = install.run_well(&["check"], &["--dev"]);
    assert!(!said.to_lowercase().contains("error"), "{said}");
    let service = install.start();
    file_tip(&mut service.visitor(), "用自己的钥匙");
    let letters = e2e::maildir::wait_for_letters(&install.path("mail/dongfeng"), 1);
    let opened = e2e::letter::Letter::read(&letters[0])
        .open(&ring)
        .expect("its owner opens it");
    assert_eq!(opened.facts["what"], "用自己的钥匙");
}

#[test]
fn a_key_that_expires_while_the_service_runs_closes_its_form_and_loses_no_words() {
    let ring = Keyring::new();
    let key = ring.make_key_for_seconds("brief", 12);
    let install = install_with(&ring.export(&key));
    let service = install.start();
    let mut visitor = service.visitor();
    file_tip(&mut visitor, "钥匙还有效时发的");
    let typed = "钥匙过期后写的，不能丢";
    let refused = wait_for("the key to expire", Duration::from_secs(60), || {
        let answer = Form::fetch(&mut visitor).poppies(typed).send(&mut visitor);
        (answer.status != 200).then_some(answer)
    });
    assert_error_page("expired key", &refused, 503);
    assert_kept(
        "expired key",
        &refused,
        &[("what", typed), ("kind", "cultivation")],
    );
    assert!(shown_receipt(&refused).is_none());
    // Its neighbours stay open.
    let elsewhere = Form::fetch(&mut visitor)
        .text("what", "西安区的事")
        .text("county", "220403");
    assert!(shown_receipt(&elsewhere.send(&mut visitor)).is_some());
    for letter in install.letters("dongfeng") {
        let raw = String::from_utf8(std::fs::read(letter).expect("a letter")).expect("ASCII");
        assert!(raw.contains("BEGIN PGP MESSAGE"), "plain mail");
    }
}
