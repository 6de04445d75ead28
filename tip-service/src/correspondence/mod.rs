//! The way back: what officers send, and the letters that answer and remind them. Takes a mail apart, believes only what
//! a unit's key signed, and never lets a line of the quoted tip through to the mailbox.

pub mod address;
pub mod automatic;
pub mod body;
pub mod bounce;
mod charset;
pub mod command;
mod covers;
mod encoded_word;
mod flowed;
mod forward;
pub mod html;
pub mod openpgp;
mod own_text;
pub mod parts;
mod receive;
mod refusal;
mod reminders;
mod signed;
mod transfer;

pub use covers::{Covers, Moments};
pub use receive::{Desk, Failure, Received};
pub use refusal::Refusal;
pub use reminders::Reminders;
