//! HTML replies, down to plain text.
