//! Signatures that GnuPG would not make: built by hand, so that each rule of the policy is met
//! alone.

use pgp::composed::{
    Deserializable, EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    KeyFlags, Notation, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData,
};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, KeyVersion, Password, Timestamp};
use sealed_tip::{KeyError, UnitCert, generate};

use crate::certs::{armour, parsed, refusal};
use crate::desk::rng;
use crate::gpg::{Gpg, NOW, TODAY};

const DAY: u64 = 86_400;

/// A key of ours, opened so that it can sign whatever we like.
struct Forge {
    secret: SignedSecretKey,
    cert: String,
}

impl Forge {
    fn new() -> Self {
        let pair = generate("forge", NOW - 100 * DAY, None, &mut rng(5)).unwrap();
        let secret = SignedSecretKey::from_string(&pair.secret_armored)
            .unwrap()
            .0;
        Self {
            secret,
            cert: pair.cert_armored,
        }
    }

    /// A binding of the encryption subkey, made at `created`, that also says `more`.
    fn binding(&self, created: u64, flags: KeyFlags, more: Vec<Subpacket>) -> Signature {
        let primary = &self.secret.primary_key;
        let kind = SignatureType::SubkeyBinding;
        let mut config = SignatureConfig::v4(kind, primary.algorithm(), HashAlgorithm::Sha256);
        let created = Timestamp::from_secs(u32::try_from(created).unwrap());
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(created)).unwrap(),
            Subpacket::regular(SubpacketData::IssuerFingerprint(primary.fingerprint())).unwrap(),
            Subpacket::regular(SubpacketData::KeyFlags(flags)).unwrap(),
        ];
        config.hashed_subpackets.extend(more);
        let subkey = self.secret.secret_subkeys[0].key.public_key();
        config
            .sign_subkey_binding(primary, primary.public_key(), &Password::empty(), subkey)
            .unwrap()
    }

    /// The certificate with these bindings instead of (or beside) the one it was made with.
    fn with(&self, keep: bool, bindings: Vec<Signature>) -> String {
        let mut key = parsed(&self.cert);
        if !keep {
            key.public_subkeys[0].signatures.clear();
        }
        key.public_subkeys[0].signatures.extend(bindings);
        armour(key.to_bytes().unwrap())
    }
}

fn encrypts() -> KeyFlags {
    let mut flags = KeyFlags::default();
    flags.set_encrypt_storage(true);
    flags
}

fn life(days: u32) -> Subpacket {
    let length = Duration::from_secs(days * 86_400);
    Subpacket::regular(SubpacketData::KeyExpirationTime(length)).unwrap()
}

#[test]
fn a_binding_with_one_encryption_flag_is_enough() {
    let forge = Forge::new();
    let cert = forge.with(
        false,
        vec![forge.binding(NOW - DAY, encrypts(), vec![life(300)])],
    );
    let cert = UnitCert::parse(&cert, NOW).unwrap();
    assert_eq!(cert.expires(), Some(NOW + 200 * DAY));
}

#[test]
fn a_binding_from_the_future_does_not_count_yet() {
    let forge = Forge::new();
    let future = forge.binding(NOW + DAY, encrypts(), vec![life(300)]);
    let alone = refusal(&forge.with(false, vec![future.clone()]));
    assert_eq!(alone, KeyError::NotYetValid { at: NOW + DAY });
    let beside = forge.with(true, vec![future]);
    assert_eq!(UnitCert::parse(&beside, NOW).unwrap().expires(), None);
    assert_eq!(
        UnitCert::parse(&beside, NOW + DAY).unwrap().expires(),
        Some(NOW + 200 * DAY)
    );
}

#[test]
fn of_two_bindings_the_newest_counts_and_of_one_second_the_shortest_life() {
    let forge = Forge::new();
    let at = |day: u64, days| forge.binding(NOW - day * DAY, encrypts(), vec![life(days)]);
    for (bindings, expires) in [
        (vec![at(9, 300), at(3, 200)], 100),
        (vec![at(3, 200), at(9, 300)], 100),
        (vec![at(9, 200), at(3, 300)], 200),
        (vec![at(3, 300), at(3, 200)], 100),
        (vec![at(3, 200), at(3, 300), at(3, 0)], 100),
    ] {
        let cert = UnitCert::parse(&forge.with(true, bindings), NOW).unwrap();
        assert_eq!(cert.expires(), Some(NOW + expires * DAY));
    }
}

#[test]
fn a_signature_that_ends_takes_the_key_with_it() {
    let forge = Forge::new();
    let ends = |keep, days: u32| {
        let length = Duration::from_secs(days * 86_400);
        let end = Subpacket::regular(SubpacketData::SignatureExpirationTime(length)).unwrap();
        forge.with(
            keep,
            vec![forge.binding(NOW - 10 * DAY, encrypts(), vec![end])],
        )
    };
    assert_eq!(
        refusal(&ends(false, 5)),
        KeyError::Expired { at: NOW - 5 * DAY }
    );
    let cert = UnitCert::parse(&ends(false, 15), NOW).unwrap();
    assert_eq!(cert.expires(), Some(NOW + 5 * DAY));
    assert_eq!(
        cert.check(NOW + 5 * DAY),
        Err(KeyError::Expired { at: NOW + 5 * DAY })
    );
    // An older one that has not ended is in force again.
    let older = UnitCert::parse(&ends(true, 5), NOW).unwrap();
    assert_eq!(older.expires(), None);
}

#[test]
fn a_critical_word_nobody_understands_voids_the_signature() {
    let forge = Forge::new();
    let notation = || {
        SubpacketData::Notation(Notation {
            readable: true,
            name: "only@example.org".into(),
            value: "on sundays".into(),
        })
    };
    let binding = |packet| forge.binding(NOW - DAY, encrypts(), vec![packet]);
    let critical = binding(Subpacket::critical(notation()).unwrap());
    assert_eq!(
        refusal(&forge.with(false, vec![critical])),
        KeyError::NoEncryptionKey
    );
    let regular = binding(Subpacket::regular(notation()).unwrap());
    assert!(UnitCert::parse(&forge.with(false, vec![regular]), NOW).is_ok());
}

#[test]
fn a_subkey_that_also_signs_must_agree_to_belong_to_the_key() {
    let forge = Forge::new();
    let mut flags = encrypts();
    flags.set_sign(true);
    let one_sided = forge.binding(NOW - DAY, flags, vec![]);
    assert_eq!(
        refusal(&forge.with(false, vec![one_sided])),
        KeyError::NoEncryptionKey
    );

    let gpg = Gpg::new();
    let fingerprint = gpg.primary(TODAY, "rsa", "rsa2048", "cert", "never");
    gpg.run(
        TODAY,
        &[
            "--quick-add-key",
            &fingerprint,
            "rsa2048",
            "sign,encr",
            "never",
        ],
        b"",
    );
    assert!(UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).is_ok());
}

#[test]
fn without_its_self_signature_a_key_says_nothing() {
    let forge = Forge::new();
    let mut key = parsed(&forge.cert);
    key.details.users.clear();
    assert_eq!(
        refusal(&armour(key.to_bytes().unwrap())),
        KeyError::NoSelfSignature
    );
}

#[test]
fn a_version_6_key_is_refused_since_gnupg_cannot_read_it() {
    let subkey = SubkeyParamsBuilder::default()
        .version(KeyVersion::V6)
        .key_type(KeyType::X25519)
        .can_encrypt(EncryptionCaps::All)
        .build()
        .unwrap();
    let mut params = SecretKeyParamsBuilder::default();
    params
        .version(KeyVersion::V6)
        .key_type(KeyType::Ed25519)
        .can_certify(true);
    let key = params
        .subkey(subkey)
        .build()
        .unwrap()
        .generate(rng(1))
        .unwrap();
    let cert = armour(key.to_public_key().to_bytes().unwrap());
    assert_eq!(refusal(&cert), KeyError::UnknownVersion);
}
