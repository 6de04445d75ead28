//! The receipt: twelve Chinese characters that are all a tipster needs to come back.
//!
//! 128 random bits, written with the word list and checksum of BIP 39 (simplified Chinese, one
//! character a word). Everything else is derived from them with HKDF-SHA256 (RFC 5869), each use
//! under its own label. Never stored and never printed: what is kept is [`Receipt::lookup_hash`]
//! and [`Receipt::mailbox_public`], and neither leads back.

use bip39::{Error, Language, Mnemonic};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use thiserror::Error;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::{ClaimCode, MailboxKey, digits};

const LANGUAGE: Language = Language::SimplifiedChinese;
/// Characters of a receipt.
const CHARS: usize = 12;

/// From a key of the service and a form to a receipt.
const LABEL_RECEIPT: &str = "辽源禁毒 v1 receipt";
/// From a receipt to the id its mailbox is looked up by.
const LABEL_LOOKUP: &str = "辽源禁毒 v1 lookup";
/// From a receipt to the X25519 key of its mailbox.
const LABEL_MAILBOX: &str = "辽源禁毒 v1 mailbox";
/// From a receipt and the token of a thread to the code its reward is claimed with.
const LABEL_REWARD: &str = "辽源禁毒 v1 reward";

/// A receipt: 128 bits, wiped when dropped.
pub struct Receipt {
    entropy: Zeroizing<[u8; 16]>,
}

/// What is wrong with a receipt as typed; told without looking anything up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// Nothing but blanks and separators.
    #[error("the receipt is empty")]
    Empty,
    /// Not twelve characters.
    #[error("a receipt has 12 characters, this one has {found}")]
    Length {
        /// Characters found, separators not counted.
        found: usize,
    },
    /// Digits alone, but not 48.
    #[error("a receipt in digits has 48, this one has {found}")]
    Digits {
        /// Digits found.
        found: usize,
    },
    /// A character that occurs in no receipt.
    #[error("character {position} of the receipt occurs in no receipt")]
    UnknownCharacter {
        /// Its place among the characters, separators not counted, from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// Twelve possible characters that do not belong together: a slip of the pen, or two swapped.
    #[error("the receipt is mistyped somewhere")]
    Checksum,
}

impl Receipt {
    /// A receipt of these 128 bits.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 16]) -> Receipt {
        Receipt {
            entropy: Zeroizing::new(entropy),
        }
    }

    /// The receipt that belongs to one form under one key of the service: the same again for a
    /// repeat of the same form, and for nobody who lacks the key.
    #[must_use]
    pub fn derive(key: &[u8; 32], form_id: &[u8]) -> Receipt {
        Receipt {
            entropy: expand(key, LABEL_RECEIPT, form_id),
        }
    }

    /// Reads a receipt as people write it: blanks of every width, punctuation, hyphens and dots
    /// between the characters do not matter. Or as the 48 digits of [`Receipt::digits`].
    ///
    /// # Errors
    /// See [`ReceiptError`].
    pub fn parse(text: &str) -> Result<Receipt, ReceiptError> {
        let spelled = digits::read(text, LANGUAGE).transpose()?;
        let text = spelled.as_ref().map_or(text, |spelled| spelled.as_str());
        let mut words = Zeroizing::new(String::with_capacity(text.len() * 2));
        let mut found = 0;
        for c in text.chars().filter(|c| !is_separator(*c)) {
            found += 1;
            if LANGUAGE.find_word(c.encode_utf8(&mut [0; 4])).is_none() {
                return Err(ReceiptError::UnknownCharacter {
                    position: found,
                    found: c,
                });
            }
            words.push(c);
            words.push(' ');
        }
        match found {
            0 => return Err(ReceiptError::Empty),
            CHARS => {}
            found => return Err(ReceiptError::Length { found }),
        }
        let mnemonic =
            Mnemonic::parse_in_normalized(LANGUAGE, words.trim_end()).map_err(|e| match e {
                Error::InvalidChecksum => ReceiptError::Checksum,
                _ => ReceiptError::Length { found },
            })?;
        let (bits, _) = mnemonic.to_entropy_array();
        let bits = Zeroizing::new(bits);
        let entropy = bits.first_chunk::<16>().ok_or(ReceiptError::Checksum)?;
        Ok(Receipt {
            entropy: Zeroizing::new(*entropy),
        })
    }

    /// The twelve characters, without separators.
    #[must_use]
    pub fn phrase(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(CHARS * 4));
        // 16 bytes are one of the lengths BIP 39 knows, so there always is a phrase.
        if let Ok(mnemonic) = Mnemonic::from_entropy_in(LANGUAGE, &self.entropy[..]) {
            mnemonic.words().for_each(|word| out.push_str(word));
        }
        out
    }

    /// The twelve characters in three groups of four, as they are shown and copied.
    #[must_use]
    pub fn groups(&self) -> [Zeroizing<String>; 3] {
        let phrase = self.phrase();
        std::array::from_fn(|group| {
            let mut out = Zeroizing::new(String::with_capacity(CHARS));
            phrase
                .chars()
                .skip(group * 4)
                .take(4)
                .for_each(|c| out.push(c));
            out
        })
    }

    /// The same in digits, twelve groups of four, for whoever cannot write the characters.
    #[must_use]
    pub fn digits(&self) -> Zeroizing<String> {
        let mnemonic = Mnemonic::from_entropy_in(LANGUAGE, &self.entropy[..]);
        mnemonic.map_or_else(|_| Zeroizing::default(), |words| digits::write(&words))
    }

    /// The only thing the store keeps to find a mailbox: SHA-256 of the derived look-up id. No
    /// slow hash: 128 random bits cannot be tried through.
    #[must_use]
    pub fn lookup_hash(&self) -> [u8; 32] {
        let id: Zeroizing<[u8; 32]> = expand(&self.entropy[..], LABEL_LOOKUP, b"");
        Sha256::digest(&id[..]).into()
    }

    /// Public half of the mailbox key (X25519, RFC 7748): what answers are sealed to.
    #[must_use]
    pub fn mailbox_public(&self) -> [u8; 32] {
        PublicKey::from(&StaticSecret::from(*self.mailbox_secret())).to_bytes()
    }

    /// The secret half: opens what lies in the mailbox.
    #[must_use]
    pub fn mailbox_key(&self) -> MailboxKey {
        MailboxKey::new(self.mailbox_secret())
    }

    fn mailbox_secret(&self) -> Zeroizing<[u8; 32]> {
        expand(&self.entropy[..], LABEL_MAILBOX, b"")
    }

    /// The code a reward for the thread of this token is claimed with.
    #[must_use]
    pub fn claim_code(&self, token: &[u8; 16]) -> ClaimCode {
        ClaimCode::from_bits(&expand(&self.entropy[..], LABEL_REWARD, token))
    }
}

/// HKDF-SHA256 without salt; the info is label, a zero byte, context. No label holds a zero byte,
/// so no two uses meet.
fn expand<const N: usize>(key: &[u8], label: &str, context: &[u8]) -> Zeroizing<[u8; N]> {
    let mut out = Zeroizing::new([0; N]);
    let info = [label.as_bytes(), &[0], context];
    // Fails only beyond 255 hashes of output; the longest asked for here is one.
    let done = Hkdf::<Sha256>::new(None, key).expand_multi_info(&info, &mut out[..]);
    debug_assert!(done.is_ok());
    out
}

/// What people put between characters: blanks, ASCII and Chinese punctuation, dashes, dots,
/// invisible joiners that come with copy and paste.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || c.is_ascii_punctuation()
        || crate::text::is_hidden(c)
        || matches!(
            c,
            '\u{a0}'..='\u{bf}'
                | '\u{2000}'..='\u{206f}'
                | '\u{2190}'..='\u{2bff}'
                | '\u{3000}'..='\u{3004}'
                | '\u{3008}'..='\u{3020}'
                | '\u{3030}'
                | '\u{30fb}'
                | '\u{fe00}'..='\u{fe6f}'
                | '\u{ff01}'..='\u{ff0f}'
                | '\u{ff1a}'..='\u{ff20}'
                | '\u{ff3b}'..='\u{ff40}'
                | '\u{ff5b}'..='\u{ff65}'
        )
}
