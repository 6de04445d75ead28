//! A picture file taken apart: the pieces that make the picture, and what else lay in it.
//!
//! Never holds a foreign file whole: only what a decoder must have is copied, the rest is named.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::Removed;

/// A file taken apart.
pub(crate) struct Found<'a> {
    /// The picture and nothing else, in the file's own format.
    pub(crate) picture: Zeroizing<Vec<u8>>,
    pub(crate) frame: Frame,
    /// A TIFF block, without any prefix.
    pub(crate) exif: Option<&'a [u8]>,
    /// An ICC profile, uncompressed.
    pub(crate) profile: Option<Vec<u8>>,
    /// Kinds of things that are not in `picture`, but for what `exif` holds.
    pub(crate) removed: BTreeSet<Removed>,
}

/// What the header says of the picture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Pixels, as stored.
    pub(crate) width: u32,
    /// Pixels, as stored.
    pub(crate) height: u32,
    /// Bytes that decoding takes at most, the decoder's own buffers included.
    pub(crate) memory: u64,
}

/// Notes what a block of XMP tells; its words are not read but for the names of the properties.
pub(crate) fn xmp(block: &[u8], removed: &mut BTreeSet<Removed>) {
    let has = |names: &[&str]| names.iter().any(|name| holds(block, name.as_bytes()));
    removed.insert(Removed::Words);
    if has(&["GPSLatitude", "GPSLongitude", "GPSPosition"]) {
        removed.insert(Removed::Place);
    }
    if has(&["CreateDate", "ModifyDate", "DateTime", "DateCreated"]) {
        removed.insert(Removed::Time);
    }
    if has(&["tiff:Make", "tiff:Model", "SerialNumber", "CreatorTool"]) {
        removed.insert(Removed::Device);
    }
    if has(&["Thumbnails", "GImage:Data"]) {
        removed.insert(Removed::Thumbnail);
    }
}

/// True when `needle` is somewhere in `haystack`.
pub(crate) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

/// The first `N` bytes at `at`.
pub(crate) fn bytes<const N: usize>(from: &[u8], at: usize) -> Option<[u8; N]> {
    from.get(at..)?.first_chunk::<N>().copied()
}
