//! What every answer to a bad case owes the visitor, said once.

use crate::form::Form;
use crate::http::Answer;
use crate::install::Install;

/// Sends one form to a fresh installation and hands back the answer.
pub fn answer_to(fill_in: impl FnOnce(Form) -> Form) -> Answer {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    fill_in(Form::fetch(&mut visitor)).send(&mut visitor)
}

/// Fails unless the answer has this status and is a page in the site's layout that says, in
/// Chinese, what to do, and names a telephone number.
pub fn assert_error_page(what: &str, answer: &Answer, status: u16) {
    let page = answer.page();
    assert_eq!(answer.status, status, "{what}: {}", page.body());
    page.assert_site_layout(what);
    let main = page.text("main").unwrap_or_default();
    assert!(
        has_telephone(&main),
        "{what}: no telephone number in {main}"
    );
    assert_secure_headers(what, answer);
}

/// Fails unless these fields still hold what was typed.
pub fn assert_kept(what: &str, answer: &Answer, fields: &[(&str, &str)]) {
    let page = answer.page();
    for (field, typed) in fields {
        assert_eq!(
            page.value(field).as_deref(),
            Some(*typed),
            "{what}: field {field}"
        );
    }
}

/// Fails unless the answer carries the security headers of every answer of the service.
pub fn assert_secure_headers(what: &str, answer: &Answer) {
    let expect = |name: &str, parts: &[&str]| {
        let value = answer
            .header(name)
            .unwrap_or_else(|| panic!("{what}: no {name}"));
        for part in parts {
            assert!(
                value.contains(part),
                "{what}: {name} is {value:?}, without {part}"
            );
        }
    };
    expect(
        "content-security-policy",
        &[
            "default-src 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ],
    );
    let policy = answer.header("content-security-policy").unwrap_or_default();
    for loose in [
        "unsafe-inline",
        "unsafe-eval'",
        "http:",
        "https:",
        "data:",
        "*",
    ] {
        let allowed = loose == "data:" && !policy.contains("script-src 'self' data:");
        assert!(
            allowed || !policy.contains(loose),
            "{what}: the policy allows {loose}: {policy}"
        );
    }
    let kind = answer.header("content-type").unwrap_or("text/html");
    if kind.starts_with("text/html") {
        expect("cross-origin-opener-policy", &["same-origin"]);
        expect("cross-origin-embedder-policy", &["require-corp"]);
        expect("x-frame-options", &["DENY"]);
        expect(
            "permissions-policy",
            &["geolocation=()", "camera=()", "microphone=()"],
        );
    }
    expect("cross-origin-resource-policy", &["same-origin"]);
    expect("referrer-policy", &["no-referrer"]);
    expect("x-content-type-options", &["nosniff"]);
    expect("strict-transport-security", &["max-age="]);
    assert!(answer.header("set-cookie").is_none(), "{what}: a cookie");
    assert!(
        answer.header("server").is_none(),
        "{what}: names its software"
    );
}

/// A number of seven digits or more, or one of the country's three-digit ones.
fn has_telephone(text: &str) -> bool {
    let digits: String = text
        .chars()
        .map(|c| if c == '-' { '0' } else { c })
        .collect();
    let mut runs = digits.split(|c: char| !c.is_ascii_digit());
    runs.any(|run| run.len() >= 7 || ["110", "120"].contains(&run))
}
