//! Certificates with signatures as of 2005.

use pgp::crypto::hash::HashAlgorithm;
use pgp::ser::Serialize;
use sealed_tip::{KeyError, UnitCert};

use crate::certs::{armour, parsed, refusal};
use crate::gpg::{Gpg, NOW, THEN, TODAY};

/// How gpg is made to sign as in 2005.
const WEAK: [&str; 3] = ["--cert-digest-algo", "SHA1", "--allow-weak-key-signatures"];

#[test]
fn a_revocation_with_a_weak_hash_is_believed_all_the_same() {
    let gpg = Gpg::new();
    for algorithm in ["ed25519", "rsa2048"] {
        let fingerprint = gpg.primary(TODAY, algorithm, algorithm, "cert,sign", "never");
        let add = ["--quick-add-key", &fingerprint, "cv25519", "encr", "never"];
        gpg.run(TODAY, &add, b"");
        let good = gpg.export(&[&fingerprint]);
        gpg.edit_with(
            TODAY,
            &WEAK,
            &fingerprint,
            "key 1\nrevkey\ny\n0\n\ny\nsave\n",
        );
        let subkey_revoked = gpg.export(&[&fingerprint]);
        let revocation = parsed(&subkey_revoked).public_subkeys[0].signatures.clone();
        assert!(
            revocation
                .iter()
                .any(|s| s.hash_alg() == Some(HashAlgorithm::Sha1))
        );
        assert_eq!(refusal(&subkey_revoked), KeyError::Revoked);

        gpg.edit_with(TODAY, &WEAK, &fingerprint, "revkey\ny\n0\n\ny\nsave\n");
        let all = parsed(&gpg.export(&[&fingerprint]));
        let mut key = parsed(&good);
        key.details.revocation_signatures = all.details.revocation_signatures;
        let hash = key.details.revocation_signatures[0].hash_alg();
        assert_eq!(hash, Some(HashAlgorithm::Sha1));
        assert_eq!(refusal(&armour(key.to_bytes().unwrap())), KeyError::Revoked);
    }
}

#[test]
fn a_newer_word_with_a_weak_hash_is_not_skipped_for_an_older_strong_one() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(THEN, "unit", "never");
    let old = parsed(&gpg.export(&[&fingerprint]));
    let shorten = ["--quick-set-expire", &fingerprint, "30d"];
    gpg.run("20240601T000000", &[&WEAK[..], &shorten[..]].concat(), b"");
    let mut key = parsed(&gpg.export(&[&fingerprint]));
    assert_eq!(
        refusal(&armour(key.to_bytes().unwrap())),
        KeyError::WeakHash
    );
    key.details.users[0]
        .signatures
        .extend(old.details.users[0].signatures.clone());
    assert_eq!(
        refusal(&armour(key.to_bytes().unwrap())),
        KeyError::WeakHash
    );
}

#[test]
fn a_weak_signature_by_somebody_else_does_no_harm() {
    let gpg = Gpg::new();
    let ours = gpg.unit(THEN, "ours", "never");
    let other = gpg.unit(THEN, "other", "never");
    let sign = ["--default-key", &other, "--quick-sign-key", &ours];
    gpg.run(TODAY, &[&WEAK[..], &sign[..]].concat(), b"");
    let export = gpg.export(&[&ours]);
    assert_eq!(parsed(&export).details.users[0].signatures.len(), 2);
    assert!(UnitCert::parse(&export, NOW).is_ok());
}
