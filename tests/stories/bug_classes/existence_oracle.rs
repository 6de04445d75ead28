//! An answer that differs for a receipt that exists: elsewhere by its time or its salt. `lookups.rs` measures bytes and time of a
//! look-up; here every button of the mailbox page, on every sort of receipt, gives an answer of the same shape.

use e2e::dialogue::{self, strange_receipt};
use e2e::form::file_tip;
use e2e::install::Install;

#[test]
fn every_harmless_button_answers_alike_for_a_receipt_that_exists_was_deleted_or_never_was() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let found = file_tip(&mut visitor, "在的");
    let deleted = file_tip(&mut visitor, "删掉的");
    dialogue::delete(&mut visitor, &deleted);
    let receipts = [
        ("found", found),
        ("deleted", deleted),
        ("never", strange_receipt()),
    ];
    for (action, page) in [
        ("", ""),
        ("", "1"),
        ("", "99999"),
        ("", "-1"),
        ("delete", ""),
        ("nothing", ""),
    ] {
        let shapes = receipts.each_ref().map(|(what, receipt)| {
            let fields = [
                ("receipt", receipt.as_str()),
                ("action", action),
                ("page", page),
            ];
            let answer = dialogue::post(&mut visitor, &fields);
            let headers: Vec<_> = answer
                .headers
                .iter()
                .filter(|(name, _)| name != "date")
                .cloned()
                .collect();
            (what, (answer.status, headers, answer.wire))
        });
        for (what, shape) in &shapes {
            assert_eq!(shape, &shapes[0].1, "{action} {page}: {what} differs");
        }
    }
}
