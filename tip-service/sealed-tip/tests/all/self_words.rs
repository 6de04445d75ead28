//! What a key says about itself in more than one place: its names, its life, what it is for.

use pgp::composed::{Deserializable, SignedPublicKey, SignedSecretKey};
use pgp::packet::{KeyFlags, Signature, SignatureType, SubpacketData, UserId};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, PacketHeaderVersion, Password, SignedUser, Tag};
use sealed_tip::{KeyError, SignatureError, UnitCert, generate, verify_detached};

use crate::certs::{armour, parsed, refusal, words};
use crate::desk::rng;
use crate::gpg::NOW;
use crate::reply::{DAY, TEXT, by};

/// When the key of these tests was made.
const BORN: u64 = NOW - 100 * DAY;

/// A key that says what it is told to.
struct Speaker {
    secret: SignedSecretKey,
    key: SignedPublicKey,
}

impl Speaker {
    fn new() -> Self {
        let pair = generate("first", BORN, None, &mut rng(5)).unwrap();
        Self {
            secret: SignedSecretKey::from_string(&pair.secret_armored)
                .unwrap()
                .0,
            key: parsed(&pair.cert_armored),
        }
    }

    fn user(&self, name: &str, created: u64, more: Vec<SubpacketData>) -> SignedUser {
        let id = UserId::from_str(PacketHeaderVersion::New, name).unwrap();
        let primary = &self.secret.primary_key;
        let word = words(&self.secret, SignatureType::CertPositive, created, more)
            .sign_certification(
                primary,
                primary.public_key(),
                &Password::empty(),
                Tag::UserId,
                &id,
            )
            .unwrap();
        SignedUser::new(id, vec![word])
    }

    /// A direct-key signature.
    fn direct(&self, created: u64, more: Vec<SubpacketData>) -> Signature {
        let primary = &self.secret.primary_key;
        words(&self.secret, SignatureType::Key, created, more)
            .sign_key(primary, &Password::empty(), primary.public_key())
            .unwrap()
    }

    fn armoured(&self, users: Vec<SignedUser>, direct: Vec<Signature>) -> String {
        let mut key = self.key.clone();
        key.details.users = users;
        key.details.direct_signatures = direct;
        armour(key.to_bytes().unwrap())
    }

    fn cert(&self, users: Vec<SignedUser>, direct: Vec<Signature>) -> UnitCert {
        UnitCert::parse(&self.armoured(users, direct), NOW).unwrap()
    }
}

fn days(days: u32) -> SubpacketData {
    SubpacketData::KeyExpirationTime(Duration::from_secs(days * 86_400))
}

/// How long the signature itself lasts.
fn until(days: u32) -> SubpacketData {
    SubpacketData::SignatureExpirationTime(Duration::from_secs(days * 86_400))
}

#[test]
fn the_name_is_the_one_marked_first_and_else_the_newest() {
    let speaker = Speaker::new();
    let user = |name: &str, day, first: bool| {
        let mark = first.then_some(SubpacketData::IsPrimary(true));
        speaker.user(name, BORN + day * DAY, mark.into_iter().collect())
    };
    for (users, name) in [
        ([user("a", 1, false), user("b", 2, false)], "b"),
        ([user("a", 2, false), user("b", 1, false)], "a"),
        ([user("a", 1, true), user("b", 2, false)], "a"),
        ([user("a", 2, false), user("b", 1, true)], "b"),
        ([user("a", 1, true), user("b", 2, true)], "b"),
        ([user("a", 1, false), user("b", 1, false)], "a"),
    ] {
        let names = users.iter().map(|u| u.id.as_str().unwrap().to_owned());
        let names: Vec<_> = names.collect();
        let cert = speaker.cert(users.into(), Vec::new());
        assert_eq!(cert.user_id(), name, "{names:?}");
    }
}

#[test]
fn the_newest_word_about_its_life_counts_wherever_it_stands() {
    let speaker = Speaker::new();
    let user = |day, more| speaker.user("unit", BORN + day * DAY, more);
    let direct = |day, more| speaker.direct(BORN + day * DAY, more);
    let end = |day| Some(BORN + day * DAY);
    for (users, directs, expires) in [
        (
            vec![user(1, vec![days(300)])],
            vec![direct(2, vec![days(200)])],
            end(200),
        ),
        (
            vec![user(2, vec![days(300)])],
            vec![direct(1, vec![days(200)])],
            end(300),
        ),
        (
            vec![user(1, vec![days(200)])],
            vec![direct(1, vec![days(300)])],
            end(200),
        ),
        (
            vec![user(1, vec![days(300)])],
            vec![direct(1, vec![days(200)])],
            end(200),
        ),
        // Silence under the key itself is not "never" while a name says when.
        (
            vec![user(1, vec![days(300)])],
            vec![direct(2, Vec::new())],
            end(300),
        ),
        (
            vec![user(1, Vec::new())],
            vec![direct(2, vec![days(200)])],
            end(200),
        ),
        // With no name silence is all there is.
        (Vec::new(), vec![direct(2, Vec::new())], None),
        (Vec::new(), vec![direct(2, vec![days(200)])], end(200)),
        (Vec::new(), vec![direct(2, vec![days(0)])], None),
        // A signature that says it ends after no time does not end.
        (Vec::new(), vec![direct(2, vec![until(0)])], None),
        (Vec::new(), vec![direct(2, vec![until(150)])], end(152)),
    ] {
        let told = (users.len(), directs.len());
        let cert = speaker.cert(users, directs);
        assert_eq!(cert.expires(), expires, "{told:?}");
    }
}

#[test]
fn a_key_without_a_name_has_none() {
    let speaker = Speaker::new();
    let cert = speaker.cert(Vec::new(), vec![speaker.direct(BORN, Vec::new())]);
    assert_eq!(cert.user_id(), "");
    let late = speaker.direct(NOW + 1, Vec::new());
    let future = refusal(&speaker.armoured(Vec::new(), vec![late]));
    assert_eq!(future, KeyError::NotYetValid { at: NOW + 1 });
    let now = speaker.direct(NOW, Vec::new());
    assert!(UnitCert::parse(&speaker.armoured(Vec::new(), vec![now]), NOW).is_ok());
}

#[test]
fn of_two_words_of_one_second_about_signing_both_must_allow_it() {
    let speaker = Speaker::new();
    let primary = &speaker.secret.primary_key;
    let signature = words(&speaker.secret, SignatureType::Binary, NOW, Vec::new())
        .sign(primary, &Password::empty(), TEXT)
        .unwrap();
    let mut packet = Vec::new();
    pgp::packet::PacketTrait::to_writer_with_header(&signature, &mut packet).unwrap();
    let flags = |sign| {
        let mut flags = KeyFlags::default();
        flags.set_certify(true);
        flags.set_sign(sign);
        SubpacketData::KeyFlags(flags)
    };
    let unit = format!("{:X}", primary.fingerprint());
    for (words, may) in [
        ([(1, Some(true)), (1, Some(true))], true),
        ([(1, Some(true)), (1, Some(false))], false),
        ([(1, Some(false)), (1, Some(true))], false),
        ([(1, Some(false)), (2, Some(true))], true),
        ([(2, Some(true)), (1, Some(false))], true),
        ([(2, Some(false)), (1, Some(true))], false),
        ([(1, Some(false)), (2, None)], false),
        ([(1, None), (2, None)], true),
    ] {
        let users = words.map(|(day, sign)| {
            let more = sign.map(flags).into_iter().collect();
            speaker.user(&format!("{day}{sign:?}"), BORN + day * DAY, more)
        });
        let cert = speaker.cert(users.into(), Vec::new());
        let verdict = verify_detached(TEXT, &packet, &[&cert], NOW);
        let stranger = Err(SignatureError::Stranger {
            issuer: unit.clone(),
        });
        assert_eq!(verdict, if may { by(&unit) } else { stranger }, "{words:?}");
    }
}
