//! A unit's answer, signed and encrypted in one as an officer's mail program does it: for the robot unit alone.
//!
//! Officers write theirs themselves. Must never be given a key that an officer's words could be signed with.

use bytes::Bytes;
use pgp::composed::{MessageBuilder, SubpacketConfig};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Password, Timestamp};
use rand::{CryptoRng, RngCore};

use crate::{SealError, SecretCert, UnitCert};

/// Signs `entity`, a MIME entity with CRLF line ends, with the primary key of `by` as of `now` (unix seconds), encrypts both
/// to `to`, and gives the binary OpenPGP message (RFC 3156 section 6.2).
///
/// # Errors
/// [`SealError::Key`] if `to` may not be used now; [`SealError::Encryption`] if the library fails.
pub fn answer<R: CryptoRng + RngCore>(
    entity: &[u8],
    by: &SecretCert,
    to: &UnitCert,
    now: u64,
    rng: &mut R,
) -> Result<Vec<u8>, SealError> {
    let subkey = to.subkey(now).map_err(|source| SealError::Key {
        fingerprint: to.fingerprint(),
        source,
    })?;
    let signer = &by.key().primary_key;
    let subpackets = said(signer, now).map_err(|e| failed(&e))?;
    let mut builder = MessageBuilder::from_bytes("", Bytes::copy_from_slice(entity))
        .seipd_v1(&mut *rng, SymmetricKeyAlgorithm::AES256);
    builder.sign_with_subpackets(signer, Password::empty(), HashAlgorithm::Sha256, subpackets);
    builder
        .encrypt_to_key(&mut *rng, subkey)
        .map_err(|e| failed(&e))?;
    builder.to_vec(&mut *rng).map_err(|e| failed(&e))
}

/// Who signed, and when: the library would ask the machine for the time.
fn said(signer: &impl KeyDetails, now: u64) -> pgp::errors::Result<SubpacketConfig> {
    let at = Timestamp::from_secs(u32::try_from(now).unwrap_or(u32::MAX));
    Ok(SubpacketConfig::UserDefined {
        hashed: vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(at))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(signer.fingerprint()))?,
        ],
        unhashed: vec![Subpacket::regular(SubpacketData::IssuerKeyId(
            signer.legacy_key_id(),
        ))?],
    })
}

fn failed(error: &pgp::errors::Error) -> SealError {
    SealError::Encryption(error.to_string())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn an_answer_is_opened_by_the_service_and_bears_the_robot_s_signature_of_that_moment() {
        let mut rng = StdRng::seed_from_u64(5);
        let mut pair = |name: &str| crate::generate(name, NOW - 9, None, &mut rng).unwrap();
        let (robot, service) = (pair("canary <c@x.invalid>"), pair("service <s@x.invalid>"));
        let by = SecretCert::parse(&robot.secret_armored).unwrap();
        let to = UnitCert::parse(&service.cert_armored, NOW).unwrap();
        let sealed = answer("答复\r\n".as_bytes(), &by, &to, NOW, &mut rng).unwrap();
        let key = SecretCert::parse(&service.secret_armored).unwrap();
        let unit = UnitCert::parse(&robot.cert_armored, NOW).unwrap();
        let opened = crate::open_reply(&sealed, &key, &[&unit], NOW).unwrap();
        assert_eq!(opened.content.as_slice(), "答复\r\n".as_bytes());
        let signature = opened.signature.unwrap();
        assert_eq!(signature.made, NOW);
        assert_eq!(signature.fingerprint, robot.fingerprint);
    }
}
