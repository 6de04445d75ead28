//! What the OpenPGP held, as programs write it: the words are found, in their charset, with nothing dropped.

use super::mails::multipart;
use tip_service::correspondence::body::{BodyError, words};

const THUNDERBIRD: &str = "Content-Type: multipart/mixed; boundary=\"------------o1\";\n protected-headers=\"v1\"\nSubject: =?UTF-8?B?UmU6IOWPl+eQhg==?=\nFrom: desk@unit.example.invalid\nMessage-ID: <3c1f@unit.example.invalid>\n\n--------------o1\nContent-Type: multipart/mixed; boundary=\"------------o2\"\n\n--------------o2\nContent-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes\nContent-Transfer-Encoding: base64\n\n5Y+X55CG77yaCuW3sua0viAK5ZGY44CCCj4g55SyIAo+IOS5mQo=\n\n--------------o2\nContent-Type: application/pgp-keys; name=\"OpenPGP_0xAA.asc\"\nContent-Disposition: attachment; filename=\"OpenPGP_0xAA.asc\"\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n--------------o2--\n\n--------------o1--\n";
const ENIGMAIL: &str = "Content-Type: multipart/mixed; boundary=\"e1\"; protected-headers=\"v1\"\nSubject: =?gb2312?B?ytzA7Q==?=\n\n--e1\nContent-Type: text/rfc822-headers; protected-headers=\"v1\"\nContent-Disposition: inline\n\nSubject: secret\n\n--e1\nContent-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: quoted-printable\n\n=CA=DC=C0=ED=A3=BA\n=D2=D1=C5=C9=D4=B1=\n=A1=A3\n--e1--\n";
const K9: &str = "Content-Type: multipart/alternative; boundary=k; protected-headers=\"v1\"\nSubject: ok\n\n--k\nContent-Type: text/plain;\n charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E5=8F=97=E7=90=86=EF=BC=9A\n\n--k\nContent-Type: text/html;\n charset=klingon\n\n<p>x</p>\n--k--\n";
const MUTT: &str = "Content-Type: text/plain; protected-headers=\"v1\"; charset=big5\nSubject: Re: x\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\nqPyyeqFHCg==\n";
const GPGOL: &str = "Content-Type: multipart/mixed; boundary=\"=-=g\"\n\n--=-=g\nContent-Type: multipart/alternative; boundary=\"=-=h\"\n\n--=-=h\nContent-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: 8bit\n\n \u{a0}\n--=-=h\nContent-Type: text/html; charset=\"gbk\"\nContent-Transfer-Encoding: quoted-printable\n\n<p>=CA=DC=C0=ED</p>\n--=-=h--\n\n--=-=g\nContent-Type: text/plain\n\n\n--=-=g--\n";
const APPLE: &str = "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain;\n\tcharset=iso-2022-jp\n\n=1B$B<uM}!'=1B(B\n";
const RFC_9788: &str = "Subject: s\nContent-Type: text/plain; charset=\"utf-8\"; hp-legacy-display=\"1\"; hp=\"cipher\"\n\nSubject: s\n\naccept:\n";

#[test]
fn the_words_are_found_in_what_every_program_writes() {
    for (program, entity, html, text, subject) in [
        (
            "Thunderbird",
            THUNDERBIRD,
            false,
            "受理：\n已派员。\n> 甲乙\n",
            "Re: 受理",
        ),
        ("Enigmail", ENIGMAIL, false, "受理：\n已派员。\n", "受理"),
        ("K-9", K9, false, "受理：\n", "ok"),
        ("mutt", MUTT, false, "受理：\n", "Re: x"),
        ("GpgOL", GPGOL, true, "<p>受理</p>", ""),
        ("Apple Mail", APPLE, false, "受理：\n", ""),
        ("RFC 9788", RFC_9788, false, "accept:\n", "s"),
        (
            "gpg on a text",
            "ask: where?\nwhen: soon\n\nname",
            false,
            "ask: where?\nwhen: soon\n\nname\n",
            "",
        ),
        (
            "gpg on a text",
            "\n\n受理：\r\n已派员。",
            false,
            "\n\n受理：\n已派员。\n",
            "",
        ),
        (
            "a header of its own",
            "MIME-Version: 1.0\n\n受理",
            false,
            "受理\n",
            "",
        ),
    ] {
        let found = words(entity.as_bytes()).unwrap_or_else(|error| panic!("{program}: {error}"));
        let found = (
            found.html,
            found.text.trim_end_matches('\r').to_owned(),
            found.subject.to_string(),
        );
        assert_eq!(
            found,
            (html, text.to_owned(), subject.to_owned()),
            "{program}"
        );
    }
}

#[test]
fn nothing_is_dropped_in_silence() {
    let text = "Content-Type: text/plain\n\nclose: done";
    for beside in [
        "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n/9j/4AAQ",
        "Content-Type: application/octet-stream\n\nx",
        "Content-Type: message/rfc822\n\nSubject: x\n\nx",
        "Content-Type: text/plain; name=list.txt\n\nx",
        "Content-Type: text/plain\nContent-Disposition: attachment\n\nx",
        "Content-Type: text/html\nContent-Disposition: attachment; filename=x.html\n\nx",
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR",
        "Content-Type: text/rfc822-headers\n\nSubject: x",
    ] {
        for kind in [
            "mixed",
            "related",
            "alternative",
            "mixed; protected-headers=v1",
            "report",
        ] {
            let entity = multipart(kind, &[text, beside]);
            assert_eq!(
                words(entity.as_bytes()).err(),
                Some(BodyError::Attachment),
                "{entity}"
            );
        }
    }
    let two = multipart("mixed", &[text, "Content-Type: text/html\n\n<p>more</p>"]);
    assert_eq!(words(two.as_bytes()).err(), Some(BodyError::Several));
    let html = "Content-Type: text/html\n\n<p>more</p>";
    assert_eq!(
        words(multipart("mixed", &[html, html]).as_bytes()).err(),
        Some(BodyError::Several)
    );
    let apart = "Content-Type: text/plain; protected-headers=v1\n\n现场已查，无异常\n";
    let both = multipart("mixed; protected-headers=v1", &[text, apart]);
    assert_eq!(
        words(both.as_bytes()).unwrap().text.as_str(),
        "close: done\n现场已查，无异常\n"
    );
    for mute in [
        "Content-Type: text/x-moz-deleted; name=gone\n\nremoved",
        "Content-Type: application/pgp-signature; name=s.asc\n\nx",
        "Content-Type: image/png; name=x.png\n\n\n",
    ] {
        let found = words(multipart("mixed", &[text, mute]).as_bytes()).unwrap();
        assert_eq!(found.text.as_str(), "close: done\n");
    }
}

#[test]
fn what_cannot_be_read_for_certain_is_refused() {
    let charset = |label: &str| Some(BodyError::Charset(label.to_owned()));
    for (entity, error) in [
        (
            &b"Content-Type: text/plain; charset=iso-2022-cn\n\n\x1b$)A\x0eJ\\@m\x0f"[..],
            charset("iso-2022-cn"),
        ),
        (
            b"Content-Type: text/plain; charset=HZ-GB-2312\n\n~{J\\@m~}",
            charset("hz-gb-2312"),
        ),
        (
            b"Content-Type: text/plain; charset=utf-8\n\n\xca\xdc\xc0\xed",
            charset("utf-8"),
        ),
        (
            b"Content-Type: text/plain\n\n\xca\xdc\xc0\xed",
            charset("us-ascii"),
        ),
        (b"\xca\xdc\xc0\xed", charset("us-ascii")),
        (
            b"Content-Type: text/html; charset=klingon\n\n<p>x</p>",
            charset("klingon"),
        ),
        (
            b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n5Y+X5",
            Some(BodyError::Broken),
        ),
        (
            b"Content-Type: text/plain\nContent-Transfer-Encoding: x-uu\n\nx",
            Some(BodyError::Broken),
        ),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\ncut",
            Some(BodyError::Broken),
        ),
        (
            b"Content-Type: text/plain\n\n \t\n",
            Some(BodyError::NoText),
        ),
        (
            b"Content-Type: text/html\n\n<p>&nbsp;</p>",
            Some(BodyError::NoText),
        ),
        (b"", Some(BodyError::NoText)),
    ] {
        assert_eq!(
            words(entity).err(),
            error,
            "{}",
            String::from_utf8_lossy(entity)
        );
    }
}
