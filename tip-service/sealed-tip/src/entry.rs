//! What lies in a mailbox: questions, answers and notices, sealed to the receipt (HPKE, RFC 9180).
//!
//! Opens only with two things together: the receipt, which its holder has, and the shred key, which
//! the database has until it is told to forget. Never tells who wrote an entry by itself: base mode
//! lets anybody seal to a public key, and the author is what the service verified before sealing.

use std::convert::Infallible;
use std::io::Write;

use hpke::aead::{AeadTag, ChaCha20Poly1305};
use hpke::inout::InOutBuf;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Text;

const LABEL: &str = "辽源禁毒 v1 mailbox entry";
/// First byte of the plaintext.
const VERSION: u8 = 1;
/// The smallest plaintext; each further bucket is four times the one before.
const SMALLEST_BUCKET: usize = 1024;
const BUCKET_STEP: usize = 4;
/// The largest plaintext: 1 MiB.
const LARGEST_BUCKET: usize = SMALLEST_BUCKET * BUCKET_STEP.pow(5);
/// Length of the encapsulated key, in front.
const ENC: usize = 32;
/// Length of the tag, at the end.
const TAG: usize = 16;

type Aead = ChaCha20Poly1305;
type Kdf = HkdfSha256;
type Dh = X25519HkdfSha256;

/// Who wrote an entry.
#[derive(Clone, PartialEq, Eq)]
pub enum Author {
    /// An officer of a unit, whose signature was verified.
    Unit {
        /// The unit's name as it was then.
        name: String,
        /// Fingerprint of the primary key that signed, 40 upper-case hexadecimal digits.
        fingerprint: String,
    },
    /// The holder of the receipt.
    Holder,
}

/// One message in a mailbox.
pub struct Entry {
    /// Who wrote it.
    pub author: Author,
    /// Code of what was done: accept, ask, answer, forward, close, reward, spam, reply.
    pub verb: String,
    /// The words; may be empty.
    pub text: Text,
    /// Day it was stored, days since 1970-01-01.
    pub day: u32,
}

/// An entry as ciphertext. Only [`seal_entry`] makes one.
pub struct SealedEntry {
    bytes: Vec<u8>,
}

impl SealedEntry {
    /// Encapsulated key, ciphertext, tag: what is stored. A bucket and 48 bytes long.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The secret half of a mailbox, wiped when dropped. [`crate::Receipt::mailbox_key`] makes it.
pub struct MailboxKey {
    secret: Zeroizing<[u8; 32]>,
}

/// Why an entry was not sealed or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EntryError {
    /// The mailbox's public key is no key anybody could have the secret of.
    #[error("the mailbox key cannot be sealed to")]
    Key,
    /// The entry is larger than 1 MiB.
    #[error("the entry is too large")]
    TooLarge,
    /// Another receipt, another shred key, or not the bytes that were sealed.
    #[error("the entry does not open")]
    Closed,
    /// It opens, and is nothing this version writes.
    #[error("the entry is of an unknown format")]
    Format,
}

/// The plaintext after the version byte.
#[derive(Serialize, Deserialize)]
struct Root<'a> {
    /// The unit that wrote it; `null` for the holder.
    unit: Option<Unit>,
    verb: String,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
    day: u32,
}

#[derive(Serialize, Deserialize)]
struct Unit {
    name: String,
    fingerprint: String,
}

/// Seals `entry` to the public key of a mailbox ([`crate::Receipt::mailbox_public`]), under its
/// shred key: base mode of HPKE with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
///
/// # Errors
/// [`EntryError::TooLarge`], or [`EntryError::Key`] for a public key of low order.
pub fn seal_entry<R: CryptoRng + RngCore>(
    entry: &Entry,
    mailbox_public: &[u8; 32],
    shred: &[u8; 32],
    rng: &mut R,
) -> Result<SealedEntry, EntryError> {
    sealed(padded(entry)?, mailbox_public, shred, rng)
}

fn sealed<R: CryptoRng + RngCore>(
    mut buffer: Zeroizing<Vec<u8>>,
    mailbox_public: &[u8; 32],
    shred: &[u8; 32],
    rng: &mut R,
) -> Result<SealedEntry, EntryError> {
    let public = <Dh as Kem>::PublicKey::from_bytes(mailbox_public).map_err(|_| EntryError::Key)?;
    let (key, tag) = hpke::single_shot_seal_inout_detached_with_rng::<Aead, Kdf, Dh>(
        &OpModeS::Base,
        &public,
        &info(shred),
        InOutBuf::from(&mut buffer[..]),
        b"",
        &mut Chance(rng),
    )
    .map_err(|_| EntryError::Key)?;
    let bytes = [&key.to_bytes()[..], &buffer, &tag.to_bytes()].concat();
    Ok(SealedEntry { bytes })
}

impl MailboxKey {
    pub(crate) fn new(secret: Zeroizing<[u8; 32]>) -> MailboxKey {
        MailboxKey { secret }
    }

    /// Opens an entry of this mailbox.
    ///
    /// # Errors
    /// [`EntryError::Closed`] for whatever was not sealed to this receipt under this shred key.
    pub fn open(&self, sealed: &[u8], shred: &[u8; 32]) -> Result<Entry, EntryError> {
        let closed = |_| EntryError::Closed;
        let (key, rest) = sealed.split_at_checked(ENC).ok_or(EntryError::Closed)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(EntryError::Closed)?;
        if ciphertext.len() > LARGEST_BUCKET {
            return Err(EntryError::Closed);
        }
        let secret = <Dh as Kem>::PrivateKey::from_bytes(&self.secret[..]).map_err(closed)?;
        let key = <Dh as Kem>::EncappedKey::from_bytes(key).map_err(closed)?;
        let tag = AeadTag::<Aead>::from_bytes(tag).map_err(closed)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        hpke::single_shot_open_inout_detached::<Aead, Kdf, Dh>(
            &OpModeR::Base,
            &secret,
            &key,
            &info(shred),
            InOutBuf::from(&mut buffer[..]),
            b"",
            &tag,
        )
        .map_err(closed)?;
        read(&buffer)
    }
}

/// The label, a zero byte, the shred key: erased there, what is left opens with no receipt.
fn info(shred: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([LABEL.as_bytes(), &[0], shred].concat())
}

/// Version byte, JSON, blanks up to the bucket. All the room there can be is made before anything is
/// written: a buffer that grew would leave unwiped copies behind.
fn padded(entry: &Entry) -> Result<Zeroizing<Vec<u8>>, EntryError> {
    let unit = match &entry.author {
        Author::Holder => None,
        Author::Unit { name, fingerprint } => Some(Unit {
            name: name.clone(),
            fingerprint: fingerprint.clone(),
        }),
    };
    let root = Root {
        unit,
        verb: entry.verb.clone(),
        text: entry.text.as_str().into(),
        day: entry.day,
    };
    let mut out = Zeroizing::new(vec![b' '; LARGEST_BUCKET]);
    let mut rest = &mut out[..];
    let written = rest.write_all(&[VERSION]).map_err(serde_json::Error::io);
    written
        .and_then(|()| serde_json::to_writer(&mut rest, &root))
        .map_err(|_| EntryError::TooLarge)?;
    let length = LARGEST_BUCKET - rest.len();
    out.truncate(bucket(length));
    Ok(out)
}

/// The first bucket that holds `length` bytes.
fn bucket(length: usize) -> usize {
    let mut bucket = SMALLEST_BUCKET;
    while bucket < length {
        bucket = bucket.saturating_mul(BUCKET_STEP);
    }
    bucket
}

fn read(plaintext: &[u8]) -> Result<Entry, EntryError> {
    let json = plaintext
        .strip_prefix(&[VERSION])
        .ok_or(EntryError::Format)?;
    let root: Root<'_> = serde_json::from_slice(json).map_err(|_| EntryError::Format)?;
    let text = Text::block(&root.text);
    if let std::borrow::Cow::Owned(copy) = root.text {
        drop(Zeroizing::new(copy));
    }
    let author = root.unit.map_or(Author::Holder, |unit| Author::Unit {
        name: unit.name,
        fingerprint: unit.fingerprint,
    });
    Ok(Entry {
        author,
        verb: root.verb,
        text,
        day: root.day,
    })
}

/// Chance as this library wants it (`rand_core` 0.10) from chance as it is passed here (0.6).
struct Chance<'a, R>(&'a mut R);

impl<R: RngCore> TryRng for Chance<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

impl<R: CryptoRng + RngCore> TryCryptoRng for Chance<'_, R> {}

#[cfg(test)]
mod tests;
