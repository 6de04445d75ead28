//! Signatures by keys that may not sign, or not any more; and signatures that good keys should not
//! have made.

use pgp::composed::{Deserializable, SignedSecretKey};
use pgp::packet::{KeyFlags, Signature, SignatureType, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, Password, Tag};
use sealed_tip::{KeyError, SignatureError, UnitCert, verify_detached};

use crate::certs::{armour, parsed, refusal, words};
use crate::gpg::{NOW, TODAY};
use crate::reply::{DAY, Office, TEXT, by};

const DETACH: &[&str] = &["--detach-sign"];

fn lapsed(fingerprint: &str, source: KeyError) -> SignatureError {
    SignatureError::Lapsed {
        fingerprint: fingerprint.to_owned(),
        source,
    }
}

#[test]
fn a_signature_does_not_outlive_the_key_that_made_it() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    office
        .gpg
        .run(TODAY, &["--quick-set-expire", &unit, "10d"], b"");
    let signature = office.signed(TODAY, &unit, DETACH);
    let cert = office.cert(&unit);
    let at = |now| verify_detached(TEXT, &signature, &[&cert], now);
    assert_eq!(at(NOW + 10 * DAY - 1), by(&unit));
    let end = NOW + 10 * DAY;
    assert_eq!(at(end), Err(lapsed(&unit, KeyError::Expired { at: end })));
}

#[test]
fn an_expired_signing_subkey_signs_no_more_though_its_primary_lives() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let add = ["--quick-add-key", &unit, "ed25519", "sign", "10d"];
    office.gpg.run(TODAY, &add, b"");
    let signature = office.signed(TODAY, &unit, DETACH);
    let end = NOW + 10 * DAY;
    for read in [NOW, end] {
        let cert = UnitCert::parse(&office.gpg.export(&[&unit]), read).unwrap();
        let at = |now| verify_detached(TEXT, &signature, &[&cert], now);
        assert_eq!(at(end - 1), by(&unit));
        assert_eq!(at(end), Err(lapsed(&unit, KeyError::Expired { at: end })));
    }
}

#[test]
fn a_signature_from_before_its_key_was_made_is_refused() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let add = ["--quick-add-key", &unit, "ed25519", "sign", "never"];
    office.gpg.run(TODAY, &add, b"");
    let early = [
        "--ignore-time-conflict",
        "--ignore-valid-from",
        "--detach-sign",
    ];
    let subkey = &parsed(&office.gpg.export(&[&unit])).public_subkeys[1];
    let name = format!("{:X}!", subkey.fingerprint());
    let signature = office.signed("20261123T000000", &name, &early);
    let error = verify_detached(TEXT, &signature, &[&office.cert(&unit)], NOW);
    let born = KeyError::NotYetValid { at: NOW };
    assert_eq!(error, Err(lapsed(&unit, born)));
}

#[test]
fn a_revoked_subkey_signs_no_more_and_its_primary_still_does() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let by_primary = office.signed(TODAY, &unit, DETACH);
    office.add(&unit, "ed25519", "sign", "never");
    let by_subkey = office.signed(TODAY, &unit, DETACH);
    let verdict = |signature: &[u8]| {
        let cert = office.cert(&unit);
        verify_detached(TEXT, signature, &[&cert], NOW)
    };
    assert_eq!(verdict(&by_subkey), by(&unit));
    let answers = "key 2\nrevkey\ny\n0\n\ny\nsave\n";
    office.gpg.edit(TODAY, &unit, answers);
    assert_eq!(verdict(&by_subkey), Err(lapsed(&unit, KeyError::Revoked)));
    assert_eq!(verdict(&by_primary), by(&unit));
}

#[test]
fn a_revoked_unit_is_a_stranger() {
    let office = Office::new();
    let (unit, heir) = (
        office.unit("unit", "ed25519"),
        office.unit("heir", "ed25519"),
    );
    let signature = office.signed(TODAY, &unit, DETACH);
    office.gpg.revoke(&unit);
    assert_eq!(refusal(&office.gpg.export(&[&unit])), KeyError::Revoked);
    let verdict = verify_detached(TEXT, &signature, &[&office.cert(&heir)], NOW);
    assert_eq!(verdict, Err(SignatureError::Stranger { issuer: unit }));
}

#[test]
fn time_counts_at_both_ends() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    let signature = office.signed(TODAY, &unit, DETACH);
    let at = |now| verify_detached(TEXT, &signature, &[&cert], now);
    assert_eq!(at(NOW - DAY), by(&unit));
    assert_eq!(at(NOW - DAY - 1), Err(SignatureError::FromTheFuture));
    assert_eq!(at(NOW + 30 * DAY), by(&unit));
    assert_eq!(at(NOW + 30 * DAY + 1), Err(SignatureError::TooOld));

    let short = ["--default-sig-expire", "5d", "--detach-sign"];
    let signature = office.signed(TODAY, &unit, &short);
    let at = |now| verify_detached(TEXT, &signature, &[&cert], now);
    assert_eq!(at(NOW + 5 * DAY - 1), by(&unit));
    assert_eq!(at(NOW + 5 * DAY), Err(SignatureError::TooOld));
}

#[test]
fn weak_hashes_and_unknown_conditions_are_refused() {
    let office = Office::new();
    let unit = office.unit("unit", "rsa2048");
    let verdict = |options: &[&str]| {
        let signature = office.signed(TODAY, &unit, &[options, DETACH].concat());
        verify_detached(TEXT, &signature, &[&office.cert(&unit)], NOW)
    };
    for weak in ["SHA1", "RIPEMD160"] {
        let options = ["--digest-algo", weak, "--allow-weak-digest-algos"];
        assert_eq!(verdict(&options), Err(SignatureError::WeakHash), "{weak}");
    }
    let critical = verdict(&["--sig-notation", "!only@example.org=sundays"]);
    assert!(matches!(critical, Err(SignatureError::Unreadable(_))));
    for strong in ["SHA224", "SHA256", "SHA384", "SHA512"] {
        assert_eq!(verdict(&["--digest-algo", strong]), by(&unit), "{strong}");
    }
    let regular = verdict(&["--sig-notation", "only@example.org=sundays"]);
    assert_eq!(regular, by(&unit));
}

#[test]
fn a_signature_that_is_not_over_a_text_is_bad() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let key = parsed(&office.gpg.export(&[&unit]));
    let mut own = Vec::new();
    let own_word = &key.details.users[0].signatures[0];
    pgp::packet::PacketTrait::to_writer_with_header(own_word, &mut own).unwrap();
    let verdict = verify_detached(TEXT, &own, &[&office.cert(&unit)], NOW);
    assert_eq!(verdict, Err(SignatureError::Bad));
}

#[test]
fn a_subkey_that_did_not_agree_signs_for_nobody() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    office.add(&unit, "ed25519", "sign", "never");
    let signature = office.signed(TODAY, &unit, DETACH);
    let secret = SignedSecretKey::from_string(&office.gpg.export_secret(&unit))
        .unwrap()
        .0;
    let honest = parsed(&office.gpg.export(&[&unit]));
    let subkey = honest.public_subkeys[1].clone();
    let agreed = subkey.signatures[0].embedded_signature().unwrap().clone();
    let other = office.unit("other", "ed25519");
    office.add(&other, "ed25519", "sign", "never");
    let other = parsed(&office.gpg.export(&[&other]));
    let elsewhere = other.public_subkeys[1].signatures[0].embedded_signature();
    let rebound = |back: Option<Signature>| {
        let mut flags = KeyFlags::default();
        flags.set_sign(true);
        let mut more = vec![SubpacketData::KeyFlags(flags)];
        more.extend(back.map(|s| SubpacketData::EmbeddedSignature(Box::new(s))));
        let binding = words(&secret, SignatureType::SubkeyBinding, NOW, more)
            .sign_subkey_binding(
                &secret.primary_key,
                secret.primary_key.public_key(),
                &Password::empty(),
                &subkey.key,
            )
            .unwrap();
        let mut key = honest.clone();
        key.public_subkeys[1].signatures = vec![binding];
        let cert = UnitCert::parse(&armour(key.to_bytes().unwrap()), NOW).unwrap();
        verify_detached(TEXT, &signature, &[&cert], NOW)
    };
    assert_eq!(rebound(Some(agreed)), by(&unit));
    // Agreed, and not yet or no longer.
    let agreement = |created, more| {
        let own = &secret.secret_subkeys[1].key;
        words(&secret, SignatureType::KeyBinding, created, more)
            .sign_primary_key_binding(own, &subkey.key, &Password::empty(), &honest.primary_key)
            .unwrap()
    };
    assert_eq!(rebound(Some(agreement(NOW, Vec::new()))), by(&unit));
    let late = rebound(Some(agreement(NOW + 1, Vec::new())));
    let at = NOW + 1;
    assert_eq!(late, Err(lapsed(&unit, KeyError::NotYetValid { at })));
    let end = SubpacketData::SignatureExpirationTime(Duration::from_secs(5));
    let over = rebound(Some(agreement(NOW - 10, vec![end])));
    let at = NOW - 5;
    assert_eq!(over, Err(lapsed(&unit, KeyError::Expired { at })));
    for back in [None, elsewhere.cloned()] {
        let error = rebound(back).unwrap_err();
        assert!(matches!(error, SignatureError::Stranger { .. }), "{error}");
    }
}

#[test]
fn the_newest_word_of_a_primary_key_says_whether_it_signs_and_silence_is_yes() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let signature = office.signed(TODAY, &unit, DETACH);
    let secret = SignedSecretKey::from_string(&office.gpg.export_secret(&unit))
        .unwrap()
        .0;
    let says = |keep: bool, more: Vec<SubpacketData>| {
        let mut key = parsed(&office.gpg.export(&[&unit]));
        let user = &mut key.details.users[0];
        let word = words(&secret, SignatureType::CertPositive, NOW, more)
            .sign_certification(
                &secret.primary_key,
                secret.primary_key.public_key(),
                &Password::empty(),
                Tag::UserId,
                &user.id,
            )
            .unwrap();
        if !keep {
            user.signatures.clear();
        }
        user.signatures.push(word);
        let cert = UnitCert::parse(&armour(key.to_bytes().unwrap()), NOW).unwrap();
        verify_detached(TEXT, &signature, &[&cert], NOW)
    };
    let mut certifies = KeyFlags::default();
    certifies.set_certify(true);
    let certifies = SubpacketData::KeyFlags(certifies);
    assert_eq!(says(false, Vec::new()), by(&unit));
    let stranger = Err(SignatureError::Stranger {
        issuer: unit.clone(),
    });
    assert_eq!(says(true, vec![certifies]), stranger);
}
