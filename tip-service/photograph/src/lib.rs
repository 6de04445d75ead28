//! Makes a picture safe to pass on: decoded within limits, turned upright, written anew as a bare JPEG, so that
//! nothing but what is seen is left.
//!
//! Pure: no file, clock or chance of its own. Must never hand out a byte of the original, and never panic, whatever it
//! is given.

mod budget;
mod colour;
mod decode;
mod exif;
mod found;
mod jpeg;
mod lossless;
mod png;
mod shrink;
mod sniff;
mod upright;
mod webp;
mod write;

use std::panic::catch_unwind;

use zeroize::Zeroizing;

use crate::exif::Exif;
use crate::sniff::Format;

/// Longest picture that is looked at, in bytes.
pub const MAX_BYTES: usize = 10 << 20;

/// Longest cleaned picture, in bytes: a letter holds at least one, and ordinary mail servers take the letter.
pub const JPEG_MAX_BYTES: usize = 2_900_000;

/// A picture that holds nothing but what is seen. No Debug: it is somebody's evidence.
pub struct Photograph {
    /// JPEG without any metadata segment, at most [`JPEG_MAX_BYTES`]; wiped when dropped.
    pub jpeg: Zeroizing<Vec<u8>>,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// Where it was taken, if the picture said so; not in `jpeg`.
    pub coordinates: Option<Coordinates>,
    /// What the original held besides the picture, in a fixed order, each once.
    pub removed: Vec<Removed>,
    /// The picture was made smaller to fit [`JPEG_MAX_BYTES`].
    pub smaller: bool,
}

/// A place as the camera saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north of the equator (WGS 84), -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich (WGS 84), -180 to 180.
    pub longitude: f64,
}

/// Kinds of things that are left out, for the page that tells the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Removed {
    /// Where it was taken.
    Place,
    /// When it was taken or changed.
    Time,
    /// Maker, model, serial number, lens, maker notes.
    Device,
    /// A small copy, which may show what was cut off.
    Thumbnail,
    /// Author, title, keywords, comments, edit history (EXIF, XMP, IPTC, PNG text).
    Words,
    /// A colour profile.
    Profile,
    /// Bytes behind the picture's end, or in places no decoder shows.
    Trailing,
    /// Every picture of an animation but the first.
    Frames,
}

/// Why a picture was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than [`MAX_BYTES`].
    #[error("the file is too long")]
    TooLong,
    /// More pixels (or memory to decode) than are taken.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// HEIC, HEIF or AVIF: pictures, but not ones that can be read here.
    #[error("the picture is HEIC or AVIF")]
    Heic,
    /// A film.
    #[error("the file is a film")]
    Film,
    /// PDF or an office document.
    #[error("the file is a document")]
    Document,
    /// Something else, or nothing at all.
    #[error("the file is no picture that is known")]
    Unknown,
    /// JPEG, PNG or WebP by its beginning, but it cannot be read to its end.
    #[error("the picture is damaged")]
    Broken,
}

/// Cleans one picture, whatever its name or declared type said.
///
/// The decoders are given a copy that holds nothing but the picture's own pieces (tables, pixels), the first picture of
/// an animation only. Transparent parts become white, CMYK and 16 bits a channel become 8-bit RGB. A colour profile
/// that is a plain matrix and curves is applied; any other is dropped and the numbers stay as they are.
///
/// # Errors
/// [`Refusal`], never more than a kind: no part of the input.
pub fn clean(raw: &[u8]) -> Result<Photograph, Refusal> {
    if raw.len() > MAX_BYTES {
        return Err(Refusal::TooLong);
    }
    // Foreign decoders on foreign bytes: whatever they do, the service goes on.
    catch_unwind(|| cleaned(raw)).unwrap_or(Err(Refusal::Broken))
}

fn cleaned(raw: &[u8]) -> Result<Photograph, Refusal> {
    let format = sniff::format(raw)?;
    let (found, decode): (_, fn(&found::Found<'_>) -> _) = match format {
        Format::Jpeg => (jpeg::take_apart(raw)?, decode::jpeg),
        Format::Png => (png::take_apart(raw)?, decode::png),
        Format::Webp => (webp::take_apart(raw)?, decode::webp),
    };
    budget::check(&found.frame)?;
    let exif = Exif::new(found.exif.unwrap_or_default());
    let mut removed = found.removed.clone();
    removed.extend(exif.holds());
    let mut pixels = decode(&found).ok_or(Refusal::Broken)?;
    if let Some(profile) = pixels.profile.take().or_else(|| found.profile.clone()) {
        colour::to_srgb(&profile, &mut pixels);
    }
    drop(found);
    let written = write::jpeg(pixels, exif.turn())?;
    Ok(Photograph {
        jpeg: written.jpeg,
        width: written.width,
        height: written.height,
        coordinates: exif.coordinates(),
        removed: removed.into_iter().collect(),
        smaller: written.smaller,
    })
}
