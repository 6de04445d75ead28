//! HMAC-SHA256 (RFC 2104), the one keyed hash of the service: form ids, content hashes, blinded clients.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Hashes `data` under `key`; `label` keeps uses of one key apart.
#[must_use]
pub fn keyed(key: &[u8], label: &str, data: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(label.as_bytes());
    mac.update(&[0]);
    mac.update(data);
    mac.finalize().into_bytes().into()
}
