//! Takes anonymous tips, seals each at once to the responsible unit, and carries it there by mail.
//!
//! The modules in their order: right may use left, never the reverse (`tests/layers.rs` keeps it).
//! clock, entropy, mac, mark, id, catalogue, places, kinds, units → config → store | mail | limits → intake, delivery, correspondence,
//! purge, canary → http → app → cli.

pub mod catalogue;
pub mod clock;
pub mod entropy;
pub mod id;
pub mod kinds;
pub mod mac;
pub mod mark;
pub mod places;
pub mod sealing;
pub mod units;

pub mod config;

pub mod limits;
pub mod mail;
pub mod spool;
pub mod store;

pub mod canary;
pub mod correspondence;
pub mod delivery;
pub mod intake;
pub mod purge;

pub mod http;

pub mod app;

pub mod cli;
