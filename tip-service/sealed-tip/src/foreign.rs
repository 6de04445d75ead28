//! A letter that was sealed elsewhere, on its writer's own device: what can be seen of it from outside.
//!
//! Takes nothing but the shape that [`crate::seal()`] itself makes, packet for packet and length for length, so that what is
//! stored does not tell where it was sealed. What is inside nobody here can see: an empty or a false letter has the same
//! shape. Reads foreign bytes, so a panic of the parser is an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pgp::composed::SignedPublicSubKey;
use pgp::packet::{PacketParser, PublicKeyEncryptedSessionKey};
use pgp::types::{KeyDetails, PkeskVersion};
use thiserror::Error;

use crate::mime::is_bucket;
use crate::{SealedLetter, UnitCert};

/// In the encrypted packet beside the text: its version, 18 bytes that begin the stream, 22 bytes that check it (RFC 9580
/// section 5.13.1), and what the literal packet has in its head and before its text (section 5.9).
const FRAME: usize = 1 + 18 + 22 + LITERAL;
/// Tags of the two packets (RFC 9580 section 5).
const RECIPIENT: u8 = 1;
const DATA: u8 = 18;
/// Kind, no name, no date.
const LITERAL: usize = 6;
/// The longest letter that is taken so, in bytes: 20,000 characters. Longer ones (photographs, nothing but line breaks)
/// [`crate::seal()`] writes in pieces.
const MOST: usize = 128 << 10;

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
    let mut rest = message;
    for subkey in subkeys {
        let packet = next(&mut rest)?;
        if packet.tag != RECIPIENT {
            return Err(ForeignError("a recipient is missing"));
        }
        recipient(packet.whole, subkey)?;
    }
    let data = next(&mut rest)?;
    if data.tag != DATA {
        return Err(ForeignError("not encrypted data"));
    }
    if data.body.first() != Some(&1) {
        return Err(ForeignError("another encryption"));
    }
    let text = text_length(data.body.len());
    if !text.is_some_and(|text| text <= MOST && is_bucket(text)) {
        return Err(ForeignError("another size"));
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(ForeignError("something behind it"))
    }
}

/// A version 3 packet for this very subkey, with nothing behind what its algorithm needs.
fn recipient(packet: &[u8], subkey: &SignedPublicSubKey) -> Result<(), ForeignError> {
    let unreadable = ForeignError("a recipient that cannot be read");
    let mut walk = PacketParser::new(packet);
    let mut body = match walk.next_ref() {
        Some(Ok(body)) => body,
        Some(Err(_)) | None => return Err(unreadable),
    };
    let header = body.packet_header();
    let recipient =
        PublicKeyEncryptedSessionKey::try_from_reader(header, &mut body).map_err(|_| unreadable)?;
    let is_own = recipient.version() == PkeskVersion::V3
        && recipient.id().ok() == Some(&subkey.legacy_key_id())
        && recipient.algorithm().ok() == Some(subkey.algorithm());
    let behind = std::io::copy(&mut body, &mut std::io::sink());
    if is_own && behind.is_ok_and(|bytes| bytes == 0) {
        Ok(())
    } else {
        Err(ForeignError("another recipient"))
    }
}

/// The length of the text in encrypted data of this length, in bytes.
fn text_length(length: usize) -> Option<usize> {
    let inside = length.checked_sub(FRAME)?;
    // The literal packet's own tag and length.
    let heads = [3, 6].into_iter();
    let texts = heads.filter_map(|head| Some((head, inside.checked_sub(head)?)));
    let mut fitting = texts.filter(|(head, text)| *head == head_length(text + LITERAL));
    fitting.next().map(|(_, text)| text)
}

/// Bytes of a packet's tag and length (RFC 9580 section 4.2.1), as few as there can be.
fn head_length(body: usize) -> usize {
    match body {
        0..192 => 2,
        192..8384 => 3,
        _ => 6,
    }
}

/// A packet with its length in one piece.
struct Packet<'a> {
    tag: u8,
    whole: &'a [u8],
    body: &'a [u8],
}

/// Takes the first packet off. Not the library's parser: that one passes over what it cannot read at the end.
fn next<'a>(rest: &mut &'a [u8]) -> Result<Packet<'a>, ForeignError> {
    let missing = ForeignError("a packet is missing");
    let all = *rest;
    let (tag, after) = all.split_first().ok_or(missing.clone())?;
    if tag & 0xc0 != 0xc0 {
        return Err(ForeignError("a packet that cannot be read"));
    }
    let (head, length) = match *after {
        [first @ 0..192, ..] => (2, usize::from(first)),
        [first @ 192..224, second, ..] => (
            3,
            ((usize::from(first) - 192) << 8) + usize::from(second) + 192,
        ),
        [255, a, b, c, d, ..] => {
            let length = u32::from_be_bytes([a, b, c, d]);
            (6, usize::try_from(length).unwrap_or(usize::MAX))
        }
        [224..=254, ..] => return Err(ForeignError("in pieces")),
        _ => return Err(missing),
    };
    if head != head_length(length) {
        return Err(ForeignError("a length written longer than it need be"));
    }
    let (whole, more) = all
        .split_at_checked(length.saturating_add(head))
        .ok_or(ForeignError("cut"))?;
    *rest = more;
    Ok(Packet {
        tag: tag & 0x3f,
        whole,
        body: whole.get(head..).unwrap_or_default(),
    })
}
