//! The waiting room on disk: a photograph is longer than a thousand uploads may hold in memory, so its bytes wait in
//! a file without a name, encrypted under a key that exists in memory alone and is wiped with the last handle.
//!
//! Must never write a byte in plain, give a file a name, or take the disk space that letters need.

mod file;

pub use file::{Waiting, Writing};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::statvfs::statvfs;

use crate::entropy::Entropy;

/// Files that wait at one time: each is an open descriptor.
const FILES_MAX: u64 = 600;

/// Free disk space beyond what the store itself wants, in MiB: words go before photographs.
const MARGIN_MIB: u64 = 64;

/// How much of the room a sender may find taken and still be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// Half: whoever is beyond a budget leaves the rest to others.
    Half,
}

/// Why something cannot wait here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// The room is taken, or the disk is nearly full.
    #[error("no room for photographs")]
    Full,
    /// The file system said no.
    #[error("the spool cannot be written or read: {0}")]
    Io(#[from] std::io::Error),
    /// What was read is not what was written.
    #[error("a waiting photograph was changed on disk")]
    Changed,
}

/// The room.
pub struct Spool {
    folder: PathBuf,
    min_free_mib: u64,
    entropy: Arc<Entropy>,
    taken: Arc<Taken>,
}

impl Spool {
    /// A room of `mib` MiB in `folder`, which must exist; closed while less than `min_free_mib` (and a margin) is
    /// free there.
    #[must_use]
    pub fn new(folder: &Path, mib: u64, min_free_mib: u64, entropy: Arc<Entropy>) -> Self {
        Self {
            folder: folder.to_path_buf(),
            min_free_mib,
            entropy,
            taken: Arc::new(Taken {
                most: mib << 20,
                bytes: AtomicU64::new(0),
                files: AtomicU64::new(0),
            }),
        }
    }

    /// Opens a new nameless file. Blocks for a moment.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn begin(&self, share: Share) -> Result<Writing, SpoolError> {
        if !self.has_space() {
            return Err(SpoolError::Full);
        }
        let place = Place::take(&self.taken, share)?;
        let file = tempfile::tempfile_in(&self.folder)?;
        Ok(Writing::new(file, self.entropy.bytes(), place))
    }

    /// Puts all of `bytes` away at once. Blocks.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn put(&self, bytes: &[u8], share: Share) -> Result<Waiting, SpoolError> {
        let mut writing = self.begin(share)?;
        writing.push(bytes)?;
        writing.finish()
    }

    /// Bytes that wait now, as they lie on disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.taken.bytes.load(Ordering::Relaxed)
    }

    fn has_space(&self) -> bool {
        let Ok(fs) = statvfs(&self.folder) else {
            return true;
        };
        let free = fs.blocks_available().saturating_mul(fs.fragment_size());
        free >> 20 >= self.min_free_mib + MARGIN_MIB
    }
}

/// What is in use.
struct Taken {
    most: u64,
    bytes: AtomicU64,
    files: AtomicU64,
}

/// One file's part of the room, given back when dropped.
struct Place {
    taken: Arc<Taken>,
    share: Share,
    bytes: u64,
}

impl Place {
    fn take(taken: &Arc<Taken>, share: Share) -> Result<Self, SpoolError> {
        // Counted first: `drop` takes it back whatever comes of it.
        let place = Self {
            taken: taken.clone(),
            share,
            bytes: 0,
        };
        let files = taken.files.fetch_add(1, Ordering::Relaxed) + 1;
        if files > place.of(FILES_MAX) {
            return Err(SpoolError::Full);
        }
        Ok(place)
    }

    fn grow(&mut self, by: u64) -> Result<(), SpoolError> {
        self.bytes += by;
        let bytes = self.taken.bytes.fetch_add(by, Ordering::Relaxed) + by;
        if bytes > self.of(self.taken.most) {
            return Err(SpoolError::Full);
        }
        Ok(())
    }

    fn of(&self, most: u64) -> u64 {
        match self.share {
            Share::Whole => most,
            Share::Half => most / 2,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.taken.files.fetch_sub(1, Ordering::Relaxed);
    }
}
