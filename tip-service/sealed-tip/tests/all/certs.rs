//! Certificates taken apart and put together again.

use pgp::armor::{BlockType, write};
use pgp::composed::{Deserializable, SignedPublicKey};
use pgp::ser::Serialize;
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
