//! What `seal` makes, opened by GnuPG and by ourselves.

use sealed_tip::{
    KeyError, OpenError, SealError, SecretCert, Tip, UnitCert, armor, generate, open, seal,
};

use crate::desk::{COVER, REFERENCE, entity, own_key, rng, sealed};
use crate::gpg::{Gpg, NOW, TODAY};
use crate::tips::{bare, full};

#[test]
fn gpg_opens_what_was_sealed_to_its_own_key() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "1y");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    let secret = SecretCert::parse(&gpg.export_secret(&fingerprint)).unwrap();
    assert_eq!(secret.fingerprint(), cert.fingerprint());

    let message = sealed(&full(), &[&cert]);
    let by_gpg = gpg.decrypt(&armor(message.message()));
    assert_eq!(
        by_gpg,
        open(message.message(), &[&secret]).unwrap().to_vec()
    );
    assert_eq!(
        by_gpg,
        entity(&full()),
        "the letter does not depend on the key"
    );
    let raw = String::from_utf8(by_gpg).unwrap();
    assert!(
        raw.contains("后山沟里有人种罂粟"),
        "the decrypted letter can be searched"
    );
}

#[test]
fn gpg_opens_what_was_sealed_to_rsa_keys() {
    let gpg = Gpg::new();
    for algorithm in ["rsa2048", "rsa4096"] {
        let fingerprint = gpg.primary(TODAY, algorithm, "ed25519", "cert,sign", "never");
        let subkey = ["--quick-add-key", &fingerprint, algorithm, "encr", "never"];
        gpg.run(TODAY, &subkey, b"");
        let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
        let letter = armor(sealed(&full(), &[&cert]).message());
        assert_eq!(gpg.decrypt(&letter), entity(&full()), "{algorithm}");
    }
}

#[test]
fn gpg_imports_a_key_of_ours_and_opens_with_it() {
    let pair = generate("演示 <demo@example.org>", NOW, Some(90), &mut rng(3)).unwrap();
    let gpg = Gpg::new();
    gpg.run(TODAY, &["--import"], pair.secret_armored.as_bytes());
    let list = gpg.run(
        TODAY,
        &["--with-colons", "--check-sigs", &pair.fingerprint],
        b"",
    );
    let list = String::from_utf8(list).unwrap();
    assert_eq!(
        list.matches("\nsig:!:").count(),
        2,
        "both self-signatures hold:\n{list}"
    );
    let expiry = (NOW + 90 * 86_400).to_string();
    let dated = list
        .lines()
        .filter(|l| l.starts_with("pub") || l.starts_with("sub"));
    assert_eq!(dated.filter(|l| l.contains(&expiry)).count(), 2, "{list}");

    let cert = UnitCert::parse(&pair.cert_armored, NOW).unwrap();
    assert_eq!(cert.fingerprint(), pair.fingerprint);
    assert_eq!(cert.user_id(), "演示 <demo@example.org>");
    assert_eq!(cert.expires(), Some(NOW + 90 * 86_400));
    assert_eq!(
        gpg.decrypt(sealed(&full(), &[&cert]).message()),
        entity(&full())
    );
    // What gpg exports again is still a certificate to us.
    let again = UnitCert::parse(&gpg.export(&[&pair.fingerprint]), NOW).unwrap();
    assert_eq!(again.fingerprint(), pair.fingerprint);
}

#[test]
fn every_key_of_a_unit_opens_the_same_letter() {
    let (one, two) = (Gpg::new(), Gpg::new());
    let cert = |gpg: &Gpg, user| {
        let fingerprint = gpg.unit(TODAY, user, "never");
        UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap()
    };
    let (a, b) = (cert(&one, "one"), cert(&two, "two"));
    let message = sealed(&full(), &[&a, &b]);
    assert_eq!(one.decrypt(message.message()), entity(&full()));
    assert_eq!(two.decrypt(message.message()), entity(&full()));
}

#[test]
fn one_lapsed_key_among_good_ones_stops_the_sealing() {
    let (_, good) = own_key(1);
    let short = generate("short", NOW, Some(1), &mut rng(2)).unwrap();
    let short = UnitCert::parse(&short.cert_armored, NOW).unwrap();
    let later = NOW + 86_400;
    let error = seal(&full(), &COVER, &[&good, &short], later, &mut rng(3))
        .err()
        .unwrap();
    let SealError::Key {
        fingerprint,
        source,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(fingerprint, short.fingerprint());
    assert_eq!(source, KeyError::Expired { at: later });
    assert!(matches!(
        seal(&full(), &COVER, &[], NOW, &mut rng(3)),
        Err(SealError::NoKeys)
    ));
}

#[test]
fn nothing_of_the_tip_shows_in_the_ciphertext_and_each_sealing_differs() {
    let (_, cert) = own_key(1);
    let a = seal(&full(), &COVER, &[&cert], NOW, &mut rng(1)).unwrap();
    let b = seal(&full(), &COVER, &[&cert], NOW, &mut rng(2)).unwrap();
    assert_ne!(a.message(), b.message());
    let armour = String::from_utf8(armor(a.message())).unwrap();
    assert!(
        armour.starts_with("-----BEGIN PGP MESSAGE-----\r\n\r\n"),
        "no armour headers"
    );
    let (all, whole) = (armour.matches('\n'), armour.matches("\r\n"));
    assert_eq!(all.count(), whole.count(), "line ends of mail");
    assert!(armour.is_ascii() && !armour.contains(REFERENCE));
}

#[test]
fn the_length_tells_the_bucket_and_the_number_of_keys_only() {
    let (_, a) = own_key(1);
    let (_, b) = own_key(2);
    let length = |tip: &Tip, certs: &[&UnitCert]| sealed(tip, certs).message().len();
    let small = length(&bare("a"), &[&a]);
    let mut supplement = full();
    supplement.supplement = true;
    for tip in [
        full(),
        supplement,
        bare(&"字".repeat(700)),
        bare(&"\n\"\\x".repeat(100)),
    ] {
        assert_eq!(length(&tip, &[&a]), small);
        assert_eq!(length(&tip, &[&b]), small);
    }
    let medium = length(&bare(&"字".repeat(2_000)), &[&a]);
    assert_eq!(length(&bare(&"字".repeat(4_000)), &[&a]), medium);
    assert!(medium > small);
    let two = length(&bare("a"), &[&a, &b]);
    assert!(two > small && two < small + 300);
    assert_eq!(length(&full(), &[&b, &a]), two);
}

#[test]
fn gpg_sees_no_time_and_no_file_name_in_the_packets() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    let packets = gpg.run(
        TODAY,
        &["--list-packets"],
        sealed(&full(), &[&cert]).message(),
    );
    let packets = String::from_utf8(packets).unwrap();
    assert!(
        packets.contains("mode b (62), created 0, name=\"\""),
        "{packets}"
    );
    assert!(packets.contains("mdc_method: 2"), "{packets}");
    assert!(!packets.contains("compressed"), "{packets}");
}

#[test]
fn a_message_opens_only_with_its_key_and_only_if_whole() {
    let (secret, cert) = own_key(1);
    let (other, _) = own_key(2);
    let message = sealed(&full(), &[&cert]);
    assert_eq!(
        open(message.message(), &[&other]).err(),
        Some(OpenError::NoKey)
    );
    assert_eq!(open(message.message(), &[]).err(), Some(OpenError::NoKey));
    assert!(open(message.message(), &[&other, &secret]).is_ok());
    for input in [
        &b""[..],
        b"hello",
        b"-----BEGIN PGP MESSAGE-----\n\n",
        &[0x80, 0xff, 0, 1],
    ] {
        assert!(
            matches!(open(input, &[&secret]), Err(OpenError::Message(_))),
            "{input:?}"
        );
    }
    let armour = armor(message.message());
    for end in (0..armour.len() - 30).step_by(97) {
        assert!(open(&armour[..end], &[&secret]).is_err(), "cut at {end}");
    }
    for place in (60..armour.len() - 60)
        .step_by(61)
        .filter(|p| !armour[*p].is_ascii_whitespace())
    {
        let mut bent = armour.to_vec();
        bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
        assert!(open(&bent, &[&secret]).is_err(), "bent at {place}");
    }
}

#[test]
fn what_gpg_encrypts_opens_here_compressed_and_binary_too() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let secret = SecretCert::parse(&gpg.export_secret(&fingerprint)).unwrap();
    let words = "核查结果：属实。\n".repeat(1000);
    for options in [
        &["--armor"][..],
        &[],
        &["--compress-algo", "none"],
        &["-s", "--armor"],
    ] {
        let args = [options, &["-e", "-r", &fingerprint]].concat();
        let message = gpg.run(TODAY, &args, words.as_bytes());
        assert_eq!(
            open(&message, &[&secret]).unwrap().to_vec(),
            words.as_bytes()
        );
    }
    let plain = gpg.run(TODAY, &["--store"], words.as_bytes());
    assert_eq!(
        open(&plain, &[&secret]).err(),
        Some(OpenError::NotEncrypted)
    );
}

#[test]
fn a_message_that_swells_beyond_the_limit_is_refused() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let secret = SecretCert::parse(&gpg.export_secret(&fingerprint)).unwrap();
    let most = vec![b' '; 64 << 20];
    let seal = |text: &[u8]| gpg.run(TODAY, &["-e", "-r", &fingerprint], text);
    assert!(open(&seal(&most), &[&secret]).is_ok_and(|text| text[..] == most));
    let bomb = seal(&[&most[..], b" "].concat());
    assert!(bomb.len() < 1 << 20);
    assert_eq!(open(&bomb, &[&secret]).err(), Some(OpenError::TooLarge));
}

#[test]
fn a_locked_secret_key_and_rubbish_are_told_apart() {
    assert!(matches!(
        SecretCert::parse("rubbish"),
        Err(OpenError::SecretKey(_))
    ));
    let (_, cert) = own_key(1);
    let pair = generate("demo", NOW, None, &mut rng(1)).unwrap();
    assert!(matches!(
        SecretCert::parse(&pair.cert_armored),
        Err(OpenError::SecretKey(_))
    ));
    assert_eq!(cert.fingerprint().len(), 40);
    let gpg = Gpg::new();
    let args = [
        "--passphrase",
        "secret",
        "--quick-gen-key",
        "locked",
        "ed25519",
        "cert,sign",
        "never",
    ];
    gpg.run(TODAY, &args, b"");
    let locked = gpg.run(
        TODAY,
        &["--passphrase", "secret", "--armor", "--export-secret-keys"],
        b"",
    );
    let locked = String::from_utf8(locked).unwrap();
    assert_eq!(SecretCert::parse(&locked).err(), Some(OpenError::Locked));
}

#[test]
fn a_key_is_not_made_from_an_impossible_name_or_date() {
    for bad in ["", " x", "a\nb", "a\u{202e}b"] {
        assert!(generate(bad, NOW, None, &mut rng(1)).is_err(), "{bad:?}");
    }
    assert!(generate("x", u64::MAX, None, &mut rng(1)).is_err());
    assert!(generate("x", NOW, Some(u32::MAX), &mut rng(1)).is_err());
}
