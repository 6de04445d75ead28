//! Our own letters read back, as `tip-service open` does with whatever lies in a mailbox.

use sealed_tip::{letter_json, letter_photos, letter_text};

/// What is read out of a letter stands in it.
pub(crate) fn letter(data: &[u8]) {
    let whole = String::from_utf8_lossy(data).replace("\r\n", "\n");
    for part in [letter_text(data), letter_json(data)].into_iter().flatten() {
        assert!(whole.contains(&part));
    }
    let photographs = letter_photos(data);
    let bytes: usize = photographs.iter().map(|jpeg| jpeg.len()).sum();
    assert!(bytes <= data.len());
}
