//! A letter of ours that came back (RFC 3464).
