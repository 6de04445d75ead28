//! The officer's text in a signed MIME entity, in whatever charset it was written.
