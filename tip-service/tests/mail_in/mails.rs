//! Outer mails of the programs officers use, and mails that must be refused for what stands beside the OpenPGP.

use super::shape_of;
use tip_service::correspondence::openpgp::ShapeError;

pub(crate) const MESSAGE: &str = "-----BEGIN PGP MESSAGE-----\n\nhF4DWm9yb2FzdGVyAAASAQdAq0J6\n=abcd\n-----END PGP MESSAGE-----\n";
const CLEARTEXT: &str = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n受理\n-----BEGIN PGP SIGNATURE-----\n\niHUEARYKAB0=\n=abcd\n-----END PGP SIGNATURE-----\n";
const HEAD: &str = "Return-Path: <desk@unit.example.invalid>\nDate: Tue, 24 Nov 2026 12:00:00 +0800\nMIME-Version: 1.0\nSubject: ...\nTo: reply+00112233445566778899aabbccddeeff@tips.example.invalid\nFrom: =?UTF-8?B?57yJ5q+S5aSn6Zif?= <desk@unit.example.invalid>\n";
const PAIR: &str = "Content-Type: application/pgp-encrypted\nContent-Description: PGP/MIME version identification\n\nVersion: 1\n";

/// As Thunderbird 115 to 140 write it.
pub(crate) fn pgp_mime(message: &str) -> String {
    format!(
        "{HEAD}User-Agent: Mozilla Thunderbird\nContent-Type: multipart/encrypted;\n protocol=\"application/pgp-encrypted\";\n boundary=\"------------Ri7sJ0wXv0iV\"\n\nThis is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n--------------Ri7sJ0wXv0iV\n{PAIR}\n--------------Ri7sJ0wXv0iV\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\nContent-Description: OpenPGP encrypted message\nContent-Disposition: inline; filename=\"encrypted.asc\"\n\n{message}\n--------------Ri7sJ0wXv0iV--\n"
    )
}

/// `kind` is multipart/`kind`; each part with its headers.
pub(crate) fn multipart(kind: &str, parts: &[&str]) -> String {
    let body: String = parts
        .iter()
        .map(|part| format!("--=_b\n{part}\n"))
        .collect();
    format!("{HEAD}Content-Type: multipart/{kind}; boundary=\"=_b\"\n\n{body}--=_b--\n")
}

fn octets(message: &str) -> String {
    format!(
        "Content-Type: application/octet-stream;\n\tname=\"encrypted.asc\"\nContent-Disposition: attachment; filename=\"encrypted.asc\"\n\n{message}"
    )
}

/// Base64 as Exchange re-codes it.
fn octets_base64() -> String {
    let body = "LS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0tCgpoRjREV205eWIyRnpkR1Z5QUFBU0FRZEFx\nMEo2Cj1hYmNkCi0tLS0tRU5EIFBHUCBNRVNTQUdFLS0tLS0K";
    format!(
        "Content-Type: application/octet-stream; name=\"encrypted.asc\"\nContent-Transfer-Encoding: base64\n\n{body}"
    )
}

type Mails = Vec<(&'static str, String)>;

fn pgp_mime_mails() -> Mails {
    let octets = octets(MESSAGE);
    let protocol = "encrypted; protocol=\"application/pgp-encrypted\"";
    let blank = "Content-Type: text/plain; charset=\"us-ascii\"\n\n\n";
    let empty = "Content-Type: text/html\n\n<html><body><p>&nbsp;</p></body></html>";
    let whole = format!(
        "Content-Type: multipart/encrypted; boundary=c\n\n--c\n{PAIR}\n--c\n{octets}\n--c--"
    );
    vec![
        ("Thunderbird", pgp_mime(MESSAGE)),
        ("K-9, GPGTools, mutt", multipart(protocol, &[PAIR, &octets])),
        (
            "no protocol named",
            multipart("encrypted", &[PAIR, &octets]),
        ),
        (
            "Exchange",
            multipart("mixed", &[blank, PAIR, &octets_base64()]),
        ),
        (
            "Exchange, empty HTML",
            multipart("mixed", &[empty, PAIR, &octets]),
        ),
        ("mailing list without footer", multipart("mixed", &[&whole])),
    ]
}

fn inline_mails() -> Mails {
    let inline = |encoding: &str, body: &str| {
        format!(
            "{HEAD}Content-Type: text/plain; charset=\"gb2312\"\nContent-Transfer-Encoding: {encoding}\n\n{body}"
        )
    };
    let text = format!("Content-Type: text/plain; charset=GBK\n\n{MESSAGE}");
    let key =
        "Content-Type: application/pgp-keys; name=k.asc\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----";
    let html = format!(
        "Content-Type: text/html; charset=GBK\n\n<div style=\"line-height:1.7\"><div>{}</div></div>",
        MESSAGE.replace('\n', "</div>\n<div>&nbsp;")
    );
    vec![
        ("inline", inline("7bit", MESSAGE)),
        (
            "inline, quoted-printable",
            inline("quoted-printable", &MESSAGE.replace('=', "=3D")),
        ),
        ("inline, with a key", multipart("mixed", &[&text, key])),
        (
            "old mutt",
            format!("{HEAD}Content-Type: application/pgp; x-action=encrypt\n\n{MESSAGE}"),
        ),
        (
            "163 webmail, pasted",
            multipart("alternative", &[&text, &html]),
        ),
    ]
}

#[test]
fn encrypted_mails_of_every_program_are_found() {
    for (program, mail) in pgp_mime_mails().into_iter().chain(inline_mails()) {
        let (shape, found) = shape_of(&mail).unwrap_or_else(|error| panic!("{program}: {error}"));
        assert_eq!(
            (shape, found.trim()),
            ("encrypted", MESSAGE.trim()),
            "{program}"
        );
    }
}

#[test]
fn anything_beside_the_openpgp_is_refused() {
    let signed = "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=c\n\n--c\nContent-Type: text/plain\n\nclose: done\n--c\nContent-Type: application/pgp-signature\n\nx\n--c--";
    let footer = "Content-Type: text/plain\n\n_______\nour list";
    let text = |body: &str| format!("Content-Type: text/plain\n\n{body}");
    let octets = octets(MESSAGE);
    for mail in [
        multipart("mixed", &[signed, footer]),
        multipart("mixed", &[footer, signed]),
        multipart("mixed", &[signed, signed]),
        multipart("mixed", &[footer, PAIR, &octets]),
        multipart("mixed", &[PAIR, &octets, footer]),
        multipart("mixed", &[&text(CLEARTEXT), footer]),
        multipart(
            "mixed",
            &[
                &text(MESSAGE),
                "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K",
            ],
        ),
        multipart(
            "mixed",
            &["Content-Type: message/rfc822\n\nSubject: x\n\nx", signed],
        ),
        multipart(
            "alternative",
            &[&text(MESSAGE), "Content-Type: text/html\n\n<p>受理</p>"],
        ),
        multipart(
            "signed; protocol=\"application/pgp-signature\"",
            &[
                footer,
                "Content-Type: application/pgp-signature\n\nx",
                footer,
            ],
        ),
        multipart(
            "encrypted; protocol=\"application/pgp-encrypted\"",
            &[PAIR, &octets, footer],
        ),
        multipart(
            "related",
            &[signed, "Content-Type: text/html\n\n<img src=x>"],
        ),
    ] {
        assert_eq!(shape_of(&mail), Err(ShapeError::Outside), "{mail}");
    }
}

#[test]
fn mails_without_openpgp_are_plain_and_damaged_ones_are_refused() {
    let text = |body: &str| format!("{HEAD}Content-Type: text/plain; charset=utf-8\n\n{body}");
    for mail in [
        text("受理\n"),
        text("> -----BEGIN PGP MESSAGE-----\n> quoted\n"),
        multipart("mixed", &["\nhello", "Content-Type: image/png\n\nx"]),
        multipart(
            "signed; protocol=\"application/pkcs7-signature\"",
            &["\nhello", "Content-Type: application/pkcs7-signature\n\nx"],
        ),
        String::new(),
    ] {
        assert_eq!(shape_of(&mail).map(|found| found.0), Ok("plain"), "{mail}");
    }
    for mail in [
        text("-----BEGIN PGP MESSAGE-----\n\nhF4D\n"),
        text("-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----END PGP SIGNATURE-----\n"),
        pgp_mime(MESSAGE).replace("iV--\n", "iV"),
        multipart(
            "encrypted; protocol=\"application/pgp-encrypted\"",
            &[&octets(MESSAGE)],
        ),
        multipart(
            "encrypted; protocol=\"application/pgp-encrypted\"",
            &[&octets(MESSAGE), PAIR],
        ),
        multipart(
            "signed; protocol=\"application/pgp-signature\"",
            &["\nx", "\ny"],
        ),
        multipart("mixed", &["\nx"]).replace("boundary", "border"),
        text(MESSAGE).replacen("Content-Type", "Content-Type: text/html\nContent-Type", 1),
    ] {
        assert_eq!(shape_of(&mail), Err(ShapeError::Broken), "{mail}");
    }
}
