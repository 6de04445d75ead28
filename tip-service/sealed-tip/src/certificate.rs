//! From an armoured file to the packets of exactly one certificate.
//!
//! Never lets secret material through and never guesses: what cannot be read whole is refused.
//! The parser under it is foreign code fed with foreign bytes, so a panic in it is an error here.

use std::io::{BufReader, Read};
use std::panic::catch_unwind;

use pgp::armor::{BlockType, Dearmor};
use pgp::composed::{Deserializable, SignedPublicKey};
use pgp::packet::{Packet, PacketParser, PacketTrait, Signature};
use pgp::types::Tag;

use crate::KeyError;

/// Longer files are refused unread: a certificate with every signature it needs is far below.
const MAX_BYTES: usize = 1024 * 1024;

/// One certificate as parsed, nothing about it checked yet.
pub(crate) struct Certificate {
    /// Keys, user ids and the signatures that stand in their proper places.
    pub(crate) key: SignedPublicKey,
    /// Every signature in the file, wherever it stood: a misplaced revocation counts too.
    pub(crate) signatures: Vec<Signature>,
}

/// Reads `armored`, which must hold one armoured certificate and nothing else that is PGP.
pub(crate) fn read(armored: &str) -> Result<Certificate, KeyError> {
    if armored.len() > MAX_BYTES {
        return Err(KeyError::Unreadable("larger than a megabyte".into()));
    }
    if armored.contains("PRIVATE KEY") {
        return Err(KeyError::SecretMaterial);
    }
    if armored.matches("-----BEGIN ").count() > 1 {
        return Err(KeyError::SeveralCertificates);
    }
    catch_unwind(|| parse(armored))
        .unwrap_or_else(|_| Err(KeyError::Unreadable("the parser gave up".into())))
}

fn parse(armored: &str) -> Result<Certificate, KeyError> {
    let bytes = dearmor(armored)?;
    refuse_secrets(&bytes)?;
    let mut signatures = Vec::new();
    let mut keys = 0;
    for packet in PacketParser::new(&bytes[..]) {
        match packet {
            Ok(Packet::Signature(signature)) => signatures.push(signature),
            Ok(packet) if packet.tag() == Tag::PublicKey => keys += 1,
            Ok(_) => {}
            // A packet of a kind not known here takes nothing away from the others.
            Err(pgp::errors::Error::Unsupported { .. }) => {}
            Err(pgp::errors::Error::InvalidPacketContent { source })
                if matches!(*source, pgp::errors::Error::Unsupported { .. }) => {}
            Err(error) => return Err(unreadable(&error)),
        }
    }
    match keys {
        0 => return Err(KeyError::Unreadable("no public key in it".into())),
        1 => {}
        _ => return Err(KeyError::SeveralCertificates),
    }
    let key = SignedPublicKey::from_bytes(&bytes[..]).map_err(|error| unreadable(&error))?;
    Ok(Certificate { key, signatures })
}

fn dearmor(armored: &str) -> Result<Vec<u8>, KeyError> {
    let mut dearmor = Dearmor::new(BufReader::new(armored.as_bytes()));
    let mut bytes = Vec::new();
    dearmor
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    match dearmor.typ {
        Some(BlockType::PublicKey) => Ok(bytes),
        _ => Err(KeyError::Unreadable("not a public key block".into())),
    }
}

/// Looks at the tags alone, so that a secret packet is found even if it cannot be understood.
fn refuse_secrets(bytes: &[u8]) -> Result<(), KeyError> {
    let mut packets = PacketParser::new(bytes);
    while let Some(packet) = packets.next_ref() {
        let mut packet = packet.map_err(|error| unreadable(&error))?;
        if matches!(
            packet.packet_header().tag(),
            Tag::SecretKey | Tag::SecretSubkey
        ) {
            return Err(KeyError::SecretMaterial);
        }
        std::io::copy(&mut packet, &mut std::io::sink()).map_err(|error| unreadable(&error))?;
    }
    Ok(())
}

fn unreadable(error: &dyn std::fmt::Display) -> KeyError {
    KeyError::Unreadable(error.to_string())
}
