//! The way back: what officers send, and the letters that answer them. Takes a mail apart, believes only what a
//! unit's key signed, and never lets a line of the quoted tip through to the mailbox.

mod address;
mod automatic;
mod body;
mod bounce;
pub mod command;
pub mod html;
mod openpgp;
mod own_text;
