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

/// Bodies that are deep, many, long or broken.
fn hostile() -> Vec<(&'static str, (String, Vec<u8>))> {
    let urlencoded = "application/x-www-form-urlencoded".to_string();
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
    let same: String = (0..3_000).map(|_| part("what", "", "x")).collect();
    vec![
        ("nested parts", multipart(&(nested + "--b--\n"))),
        ("many parts", multipart(&(many + "--b--\n"))),
        ("one field many times", multipart(&(same + "--b--\n"))),
        (
            "a long name",
            multipart(&(part(&"n".repeat(200_000), "", "x") + "--b--\n")),
        ),
        (
            "a long part header",
            multipart(&(part("what", &format!("\nX: {}", "h".repeat(200_000)), "x") + "--b--\n")),
        ),
        (
            "many part headers",
            multipart(&(part("what", &"\nX: y".repeat(20_000), "x") + "--b--\n")),
        ),
        (
            "no name",
            multipart("--b\nContent-Disposition: form-data\n\nx\n--b--\n"),
        ),
        (
            "not UTF-8",
            (
                "multipart/form-data; boundary=b".into(),
                [
                    b"--b\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\n".as_slice(),
                    &[0xff; 1000],
                    b"\r\n--b--\r\n",
                ]
                .concat(),
            ),
        ),
        ("only dashes", multipart(&"--b\n".repeat(30_000))),
        (
            "an endless boundary",
            (
                format!("multipart/form-data; boundary={}", "b".repeat(8_000)),
                b"--b".to_vec(),
            ),
        ),
        (
            "pairs without end",
            (urlencoded.clone(), "a=b&".repeat(15_000).into_bytes()),
        ),
        (
            "per cent without end",
            (
                urlencoded.clone(),
                format!("receipt={}", "%".repeat(60_000)).into_bytes(),
            ),
        ),
        (
            "a receipt of blanks",
            (
                urlencoded.clone(),
                format!("receipt={}", "+".repeat(60_000)).into_bytes(),
            ),
        ),
        (
            "a receipt without end",
            (
                urlencoded,
                format!("receipt={}", "%E7%9A%84".repeat(6_000)).into_bytes(),
            ),
        ),
        (
            "JSON without end",
            ("application/json".into(), "[".repeat(200_000).into_bytes()),
        ),
        ("nothing", (String::new(), Vec::new())),
    ]
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
