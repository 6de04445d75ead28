//! From foreign bytes to what one OpenPGP message holds, its layers taken off one at a time.
//!
//! Never recurses and never holds more than it was allowed: recipients, layers, signatures and
//! every output are bounded before anything is made of them. Gives nothing out before all of it
//! was read and its integrity checked. Verifies no signature. The parser under it may panic: who
//! calls this catches that.

use std::io::{BufReader, Read};

use pgp::armor::{BlockType, Dearmor};
use pgp::composed::{
    PacketBodyReader, PlainSessionKey, SignedSecretKey, SymEncryptedProtectedDataReader,
};
use pgp::packet::{
    Decompressor, LiteralDataHeader, PacketParser, ProtectedDataConfig,
    PublicKeyEncryptedSessionKey, Signature, SymEncryptedProtectedDataConfig,
};
use pgp::types::{DecryptionKey, EskType, Password, PkeskVersion, Seipdv1ReadMode, Tag};
use zeroize::Zeroizing;

use crate::OpenError;

/// Compressed data within compressed data beyond this depth is an attack, not a letter.
const MAX_LAYERS: usize = 3;
/// More recipients than any letter has: each may cost a decryption.
const MAX_RECIPIENTS: usize = 64;
/// More signatures than any letter bears: each may cost a hash of the whole text.
const MAX_SIGNATURES: usize = 16;
/// What packets need beside the text in them.
const FRAME: usize = 64 * 1024;
/// Read at once.
const CHUNK: usize = 8192;

/// The text of a message and the signatures that stand around it, unverified.
pub(crate) struct Contents {
    pub(crate) text: Zeroizing<Vec<u8>>,
    pub(crate) signatures: Vec<Signature>,
}

/// What one layer of packets holds.
enum Layer {
    Text(Contents),
    Compressed(Zeroizing<Vec<u8>>),
}

/// The packets of `input`, which is binary or armoured as `kind`; at most twice `most` bytes.
pub(crate) fn packets(
    input: &[u8],
    kind: BlockType,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let most = most.saturating_mul(2);
    if input.len() > most {
        return Err(OpenError::TooLarge);
    }
    // RFC 9580 section 4.2: the first bit of every packet is set.
    if input.first().is_some_and(|byte| byte & 0x80 != 0) {
        return Ok(Zeroizing::new(input.to_vec()));
    }
    let mut armor = Dearmor::new(BufReader::new(input));
    let bytes = read(&mut armor, most)?;
    if armor.typ == Some(kind) {
        Ok(bytes)
    } else {
        Err(broken(&"armoured as something else"))
    }
}

/// Decrypts the packets of one encrypted message with whichever of `keys` fits. Only what has an
/// integrity check is decrypted.
pub(crate) fn decrypt(
    packets: &[u8],
    keys: &[&SignedSecretKey],
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut recipients = Vec::new();
    let mut plain = None;
    let mut walk = PacketParser::new(packets);
    while let Some(packet) = walk.next_ref() {
        let mut packet = packet.map_err(|e| broken(&e))?;
        let header = packet.packet_header();
        match header.tag() {
            tag if says_nothing(tag) => drain(packet)?,
            Tag::SymKeyEncryptedSessionKey if plain.is_none() => drain(packet)?,
            Tag::PublicKeyEncryptedSessionKey if plain.is_none() => {
                if recipients.len() == MAX_RECIPIENTS {
                    return Err(broken(&"too many recipients"));
                }
                let recipient = PublicKeyEncryptedSessionKey::try_from_reader(header, &mut packet);
                recipients.push(recipient.map_err(|e| broken(&e))?);
                drain(packet)?;
            }
            Tag::SymEncryptedProtectedData if plain.is_none() => {
                plain = Some(unseal(packet, &recipients, keys, most)?);
            }
            Tag::LiteralData | Tag::CompressedData | Tag::OnePassSignature | Tag::Signature
                if plain.is_none() && recipients.is_empty() =>
            {
                return Err(OpenError::NotEncrypted);
            }
            tag => return Err(unexpected(tag)),
        }
    }
    plain.ok_or_else(|| broken(&"no encrypted data in it"))
}

fn unseal(
    packet: PacketBodyReader<&mut &[u8]>,
    recipients: &[PublicKeyEncryptedSessionKey],
    keys: &[&SignedSecretKey],
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut sealed = SymEncryptedProtectedDataReader::new(packet).map_err(|e| broken(&e))?;
    let (version, kind) = match sealed.config() {
        ProtectedDataConfig::Seipd(SymEncryptedProtectedDataConfig::V1) => {
            (PkeskVersion::V3, EskType::V3_4)
        }
        ProtectedDataConfig::Seipd(SymEncryptedProtectedDataConfig::V2 { .. }) => {
            (PkeskVersion::V6, EskType::V6)
        }
        ProtectedDataConfig::GnupgAead { .. } => return Err(broken(&"unknown encryption")),
    };
    let session_key = recipients
        .iter()
        .filter(|recipient| recipient.version() == version)
        .find_map(|recipient| keys.iter().find_map(|key| session(recipient, key, kind)))
        .ok_or(OpenError::NoKey)?;
    let check_first = Seipdv1ReadMode::CheckFirst {
        max_message_size: most.saturating_mul(2),
    };
    sealed
        .decrypt(&session_key, check_first)
        .map_err(|e| broken(&e))?;
    read(sealed, most.saturating_add(FRAME))
}

fn session(
    recipient: &PublicKeyEncryptedSessionKey,
    key: &SignedSecretKey,
    kind: EskType,
) -> Option<PlainSessionKey> {
    let values = recipient.values().ok()?;
    let open = |key: &dyn DecryptionKey| key.decrypt(&Password::empty(), values, kind).ok()?.ok();
    if recipient.match_identity(key.primary_key.public_key()) {
        let session_key = open(&key.primary_key);
        if session_key.is_some() {
            return session_key;
        }
    }
    key.secret_subkeys
        .iter()
        .filter(|subkey| recipient.match_identity(subkey.key.public_key()))
        .find_map(|subkey| open(&subkey.key))
}

/// The text in `packets`, compressed or not, signed or not; at most `most` bytes of it.
pub(crate) fn contents(
    mut packets: Zeroizing<Vec<u8>>,
    most: usize,
) -> Result<Contents, OpenError> {
    for _ in 0..=MAX_LAYERS {
        match layer(&packets, most)? {
            Layer::Text(contents) => return Ok(contents),
            Layer::Compressed(inside) => packets = inside,
        }
    }
    Err(broken(&"too many layers"))
}

fn layer(packets: &[u8], most: usize) -> Result<Layer, OpenError> {
    let (mut text, mut compressed) = (None, None);
    let (mut signatures, mut announced) = (Vec::new(), 0_usize);
    let mut walk = PacketParser::new(packets);
    while let Some(packet) = walk.next_ref() {
        let mut packet = packet.map_err(|e| broken(&e))?;
        let header = packet.packet_header();
        match header.tag() {
            tag if says_nothing(tag) => {}
            // Says nothing that the signature itself does not say again.
            Tag::OnePassSignature if text.is_none() && compressed.is_none() => announced += 1,
            Tag::Signature if compressed.is_none() => {
                if signatures.len() == MAX_SIGNATURES {
                    return Err(broken(&"too many signatures"));
                }
                let signature = Signature::try_from_reader(header, &mut packet);
                signatures.push(signature.map_err(|e| broken(&e))?);
            }
            Tag::LiteralData if text.is_none() && compressed.is_none() => {
                LiteralDataHeader::try_from_reader(&mut packet).map_err(|e| broken(&e))?;
                text = Some(read(&mut packet, most)?);
            }
            Tag::CompressedData
                if text.is_none()
                    && compressed.is_none()
                    && announced == 0
                    && signatures.is_empty() =>
            {
                let inside = Decompressor::from_reader(&mut packet).map_err(|e| broken(&e))?;
                compressed = Some(read(inside, most.saturating_add(FRAME))?);
            }
            tag => return Err(unexpected(tag)),
        }
        drain(packet)?;
    }
    match (text, compressed) {
        (None, Some(inside)) => Ok(Layer::Compressed(inside)),
        (Some(_), None) if announced > signatures.len() => {
            Err(broken(&"a signature is missing at its end"))
        }
        (Some(text), None) => Ok(Layer::Text(Contents { text, signatures })),
        _ => Err(broken(&"no text in it")),
    }
}

/// The signatures of a detached signature, unverified.
pub(crate) fn signatures(packets: &[u8]) -> Result<Vec<Signature>, OpenError> {
    let mut signatures = Vec::new();
    let mut walk = PacketParser::new(packets);
    while let Some(packet) = walk.next_ref() {
        let mut packet = packet.map_err(|e| broken(&e))?;
        let header = packet.packet_header();
        match header.tag() {
            tag if says_nothing(tag) => {}
            Tag::Signature if signatures.len() < MAX_SIGNATURES => {
                let signature = Signature::try_from_reader(header, &mut packet);
                signatures.push(signature.map_err(|e| broken(&e))?);
            }
            tag => return Err(unexpected(tag)),
        }
        drain(packet)?;
    }
    Ok(signatures)
}

/// Packets that RFC 9580 (sections 4.3, 5.8 and 5.14) has everybody pass over.
fn says_nothing(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Padding | Tag::Marker | Tag::UnassignedNonCritical(_) | Tag::Experimental(_)
    )
}

fn drain(mut packet: impl Read) -> Result<(), OpenError> {
    std::io::copy(&mut packet, &mut std::io::sink())
        .map(|_| ())
        .map_err(|e| broken(&e))
}

/// Reads to the end, `most` bytes at most, in wiped pieces: a buffer that grew would leave copies behind.
fn read(mut from: impl Read, most: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (mut pieces, mut length) = (Vec::new(), 0);
    loop {
        let mut piece = Zeroizing::new(Vec::with_capacity(CHUNK));
        let mut next = from.by_ref().take(CHUNK as u64);
        let count = next.read_to_end(&mut piece).map_err(|e| broken(&e))?;
        if count == 0 {
            break;
        }
        length += count;
        if length > most {
            return Err(OpenError::TooLarge);
        }
        pieces.push(piece);
    }
    let mut out = Zeroizing::new(Vec::with_capacity(length));
    for piece in &pieces {
        out.extend_from_slice(piece);
    }
    Ok(out)
}

fn unexpected(tag: Tag) -> OpenError {
    OpenError::Message(format!("a packet that does not belong here: {tag:?}"))
}

fn broken(error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Message(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_whole_and_never_longer_than_allowed() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let whole = read(&bytes[..], length);
            assert_eq!(whole.as_ref().map(|read| read.to_vec()), Ok(bytes.clone()));
            assert_eq!(
                whole.map(|read| read.capacity()),
                Ok(length),
                "room made once"
            );
            if length > 0 {
                assert_eq!(read(&bytes[..], length - 1), Err(OpenError::TooLarge));
            }
        }
    }
}
