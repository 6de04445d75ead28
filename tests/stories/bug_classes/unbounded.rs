//! Nesting, fields and patterns without an end, and a 500: elsewhere a deep questionnaire did it. Here every hostile body, at every
//! address that takes one, is answered with a page in time, and the service goes on.

use std::time::{Duration, Instant};

use e2e::form::{FORM, Form, MAILBOX, file_tip};
use e2e::install::Install;

const IN_TIME: Duration = Duration::from_secs(5);

fn multipart(parts: &str) -> (String, Vec<u8>) {
    (
        "multipart/form-data; boundary=b".to_string(),
        parts.replace('\n', "\r\n").into_bytes(),
    )
}

fn part(name: &str, more: &str, body: &str) -> String {
    format!("--b\nContent-Disposition: form-data; name=\"{name}\"{more}\n\n{body}\n")
}

/// What a body is, its content type, its bytes.
type Body = (&'static str, (String, Vec<u8>));

/// Forms in parts that are deep, many, long or broken.
fn hostile_parts() -> Vec<Body> {
    let nested = (0..2_000).fold(String::new(), |inner, depth| {
        if inner.len() > 150_000 {
            return inner;
        }
        let kind = format!("\nContent-Type: multipart/mixed; boundary=c{depth}");
        format!("--b\nContent-Disposition: form-data; name=\"a\"{kind}\n\n--c{depth}\n{inner}\n")
    });
    let many: String = (0..3_000)
        .map(|n| part(&format!("f{n}"), "", "x"))
        .collect();
    let same = part("what", "", "x").repeat(3_000);
    let long = format!("\nX: {}", "h".repeat(200_000));
    let no_text = format!("what\"\n\n{}", "\u{1}".repeat(1_000));
    let mut bodies = vec![
        ("nested parts", nested),
        ("many parts", many),
        ("one field many times", same),
        ("a long name", part(&"n".repeat(200_000), "", "x")),
        ("a long part header", part("what", &long, "x")),
        (
            "many part headers",
            part("what", &"\nX: y".repeat(20_000), "x"),
        ),
        (
            "no name",
            "--b\nContent-Disposition: form-data\n\nx\n".to_string(),
        ),
        (
            "a broken header",
            format!("--b\nContent-Disposition: form-data; name=\"{no_text}\n"),
        ),
        ("only dashes", "--b\n".repeat(30_000)),
    ]
    .into_iter()
    .map(|(what, parts)| (what, multipart(&(parts + "--b--\n"))))
    .collect::<Vec<_>>();
    let (kind, body) = multipart(&(part("what", "", "Q") + "--b--\n"));
    let bytes = body
        .iter()
        .map(|byte| if *byte == b'Q' { 0xff } else { *byte });
    bodies.push(("not UTF-8", (kind, bytes.collect())));
    bodies
}

/// Other bodies of that sort.
fn hostile() -> Vec<Body> {
    let pairs = |text: String| {
        (
            "application/x-www-form-urlencoded".to_string(),
            text.into_bytes(),
        )
    };
    let endless = format!("multipart/form-data; boundary={}", "b".repeat(8_000));
    let mut bodies = hostile_parts();
    bodies.extend([
        ("an endless boundary", (endless, b"--b".to_vec())),
        ("pairs without end", pairs("a=b&".repeat(15_000))),
        (
            "per cent without end",
            pairs(format!("receipt={}", "%".repeat(60_000))),
        ),
        (
            "a receipt of blanks",
            pairs(format!("receipt={}", "+".repeat(60_000))),
        ),
        (
            "a receipt without end",
            pairs(format!("receipt={}", "%E7%9A%84".repeat(6_000))),
        ),
        (
            "JSON without end",
            ("application/json".into(), "[".repeat(200_000).into_bytes()),
        ),
        ("nothing", (String::new(), Vec::new())),
    ]);
    bodies
}

#[test]
fn deep_many_long_and_broken_bodies_get_a_page_in_time_at_every_address_and_never_a_500() {
    let install = Install::new();
    let service = install.start();
    for path in [FORM, MAILBOX] {
        for (what, (kind, body)) in hostile() {
            let begun = Instant::now();
            let answer = service.visitor().post(path, &kind, &body);
            assert!(
                (400..500).contains(&answer.status),
                "{what} at {path}: {}",
                answer.status
            );
            assert!(
                begun.elapsed() < IN_TIME,
                "{what} at {path}: {:?}",
                begun.elapsed()
            );
            answer.page().assert_site_layout(what);
        }
    }
    assert!(!service.said().contains("panicked"), "{}", service.said());
    file_tip(&mut service.visitor(), "照常");
}

#[test]
fn as_many_parts_as_the_form_can_have_are_taken_and_the_cap_is_not_far_above() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let fields = super::every_field(&visitor.get(FORM).page());
    let full = |more: usize, visitor: &mut e2e::http::Client| {
        let mut form = Form::fetch(visitor).poppies("都填了");
        let usual = ["what", "kind", "county", "township", "website"];
        for field in fields
            .iter()
            .filter(|field| !usual.contains(&field.as_str()))
        {
            form = form.text(field, "");
        }
        for number in 0..more {
            form = form.text(&format!("x{number}"), "");
        }
        form.send(visitor).status
    };
    assert_eq!(full(0, &mut visitor), 200, "a form with every field");
    assert_eq!(full(100, &mut visitor), 413, "and a hundred more");
}
