//! Letters that come sealed: our own are taken, and whatever differs from them in a packet, a key or a length is not.

use sealed_tip::{SealedLetter, UnitCert};

use crate::desk::{answerable, own_key, rng, sealed, service_cert};
use crate::gpg::{Gpg, NOW, TODAY};
use crate::packets::split;
use crate::tips::{bare, full};

/// A packet with its length as short as it can be (RFC 9580 section 4.2.1).
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let octets = |n: usize| u8::try_from(n).unwrap();
    let head = match length {
        0..192 => vec![octets(length)],
        192..8384 => vec![
            octets((length - 192) / 256 + 192),
            octets((length - 192) % 256),
        ],
        _ => [&[255], &u32::try_from(length).unwrap().to_be_bytes()[..]].concat(),
    };
    [&[0xc0 | tag], &head[..], body].concat()
}

/// Why a message is not taken as a letter to these certificates; nothing if it is.
fn refused(packets: &[&[u8]], certs: &[&UnitCert]) -> Option<String> {
    let letter = SealedLetter::from_outside(packets.concat(), certs, NOW);
    letter.err().map(|error| error.to_string())
}

#[track_caller]
fn assert_refused(packets: &[&[u8]], certs: &[&UnitCert], why: &str) {
    let said = refused(packets, certs).unwrap_or_default();
    assert!(said.contains(why), "{why}: {said:?}");
}

#[test]
fn what_we_seal_ourselves_is_taken_in_every_bucket_for_every_kind_of_key() {
    let gpg = Gpg::new();
    let fingerprint = gpg.primary(TODAY, "rsa", "rsa2048", "cert,sign", "never");
    let subkey = ["--quick-add-key", &fingerprint, "rsa2048", "encr", "never"];
    gpg.run(TODAY, &subkey, b"");
    let rsa = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    let curve = UnitCert::parse(&gpg.export(&[&gpg.unit(TODAY, "unit", "1y")]), NOW).unwrap();
    let (_, own) = own_key(1);
    for length in [1, 3_000, 18_000] {
        let tip = bare(&"字".repeat(length));
        for certs in [&[&rsa][..], &[&curve], &[&own, &rsa, &curve]] {
            let letter = sealed(&tip, certs);
            let taken = SealedLetter::from_outside(letter.message().to_vec(), certs, NOW);
            assert_eq!(taken.unwrap().message(), letter.message(), "{length}");
        }
    }
}

/// One that `site/static/seal/letter.js` sealed with OpenPGP.js, which is also the fuzzer's first input.
#[test]
fn what_the_browser_s_library_seals_is_taken() {
    const MADE: u64 = 1_795_529_400;
    let certs = [
        include_str!("../../../tests/thunderbird/keys/dongfeng.cert.asc"),
        include_str!("../../../tests/thunderbird/keys/dongfeng-rsa3072.cert.asc"),
    ];
    let certs = certs.map(|armored| UnitCert::parse(armored, MADE).unwrap());
    let certs: Vec<&UnitCert> = certs.iter().collect();
    let message = include_bytes!("../../../../tests/fuzz/corpus/sealed/openpgpjs.pgp");
    assert!(SealedLetter::from_outside(message.to_vec(), &certs, MADE).is_ok());
}

#[test]
fn recipients_are_the_unit_s_certificates_in_their_order_and_nobody_else() {
    let ((_, a), (_, b), (_, c)) = (own_key(1), own_key(2), own_key(3));
    let letter = sealed(&full(), &[&a, &b]);
    let [to_a, to_b, data] = &split(letter.message())[..] else {
        panic!("two recipients")
    };
    let both = [&a, &b];
    assert_eq!(refused(&[to_a, to_b, data], &both), None);
    for packets in [&[to_a, data][..], &[to_a], &[], &[data]] {
        let packets: Vec<&[u8]> = packets.iter().map(|packet| &packet[..]).collect();
        assert!(refused(&packets, &both).is_some(), "too few");
    }
    for packets in [[to_b, to_a, data], [to_a, to_a, data]] {
        let packets: Vec<&[u8]> = packets.iter().map(|packet| &packet[..]).collect();
        assert_refused(&packets, &both, "another recipient");
    }
    assert_refused(&[to_a, to_b, to_b, data], &both, "not encrypted data");
    assert_refused(&[to_a, to_b, data], &[&a, &c], "another recipient");
    assert_refused(&[to_a, to_b, data], &[&a], "not encrypted data");
    assert_refused(&[to_a, data], &[], "no certificate");
}

#[test]
fn a_recipient_that_is_hidden_longer_or_of_another_version_is_refused() {
    let (_, cert) = own_key(1);
    let letter = sealed(&full(), &[&cert]);
    let [to, data] = &split(letter.message())[..] else {
        panic!("one recipient")
    };
    let body = &to[2..];
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = body.to_vec();
        change(&mut body);
        packet(1, &body)
    };
    assert_eq!(refused(&[&changed(&|_| {}), data], &[&cert]), None);
    let wildcard = changed(&|body| body[1..9].fill(0));
    assert_refused(&[&wildcard, data], &[&cert], "another recipient");
    let other_algorithm = changed(&|body| body[9] = 1);
    assert!(refused(&[&other_algorithm, data], &[&cert]).is_some());
    let longer = changed(&|body| body.extend(b"plaintext behind the key"));
    assert!(refused(&[&longer, data], &[&cert]).is_some());
    let version = changed(&|body| body[0] = 6);
    assert!(refused(&[&version, data], &[&cert]).is_some());
}

#[test]
fn anything_but_one_encrypted_packet_of_a_letter_s_length_is_refused() {
    let (_, cert) = own_key(1);
    let letter = sealed(&full(), &[&cert]);
    let [to, data] = &split(letter.message())[..] else {
        panic!("one recipient")
    };
    let certs = [&cert];
    let literal = packet(11, b"b\0\0\0\0\0plaintext");
    for inside in [&literal, &packet(8, &literal), &packet(9, &[0; 8242])] {
        assert_refused(&[to, inside], &certs, "not encrypted data");
    }
    for behind in [&literal, data, to, &packet(21, b"padding"), &vec![0xff]] {
        assert_refused(&[to, data, behind], &certs, "behind it");
    }
    for before in [&literal, &packet(21, b"padding"), &packet(3, &[4, 9, 0, 8])] {
        assert_refused(&[before, to, data], &certs, "a recipient is missing");
    }
    let body = &data[3..];
    assert_eq!(body.len(), 1 + 18 + 3 + 6 + 8192 + 22);
    let of = |body: &[u8]| packet(18, body);
    assert_eq!(refused(&[to, &of(body)], &certs), None);
    let mut second = body.to_vec();
    second[0] = 2;
    assert_refused(&[to, &of(&second)], &certs, "another encryption");
    let lengthy = [&[0xd2, 255][..], &8242_u32.to_be_bytes(), body].concat();
    assert_refused(&[to, &lengthy], &certs, "longer than it need be");
    for length in [0, 1, 41, 48, 8241, 8243, 8245, 32_768, 32_818] {
        let mut body = vec![7; length];
        if let Some(version) = body.first_mut() {
            *version = 1;
        }
        assert!(refused(&[to, &of(&body)], &certs).is_some(), "{length}");
    }
    let long = |text: usize| of(&vec![1; 1 + 18 + 6 + 6 + text + 22]);
    for bucket in [32 << 10, 128 << 10] {
        assert_eq!(refused(&[to, &long(bucket)], &certs), None);
    }
    assert_refused(&[to, &long(512 << 10)], &certs, "another size");
    let whole = [&to[..], data].concat();
    for cut in 0..whole.len() {
        assert!(refused(&[&whole[..cut]], &certs).is_some(), "cut at {cut}");
    }
}

#[test]
fn data_in_pieces_is_refused_as_it_would_tell_where_it_was_sealed() {
    let (_, cert) = own_key(1);
    let letter = sealed(&full(), &[&cert]);
    let [to, data] = &split(letter.message())[..] else {
        panic!("one recipient")
    };
    let body = &data[3..];
    let (first, rest) = body.split_at(8192);
    let rest_length = u8::try_from(rest.len()).unwrap();
    // RFC 9580 section 4.2.1.4: a piece of two to the thirteenth, then the rest.
    let pieces = [&[0xd2, 0xe0 | 13], first, &[rest_length], rest].concat();
    assert_refused(&[to, &pieces], &[&cert], "in pieces");
}

#[test]
fn nothing_is_taken_for_a_certificate_that_has_lapsed() {
    let pair = sealed_tip::generate("demo <demo@example.org>", NOW, Some(1), &mut rng(1)).unwrap();
    let cert = UnitCert::parse(&pair.cert_armored, NOW).unwrap();
    let letter = sealed(&full(), &[&cert]).message().to_vec();
    assert!(SealedLetter::from_outside(letter.clone(), &[&cert], NOW).is_ok());
    let late = SealedLetter::from_outside(letter, &[&cert], NOW + 2 * 86_400);
    assert!(late.is_err());
}

#[test]
fn a_certificate_gives_its_armour_and_the_key_that_is_sealed_to() {
    let (_, cert) = own_key(1);
    let again = UnitCert::parse(cert.armored(), NOW).unwrap();
    assert_eq!(again.fingerprint(), cert.fingerprint());
    let id = cert.key_id(NOW).unwrap();
    let service = service_cert();
    let cover = answerable(&service, None);
    let letter = sealed_tip::seal(&full(), &cover, &[&cert], NOW, &mut rng(7)).unwrap();
    let [to, _] = &split(letter.message())[..] else {
        panic!("one recipient")
    };
    let named: String = to[3..11].iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(named, id);
}
