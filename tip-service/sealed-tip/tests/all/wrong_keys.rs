//! Certificates that are wrong from the start: start-up refuses them.

use pgp::ser::Serialize;
use sealed_tip::{KeyError, UnitCert};

use crate::certs::{armour, parsed, refusal};
use crate::gpg::{Gpg, NOW, TODAY};

const DAY: u64 = 86_400;

#[test]
fn a_certificate_without_an_encryption_subkey_is_refused() {
    let gpg = Gpg::new();
    let fingerprint = gpg.primary(TODAY, "unit", "ed25519", "cert,sign", "never");
    assert_eq!(
        refusal(&gpg.export(&[&fingerprint])),
        KeyError::NoEncryptionKey
    );
    gpg.run(
        TODAY,
        &["--quick-add-key", &fingerprint, "ed25519", "sign", "never"],
        b"",
    );
    gpg.run(
        TODAY,
        &["--quick-add-key", &fingerprint, "rsa2048", "sign", "never"],
        b"",
    );
    let error = refusal(&gpg.export(&[&fingerprint]));
    assert_eq!(error, KeyError::NoEncryptionKey);
    assert!(!error.is_lapse());
}

#[test]
fn a_subkey_of_somebody_else_is_not_taken() {
    let gpg = Gpg::new();
    let ours = gpg.primary(TODAY, "ours", "ed25519", "cert,sign", "never");
    let other = gpg.unit(TODAY, "other", "never");
    let mut key = parsed(&gpg.export(&[&ours]));
    key.public_subkeys = parsed(&gpg.export(&[&other])).public_subkeys;
    assert_eq!(
        refusal(&armour(key.to_bytes().unwrap())),
        KeyError::NoEncryptionKey
    );
}

#[test]
fn a_secret_key_is_refused_however_it_is_wrapped() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let secret = gpg.export_secret(&fingerprint);
    assert_eq!(refusal(&secret), KeyError::SecretMaterial);
    let mixed = format!("{}\n{secret}", gpg.export(&[&fingerprint]));
    assert_eq!(refusal(&mixed), KeyError::SecretMaterial);
    assert_eq!(
        refusal(&secret.replace("PRIVATE", "PUBLIC")),
        KeyError::SecretMaterial
    );
    let packets = gpg.run(TODAY, &["--export-secret-subkeys", &fingerprint], b"");
    let behind = [gpg.run(TODAY, &["--export", &fingerprint], b""), packets].concat();
    assert_eq!(refusal(&armour(behind)), KeyError::SecretMaterial);
}

#[test]
fn weak_hashes_are_refused_on_the_user_id_and_on_the_subkey() {
    let gpg = Gpg::new();
    let weak = ["--cert-digest-algo", "SHA1", "--allow-weak-key-signatures"];
    let bad = gpg.primary_with(TODAY, &weak, "bad", "ed25519", "cert,sign", "never");
    gpg.run(
        TODAY,
        &["--quick-add-key", &bad, "cv25519", "encr", "never"],
        b"",
    );
    assert_eq!(refusal(&gpg.export(&[&bad])), KeyError::WeakHash);

    let half = gpg.primary(TODAY, "half", "ed25519", "cert,sign", "never");
    let add = ["--quick-add-key", &half, "cv25519", "encr", "never"];
    gpg.run(TODAY, &[&weak[..], &add[..]].concat(), b"");
    let error = refusal(&gpg.export(&[&half]));
    assert_eq!(error, KeyError::WeakHash);
    assert!(!error.is_lapse());
}

#[test]
fn weak_algorithms_are_refused_and_strong_rsa_is_not() {
    let gpg = Gpg::new();
    let short = gpg.primary(TODAY, "short", "rsa1024", "cert,sign", "never");
    assert_eq!(refusal(&gpg.export(&[&short])), KeyError::WeakAlgorithm);
    let dsa = gpg.primary(TODAY, "dsa", "dsa1024", "cert,sign", "never");
    assert_eq!(refusal(&gpg.export(&[&dsa])), KeyError::WeakAlgorithm);
    let sub = gpg.primary(TODAY, "sub", "ed25519", "cert,sign", "never");
    gpg.run(
        TODAY,
        &["--quick-add-key", &sub, "rsa1024", "encr", "never"],
        b"",
    );
    assert_eq!(refusal(&gpg.export(&[&sub])), KeyError::WeakAlgorithm);
    let rsa = gpg.primary(TODAY, "rsa", "rsa2048", "cert,sign", "never");
    gpg.run(
        TODAY,
        &["--quick-add-key", &rsa, "rsa2048", "encr", "never"],
        b"",
    );
    assert!(UnitCert::parse(&gpg.export(&[&rsa]), NOW).is_ok());
}

#[test]
fn two_certificates_in_one_file_are_refused() {
    let gpg = Gpg::new();
    let (a, b) = (gpg.unit(TODAY, "a", "never"), gpg.unit(TODAY, "b", "never"));
    assert_eq!(
        refusal(&gpg.export(&[&a, &b])),
        KeyError::SeveralCertificates
    );
    let two = format!("{}{}", gpg.export(&[&a]), gpg.export(&[&b]));
    assert_eq!(refusal(&two), KeyError::SeveralCertificates);
}

#[test]
fn rubbish_is_unreadable_and_says_so() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let message = gpg.run(TODAY, &["--armor", "-e", "-r", &fingerprint], b"hello");
    let empty = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n";
    for input in [
        "",
        "hello",
        "\u{0}\u{1}",
        empty,
        std::str::from_utf8(&message).unwrap(),
    ] {
        assert!(
            matches!(refusal(input), KeyError::Unreadable(_)),
            "{input:?}"
        );
    }
    assert!(matches!(
        refusal(&"A".repeat(2 << 20)),
        KeyError::Unreadable(_)
    ));
}

#[test]
fn a_damaged_certificate_is_refused_or_still_itself_and_never_a_panic() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "365d");
    let export = gpg.export(&[&fingerprint]);
    for end in 0..export.trim_end().len() {
        assert!(
            UnitCert::parse(&export[..end], NOW).is_err(),
            "cut at {end}"
        );
    }
    let packets = parsed(&export).to_bytes().unwrap();
    for end in 0..packets.len() {
        assert!(
            UnitCert::parse(&armour(packets[..end].to_vec()), NOW).is_err(),
            "cut at {end}"
        );
    }
    for place in 0..packets.len() {
        for bit in [0x01, 0x10, 0x80] {
            let mut bent = packets.clone();
            bent[place] ^= bit;
            if let Ok(cert) = UnitCert::parse(&armour(bent), NOW) {
                assert_eq!(cert.fingerprint(), fingerprint, "bent at {place}");
                assert_eq!(cert.user_id(), "unit");
                assert_eq!(cert.expires(), Some(NOW + 365 * DAY));
            }
        }
    }
}
