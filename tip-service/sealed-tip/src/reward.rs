//! The claim code that the holder of a receipt shows, and the check the unit keeps.
