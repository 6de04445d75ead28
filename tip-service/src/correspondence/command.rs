//! The first line of a reply: what the unit wants done.
