//! One waiting file: pieces of 64 KiB, each sealed with ChaCha20-Poly1305 (RFC 8439) under the file's own key, the
//! nonce being the piece's number. A key seals one file, once, so no nonce comes twice.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use zeroize::{Zeroize, Zeroizing};

use super::{Place, SpoolError};

/// Plain bytes in a piece.
const PIECE: usize = 64 << 10;
/// What sealing adds to each.
const TAG: usize = 16;

/// A file being written.
pub struct Writing {
    file: File,
    cipher: ChaCha20Poly1305,
    /// Room for a whole sealed piece: never grows, so no copy is left behind unwiped.
    piece: Zeroizing<Vec<u8>>,
    pieces: u64,
    length: usize,
    place: Place,
}

/// A file that waits; gone with its last handle.
pub struct Waiting {
    file: File,
    cipher: ChaCha20Poly1305,
    length: usize,
    _place: Place,
}

impl Writing {
    pub(super) fn new(file: File, mut key: [u8; 32], place: Place) -> Self {
        let cipher = ChaCha20Poly1305::new(&key.into());
        key.zeroize();
        Self {
            file,
            cipher,
            piece: Zeroizing::new(Vec::with_capacity(PIECE + TAG)),
            pieces: 0,
            length: 0,
            place,
        }
    }

    /// Plain bytes so far.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether taking `more` bytes touches the disk.
    #[must_use]
    pub fn will_write(&self, more: usize) -> bool {
        self.piece.len() + more >= PIECE
    }

    /// Takes bytes; blocks when a piece is full.
    ///
    /// # Errors
    /// [`SpoolError`]; the file is of no use then.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), SpoolError> {
        while !bytes.is_empty() {
            let room = PIECE - self.piece.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            self.length += now.len();
            bytes = later;
            if self.piece.len() == PIECE {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Writes the rest.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn finish(mut self) -> Result<Waiting, SpoolError> {
        if !self.piece.is_empty() {
            self.write()?;
        }
        Ok(Waiting {
            file: self.file,
            cipher: self.cipher,
            length: self.length,
            _place: self.place,
        })
    }

    fn write(&mut self) -> Result<(), SpoolError> {
        let sealed = self
            .cipher
            .encrypt_in_place(&nonce(self.pieces), b"", &mut *self.piece);
        sealed.map_err(|_| SpoolError::Changed)?;
        self.place.grow(self.piece.len() as u64)?;
        self.file.write_all(&self.piece)?;
        // Sealed in place: there is nothing plain left in it.
        self.piece.clear();
        self.pieces += 1;
        Ok(())
    }
}

impl Waiting {
    /// Plain bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// All of it, in memory that is wiped. Blocks.
    ///
    /// # Errors
    /// [`SpoolError::Changed`] when the disk gave back something else.
    pub fn open(&self) -> Result<Zeroizing<Vec<u8>>, SpoolError> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.length));
        let mut piece = Zeroizing::new(Vec::with_capacity(PIECE + TAG));
        let mut number = 0;
        while out.len() < self.length {
            let sealed = PIECE.min(self.length - out.len()) + TAG;
            piece.resize(sealed, 0);
            let at = number * (PIECE + TAG) as u64;
            self.file.read_exact_at(&mut piece, at)?;
            self.cipher
                .decrypt_in_place(&nonce(number), b"", &mut *piece)
                .map_err(|_| SpoolError::Changed)?;
            out.extend_from_slice(&piece);
            number += 1;
        }
        Ok(out)
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
        *to = from;
    }
    nonce.into()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::sync::Arc;

    use super::super::{Share, Spool};
    use super::*;
    use crate::entropy::Entropy;

    fn spool(folder: &tempfile::TempDir, mib: u64) -> Spool {
        Spool::new(folder.path(), mib, 0, Arc::new(Entropy::from_seed([3; 32])))
    }

    #[test]
    fn what_waits_comes_back_whole_whatever_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(&folder, 8);
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 777] {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let mut writing = spool.begin(Share::Whole).unwrap();
            for chunk in bytes.chunks(10_007) {
                writing.push(chunk).unwrap();
            }
            assert_eq!(*writing.finish().unwrap().open().unwrap(), bytes);
        }
        assert_eq!(spool.bytes(), 0, "all of the room is given back");
    }

    #[test]
    fn the_disk_holds_no_plain_byte_and_the_folder_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let text = "村东头的大棚".repeat(9_000);
        let waiting = spool(&folder, 8)
            .put(text.as_bytes(), Share::Whole)
            .unwrap();
        let link = format!("/proc/self/fd/{}", waiting.file.as_raw_fd());
        let on_disk = std::fs::read(&link).unwrap();
        assert!(on_disk.len() > text.len());
        let needle = "大棚".as_bytes();
        assert!(!on_disk.windows(needle.len()).any(|w| w == needle));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_changed_byte_on_disk_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let waiting = spool(&folder, 8).put(&[7; 100_000], Share::Whole).unwrap();
        waiting.file.write_all_at(&[0], 70_000).unwrap();
        assert!(matches!(waiting.open(), Err(SpoolError::Changed)));
    }

    #[test]
    fn a_full_room_says_so_and_half_of_it_is_kept_for_those_within_their_budget() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(&folder, 1);
        let first = spool.put(&[1; 400 << 10], Share::Half).unwrap();
        let beyond = spool.put(&[1; 200 << 10], Share::Half);
        assert!(matches!(beyond, Err(SpoolError::Full)));
        let second = spool.put(&[1; 200 << 10], Share::Whole).unwrap();
        let third = spool.put(&[1; 500 << 10], Share::Whole);
        assert!(matches!(third, Err(SpoolError::Full)));
        drop((first, second));
        assert!(spool.put(&[1; 500 << 10], Share::Half).is_ok());
    }
}
