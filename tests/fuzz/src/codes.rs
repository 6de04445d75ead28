//! What people copy by hand: receipts, claim codes, the names of forms and of letters.

use sealed_tip::{ClaimCode, Receipt};
use tip_service::id;
use tip_service::intake::{FORM_ID_CHARS, FormId};

/// Whatever is read is written so that it is read as the same again.
pub(crate) fn codes(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(receipt) = Receipt::parse(&text) {
        let groups = receipt.groups().map(|group| group.to_string());
        assert!(groups.iter().all(|group| group.chars().count() == 4));
        let again = Receipt::parse(&groups.join("·")).expect("its own characters");
        assert_eq!(again.phrase(), receipt.phrase());
        assert!(text.chars().count() >= 12);
    }
    if let Ok(code) = ClaimCode::parse(&text) {
        let again = ClaimCode::parse(&code.groups().join("-")).expect("its own digits");
        assert_eq!(again.groups(), code.groups());
    }
    if let Some(form) = FormId::parse(&text) {
        assert_eq!(text.len(), FORM_ID_CHARS);
        assert_eq!(form.as_bytes().len(), FORM_ID_CHARS / 4 * 3);
    }
    if let Some(letter) = id::parse(&text) {
        assert_eq!(id::parse(&id::hex(&letter)), Some(letter));
    }
}
