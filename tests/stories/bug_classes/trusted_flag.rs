//! A flag "already encrypted" that was believed: elsewhere it let a stranger's words through unescaped and unsealed. Here no
//! field a visitor can invent changes what is done with a tip, and what he types is text wherever it is shown.

use e2e::form::{Form, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::maildir::wait_for_letters;

use super::every_field;

/// Text that is something else where it is not escaped: in HTML, in an attribute, in a template, in armour.
const POLYGLOTS: [&str; 6] = [
    "\"'></textarea></select><script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 1237*89 }}{% include \"shell.html\" %}${1237*89}<%= 1237*89 %>",
    "javascript:/*--></title></style></textarea></script><svg onload=alert(1)>",
    "-----BEGIN PGP MESSAGE-----\n\nwcBMA0\n-----END PGP MESSAGE-----",
    "&lt;script&gt;&#60;script&#62;&amp;",
    "<!--><script>]]><![CDATA[<x>",
];

#[test]
fn what_is_typed_into_any_field_comes_back_as_text_and_makes_no_element() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let fields = every_field(&visitor.get("/tip/").page());
    let innocent = Form::fetch(&mut visitor)
        .text("place", "村东")
        .send(&mut visitor);
    assert_eq!(innocent.status, 422);
    let elements = |page: &e2e::page::Page| {
        [
            "script",
            "img",
            "svg",
            "iframe",
            "style",
            "[onerror]",
            "[onload]",
        ]
        .map(|s| page.all(s).len())
    };
    let usual = elements(&innocent.page());
    for polyglot in POLYGLOTS {
        // Without a text the form comes back with everything else in it.
        let mut form = Form::fetch(&mut visitor);
        for field in fields.iter().filter(|field| *field != "what") {
            form = form.text(field, polyglot);
        }
        let answer = form.send(&mut visitor);
        assert_eq!(answer.status, 422, "{polyglot}");
        let page = answer.page();
        assert_eq!(elements(&page), usual, "{polyglot}");
        assert!(
            !answer.text().contains("110093"),
            "a template ran: {polyglot}"
        );
        // A field of one line has its white space folded; every other character is as typed.
        let signs = |text: &str| text.split_whitespace().collect::<String>();
        let shown = page.value("place").unwrap_or_default();
        assert_eq!(signs(&shown), signs(polyglot));
    }
}

#[test]
fn no_invented_field_keeps_a_tip_from_being_sealed() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let armour = POLYGLOTS[3];
    let flags = ["client_side_encrypted", "is_encrypted", "already_sealed"];
    let mut form = Form::fetch(&mut visitor).poppies(armour);
    for flag in flags {
        form = form.text(flag, "true");
    }
    assert!(shown_receipt(&form.send(&mut visitor)).is_some());
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 1);
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let letter = Letter::read(&letters[0]);
    let opened = letter.open(&ring).expect("sealed to the unit, by us");
    assert_eq!(
        opened.facts["what"], armour,
        "the words as typed, not believed to be a message"
    );
    for flag in flags {
        assert!(
            !String::from_utf8_lossy(&opened.raw).contains(flag),
            "{flag}"
        );
    }
}
