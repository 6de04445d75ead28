//! Certificates taken apart and put together again.

use pgp::armor::{BlockType, write};
use pgp::composed::{Deserializable, SignedPublicKey, SignedSecretKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, Timestamp};
use sealed_tip::{KeyError, UnitCert};

use crate::gpg::NOW;

pub(crate) fn refusal(armored: &str) -> KeyError {
    match UnitCert::parse(armored, NOW) {
        Ok(cert) => panic!("accepted {}", cert.user_id()),
        Err(error) => error,
    }
}

/// Packets as they are, armoured as a certificate.
struct Raw(Vec<u8>);

impl Serialize for Raw {
    fn to_writer<W: std::io::Write>(&self, w: &mut W) -> pgp::errors::Result<()> {
        Ok(w.write_all(&self.0)?)
    }
    fn write_len(&self) -> usize {
        self.0.len()
    }
}

pub(crate) fn armour(packets: Vec<u8>) -> String {
    let mut out = Vec::new();
    write(&Raw(packets), BlockType::PublicKey, &mut out, None, true).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn parsed(armored: &str) -> SignedPublicKey {
    SignedPublicKey::from_string(armored).unwrap().0
}

/// What `key` is about to sign at `created`: when, who, and `more`.
pub(crate) fn words(
    key: &SignedSecretKey,
    kind: SignatureType,
    created: u64,
    more: Vec<SubpacketData>,
) -> SignatureConfig {
    let primary = &key.primary_key;
    let mut config = SignatureConfig::v4(kind, primary.algorithm(), HashAlgorithm::Sha256);
    let created = Timestamp::from_secs(u32::try_from(created).unwrap());
    let mut all = vec![
        SubpacketData::SignatureCreationTime(created),
        SubpacketData::IssuerFingerprint(primary.fingerprint()),
    ];
    all.extend(more);
    let regular = |data| Subpacket::regular(data).unwrap();
    config.hashed_subpackets = all.into_iter().map(regular).collect();
    config
}
