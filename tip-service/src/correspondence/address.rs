//! Which thread a mail is for: the token in its reply address.
