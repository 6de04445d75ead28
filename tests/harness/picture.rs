//! Photographs as telephones make them: real JPEG, as large as wanted, with what exiftool writes into it.

use std::path::{Path, PathBuf};
use std::process::Command;

use jpeg_encoder::{ColorType, Encoder};
use tempfile::TempDir;

use crate::machine::run;
use crate::machine::words;

/// What a telephone leaves in a picture, as exiftool's arguments.
const OF_A_TELEPHONE: [&str; 8] = [
    "-GPSLatitude=42.681234",
    "-GPSLatitudeRef=N",
    "-GPSLongitude=125.512345",
    "-GPSLongitudeRef=E",
    "-Make=Fernsprecher",
    "-Model=Modell-7731",
    "-DateTimeOriginal=2026:07:11 21:43:07",
    "-ImageDescription=Hinter-dem-Haus-7731",
];

/// A JPEG of so many pixels; `noise` from 0 (smooth) to 255 says how much there is to store, `seed` makes it another.
pub fn jpeg(width: u16, height: u16, noise: u8, seed: u32) -> Vec<u8> {
    let mut chance = seed.wrapping_mul(2_654_435_761) | 1;
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (chance >> 16) % (u32::from(noise) + 1);
            let smooth = [x / 16 + seed * 40, y / 16, (x + y) / 32];
            pixels.extend(smooth.map(|value| (value % 128 + grain / 2) as u8));
        }
    }
    let mut out = Vec::new();
    Encoder::new(&mut out, 92)
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("a JPEG");
    out
}

/// The same picture with place, time, device and words in it.
pub fn of_a_telephone(jpeg: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = put(&folder, "a.jpg", jpeg);
    let mut exiftool = Command::new("exiftool");
    exiftool.args(["-q", "-n", "-overwrite_original"]);
    let done = run(exiftool.args(OF_A_TELEPHONE).arg(&path));
    assert!(done.status.success(), "exiftool: {}", words(&done));
    std::fs::read(path).expect("the picture")
}

/// All that exiftool finds in a picture, a line each, but for what it says about the file and the picture itself.
pub fn metadata(picture: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = put(&folder, "b.jpg", picture);
    let mut exiftool = Command::new("exiftool");
    exiftool.args(["-a", "-u", "-G1", "-s", "-ee", "--System:all", "--File:all"]);
    let said = run(exiftool
        .args(["--ExifTool:all", "--Composite:all"])
        .arg(path));
    words(&said)
}

/// A picture as a file of this name, for a browser to choose.
pub fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path: &Path = folder.path();
    let path = path.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}
