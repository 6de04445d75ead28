//! Answers come in few sizes: who counts bytes learns neither which page of the door it was nor how much was typed.

use e2e::form::{FORM, Form, file_tip, look_up};
use e2e::http::Answer;
use e2e::install::Install;

/// Compressed answers of the form are a multiple of this.
const PACKED: usize = 12 << 10;
/// What is not compressed is a multiple of this.
const PLAIN: usize = 32 << 10;

/// The body as it was sent.
fn sent(answer: &Answer) -> usize {
    let length = answer.header("content-length").expect("a length");
    length.parse().expect("a number")
}

#[test]
fn the_form_the_receipt_and_the_form_that_comes_back_are_equally_long() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor().with_header("Accept-Encoding", "gzip");
    let answers = [
        ("the form", visitor.get(FORM)),
        (
            "a receipt",
            Form::fetch(&mut visitor).poppies("短").send(&mut visitor),
        ),
        (
            "another",
            Form::fetch(&mut visitor)
                .poppies(&"长".repeat(9_000))
                .send(&mut visitor),
        ),
        (
            "back",
            Form::fetch(&mut visitor)
                .text("place", "村东")
                .send(&mut visitor),
        ),
        (
            "unknown",
            Form::with_id("x").poppies("没有号码").send(&mut visitor),
        ),
        ("numbers", visitor.get("/tip/statistics/")),
    ];
    for (what, answer) in &answers {
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{what}");
        assert_eq!(sent(answer), PACKED, "{what}");
        answer.page().assert_site_layout(what);
    }
}

#[test]
fn without_compression_and_in_the_mailbox_answers_are_padded_too_errors_among_them() {
    let install = Install::new().with("limits.refuse_per_minute", 5);
    let service = install.start();
    let mut visitor = service.visitor();
    let receipt = file_tip(&mut visitor, "信箱的大小");
    let mut answers = vec![
        visitor.get(FORM),
        Form::fetch(&mut visitor).send(&mut visitor),
    ];
    let mut packing = service.visitor().with_header("Accept-Encoding", "gzip");
    for _ in 0..12 {
        answers.push(look_up(&mut packing, &receipt));
    }
    assert_eq!(answers.last().map(|answer| answer.status), Some(429));
    for answer in &answers {
        assert_eq!(answer.header("content-encoding"), None);
        assert_eq!(sent(answer) % PLAIN, 0, "{}", answer.status);
    }
}
