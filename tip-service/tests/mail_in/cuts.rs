//! Broken and hostile mail ends in an error, at once, and never in a panic.

use super::mails::{MESSAGE, multipart, pgp_mime};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tip_service::correspondence::address::token;
use tip_service::correspondence::automatic::is_automatic;
use tip_service::correspondence::body::{BodyError, to_crlf, words};
use tip_service::correspondence::bounce::failed_letters;
use tip_service::correspondence::openpgp::{Shape, ShapeError, shape};
use tip_service::correspondence::parts::headers;

fn everything(raw: &[u8]) -> Result<Shape, ShapeError> {
    if let Some(mail) = headers(raw) {
        let _ = token(&mail, None, "tips.example.invalid");
        let _ = is_automatic(&mail, "tips.example.invalid", "tips@tips.example.invalid");
        let _ = failed_letters(&mail, "tips.example.invalid");
    }
    let _ = words(raw);
    shape(&to_crlf(raw))
}

#[test]
fn mail_cut_or_changed_anywhere_never_panics() {
    let mut rng = StdRng::seed_from_u64(4);
    let text = "Content-Type: text/plain; charset=gb18030; format=flowed\nContent-Transfer-Encoding: quoted-printable\nSubject: =?gbk?Q?=CA=DC?= =?utf-8?B?5Y+X?=\n\n=CA=DC=C0=ED:\n> a \n> b =\n\n";
    let html = "Content-Type: text/html; charset*=utf-8''x; charset*0=a; charset*1=b\nContent-Transfer-Encoding: base64\n\nPHA+eDwvcD4=\n";
    let signed = multipart(
        "signed; protocol=\"application/pgp-signature\"",
        &[
            &multipart("mixed", &[]).replace("=_b", "c"),
            "Content-Type: application/pgp-signature\n\nx",
        ],
    );
    for mail in [
        pgp_mime(MESSAGE),
        signed,
        multipart("alternative", &[text, html]),
        multipart(
            "report; report-type=delivery-status",
            &[
                text,
                "Content-Type: message/delivery-status\n\nAction: failed\n",
                "Content-Type: message/rfc822\n\nMessage-ID: <x>\n\n",
            ],
        ),
    ] {
        let mail = mail.as_bytes();
        for _ in 0..200 {
            let cut = rng.gen_range(0..mail.len());
            let _ = everything(&mail[..cut]);
            let _ = everything(&mail[cut..]);
            let mut changed = mail.to_vec();
            for _ in 0..rng.gen_range(1..6) {
                let at = rng.gen_range(0..changed.len());
                changed[at] = rng.r#gen();
            }
            let _ = everything(&changed);
        }
    }
}

#[test]
fn an_encrypted_mail_cut_short_is_broken_or_not_openpgp() {
    let mail = pgp_mime(MESSAGE);
    for cut in 0..mail.trim_end().len() {
        let found = everything(&mail.as_bytes()[..cut]);
        assert!(
            matches!(found, Err(ShapeError::Broken) | Ok(Shape::Plain)),
            "cut at {cut}"
        );
    }
}

#[test]
fn deep_and_wide_mails_are_refused_at_once() {
    let deep: String = (0..1000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect();
    let ends: String = (0..1000).rev().map(|n| format!("\n--b{n}--\n")).collect();
    let deep = format!("{deep}\nx{ends}");
    assert_eq!(everything(deep.as_bytes()).err(), Some(ShapeError::TooDeep));
    assert_eq!(words(deep.as_bytes()).err(), Some(BodyError::TooDeep));
    let wide = multipart("mixed", &["\nx"; 101]);
    assert_eq!(everything(wide.as_bytes()).err(), Some(ShapeError::TooDeep));
    assert_eq!(words(wide.as_bytes()).err(), Some(BodyError::TooDeep));
}

#[test]
fn a_million_nested_messages_do_not_touch_the_stack() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(1_000_000);
    assert!(matches!(everything(nested.as_bytes()), Ok(Shape::Plain)));
    assert_eq!(words(nested.as_bytes()).err(), Some(BodyError::Attachment));
}

#[test]
fn an_endless_header_block_is_refused() {
    let long = format!("To: {}\n\nx", "a@example.invalid, ".repeat(20_000));
    assert!(headers(long.as_bytes()).is_none());
    assert_eq!(everything(long.as_bytes()).err(), Some(ShapeError::Broken));
}
