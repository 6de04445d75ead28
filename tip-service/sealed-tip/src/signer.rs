//! Which keys of a certificate may sign a reply.
