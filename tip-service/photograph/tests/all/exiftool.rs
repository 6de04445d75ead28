//! Debian's exiftool: writes what cameras write, and tells what is left.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What a clean picture may have, by exiftool's names: size and colour.
const ALLOWED: [&str; 10] = [
    "File:FileType",
    "File:FileTypeExtension",
    "File:MIMEType",
    "File:ImageWidth",
    "File:ImageHeight",
    "File:EncodingProcess",
    "File:BitsPerSample",
    "File:ColorComponents",
    "File:YCbCrSubSampling",
    "Composite:ImageSize",
];
/// About the file on this disk and about exiftool, not about the picture.
const BESIDE: [&str; 4] = [
    "SourceFile",
    "ExifTool:ExifToolVersion",
    "Composite:Megapixels",
    "System:",
];

/// Runs exiftool once for many files; each item is the arguments for one of them.
pub(crate) fn write(all: &[Vec<String>], folder: &Path) {
    let mut lines = String::new();
    for args in all {
        lines.push_str("-overwrite_original\n-q\n-m\n-n\n");
        for arg in args {
            lines.push_str(arg);
            lines.push('\n');
        }
        lines.push_str("-execute\n");
    }
    let file = folder.join("args.txt");
    std::fs::write(&file, lines).unwrap();
    let output = run(&["-@".as_ref(), file.as_os_str()]);
    std::fs::remove_file(file).unwrap();
    assert!(!output.contains("Error"), "{output}");
}

/// For each file of a folder, by name: what it holds beyond size and colour.
pub(crate) fn beyond(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let args = ["-a", "-u", "-g1", "-j"].map(AsRef::as_ref);
    let told = run(&[&args[..], &[folder.as_os_str()]].concat());
    let files: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&told).unwrap();
    files
        .into_iter()
        .map(|file| {
            let source = file["SourceFile"].as_str().unwrap();
            let name = Path::new(source)
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            (name, odd(&file))
        })
        .collect()
}

fn odd(file: &serde_json::Map<String, serde_json::Value>) -> Vec<String> {
    let tags = file
        .iter()
        .flat_map(|(group, tags)| match tags.as_object() {
            None => vec![group.clone()],
            Some(tags) => tags.keys().map(|tag| format!("{group}:{tag}")).collect(),
        });
    tags.filter(|tag| !ALLOWED.contains(&&tag[..]) && !BESIDE.iter().any(|b| tag.starts_with(b)))
        .collect()
}

fn run(args: &[&std::ffi::OsStr]) -> String {
    let output = Command::new("exiftool")
        .args(args)
        .output()
        .expect("exiftool is installed (apt-get install libimage-exiftool-perl)");
    let mut told = String::from_utf8(output.stdout).unwrap();
    if !output.status.success() {
        told.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    told
}
