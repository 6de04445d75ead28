//! Replies that were cut, bent or built to do harm: an error each, and never a panic.

use pgp::composed::{Deserializable, MessageBuilder, SignedPublicKey};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use sealed_tip::{
    OpenError, SignatureError, UnitCert, generate, open_reply, verify_detached, verify_inline,
};

use crate::desk::rng;
use crate::gpg::{NOW, TODAY};
use crate::reply::{DAY, Office, TEXT, by, inline};

/// Whatever comes of it, no other text is ever said to be the unit's.
fn harmless(office: &Office, cert: &UnitCert, kind: &str, bytes: &[u8]) -> bool {
    let unit = by(&cert.fingerprint());
    match kind {
        "sealed" => match open_reply(bytes, &office.key, &[cert], NOW) {
            Ok(opened) => opened.signature != unit || &opened.content[..] == TEXT,
            Err(_) => true,
        },
        "detached" => {
            let verdict = verify_detached(TEXT, bytes, &[cert], NOW);
            verdict == unit || verdict.is_err()
        }
        _ => match verify_inline(bytes, &[cert], NOW) {
            Ok((text, signature)) => {
                let all = [&text[..], b"\r\n"].concat();
                Ok(signature) == unit && (&text[..] == TEXT || trimmed(&all) == trimmed(TEXT))
            }
            Err(_) => true,
        },
    }
}

/// White space before a line's end is covered by no signature in the clear.
fn trimmed(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text)
        .replace(" \r\n", "\r\n")
        .into()
}

fn shapes(office: &Office, unit: &str) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("sealed", office.sealed(unit, &[])),
        ("sealed", office.sealed(unit, &["--armor", "-z", "0"])),
        ("detached", office.signed(TODAY, unit, &["--detach-sign"])),
        (
            "detached",
            office.signed(TODAY, unit, &["--detach-sign", "--armor"]),
        ),
        ("inline", office.signed(TODAY, unit, &["--clearsign"])),
        ("inline", office.signed(TODAY, unit, &["--sign", "-z", "0"])),
        ("inline", office.signed(TODAY, unit, &["--sign", "--armor"])),
    ]
}

#[test]
fn a_reply_that_was_cut_is_an_error() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    for (kind, whole) in shapes(&office, &unit) {
        assert!(harmless(&office, &cert, kind, &whole));
        for end in 0..whole.trim_ascii_end().len() {
            let cut = &whole[..end];
            let taken = match kind {
                "sealed" => open_reply(cut, &office.key, &[&cert], NOW).is_ok(),
                "detached" => verify_detached(TEXT, cut, &[&cert], NOW).is_ok(),
                _ => inline(cut, &[&cert]).is_ok(),
            };
            assert!(!taken, "{kind} cut at {end} of {}", whole.len());
        }
    }
}

#[test]
fn a_reply_that_was_bent_never_says_something_else_for_the_unit() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    for (kind, whole) in shapes(&office, &unit) {
        for place in 0..whole.len() {
            for bit in [0x01, 0x04, 0x20, 0x80] {
                let mut bent = whole.clone();
                bent[place] ^= bit;
                assert!(
                    harmless(&office, &cert, kind, &bent),
                    "{kind} bent at {place} by {bit}"
                );
            }
        }
    }
}

#[test]
fn a_reply_of_more_than_four_megabytes_is_refused_packed_or_not() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    let long = vec![b'a'; 4 * 1024 * 1024 + 1];
    for options in [&["-z", "9"][..], &["-z", "0"]] {
        let seal = [options, &["-u", &unit, "-s", "-e", "-r", &office.service]].concat();
        let message = office.gpg.run(TODAY, &seal, &long);
        let error = open_reply(&message, &office.key, &[&cert], NOW).err();
        assert_eq!(error, Some(OpenError::TooLarge), "{options:?}");
        let fits = office.gpg.run(TODAY, &seal, &long[1..]);
        let opened = open_reply(&fits, &office.key, &[&cert], NOW).unwrap();
        assert_eq!(opened.signature, by(&unit), "{options:?}");
        let signed = [options, &["-u", &unit, "-s"]].concat();
        let message = office.gpg.run(TODAY, &signed, &long);
        let error = inline(&message, &[&cert]).unwrap_err();
        assert!(matches!(error, SignatureError::Unreadable(_)), "{error}");
    }
}

#[test]
fn what_is_signed_outside_may_be_four_megabytes_long_and_no_more() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    let too_large = || SignatureError::Unreadable("the message is too large".into());
    let long = vec![b'a'; (4 << 20) + 1];
    let detach = ["-u", &unit, "--detach-sign"];
    for (length, fits) in [(4 << 20, true), ((4 << 20) + 1, false)] {
        let text = &long[..length];
        let signature = office.gpg.run(TODAY, &detach, text);
        let verdict = verify_detached(text, &signature, &[&cert], NOW);
        assert_eq!(verdict, if fits { by(&unit) } else { Err(too_large()) });

        let clear = b"-----BEGIN PGP SIGNED MESSAGE-----\n\n";
        let message = [clear, &text[clear.len()..]].concat();
        let error = inline(&message, &[&cert]).unwrap_err();
        assert!(matches!(error, SignatureError::Unreadable(_)), "{error}");
        assert_eq!(error != too_large(), fits, "{error}");
    }
}

#[test]
fn more_signatures_than_anybody_makes_are_refused_unverified() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    let one = office.signed(TODAY, &unit, &["--detach-sign"]);
    let verdict = |count| verify_detached(TEXT, &one.repeat(count), &[&cert], NOW);
    assert!(matches!(verdict(0), Err(SignatureError::Unreadable(_))));
    assert_eq!(verdict(16), by(&unit));
    assert!(matches!(verdict(17), Err(SignatureError::Unreadable(_))));
}

#[test]
fn more_recipients_than_any_letter_has_are_refused_untried() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let message = office.sealed(&unit, &[]);
    // One octet of tag, one of length: the session key for the service comes first.
    let (recipient, rest) = message.split_at(2 + usize::from(message[1]));
    let open = |count| {
        let message = [&recipient.repeat(count), rest].concat();
        open_reply(&message, &office.key, &[&office.cert(&unit)], NOW).map(|o| o.signature)
    };
    assert_eq!(open(0), Err(OpenError::NoKey));
    assert_eq!(open(64), Ok(by(&unit)));
    assert!(matches!(open(65), Err(OpenError::Message(_))));
}

#[test]
fn modern_encryption_opens_and_a_cipher_mode_nobody_knows_is_an_error() {
    let pair = generate("service", NOW - DAY, None, &mut rng(21)).unwrap();
    let key = sealed_tip::SecretCert::parse(&pair.secret_armored).unwrap();
    let cert = SignedPublicKey::from_string(&pair.cert_armored).unwrap().0;
    let (cipher, mode) = (SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb);
    let mut builder = MessageBuilder::from_bytes("", TEXT.to_vec()).seipd_v2(
        rng(1),
        cipher,
        mode,
        ChunkSize::default(),
    );
    builder
        .encrypt_to_key(rng(2), &cert.public_subkeys[0])
        .unwrap();
    let mut message = builder.to_vec(rng(3)).unwrap();
    let opened = open_reply(&message, &key, &[], NOW).unwrap();
    assert_eq!(&opened.content[..], TEXT);
    let head = [2, u8::from(cipher), u8::from(mode)];
    let place = message.windows(3).rposition(|at| at == head).unwrap();
    for unknown in [0, 4, 99, 255] {
        message[place + 2] = unknown;
        let error = open_reply(&message, &key, &[], NOW).err();
        assert!(matches!(error, Some(OpenError::Message(_))), "{error:?}");
    }
}
