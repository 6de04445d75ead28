//! A line break that becomes a header: here every field of the form, with every way to break a line, leaves the letter's headers as
//! an innocent letter's are, outside and inside.

use e2e::form::{Form, shown_receipt};
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::maildir::wait_for_letters;
use e2e::officer::Officer;

use super::typed_fields;

const INJECTED: &str = "Bcc: evil@example.invalid";

/// Ways to break a line, for one program or another.
const BREAKS: [&str; 9] = [
    "\r\n",
    "\n",
    "\r",
    "\u{2028}",
    "\u{85}",
    "%0d%0a",
    "\\r\\n",
    "\0",
    "=?utf-8?Q?=0D=0A?=",
];

/// The one letter that comes of a form, and what its officer sees.
fn letter_of(fill_in: impl FnOnce(Form, &[String]) -> Form) -> (Letter, Opened) {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let fields = typed_fields(&visitor.get("/tip/").page());
    let answer = fill_in(Form::fetch(&mut visitor), &fields).send(&mut visitor);
    assert!(
        shown_receipt(&answer).is_some(),
        "{}: {}",
        answer.status,
        answer.page().body()
    );
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 1);
    let letter = Letter::read(&letters[0]);
    let opened = Officer::of(&install, "dongfeng").open(&letter);
    (letter, opened)
}

/// Names of headers outside, and the lines before the first blank one inside, but for what differs from letter to letter.
fn heads(letter: &Letter, opened: &Opened) -> (Vec<String>, Vec<String>) {
    let outside = letter.headers().into_iter().map(|(name, _)| name).collect();
    let inside = String::from_utf8_lossy(&opened.raw).into_owned();
    let (inside, _) = inside.split_once("\r\n\r\n").expect("headers");
    let names = inside
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']));
    let names = names.map(|line| line.split(':').next().unwrap_or_default().to_string());
    (outside, names.collect())
}

#[test]
fn no_line_break_in_any_field_adds_a_header_or_a_part() {
    let (innocent, opened) = letter_of(|form, _| form.poppies("平常的"));
    let usual = heads(&innocent, &opened);
    for line_break in BREAKS {
        let poison = format!("甲{line_break}{INJECTED}{line_break}{line_break}乙");
        let (letter, opened) = letter_of(|form, fields| {
            let others = fields.iter().filter(|field| *field != "what");
            others.fold(form.poppies(&poison), |form, field| {
                form.text(field, &poison)
            })
        });
        assert_eq!(heads(&letter, &opened), usual, "{line_break:?}");
        for (name, value) in letter.headers() {
            assert!(!value.contains("evil"), "{line_break:?}: {name}: {value}");
        }
        assert!(
            !opened.subject.contains("Bcc"),
            "{line_break:?}: {}",
            opened.subject
        );
        assert!(opened.files.is_empty(), "{line_break:?}: a part of its own");
    }
}
