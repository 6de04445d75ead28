//! A letter that was sealed elsewhere, on its writer's own device: what can be seen of it from outside.
//!
//! Takes nothing but the shape that [`crate::seal()`] itself makes, packet for packet and length for length, so that what is
//! stored does not tell where it was sealed. What is inside nobody here can see: an empty or a false letter has the same
//! shape. Reads foreign bytes, so a panic of the parser is an error.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pgp::composed::SignedPublicSubKey;
use pgp::packet::{PacketParser, PublicKeyEncryptedSessionKey};
use pgp::types::{KeyDetails, PacketLength, PkeskVersion, Tag};
use thiserror::Error;

use crate::mime::is_bucket;
use crate::{SealedLetter, UnitCert};

/// In the encrypted packet beside the text: its version, 18 bytes that begin the stream, 22 bytes that check it (RFC 9580
/// section 5.13.1), and what the literal packet has in its head and before its text (section 5.9).
const FRAME: usize = 1 + 18 + 22 + LITERAL;
/// Kind, no name, no date.
const LITERAL: usize = 6;

/// Why bytes from outside are no letter to a unit. Says nothing of what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a letter sealed to the unit: {0}")]
pub struct ForeignError(&'static str);

impl SealedLetter {
    /// Takes a binary OpenPGP message that has exactly the form of a letter sealed to all of `certs`, in their order, at
    /// `now` (unix seconds).
    ///
    /// # Errors
    /// [`ForeignError`] for anything else, and if no certificate is given or one may not be used now.
    pub fn from_outside(
        message: Vec<u8>,
        certs: &[&UnitCert],
        now: u64,
    ) -> Result<SealedLetter, ForeignError> {
        let subkeys = certs.iter().map(|cert| cert.subkey(now));
        let subkeys: Vec<_> = subkeys
            .collect::<Result<_, _>>()
            .map_err(|_| ForeignError("a certificate has lapsed"))?;
        if subkeys.is_empty() {
            return Err(ForeignError("no certificate"));
        }
        // Neither the parser nor the message can be used after a panic: both are dropped.
        catch_unwind(AssertUnwindSafe(|| examine(&message, &subkeys)))
            .unwrap_or(Err(ForeignError("the parser gave up")))?;
        Ok(SealedLetter::of(message))
    }
}

/// One recipient packet for each subkey, then the encrypted data, then nothing.
fn examine(message: &[u8], subkeys: &[&SignedPublicSubKey]) -> Result<(), ForeignError> {
    let mut walk = PacketParser::new(message);
    for subkey in subkeys {
        let mut packet = next(&mut walk)?;
        let header = packet.packet_header();
        if header.tag() != Tag::PublicKeyEncryptedSessionKey {
            return Err(ForeignError("a recipient is missing"));
        }
        let recipient = PublicKeyEncryptedSessionKey::try_from_reader(header, &mut packet)
            .map_err(|_| ForeignError("a recipient that cannot be read"))?;
        let is_own = recipient.version() == PkeskVersion::V3
            && recipient.id().ok() == Some(&subkey.legacy_key_id())
            && recipient.algorithm().ok() == Some(subkey.algorithm());
        if !is_own || rest(packet)? != 0 {
            return Err(ForeignError("another recipient"));
        }
    }
    let mut packet = next(&mut walk)?;
    let header = packet.packet_header();
    if header.tag() != Tag::SymEncryptedProtectedData {
        return Err(ForeignError("not encrypted data"));
    }
    let mut version = [0];
    let is_read = packet.read_exact(&mut version).is_ok();
    let PacketLength::Fixed(length) = header.packet_length() else {
        return Err(ForeignError("in pieces"));
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if !is_read || version != [1] || rest(packet)?.checked_add(1) != Some(length) {
        return Err(ForeignError("another encryption, or cut"));
    }
    if !text_length(length).is_some_and(is_bucket) {
        return Err(ForeignError("another size"));
    }
    match walk.next_ref() {
        None => Ok(()),
        Some(_) => Err(ForeignError("something behind it")),
    }
}

/// The length of the text in encrypted data of this length, in bytes.
fn text_length(length: usize) -> Option<usize> {
    let inside = length.checked_sub(FRAME)?;
    // The literal packet's own tag and length (section 4.2.1).
    let heads = [3, 6].into_iter();
    heads
        .filter_map(|head| inside.checked_sub(head))
        .find(|text| {
            let long = text + LITERAL >= 8384;
            inside - text == if long { 6 } else { 3 }
        })
}

type Body<'w, 'm> = pgp::composed::PacketBodyReader<&'w mut &'m [u8]>;

fn next<'w, 'm>(walk: &'w mut PacketParser<&'m [u8]>) -> Result<Body<'w, 'm>, ForeignError> {
    match walk.next_ref() {
        Some(Ok(packet)) => Ok(packet),
        Some(Err(_)) => Err(ForeignError("a packet that cannot be read")),
        None => Err(ForeignError("a packet is missing")),
    }
}

/// Bytes that are left in a packet.
fn rest(mut packet: impl Read) -> Result<usize, ForeignError> {
    std::io::copy(&mut packet, &mut std::io::sink())
        .ok()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or(ForeignError("cut"))
}
