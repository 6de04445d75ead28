//! What is read back out of our own letters, and of nothing else.

use sealed_tip::{letter_json, letter_photos, letter_service_cert, letter_text};

use crate::desk::{answerable, covered, entity, service_cert};
use crate::tips::bare;

#[test]
fn only_our_own_letters_are_read_back() {
    for other in [
        &b""[..],
        b"hello",
        b"Subject: x\r\n\r\nbody",
        "\u{0}\r\n\r\n".as_bytes(),
        &[0xff],
    ] {
        assert!(letter_text(other).is_none() && letter_json(other).is_none());
        assert!(letter_service_cert(other).is_none() && letter_photos(other).is_empty());
    }
}

#[test]
fn a_letter_that_takes_an_answer_gives_the_certificate_to_seal_it_to_and_no_other_does() {
    let service = service_cert();
    let letter = covered(&bare("一句话"), &answerable(&service, None));
    let given = letter_service_cert(&letter).unwrap();
    assert_eq!(given.trim_end(), service.trim_end());
    assert_eq!(letter_service_cert(&entity(&bare("一句话"))), None);
}
