//! All tests of the crate from outside, in one program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise"
)]

mod armor;
mod canonical;
mod certs;
mod crafted;
mod desk;
mod digest;
mod entry;
mod foreign;
mod gpg;
mod issuers;
mod letter;
mod note;
mod packets;
mod photographs;
mod properties;
mod reading;
mod receipt;
mod reply;
mod reply_broken;
mod reply_keys;
mod reward;
mod seal;
mod self_words;
mod text;
mod tips;
mod unit_key;
mod weak_hashes;
mod wrong_keys;
