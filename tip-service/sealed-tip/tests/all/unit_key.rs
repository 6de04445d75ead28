//! A unit's key over time: good, expired, extended, revoked; on keys that GnuPG made.

use pgp::ser::Serialize;
use sealed_tip::{KeyError, UnitCert};

use crate::certs::{armour, parsed, refusal};
use crate::gpg::{Gpg, NOW, THEN, TODAY};

const DAY: u64 = 86_400;
/// 2024-12-31 00:00 UTC: 2024-01-01 and 365 days.
const YEAR_LATER: u64 = 1_735_603_200;

#[test]
fn a_good_certificate_is_accepted_and_says_who_it_is() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "辽源禁毒 <unit@example.org>", "365d");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    assert_eq!(cert.fingerprint(), fingerprint);
    assert_eq!(cert.user_id(), "辽源禁毒 <unit@example.org>");
    assert_eq!(cert.expires(), Some(NOW + 365 * DAY));
    assert_eq!(cert.clone().check(NOW), Ok(()));
}

#[test]
fn a_certificate_that_was_good_lapses_when_its_time_comes() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "10d");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    assert_eq!(cert.check(NOW + 10 * DAY - 1), Ok(()));
    let lapsed = cert.check(NOW + 10 * DAY).unwrap_err();
    assert_eq!(lapsed, KeyError::Expired { at: NOW + 10 * DAY });
    assert!(lapsed.is_lapse());
    assert!(
        lapsed
            .to_string()
            .starts_with("expired on 2026-12-04; hint: "),
        "{lapsed}"
    );
    assert!(matches!(
        cert.check(NOW - DAY),
        Err(KeyError::NotYetValid { .. })
    ));
}

#[test]
fn an_expired_primary_key_is_refused() {
    let gpg = Gpg::new();
    let fingerprint = gpg.primary(THEN, "unit", "ed25519", "cert,sign", "365d");
    gpg.run(
        THEN,
        &["--quick-add-key", &fingerprint, "cv25519", "encr", "never"],
        b"",
    );
    assert_eq!(
        refusal(&gpg.export(&[&fingerprint])),
        KeyError::Expired { at: YEAR_LATER }
    );
}

#[test]
fn an_expired_subkey_is_refused() {
    let gpg = Gpg::new();
    let fingerprint = gpg.primary(THEN, "unit", "ed25519", "cert,sign", "never");
    gpg.run(
        THEN,
        &["--quick-add-key", &fingerprint, "cv25519", "encr", "365d"],
        b"",
    );
    assert_eq!(
        refusal(&gpg.export(&[&fingerprint])),
        KeyError::Expired { at: YEAR_LATER }
    );
}

#[test]
fn an_expiry_extended_later_is_honoured() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(THEN, "unit", "365d");
    let old = gpg.export(&[&fingerprint]);
    assert!(refusal(&old).is_lapse());
    gpg.run(
        "20241001T000000",
        &["--quick-set-expire", &fingerprint, "5y"],
        b"",
    );
    gpg.run(
        "20241001T000000",
        &["--quick-set-expire", &fingerprint, "5y", "*"],
        b"",
    );
    let new = gpg.export(&[&fingerprint]);
    let cert = UnitCert::parse(&new, NOW).unwrap();
    assert!(cert.expires().unwrap() > NOW + 365 * DAY);

    // Old and new self-signatures side by side, in either order: the newest still wins.
    let (mut both, older) = (parsed(&new), parsed(&old));
    both.details.users[0]
        .signatures
        .extend(older.details.users[0].signatures.clone());
    both.public_subkeys[0]
        .signatures
        .extend(older.public_subkeys[0].signatures.clone());
    assert!(UnitCert::parse(&armour(both.to_bytes().unwrap()), NOW).is_ok());
    both.details.users[0].signatures.reverse();
    both.public_subkeys[0].signatures.reverse();
    assert!(UnitCert::parse(&armour(both.to_bytes().unwrap()), NOW).is_ok());
}

#[test]
fn an_expiry_shortened_later_is_honoured() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(THEN, "unit", "never");
    assert!(UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).is_ok());
    gpg.run(
        "20240601T000000",
        &["--quick-set-expire", &fingerprint, "30d"],
        b"",
    );
    assert!(matches!(
        refusal(&gpg.export(&[&fingerprint])),
        KeyError::Expired { .. }
    ));
}

#[test]
fn a_revoked_primary_key_is_refused_wherever_the_revocation_stands() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let before = gpg.export(&[&fingerprint]);
    gpg.revoke(&fingerprint);
    let after = gpg.export(&[&fingerprint]);
    let error = refusal(&after);
    assert_eq!(error, KeyError::Revoked);
    assert!(error.is_lapse());

    let revocation = &parsed(&after).details.revocation_signatures[0];
    let mut moved = parsed(&before).to_bytes().unwrap();
    pgp::packet::PacketTrait::to_writer_with_header(revocation, &mut moved).unwrap();
    assert_eq!(refusal(&armour(moved)), KeyError::Revoked);
}

#[test]
fn a_revocation_made_by_another_key_counts_for_nothing() {
    let gpg = Gpg::new();
    let ours = gpg.unit(TODAY, "ours", "never");
    let other = gpg.unit(TODAY, "other", "never");
    gpg.revoke(&other);
    let foreign = parsed(&gpg.export(&[&other])).details.revocation_signatures[0].clone();
    let mut key = parsed(&gpg.export(&[&ours]));
    key.details.revocation_signatures.push(foreign);
    assert!(UnitCert::parse(&armour(key.to_bytes().unwrap()), NOW).is_ok());
}

#[test]
fn a_revoked_subkey_is_refused_unless_there_is_another() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    gpg.edit(TODAY, &fingerprint, "key 1\nrevkey\ny\n0\n\ny\nsave\n");
    assert_eq!(refusal(&gpg.export(&[&fingerprint])), KeyError::Revoked);
    gpg.run(
        TODAY,
        &["--quick-add-key", &fingerprint, "cv25519", "encr", "never"],
        b"",
    );
    assert!(UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).is_ok());
}

#[test]
fn a_revoked_user_id_is_refused_when_it_was_the_last() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(THEN, "old name", "never");
    gpg.run(TODAY, &["--quick-add-uid", &fingerprint, "new name"], b"");
    gpg.run(
        TODAY,
        &["--quick-revoke-uid", &fingerprint, "old name"],
        b"",
    );
    let export = gpg.export(&[&fingerprint]);
    assert_eq!(UnitCert::parse(&export, NOW).unwrap().user_id(), "new name");
    let mut last = parsed(&export);
    last.details
        .users
        .retain(|user| user.id.as_str() == Some("old name"));
    assert_eq!(
        refusal(&armour(last.to_bytes().unwrap())),
        KeyError::Revoked
    );
}

#[test]
fn a_revocation_by_a_named_revoker_is_believed_unchecked() {
    let gpg = Gpg::new();
    let revoker = gpg.unit(TODAY, "revoker", "never");
    let fingerprint = gpg.unit(THEN, "unit", "365d");
    gpg.run(
        "20241001T000000",
        &["--quick-set-expire", &fingerprint, "never"],
        b"",
    );
    gpg.run(
        "20241001T000000",
        &["--quick-set-expire", &fingerprint, "never", "*"],
        b"",
    );
    gpg.edit(
        TODAY,
        &fingerprint,
        &format!("addrevoker\n{revoker}\ny\nsave\n"),
    );
    let named = gpg.export(&[&fingerprint]);
    let cert = UnitCert::parse(&named, NOW).unwrap();
    assert_eq!(cert.expires(), None);

    gpg.revoke(&revoker);
    let by_revoker = parsed(&gpg.export(&[&revoker]))
        .details
        .revocation_signatures[0]
        .clone();
    let mut key = parsed(&named);
    key.details.revocation_signatures.push(by_revoker);
    assert_eq!(refusal(&armour(key.to_bytes().unwrap())), KeyError::Revoked);
}

#[test]
fn a_certificate_from_the_future_is_not_yet_valid() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit("20270601T000000", "unit", "never");
    let error = refusal(
        &gpg.run(
            "20270601T000000",
            &["--armor", "--export", &fingerprint],
            b"",
        )
        .iter()
        .map(|b| char::from(*b))
        .collect::<String>(),
    );
    assert!(
        matches!(error, KeyError::NotYetValid { .. }) && error.is_lapse(),
        "{error}"
    );
}
