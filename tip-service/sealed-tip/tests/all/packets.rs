//! Messages and certificates with packets that are too many, in the wrong place, broken or unknown.

use pgp::ser::Serialize;
use sealed_tip::{KeyError, OpenError, SignatureError, UnitCert, open, verify_detached};

use crate::certs::{armour, parsed, refusal};
use crate::desk::{own_key, sealed, service_cert};
use crate::gpg::{NOW, TODAY};
use crate::reply::{Office, TEXT, by, inline};
use crate::tips::bare;

/// The packets of a message, each with its header; only lengths written in one piece.
pub(crate) fn split(mut rest: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    while let Some(tag) = rest.first() {
        let long = |bytes: &[u8]| bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b));
        let (head, length) = if tag & 0x40 == 0 {
            let octets = 1 << (tag & 3);
            assert!(octets < 8, "a length is given");
            (1 + octets, long(&rest[1..=octets]))
        } else {
            match rest[1] {
                first @ 0..=191 => (2, usize::from(first)),
                first @ 192..=223 => (
                    3,
                    (usize::from(first) - 192) * 256 + usize::from(rest[2]) + 192,
                ),
                255 => (6, long(&rest[2..6])),
                _ => panic!("in pieces"),
            }
        };
        let (packet, more) = rest.split_at(head + length);
        packets.push(packet.to_vec());
        rest = more;
    }
    packets
}

/// A packet (RFC 9580 section 4.2.1), its length in five octets.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xC0 | tag, 255], &length[..], body].concat()
}

#[test]
fn nothing_of_a_message_may_follow_what_is_encrypted() {
    let (secret, cert) = own_key(1);
    let letter = sealed(&bare("x"), &[&cert]);
    let [recipient, data] = &split(letter.message())[..] else {
        panic!("one recipient")
    };
    let opened = |packets: &[&[u8]]| open(&packets.concat(), &[&secret]).map(|_| ());
    assert_eq!(opened(&[recipient, data]), Ok(()));
    let padding = packet(21, b"padding");
    assert_eq!(
        opened(&[&padding, recipient, &padding, data, &padding]),
        Ok(())
    );
    let password = &packet(3, &[4, 9, 0, 8]);
    assert_eq!(opened(&[password, recipient, data]), Ok(()));
    let literal = packet(11, b"b\0\0\0\0\0x");
    for behind in [recipient, data, password, &literal] {
        let error = opened(&[recipient, data, behind]);
        let said = format!("{error:?}");
        assert!(matches!(error, Err(OpenError::Message(_))), "{said}");
        assert!(said.contains("does not belong here"), "{said}");
    }
    assert_eq!(opened(&[&literal]), Err(OpenError::NotEncrypted));
    let before = opened(&[recipient, &literal]);
    assert!(matches!(before, Err(OpenError::Message(_))), "{before:?}");
}

#[test]
fn a_certificate_of_a_megabyte_is_read_and_a_longer_one_is_not() {
    let cert = service_cert();
    let filled = |size: usize| cert.clone() + &"\n".repeat(size - cert.len());
    assert!(UnitCert::parse(&filled(1 << 20), NOW).is_ok());
    for more in [1, 2, 1 << 20] {
        let error = refusal(&filled((1 << 20) + more));
        assert_eq!(error, KeyError::Unreadable("larger than a megabyte".into()));
    }
}

#[test]
fn a_packet_of_an_unknown_version_harms_no_certificate_and_a_broken_one_does() {
    let cert = service_cert();
    let with = |more: Vec<u8>| armour([parsed(&cert).to_bytes().unwrap(), more].concat());
    let unknown_subkey = packet(14, &[9, 0, 0, 0, 0, 27]);
    let unknown_kind = packet(45, b"for later");
    for harmless in [unknown_subkey, unknown_kind, packet(60, b"an experiment")] {
        let read = UnitCert::parse(&with(harmless.clone()), NOW);
        assert!(read.is_ok(), "{harmless:?} {:?}", read.err());
    }
    // A point that is not on the curve: ECDSA on P-256.
    let mut off_curve = vec![4, 0, 0, 0, 0, 19, 8];
    off_curve.extend([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 2, 3, 4]);
    off_curve.extend([7; 64]);
    for broken in [packet(14, &off_curve), packet(20, b"critical")] {
        let error = refusal(&with(broken));
        assert!(matches!(error, KeyError::Unreadable(_)), "{error}");
    }
}

#[test]
fn the_packets_of_a_signed_text_stand_in_the_order_of_the_standard_or_it_is_refused() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let detach = ["-u", &unit, "--detach-sign"];
    let s = &office.gpg.run(TODAY, &detach, b"x")[..];
    let o = &packet(4, &[3, 0, 8, 22, 1, 2, 3, 4, 5, 6, 7, 8, 1])[..];
    let l = &packet(11, b"b\0\0\0\0\0x")[..];
    let p = &packet(21, b"padding")[..];
    let compressed = |inside: &[&[u8]]| packet(8, &[&[0][..], &inside.concat()].concat());
    let c = &compressed(&[l])[..];
    let signed = &compressed(&[o, l, s])[..];
    let cert = office.cert(&unit);
    let verdict = |packets: &[&[u8]]| inline(&packets.concat(), &[&cert]).map(|_| ());
    for good in [
        &[o, l, s][..],
        &[s, l],
        &[l, s],
        &[signed],
        &[p, signed, p],
        &[p, o, p, l, p, s, p],
        &[o, o, l, s, s],
        &[o, l, s, s],
    ] {
        assert_eq!(verdict(good), Ok(()), "{good:?}");
    }
    for unsigned in [&[l][..], &[c], &[p, l, p]] {
        assert_eq!(verdict(unsigned), Err(SignatureError::Missing));
    }
    for wrong in [
        &[][..],
        &[p],
        &[o],
        &[s],
        &[o, s],
        // Announced and not there.
        &[o, l],
        &[o, o, l, s],
        // A text, or what holds one, comes once.
        &[l, l],
        &[l, l, s],
        &[l, c],
        &[c, l],
        &[c, c],
        // What is announced comes before.
        &[l, o],
        &[l, o, s],
        &[c, o],
        // Nothing outside vouches for what is compressed inside.
        &[o, c],
        &[s, c],
        &[c, s],
        &[o, c, s],
    ] {
        let error = verdict(wrong);
        assert!(
            matches!(error, Err(SignatureError::Unreadable(_))),
            "{wrong:?} {error:?}"
        );
    }
}

#[test]
fn compressed_within_compressed_is_read_three_times_and_no_more() {
    let mut message = packet(11, b"b\0\0\0\0\0x");
    for depth in 1..8 {
        message = packet(8, &[&[0][..], &message].concat());
        let verdict = inline(&message, &[]).map(|_| ());
        if depth <= 3 {
            assert_eq!(verdict, Err(SignatureError::Missing), "{depth}");
        } else {
            let error =
                SignatureError::Unreadable("not a readable message: too many layers".into());
            assert_eq!(verdict, Err(error), "{depth}");
        }
    }
}

#[test]
fn a_detached_signature_of_128_kib_is_read_and_a_longer_one_is_not() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    let signature = office.signed(TODAY, &unit, &["--detach-sign"]);
    let filled = |size: usize| {
        let padding = packet(21, &vec![0; size - signature.len() - 6]);
        [&padding, &signature[..]].concat()
    };
    let verdict = |size| verify_detached(TEXT, &filled(size), &[&cert], NOW);
    assert_eq!(verdict(128 << 10), by(&unit));
    for more in [1, 2, 128 << 10] {
        let error = SignatureError::Unreadable("the message is too large".into());
        assert_eq!(verdict((128 << 10) + more), Err(error));
    }
}

#[test]
fn packets_beside_the_text_may_take_64_kib() {
    let text = packet(11, &[b"b\0\0\0\0\0", &[b'x'; 4 << 20][..]].concat());
    let beside = |size: usize| {
        let padding = packet(21, &vec![0; size - 6]);
        let message = packet(8, &[&[0][..], &padding, &text].concat());
        inline(&message, &[]).map(|_| ())
    };
    // The head of the text takes 12 bytes.
    let room = (64 << 10) - 12;
    assert_eq!(beside(room), Err(SignatureError::Missing));
    let error = SignatureError::Unreadable("the message is too large".into());
    assert_eq!(beside(room + 1), Err(error));
}
