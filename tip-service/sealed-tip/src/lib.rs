//! A tip and everything that keeps it closed: the letter an officer reads, the unit's key and its
//! policy, sealing and opening, and the receipt a tipster goes away with.
//!
//! Pure by design: no file, socket, clock or randomness of its own. Time comes in as `now` (unix
//! seconds), randomness as `rng`, so every outcome can be repeated in a test.
//!
//! What this crate must never do: hand out plaintext through anything but [`open()`],
//! [`open_reply`] and [`MailboxKey::open`], print it, log it, or give it a `Debug`. [`SealedLetter`] can only be made by [`seal()`], [`seal_note()`]
//! and, of what has exactly their form already, [`SealedLetter::from_outside`];
//! [`SealedEntry`] only by [`seal_entry()`]; whoever asks for one cannot be handed plaintext by
//! mistake.
//!
//! The formats (letter, `tip.json`, size buckets, labels of the receipt) are written down in
//! `FORMAT.md`.

mod answer;
mod armor;
mod certificate;
mod cleartext;
mod cover;
mod digest;
mod digits;
mod entry;
mod foreign;
mod identity;
mod key_error;
mod keygen;
mod letter;
mod message;
mod mime;
mod note;
mod notice;
mod open;
mod page;
mod photographs;
mod policy;
mod read;
mod receipt;
mod reply;
mod reward;
mod seal;
mod signer;
mod subkey;
mod text;
mod tip;
mod tip_json;
mod unit_key;
mod verdict;

pub use answer::answer;
pub use armor::armor;
pub use cover::{Cover, ReplyTo};
pub use entry::{Author, Entry, EntryError, MailboxKey, SealedEntry, seal_entry};
pub use foreign::ForeignError;
pub use key_error::KeyError;
pub use keygen::{KeyPair, KeygenError, generate};
pub use note::{DigestLine, Note};
pub use open::{OpenError, SecretCert, open};
pub use read::{letter_json, letter_photos, letter_service_cert, letter_text};
pub use receipt::{Receipt, ReceiptError};
pub use reply::{Opened, open_reply, verify_detached, verify_inline};
pub use reward::{ClaimCode, ClaimError};
pub use seal::{SealError, SealedLetter, seal, seal_note};
pub use text::Text;
pub use tip::{Answer, LINE_MAX_CHARS, Named, Photo, Tip, WHAT_MAX_CHARS};
pub use unit_key::UnitCert;
pub use verdict::{Signature, SignatureError};
