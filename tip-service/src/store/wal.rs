//! Looks at the write-ahead log before SQLite does. SQLite takes a log whose head is not right for an empty one and
//! writes over it, and with it over letters whose receipts were shown. After a power cut that cannot be: the head is
//! synced before the first letter behind it. So it is damage, and a human decides. Must never write.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::StoreError;

/// Bytes of the head: eight words, the last two a checksum of the first six (<https://sqlite.org/walformat.html>).
const HEAD: usize = 32;

/// Says whether the log beside the database at `path` is one that SQLite will read.
///
/// # Errors
/// [`StoreError::Log`] when its head is neither right nor empty.
pub fn check_log(path: &Path) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    let mut head = [0; HEAD];
    let read = File::open(Path::new(&name)).and_then(|mut log| log.read_exact(&mut head));
    // No log, or one that was just begun: nothing is in it.
    if read.is_err() || head == [0; HEAD] || is_right(&head) {
        Ok(())
    } else {
        Err(StoreError::Log)
    }
}

fn is_right(head: &[u8; HEAD]) -> bool {
    let words: Vec<[u8; 4]> = head
        .chunks_exact(4)
        .filter_map(|word| word.try_into().ok())
        .collect();
    let [magic, body @ .., first, second] = words.as_slice() else {
        return false;
    };
    let magic = u32::from_be_bytes(*magic);
    if magic & !1 != 0x377f_0682 {
        return false;
    }
    let order = |word: &[u8; 4]| match magic & 1 {
        1 => u32::from_be_bytes(*word),
        _ => u32::from_le_bytes(*word),
    };
    let mut sums = (0_u32, 0_u32);
    let mut all = vec![magic.to_be_bytes()];
    all.extend_from_slice(body);
    for pair in all.chunks_exact(2) {
        let [one, two] = pair else { return false };
        sums.0 = sums.0.wrapping_add(order(one)).wrapping_add(sums.1);
        sums.1 = sums.1.wrapping_add(order(two)).wrapping_add(sums.0);
    }
    sums == (u32::from_be_bytes(*first), u32::from_be_bytes(*second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_head_that_sqlite_wrote_is_right_and_any_changed_byte_makes_it_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tips.db");
        let capacity = super::super::Capacity {
            max_waiting: 1,
            min_free_mib: 0,
        };
        let _store = super::super::Store::open(&super::super::Place::Sqlite(path), capacity)
            .await
            .unwrap();
        let log = folder.path().join("tips.db-wal");
        let bytes = std::fs::read(&log).unwrap();
        assert!(bytes.len() > HEAD, "the migrations are in the log");
        let copy = folder.path().join("copy.db");
        let beside = folder.path().join("copy.db-wal");
        let says = |bytes: &[u8]| {
            std::fs::write(&beside, bytes).unwrap();
            check_log(&copy)
        };
        assert!(check_log(&copy).is_ok(), "no log");
        assert!(says(&bytes).is_ok(), "a good log");
        assert!(says(&bytes[..HEAD - 1]).is_ok(), "a log just begun");
        assert!(says(&[0; 4096]).is_ok(), "a log of zeros");
        for at in 0..HEAD {
            let mut bent = bytes.clone();
            bent[at] ^= 0x10;
            assert!(says(&bent).is_err(), "byte {at}");
        }
    }
}
