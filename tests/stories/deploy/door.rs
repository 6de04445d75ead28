//! Through nginx to the service: a tip by HTTP/2 over TLS, IPv4 and IPv6, and who counts as whom behind the proxy.

use e2e::curl::Visitor;
use e2e::dialogue::PATIENCE;
use e2e::form::{FORM, Form, MAILBOX, shown_receipt, url_encoded};
use e2e::gpg::Keyring;
use e2e::http::Answer;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::maildir::wait_for_letters;
use e2e::nginx::{Files, Nginx};
use e2e::picture::{jpeg, of_a_telephone};
use e2e::service::Service;

/// An installation that takes nginx for its proxy, as the reference configuration says.
pub(super) fn install() -> Install {
    Install::new().with("server.trusted_proxies", vec!["127.0.0.1", "::1"])
}

/// nginx before this service.
pub(super) fn before(service: &Service<'_>) -> Nginx {
    Files::before(service.port, &[]).start()
}

/// Sends a form by way of nginx.
pub(super) fn send(visitor: &Visitor, form: &Form) -> Answer {
    visitor.send("POST", FORM, Some((&Form::content_type(), &form.body())))
}

/// A fresh form by way of nginx.
pub(super) fn fetch(visitor: &Visitor) -> Form {
    Form::of(&visitor.get(FORM)).expect("the form page has a form_id")
}

#[test]
fn a_tip_with_a_photograph_goes_by_http2_over_tls_in_ipv4_and_ipv6_to_the_unit_and_the_mailbox_opens()
 {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    let ipv4 = nginx.visitor();
    let ways = [
        ("IPv4", ipv4.clone()),
        ("IPv6", ipv4.clone().by_ipv6()),
        ("HTTP/1.1", ipv4.by_http1()),
    ];
    let picture = of_a_telephone(&jpeg(1600, 1200, 120, 7));
    assert!(picture.len() > 500 << 10, "larger than every buffer");
    for (way, visitor) in &ways {
        let form = fetch(visitor).poppies(&format!("经过 {way} 来的"));
        let answer = send(visitor, &form.file("a.jpg", "image/jpeg", &picture));
        let body = answer.page().body();
        let receipt = shown_receipt(&answer).unwrap_or_else(|| panic!("{way}: {body}"));
        let fields = url_encoded(&[("receipt", &receipt)]);
        let kind = "application/x-www-form-urlencoded";
        let mailbox = visitor.send("POST", MAILBOX, Some((kind, fields.as_bytes())));
        assert_eq!(mailbox.status, 200, "{way}");
        assert!(mailbox.text().contains("已收到") || mailbox.text().contains("已送达"));
    }
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let letters = wait_for_letters(&install.path("mail/dongfeng"), ways.len());
    let mut told: Vec<String> = Vec::new();
    for path in letters {
        let opened = Letter::read(&path).open(&ring).expect("the unit opens it");
        assert_eq!(opened.files.len(), 1, "the photograph");
        told.push(opened.facts["what"].as_str().expect("words").to_string());
    }
    for (way, _) in &ways {
        assert!(
            told.contains(&format!("经过 {way} 来的")),
            "{way}: {told:?}"
        );
    }
}

#[test]
fn behind_nginx_each_address_has_its_own_budget_and_no_header_of_a_visitor_changes_that() {
    let install = install()
        .with("limits.prompt_per_hour", 2)
        .with("delivery.delay_max_seconds", 86_400);
    let service = install.start();
    let nginx = before(&service);
    // Another /32 each, as the service counts; the same wider network.
    let (one, other) = (
        nginx.visitor().at("127.83.77.31"),
        nginx.visitor().at("127.83.77.32"),
    );
    for number in 0..5 {
        let forged = one
            .clone()
            .with_header(&format!("X-Forwarded-For: 198.51.100.{number}"))
            .with_header(&format!("Forwarded: for=198.51.100.{number}"))
            .with_header(&format!("X-Real-IP: 198.51.100.{number}"));
        let answer = send(&forged, &fetch(&forged).poppies("同一个人"));
        assert!(shown_receipt(&answer).is_some());
    }
    let prompt = || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        let of_class = |line: &&str| line.split_whitespace().any(|word| word == "prompt");
        listed.lines().filter(of_class).count()
    };
    assert_eq!(prompt(), 2, "five tips of one visitor");
    assert!(shown_receipt(&send(&other, &fetch(&other).poppies("别人"))).is_some());
    assert_eq!(prompt(), 3, "and one of another");
}

#[test]
fn the_largest_body_that_the_service_reads_reaches_it_and_elsewhere_a_body_is_small() {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    let visitor = nginx.visitor();
    let mut form = fetch(&visitor).poppies("太大了");
    for number in 0..8 {
        form = form.file("a.jpg", "image/jpeg", &vec![number; 9_900_000]);
    }
    // 79 MB: too much for the service, whose page says so and keeps the words.
    let answer = send(&visitor, &form);
    let page = answer.page();
    page.assert_site_layout("too much");
    assert_eq!(
        page.value("what").as_deref(),
        Some("太大了"),
        "{}",
        answer.status
    );
    let kind = "application/x-www-form-urlencoded";
    for (path, bytes, status) in [
        (MAILBOX, 200 << 10, 413),
        (MAILBOX, 300 << 10, 413),
        ("/quiz/", 2 << 10, 413),
        ("/tip", 2 << 10, 413),
    ] {
        let answer = visitor.send("POST", path, Some((kind, &vec![b'x'; bytes])));
        assert_eq!(answer.status, status, "{path} {bytes}");
        let text = answer.text();
        assert!(text.contains("tel:110"), "{path} {bytes}: {text}");
        let is_nginx_s = text.contains("太大了，没有收下");
        let is_small = path == MAILBOX && bytes < 256 << 10;
        assert_eq!(is_nginx_s, !is_small, "{path} {bytes}: {text}");
    }
}

#[test]
fn plain_http_leads_to_https_another_name_leads_nowhere_and_health_is_not_for_the_public() {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    let mut plain = e2e::http::Client::new(nginx.files.http);
    let ask = |host: &str, path: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let answer = plain
        .try_raw(ask(e2e::nginx::DOMAIN, "/tip/?a=b").as_bytes())
        .expect("an answer");
    assert_eq!(answer.status, 301);
    let there = format!("https://{}/tip/?a=b", e2e::nginx::DOMAIN);
    assert_eq!(answer.header("location"), Some(there.as_str()));
    let challenge = ".well-known/acme-challenge/token";
    std::fs::write(nginx.files.path(&format!("acme/{challenge}")), "yes").expect("a file");
    let answer = plain
        .try_raw(ask(e2e::nginx::DOMAIN, &format!("/{challenge}")).as_bytes())
        .expect("an answer");
    assert_eq!((answer.status, answer.text()), (200, "yes".into()));
    assert!(
        plain
            .try_raw(ask("elsewhere.invalid", "/").as_bytes())
            .is_err()
    );
    assert_eq!(nginx.visitor().get("/healthz").status, 404);
}

#[test]
fn who_holds_many_slow_requests_is_told_to_come_back_later_and_others_are_not_in_the_way() {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    for (one, other) in [
        (
            nginx.visitor().at("127.83.77.31"),
            nginx.visitor().at("127.83.77.32"),
        ),
        (nginx.visitor().by_ipv6(), nginx.visitor()),
    ] {
        // More than the limit: on a busy machine one or the other may not come through.
        let slow: Vec<_> = (0..80)
            .map(|_| one.begin(FORM, &Form::content_type()))
            .collect();
        let until = |status: u16| {
            wait_for("the limit", PATIENCE, || {
                Some(one.get(FORM)).filter(|answer| answer.status == status)
            })
        };
        let refused = until(503).text();
        assert!(refused.contains("您没有做错什么"), "what to do: {refused}");
        assert_eq!(other.get(FORM).status, 200);
        for sending in slow {
            sending.break_off();
        }
        until(200);
    }
}
