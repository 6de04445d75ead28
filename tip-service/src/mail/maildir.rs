//! Delivery into a Maildir tree, one folder a unit (<https://cr.yp.to/proto/maildir.html>), but for the file
//! name: the letter's own random name instead of time and host, so a repeated try replaces, never doubles.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::SendError;
use crate::clock;
use crate::id::{Id, hex};

pub(super) struct Maildir {
    root: PathBuf,
}

impl Maildir {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    pub(super) async fn put(
        &self,
        to: &str,
        id: &Id,
        day: u32,
        raw: Vec<u8>,
    ) -> Result<(), SendError> {
        let folder = self.root.join(to);
        let name = format!("{}.letter", hex(id));
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, day, &raw)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            _ => Err(SendError::Transient {
                code: 0,
                what: "the Maildir could not be written",
            }),
        }
    }
}

fn write(folder: &Path, name: &str, day: u32, raw: &[u8]) -> io::Result<()> {
    for sub in ["tmp", "new", "cur"] {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder.join(sub))?;
    }
    let tmp = folder.join("tmp").join(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&tmp)?;
    file.write_all(&unix_lines(raw))?;
    // The file's own date must not tell more than the letter's.
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(clock::day_start(day)))?;
    file.sync_all()?;
    let new = folder.join("new");
    fs::rename(&tmp, new.join(name))?;
    File::open(&new)?.sync_all()
}

/// Mail on disk ends its lines with LF.
fn unix_lines(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for (i, &byte) in raw.iter().enumerate() {
        if !(byte == b'\r' && raw.get(i + 1) == Some(&b'\n')) {
            out.push(byte);
        }
    }
    out
}
