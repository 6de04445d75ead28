//! All tests of the crate from outside, in one program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise"
)]

mod bombs;
mod boxes;
mod colours;
mod damaged;
mod exiftool;
mod formats;
mod places;
mod refused;
mod samples;
mod sixty;
mod size;
mod tiff;
mod upright;
