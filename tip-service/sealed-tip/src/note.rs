//! Letters to a unit that are no tip: an answer, a reminder, a digest.
