//! Bad input, hostile or honest: each case gets its page in the site's layout, in Chinese, with the
//! right status, a telephone number, and everything that was typed.

use e2e::cases::{answer_to, assert_error_page, assert_kept};
use e2e::dialogue;
use e2e::form::{Form, file_tip, shown_receipt};
use e2e::gpg::Keyring;
use e2e::http::Answer;
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::maildir::wait_for_letters;

/// The only letter that a form makes, opened by GnuPG, with its outer headers.
fn letter_of(fill_in: impl FnOnce(Form) -> Form) -> (Vec<(String, String)>, Opened) {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let answer = fill_in(Form::fetch(&mut visitor)).send(&mut visitor);
    assert!(
        shown_receipt(&answer).is_some(),
        "{}: {}",
        answer.status,
        answer.page().body()
    );
    let letter = Letter::read(&wait_for_letters(&install.path("mail/dongfeng"), 1)[0]);
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    (
        letter.headers(),
        letter.open(&ring).expect("the unit's key opens it"),
    )
}

#[test]
fn an_empty_tip_is_asked_for_what_happened_and_keeps_the_rest() {
    let answer = answer_to(|form| {
        form.text("kind", "cultivation")
            .text("what", "  \r\n ")
            .text("place", "村东头")
            .text("people", "两个人")
    });
    assert_error_page("empty", &answer, 422);
    assert_kept(
        "empty",
        &answer,
        &[
            ("place", "村东头"),
            ("people", "两个人"),
            ("kind", "cultivation"),
        ],
    );
    assert_linked_error(&answer, "what");
}

/// The summary on top of the page links to the field that is wrong.
fn assert_linked_error(answer: &Answer, field: &str) {
    let page = answer.page();
    let linked = page
        .attributes("main a[href^='#']", "href")
        .into_iter()
        .any(|target| {
            let id = target.trim_start_matches('#');
            page.has(&format!(
                "[id='{id}'][name='{field}'], [id='{id}'] [name='{field}']"
            ))
        });
    assert!(linked, "no link to the field {field}: {}", page.body());
}

#[test]
fn twenty_thousand_characters_are_taken_and_one_more_is_asked_back_in_full() {
    let most = "字".repeat(20_000);
    let taken = answer_to(|form| form.poppies(&most));
    assert!(
        shown_receipt(&taken).is_some(),
        "{}: {}",
        taken.status,
        taken.page().body()
    );
    let one_more = "字".repeat(20_001);
    let answer = answer_to(|form| form.poppies(&one_more));
    assert_error_page("20,001 characters", &answer, 422);
    assert_kept(
        "20,001 characters",
        &answer,
        &[("what", &one_more), ("county", "220421")],
    );
    assert_linked_error(&answer, "what");
}

#[test]
fn a_wrong_form_number_brings_the_form_back_filled_in_and_a_second_press_sends_it() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let good = Form::fetch(&mut visitor).form_id;
    let turned: String = good.chars().rev().collect();
    for wrong in [
        "",
        "x",
        turned.as_str(),
        &"A".repeat(good.len()),
        &"长".repeat(500),
    ] {
        let answer = Form::with_id(wrong).poppies("表号不对").send(&mut visitor);
        assert_error_page("wrong form_id", &answer, 400);
        assert_kept(
            "wrong form_id",
            &answer,
            &[("what", "表号不对"), ("township", "220421102")],
        );
        let again = Form::of(&answer).expect("a new number").poppies("表号不对");
        assert_ne!(again.form_id, wrong);
        assert!(shown_receipt(&again.send(&mut visitor)).is_some());
    }
}

#[test]
fn an_unknown_kind_and_an_unknown_place_are_named_and_everything_else_is_kept() {
    for (field, value) in [
        ("kind", "teleport"),
        ("county", "999999"),
        ("township", "999999999"),
        ("source", "x"),
    ] {
        let answer = answer_to(|form| form.text("what", "照样留着").text(field, value));
        assert_error_page(field, &answer, 422);
        assert_kept(field, &answer, &[("what", "照样留着")]);
        assert_linked_error(&answer, field);
    }
    let answer = answer_to(|form| {
        form.text("what", "乡镇不在这个县")
            .text("county", "220402")
            .text("township", "220421102")
    });
    assert_error_page("township of another county", &answer, 422);
}

#[test]
fn nul_and_direction_marks_are_taken_and_shown_for_what_they_are() {
    let (_, opened) = letter_of(|form| {
        form.poppies("前\0后 \u{202e}txt.exe\u{2066} 零\u{200b}宽")
            .text("place", "\u{feff}东\0头")
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
        fields
            .iter()
            .fold(form.poppies(poison), |form, field| form.text(field, poison))
    });
    let known = [
        "From",
        "To",
        "Reply-To",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Subject",
        "MIME-Version",
        "Content-Type",
    ];
    for (name, value) in &outside {
        assert!(
            known.iter().any(|known| known.eq_ignore_ascii_case(name)),
            "{name}: {value}"
        );
        assert!(!value.contains("evil"), "{name}: {value}");
    }
    let text = String::from_utf8_lossy(&opened.raw);
    let (inside, _) = text
        .split_once("\r\n\r\n")
        .expect("headers, then a blank line");
    assert!(
        !inside.contains("Bcc") && !inside.contains("evil"),
        "{inside}"
    );
    assert!(!opened.subject.contains("假"), "{}", opened.subject);
    assert!(
        opened.facts["what"]
            .as_str()
            .is_some_and(|what| what.contains("乙\n.\n--=_letter_0--"))
    );
    assert!(
        opened.files.is_empty(),
        "a tip's words made a part of the letter"
    );
}

#[test]
fn a_full_store_says_so_keeps_what_was_typed_and_opens_again() {
    let install = Install::new()
        .with("store.max_waiting", 10)
        .with("delivery.delay_max_seconds", 86_400);
    let service = install.start();
    let mut visitor = service.visitor();
    let full = (0..30).find_map(|number| {
        let answer = Form::fetch(&mut visitor)
            .poppies(&format!("第{number}条"))
            .send(&mut visitor);
        (shown_receipt(&answer).is_none()).then_some((number, answer))
    });
    let (number, answer) = full.expect("thirty tips do not fit where ten may wait");
    assert!((10..=12).contains(&number), "full after {number}");
    assert_error_page("store full", &answer, 503);
    assert_kept("store full", &answer, &[("what", &format!("第{number}条"))]);
}

#[test]
fn an_answer_under_a_mistyped_receipt_is_there_again_under_the_right_one() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let receipt = file_tip(&mut visitor, "地里的花");
    let cut: String = receipt.chars().take(11).collect();
    let strange = dialogue::strange_receipt();
    for (typed, status) in [(cut, 422), (strange, 200), (receipt, 200)] {
        let fields = [("receipt", typed.as_str()), ("reply", "开了一半")];
        let answer = dialogue::post(&mut visitor, &fields);
        assert_eq!(answer.status, status, "{typed}");
        assert_eq!(
            answer.page().value("reply").as_deref(),
            Some("开了一半"),
            "{typed}"
        );
    }
}
