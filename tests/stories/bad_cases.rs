//! Bad input, hostile or honest: each case gets its page in the site's layout, in Chinese, with the
//! right status, a telephone number, and everything that was typed.

use e2e::cases::{assert_error_page, assert_kept};
use e2e::form::{FORM, Form, file_tip, shown_receipt, url_encoded};
use e2e::gpg::Keyring;
use e2e::http::{Answer, Client};
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::maildir::wait_for_letters;

/// Sends one form to a fresh installation and hands back the answer.
fn answer_to(fill_in: impl FnOnce(Form) -> Form) -> Answer {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    fill_in(Form::fetch(&mut visitor)).send(&mut visitor)
}

/// The only letter that a form makes, opened by GnuPG, with its outer headers.
fn letter_of(fill_in: impl FnOnce(Form) -> Form) -> (Vec<(String, String)>, Opened) {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let answer = fill_in(Form::fetch(&mut visitor)).send(&mut visitor);
    assert!(shown_receipt(&answer).is_some(), "{}: {}", answer.status, answer.page().body());
    let letter = Letter::read(&wait_for_letters(&install.path("mail/dongfeng"), 1)[0]);
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    (letter.headers(), letter.open(&ring).expect("the unit's key opens it"))
}

#[test]
fn an_empty_tip_is_asked_for_what_happened_and_keeps_the_rest() {
    let answer = answer_to(|form| {
        form.text("kind", "cultivation").text("what", "  \r\n ").text("place", "村东头").text("people", "两个人")
    });
    assert_error_page("empty", &answer, 422);
    assert_kept("empty", &answer, &[("place", "村东头"), ("people", "两个人"), ("kind", "cultivation")]);
    assert_linked_error(&answer, "what");
}

/// The summary on top of the page links to the field that is wrong.
fn assert_linked_error(answer: &Answer, field: &str) {
    let page = answer.page();
    let linked = page.attributes("main a[href^='#']", "href").into_iter().any(|target| {
        let id = target.trim_start_matches('#');
        page.has(&format!("[id='{id}'][name='{field}'], [id='{id}'] [name='{field}']"))
    });
    assert!(linked, "no link to the field {field}: {}", page.body());
}

#[test]
fn twenty_thousand_characters_are_taken_and_one_more_is_asked_back_in_full() {
    let most = "字".repeat(20_000);
    let taken = answer_to(|form| form.poppies(&most));
    assert!(shown_receipt(&taken).is_some(), "{}: {}", taken.status, taken.page().body());
    let one_more = "字".repeat(20_001);
    let answer = answer_to(|form| form.poppies(&one_more));
    assert_error_page("20,001 characters", &answer, 422);
    assert_kept("20,001 characters", &answer, &[("what", &one_more), ("county", "220421")]);
    assert_linked_error(&answer, "what");
}

#[test]
fn a_wrong_form_number_brings_the_form_back_filled_in_and_a_second_press_sends_it() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let good = Form::fetch(&mut visitor).form_id;
    let turned: String = good.chars().rev().collect();
    for wrong in ["", "x", turned.as_str(), &"A".repeat(good.len()), &"长".repeat(500)] {
        let answer = Form::with_id(wrong).poppies("表号不对").send(&mut visitor);
        assert_error_page("wrong form_id", &answer, 400);
        assert_kept("wrong form_id", &answer, &[("what", "表号不对"), ("township", "220421102")]);
        let again = Form::of(&answer).expect("a new number").poppies("表号不对");
        assert_ne!(again.form_id, wrong);
        assert!(shown_receipt(&again.send(&mut visitor)).is_some());
    }
}

#[test]
fn an_unknown_kind_and_an_unknown_place_are_named_and_everything_else_is_kept() {
    for (field, value) in
        [("kind", "teleport"), ("county", "999999"), ("township", "999999999"), ("source", "x")]
    {
        let answer = answer_to(|form| form.text("what", "照样留着").text(field, value));
        assert_error_page(field, &answer, 422);
        assert_kept(field, &answer, &[("what", "照样留着")]);
        assert_linked_error(&answer, field);
    }
    let answer = answer_to(|form| {
        form.text("what", "乡镇不在这个县").text("county", "220402").text("township", "220421102")
    });
    assert_error_page("township of another county", &answer, 422);
}

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
    let whole = Form::fetch(&mut visitor).poppies("前半段到了").text("danger", "后半段没到").body();
    let end = String::from_utf8_lossy(&whole).find("后半段").expect("a place to cut");
    let answer = visitor.post(FORM, &Form::content_type(), &whole[..end]);
    assert_error_page("truncated", &answer, 400);
    assert_kept("truncated", &answer, &[("what", "前半段到了"), ("kind", "cultivation")]);
    // Cut at every other place: never a receipt, never anything but a page.
    for end in (0..whole.len() - 4).step_by(61) {
        let answer = visitor.post(FORM, &Form::content_type(), &whole[..end]);
        assert!((400..500).contains(&answer.status), "cut at {end}: {}", answer.status);
        answer.page().assert_site_layout("cut");
    }
    assert!(install.run_well(&["outbox", "list"], &[]).lines().all(|line| !line.contains("queued")));
}

#[test]
fn a_hundred_parts_are_too_many() {
    let answer = answer_to(|form| {
        (0..100).fold(form.text("what", "很多段"), |form, n| form.text(&format!("x{n}"), "y"))
    });
    assert_error_page("100 parts", &answer, 413);
    assert_kept("100 parts", &answer, &[("what", "很多段")]);
}

#[test]
fn ten_mebibytes_are_too_large() {
    let answer =
        answer_to(|form| form.text("place", "写在前面的").text("what", &"x".repeat(10 << 20)));
    assert_error_page("10 MiB", &answer, 413);
    assert_kept("10 MiB", &answer, &[("place", "写在前面的")]);
}

#[test]
fn a_file_is_refused_in_words_while_the_service_takes_none() {
    let answer = answer_to(|form| form.poppies("有照片").file("a.jpg", "image/jpeg", &[0xff; 999]));
    if answer.status != 200 {
        assert_error_page("a file", &answer, 415);
        assert_kept("a file", &answer, &[("what", "有照片")]);
    }
}

#[test]
fn a_flood_of_headers_gets_its_page() {
    let install = Install::new();
    let service = install.start();
    let many: String = (0..150).map(|n| format!("X-{n}: y\r\n")).collect();
    let large = format!("X-Large: {}\r\n", "y".repeat(20_000));
    for (what, headers) in [("many headers", many), ("large headers", large)] {
        let request = format!("GET /tip/ HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        let answer = service.visitor().try_raw(request.as_bytes()).expect("an answer");
        assert_error_page(what, &answer, 431);
    }
    let endless = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "y".repeat(4 << 20));
    let refused = service.visitor().try_raw(endless.as_bytes());
    assert!(refused.is_err() || refused.is_ok_and(|answer| answer.status == 431));
    assert_eq!(service.visitor().get("/healthz").status, 200, "the service lives on");
}

#[test]
fn nul_and_direction_marks_are_taken_and_shown_for_what_they_are() {
    let (_, opened) = letter_of(|form| {
        form.poppies("前\0后 \u{202e}txt.exe\u{2066} 零\u{200b}宽").text("place", "\u{feff}东\0头")
    });
    let what = opened.facts["what"].as_str().expect("text");
    assert_eq!(what, "前后 [U+202E]txt.exe[U+2066] 零[U+200B]宽");
    assert_eq!(opened.facts["place"]["detail"], "[U+FEFF]东头");
    let hidden = |c: char| matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!String::from_utf8_lossy(&opened.raw).contains(hidden));
}

#[test]
fn line_breaks_in_any_field_add_no_header_to_any_letter() {
    let poison = "甲\r\nBcc: evil@example.invalid\r\nSubject: 假\r\n\r\n乙\n.\n--=_letter_0--\r\n";
    let fields = ["place", "when", "people", "vehicles", "danger", "website"];
    let (outside, opened) = letter_of(|form| {
        fields.iter().fold(form.poppies(poison), |form, field| form.text(field, poison))
    });
    let known = [
        "From", "To", "Date", "Message-ID", "Auto-Submitted", "Subject", "MIME-Version",
        "Content-Type",
    ];
    for (name, value) in &outside {
        assert!(known.iter().any(|known| known.eq_ignore_ascii_case(name)), "{name}: {value}");
        assert!(!value.contains("evil"), "{name}: {value}");
    }
    let text = String::from_utf8_lossy(&opened.raw);
    let (inside, _) = text.split_once("\r\n\r\n").expect("headers, then a blank line");
    assert!(!inside.contains("Bcc") && !inside.contains("evil"), "{inside}");
    assert!(!opened.subject.contains("假"), "{}", opened.subject);
    assert!(opened.facts["what"].as_str().is_some_and(|what| what.contains("乙\n.\n--=_letter_0--")));
    assert!(opened.files.is_empty(), "a tip's words made a part of the letter");
}

#[test]
fn a_full_store_says_so_keeps_what_was_typed_and_opens_again() {
    let install =
        Install::new().with("store.max_waiting", 10).with("delivery.delay_max_seconds", 86_400);
    let service = install.start();
    let mut visitor = service.visitor();
    let full = (0..30).find_map(|number| {
        let answer = Form::fetch(&mut visitor).poppies(&format!("第{number}条")).send(&mut visitor);
        (shown_receipt(&answer).is_none()).then_some((number, answer))
    });
    let (number, answer) = full.expect("thirty tips do not fit where ten may wait");
    assert!((10..=12).contains(&number), "full after {number}");
    assert_error_page("store full", &answer, 503);
    assert_kept("store full", &answer, &[("what", &format!("第{number}条"))]);
}

#[test]
fn pages_that_are_not_there_and_methods_that_are_not_taken_have_their_page() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    for path in ["/nowhere/", "/tip/nowhere/", "/_shell/", "/_shell/index.html", "/../Cargo.toml"] {
        assert_error_page(path, &visitor.get(path), 404);
    }
    assert_error_page("PUT", &visitor.try_send("PUT", FORM, None).expect("an answer"), 405);
    let long = format!("/{}", "x".repeat(3000));
    assert_error_page("long address", &visitor.get(&long), 414);
    let mut foreign = service.visitor().with_header("Sec-Fetch-Site", "cross-site");
    let answer = Form::with_id("x").poppies("外站").send(&mut foreign);
    assert_error_page("from another site", &answer, 403);
}

#[test]
fn a_visitor_who_sends_too_slowly_or_hangs_up_blocks_nobody() {
    let install = Install::new().with("server.header_seconds", 1).with("server.max_connections", 16);
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
        assert!(closed.is_ok(), "a slow head is cut off, not kept: {closed:?}");
    }
}
