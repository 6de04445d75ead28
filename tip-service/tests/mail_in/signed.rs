//! The bytes handed on are the bytes that were signed: GnuPG says so.

use super::gpg::Gpg;
use tip_service::correspondence::body::{to_crlf, words};
use tip_service::correspondence::openpgp::{Shape, ShapeError, shape};

const HEAD: &str = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
/// Where implementations disagree: the end of the content, blanks, dashes, lone CR, what looks like a boundary.
const BODIES: [&str; 9] = [
    "受理：\n已派员。\n",
    "受理：\n已派员。",
    "受理：\nends in blank lines\n\n\n\n",
    "受理：\ntrailing blanks  \t\n -- \n-- \nname\n",
    "受理：\n- dash\n--\n----\n--b\n--bx--\n-----BEGIN PGP SIGNED MESSAGE-----\n",
    "受理：\nFrom here\n>From there\n.\n",
    "受理：\na lone \r in a line\n",
    "",
    "\n",
];

fn signed_mail(gpg: &Gpg, entity: &str) -> String {
    let signature = gpg.makes(&["--armor", "--detach-sign"], &to_crlf(entity.as_bytes()));
    format!(
        "From: desk@unit.example.invalid\nMIME-Version: 1.0\nContent-Type: multipart/signed; \
         micalg=pgp-sha512;\n protocol=\"application/pgp-signature\"; boundary=\"b=_x\"\n\n\
         This is an OpenPGP/MIME signed message (RFC 4880 and 3156)\n--b=_x\n{entity}\n--b=_x\n\
         Content-Type: application/pgp-signature; name=\"signature.asc\"\nContent-Disposition: attachment; \
         filename=\"signature.asc\"\n\n{signature}\n--b=_x--\n"
    )
}

#[test]
fn the_signed_bytes_are_found_to_the_last_line_end() {
    let gpg = Gpg::new();
    for body in BODIES {
        let mail = signed_mail(&gpg, &format!("{HEAD}{body}"));
        for delivered in [mail.clone().into_bytes(), to_crlf(mail.as_bytes())] {
            let Ok(Shape::Detached {
                mut content,
                signature,
            }) = shape(&to_crlf(&delivered))
            else {
                panic!("no signature found around {body:?}")
            };
            assert!(gpg.verifies(&content, &signature), "{body:?}");
            content.push(b'\n');
            assert!(
                !gpg.verifies(&content, &signature),
                "gpg must notice one byte"
            );
        }
    }
}

#[test]
fn a_signed_entity_inside_an_encrypted_one_is_found_in_turn() {
    let gpg = Gpg::new();
    let inner = signed_mail(&gpg, &format!("{HEAD}受理：\n已派员。\n"));
    let message = gpg.makes(&["--armor", "--encrypt"], inner.as_bytes());
    let outer = super::mails::pgp_mime(&message);
    let Ok(Shape::Encrypted(payload)) = shape(&to_crlf(outer.as_bytes())) else {
        panic!("not encrypted")
    };
    let entity = gpg.makes(&["--decrypt"], &payload);
    let Ok(Shape::Detached { content, signature }) = shape(&to_crlf(entity.as_bytes())) else {
        panic!("not signed")
    };
    assert!(gpg.verifies(&content, &signature));
    assert_eq!(words(&content).unwrap().text.as_str(), "受理：\n已派员。\n");
}

#[test]
fn inline_blocks_made_by_gpg_are_told_apart() {
    let gpg = Gpg::new();
    let text = "ask:\n- where?\n-----BEGIN PGP MESSAGE-----\n-- \nname  \n".as_bytes();
    let head = "From: desk@unit.example.invalid\nContent-Type: text/plain; charset=utf-8\n\n";
    for (args, name) in [
        (&["--clearsign"][..], "inline"),
        (&["--armor", "--sign"], "inline"),
        (&["--armor", "--sign", "-z", "0"], "inline"),
        (&["--armor", "--encrypt", "--sign"], "encrypted"),
        (
            &["--armor", "--encrypt", "--comment", "a comment"],
            "encrypted",
        ),
    ] {
        let block = gpg.makes(args, text);
        let found = super::shape_of(&format!("{head}\n\n{block}\n \n")).unwrap();
        assert_eq!(found, (name, block.clone()), "{args:?}");
        for beside in [
            format!("hello\n{block}"),
            format!("{block}footer"),
            format!("{block}{block}"),
        ] {
            let found = super::shape_of(&format!("{head}{beside}"));
            assert_eq!(found, Err(ShapeError::Outside), "{args:?}");
        }
    }
}
