//! Whom a signature names: by fingerprint, by key id, by both or by neither.

use pgp::composed::{Deserializable, SignedSecretKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    KeyFlags, Packet, PacketParser, PacketTrait, PublicSubkey, Signature, SignatureType, Subpacket,
    SubpacketData,
};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, Password, RevocationKey, RevocationKeyClass};
use sealed_tip::{KeyError, SignatureError, UnitCert, generate, verify_detached};

use crate::certs::{armour, parsed, refusal, words};
use crate::desk::rng;
use crate::gpg::NOW;
use crate::reply::{DAY, TEXT, by};

/// A key of ours and its certificate.
fn key(seed: u64) -> (SignedSecretKey, String) {
    let pair = generate("unit", NOW - DAY, None, &mut rng(seed)).unwrap();
    let secret = SignedSecretKey::from_string(&pair.secret_armored);
    (secret.unwrap().0, pair.cert_armored)
}

fn print(key: &SignedSecretKey) -> SubpacketData {
    SubpacketData::IssuerFingerprint(key.primary_key.fingerprint())
}

fn id(key: &SignedSecretKey) -> SubpacketData {
    SubpacketData::IssuerKeyId(key.primary_key.legacy_key_id())
}

/// Signed by `key` over the text, naming `names` and nobody else.
fn naming(
    key: &SignedSecretKey,
    kind: SignatureType,
    hash: HashAlgorithm,
    names: Vec<SubpacketData>,
) -> Signature {
    let honest = words(key, SignatureType::Binary, NOW, Vec::new())
        .sign(&key.primary_key, &Password::empty(), TEXT)
        .unwrap();
    let mut config = words(key, kind, NOW, Vec::new());
    config.hashed_subpackets.truncate(1);
    let regular = |data| Subpacket::regular(data).unwrap();
    config
        .hashed_subpackets
        .extend(names.into_iter().map(regular));
    if kind == SignatureType::Binary {
        return config
            .sign(&key.primary_key, &Password::empty(), TEXT)
            .unwrap();
    }
    // What nobody can verify here: of a weak hash, or of somebody else's.
    config.hash_alg = hash;
    Signature::from_config(config, [0, 0], honest.signature().unwrap().clone()).unwrap()
}

#[test]
fn a_reply_is_the_units_whichever_way_it_is_named_and_nobodys_when_another_is() {
    let ((unit, cert), (other, _)) = (key(1), key(2));
    let cert = UnitCert::parse(&cert, NOW).unwrap();
    let verdict = |names| {
        let signature = naming(&unit, SignatureType::Binary, HashAlgorithm::Sha256, names);
        let mut packet = Vec::new();
        signature.to_writer_with_header(&mut packet).unwrap();
        verify_detached(TEXT, &packet, &[&cert], NOW)
    };
    for ours in [
        vec![],
        vec![print(&unit)],
        vec![id(&unit)],
        vec![print(&unit), id(&unit)],
        vec![print(&other), id(&unit)],
        vec![print(&unit), id(&other)],
    ] {
        assert_eq!(verdict(ours), by(&cert.fingerprint()));
    }
    for theirs in [
        vec![print(&other)],
        vec![id(&other)],
        vec![print(&other), id(&other)],
    ] {
        let error = verdict(theirs);
        let stranger = matches!(error, Err(SignatureError::Stranger { .. }));
        assert!(stranger, "{error:?}");
    }
}

#[test]
fn a_weak_revocation_is_believed_of_whom_it_names() {
    let ((unit, cert), (other, _)) = (key(1), key(2));
    let with = |names| {
        let kind = SignatureType::KeyRevocation;
        let mut key = parsed(&cert);
        key.details.revocation_signatures = vec![naming(&unit, kind, HashAlgorithm::Sha1, names)];
        armour(key.to_bytes().unwrap())
    };
    for ours in [
        vec![],
        vec![print(&unit)],
        vec![id(&unit)],
        vec![print(&unit), id(&other)],
    ] {
        assert_eq!(refusal(&with(ours)), KeyError::Revoked);
    }
    for theirs in [
        vec![print(&other)],
        vec![id(&other)],
        vec![print(&other), id(&other)],
    ] {
        assert!(UnitCert::parse(&with(theirs), NOW).is_ok());
    }
}

#[test]
fn a_revocation_is_believed_of_the_revoker_that_was_named_and_of_no_other() {
    let ((unit, cert), (revoker, _), (other, _)) = (key(1), key(2), key(3));
    let primary = &unit.primary_key;
    let names_revoker = SubpacketData::RevocationKey(RevocationKey {
        class: RevocationKeyClass::Default,
        algorithm: revoker.primary_key.algorithm(),
        fingerprint: revoker.primary_key.fingerprint().as_bytes().into(),
    });
    let direct = words(&unit, SignatureType::Key, NOW - DAY, vec![names_revoker])
        .sign_key(primary, &Password::empty(), primary.public_key())
        .unwrap();
    let with = |names| {
        let kind = SignatureType::KeyRevocation;
        let mut key = parsed(&cert);
        key.details.direct_signatures = vec![direct.clone()];
        let revocation = naming(&other, kind, HashAlgorithm::Sha256, names);
        key.details.revocation_signatures = vec![revocation];
        armour(key.to_bytes().unwrap())
    };
    for named in [
        vec![print(&revoker)],
        vec![id(&revoker)],
        vec![print(&revoker), id(&other)],
    ] {
        assert_eq!(refusal(&with(named)), KeyError::Revoked);
    }
    for unnamed in [vec![], vec![print(&other)], vec![id(&other)]] {
        assert!(UnitCert::parse(&with(unnamed), NOW).is_ok());
    }
}

#[test]
fn a_subkey_on_a_curve_nobody_here_can_seal_to_is_refused() {
    let (unit, cert) = key(1);
    let primary = &unit.primary_key;
    let born = u32::try_from(NOW - DAY).unwrap().to_be_bytes();
    // ECDH (18): the curve, a number of 17 bits, SHA-256 with AES-128.
    let on = |curve: &[u8]| {
        let number = [0, 17, 1, 2, 3, 3, 1, 8, 7];
        let body = [&[4][..], &born, &[18], curve, &number].concat();
        let packet = [&[0xC0 | 14, u8::try_from(body.len()).unwrap()], &body[..]].concat();
        match PacketParser::new(&packet[..]).next() {
            Some(Ok(Packet::PublicSubkey(subkey))) => subkey,
            other => panic!("{other:?}"),
        }
    };
    let bind = |subkey: &PublicSubkey| {
        let mut flags = KeyFlags::default();
        flags.set_encrypt_comms(true);
        let flags = vec![SubpacketData::KeyFlags(flags)];
        words(&unit, SignatureType::SubkeyBinding, NOW, flags)
            .sign_subkey_binding(primary, primary.public_key(), &Password::empty(), subkey)
            .unwrap()
    };
    let mut key = parsed(&cert);
    let known = key.public_subkeys.remove(0);
    let with = |subkey: PublicSubkey| {
        let mut key = key.clone();
        let bound = vec![bind(&subkey)];
        key.public_subkeys = vec![pgp::composed::SignedPublicSubKey::new(subkey, bound)];
        armour(key.to_bytes().unwrap())
    };
    assert!(UnitCert::parse(&with(known.key), NOW).is_ok());
    let nameless = on(&[3, 0x2a, 0x03, 0x04]);
    let brainpool = on(&[9, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07]);
    for unusable in [nameless, brainpool] {
        assert_eq!(refusal(&with(unusable)), KeyError::WeakAlgorithm);
    }
}
