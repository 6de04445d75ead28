//! Bad requests: not the form at all, broken off, too much of it, too slow. Each gets its page, and
//! what could be read of the form comes back in it.

use e2e::cases::{answer_to, assert_error_page, assert_kept};
use e2e::form::{FORM, Form, file_tip, url_encoded};
use e2e::http::Client;
use e2e::install::Install;

#[test]
fn a_form_that_is_not_multipart_comes_back_with_what_could_be_read() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form_id = Form::fetch(&mut visitor).form_id;
    let body = url_encoded(&[("form_id", &form_id), ("what", "不是多段的")]);
    let answer = visitor.post(FORM, "application/x-www-form-urlencoded", body.as_bytes());
    assert_error_page("urlencoded", &answer, 415);
    assert_kept("urlencoded", &answer, &[("what", "不是多段的")]);
    for kind in ["application/json", "text/plain", "multipart/form-data", ""] {
        let answer = visitor.post(FORM, kind, b"{\"what\": 1}");
        assert_error_page(kind, &answer, 415);
    }
}

#[test]
fn a_form_cut_short_comes_back_with_what_arrived() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let whole = Form::fetch(&mut visitor)
        .poppies("前半段到了")
        .text("danger", "后半段没到")
        .body();
    let end = String::from_utf8_lossy(&whole)
        .find("后半段")
        .expect("a place to cut");
    let answer = visitor.post(FORM, &Form::content_type(), &whole[..end]);
    assert_error_page("truncated", &answer, 400);
    assert_kept(
        "truncated",
        &answer,
        &[("what", "前半段到了"), ("kind", "cultivation")],
    );
    // Cut at every other place: never a receipt, never anything but a page.
    for end in (0..whole.len() - 4).step_by(61) {
        let answer = visitor.post(FORM, &Form::content_type(), &whole[..end]);
        assert!(
            (400..500).contains(&answer.status),
            "cut at {end}: {}",
            answer.status
        );
        answer.page().assert_site_layout("cut");
    }
    assert!(
        install
            .run_well(&["outbox", "list"], &[])
            .lines()
            .all(|line| !line.contains("queued"))
    );
}

#[test]
fn a_hundred_parts_are_too_many() {
    let answer = answer_to(|form| {
        (0..100).fold(form.text("what", "很多段"), |form, n| {
            form.text(&format!("x{n}"), "y")
        })
    });
    assert_error_page("100 parts", &answer, 413);
    assert_kept("100 parts", &answer, &[("what", "很多段")]);
}

#[test]
fn ten_mebibytes_are_too_large() {
    let answer = answer_to(|form| {
        form.text("place", "写在前面的")
            .text("what", &"x".repeat(10 << 20))
    });
    assert_error_page("10 MiB", &answer, 413);
    assert_kept("10 MiB", &answer, &[("place", "写在前面的")]);
}

#[test]
fn a_flood_of_headers_gets_its_page() {
    let install = Install::new();
    let service = install.start();
    let many: String = (0..150).map(|n| format!("X-{n}: y\r\n")).collect();
    let large = format!("X-Large: {}\r\n", "y".repeat(20_000));
    for (what, headers) in [("many headers", many), ("large headers", large)] {
        let request = format!("GET /tip/ HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        let answer = service
            .visitor()
            .try_raw(request.as_bytes())
            .expect("an answer");
        assert_error_page(what, &answer, 431);
    }
    let endless = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "y".repeat(4 << 20));
    let refused = service.visitor().try_raw(endless.as_bytes());
    assert!(refused.is_err() || refused.is_ok_and(|answer| answer.status == 431));
    assert_eq!(
        service.visitor().get("/healthz").status,
        200,
        "the service lives on"
    );
}

#[test]
fn pages_that_are_not_there_and_methods_that_are_not_taken_have_their_page() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    for path in [
        "/nowhere/",
        "/tip/nowhere/",
        "/_shell/",
        "/_shell/index.html",
        "/../Cargo.toml",
    ] {
        assert_error_page(path, &visitor.get(path), 404);
    }
    assert_error_page(
        "PUT",
        &visitor.try_send("PUT", FORM, None).expect("an answer"),
        405,
    );
    let long = format!("/{}", "x".repeat(3000));
    assert_error_page("long address", &visitor.get(&long), 414);
    let mut foreign = service
        .visitor()
        .with_header("Sec-Fetch-Site", "cross-site");
    let answer = Form::with_id("x").poppies("外站").send(&mut foreign);
    assert_error_page("from another site", &answer, 403);
}

#[test]
fn a_visitor_who_sends_too_slowly_or_hangs_up_blocks_nobody() {
    let install = Install::new()
        .with("server.header_seconds", 1)
        .with("server.max_connections", 16);
    let service = install.start();
    let idle: Vec<std::net::TcpStream> = (0..14)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", service.port)).expect("in");
            std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nHo").expect("half a head");
            stream
        })
        .collect();
    let mut visitor: Client = service.visitor();
    file_tip(&mut visitor, "照常收");
    for mut stream in idle {
        let patience = Some(std::time::Duration::from_secs(10));
        stream.set_read_timeout(patience).expect("a socket");
        let mut rest = Vec::new();
        let closed = std::io::Read::read_to_end(&mut stream, &mut rest);
        assert!(
            closed.is_ok(),
            "a slow head is cut off, not kept: {closed:?}"
        );
    }
}
