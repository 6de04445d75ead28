//! In Korean and in English everything goes as in Chinese, by other addresses: the same fields, the same sizes, the same rules. The
//! letter stays one that an officer reads, with a line about the language. Nothing but the address tells which language it is.

use e2e::form::{FORM, Form, MAILBOX, shown_receipt, url_encoded};
use e2e::gpg::Keyring;
use e2e::http::{Answer, Client};
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::maildir::wait_for_letters;

const TONGUES: [(&str, &str); 2] = [("/ko", "ko"), ("/en", "en")];

const STORY: &str = "우리 마을 동쪽 끝 비닐하우스에 양귀비가 많이 있습니다.";

/// The unit that is told when another does nothing.
const SUPERVISOR: &str = "辽源市公安局禁毒支队";

/// Fetches the form at an address, fills it in and sends it there.
fn send(client: &mut Client, path: &str, fill: impl FnOnce(Form) -> Form) -> Answer {
    let form = Form::of(&client.get(path)).expect("a form");
    client.post(path, &Form::content_type(), &fill(form).body())
}

fn look(client: &mut Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    client.post(path, kind, url_encoded(fields).as_bytes())
}

/// What the unit reads.
fn the_letter(install: &Install) -> Opened {
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 1);
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let letter = letters.first().map(|path| Letter::read(path));
    letter
        .expect("a letter")
        .open(&ring)
        .expect("the unit's key opens it")
}

fn assert_speaks(answer: &Answer, language: &str, what: &str) {
    let page = answer.page();
    let said = page.attribute("html", "lang");
    assert_eq!(said.as_deref(), Some(language), "{what}: {}", page.body());
    let mut chinese = page.unmarked_chinese();
    // A unit is called by its own name in the middle of a sentence, too.
    chinese.retain(|text| !text.contains(SUPERVISOR));
    assert_eq!(chinese, [""; 0], "{what}");
    for part in ["header nav", "main", "footer", "link[rel=stylesheet]"] {
        assert!(page.has(part), "{what}: no {part}");
    }
}

#[test]
fn a_form_filled_in_in_korean_gives_a_receipt_and_a_letter_that_an_officer_can_read() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let answer = send(&mut visitor, "/ko/tip/", |form| {
        form.poppies(STORY)
            .text("source", "saw")
            .text("cultivation_stage", "flower")
    });
    assert_speaks(&answer, "ko", "the receipt");
    let receipt = shown_receipt(&answer).expect("a receipt");
    let digits = answer.page().text("#receipt-digits").expect("digits");
    let opened = the_letter(&install);
    for line in [
        "种类：非法种植",
        "【经过】",
        "问：长到什么样了？",
        "开花了",
        "亲眼看见",
        "★ 语言：表格是在朝鲜语（韩语）页面上填写的，请安排懂这种语言的人阅读和答复",
    ] {
        assert!(opened.text.contains(line), "{line}: {}", opened.text);
    }
    assert!(opened.text.contains("비닐하우스"), "{}", opened.text);
    assert_eq!(opened.facts["language"]["code"], "ko");
    for typed in [receipt.as_str(), digits.as_str(), &digits.replace(' ', "")] {
        let answer = look(&mut visitor, "/ko/tip/mailbox/", &[("receipt", typed)]);
        assert_speaks(&answer, "ko", typed);
        assert!(answer.page().has(".progress"), "{}", answer.page().body());
    }
    // The receipt is one and the same wherever it is typed.
    let answer = look(&mut visitor, MAILBOX, &[("receipt", &digits)]);
    assert!(answer.page().has_text("main", "您的信箱"));
}

#[test]
fn a_chinese_tip_says_nothing_of_languages() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service
        .visitor()
        .with_header("Accept-Language", "ko,en;q=0.5");
    let answer = send(&mut visitor, FORM, |form| form.poppies("大棚里有罂粟"));
    answer
        .page()
        .assert_site_layout("what the browser prefers does not matter");
    let opened = the_letter(&install);
    assert!(!opened.text.contains("语言"), "{}", opened.text);
    assert!(opened.facts["language"].is_null());
}

#[test]
fn the_form_has_the_same_fields_in_every_language_and_nothing_is_left_in_chinese() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let chinese = visitor.get(FORM);
    let shape = |answer: &Answer| {
        let page = answer.page();
        let all = |name| page.attributes("main [name], main [id], main [for]", name);
        (
            all("name"),
            all("id"),
            all("for"),
            page.attributes("main [value]:not([name=form_id])", "value"),
        )
    };
    for (root, language) in TONGUES {
        let path = format!("{root}{FORM}");
        let answer = visitor.get(&path);
        assert_speaks(&answer, language, &path);
        assert_eq!(shape(&answer), shape(&chinese), "{path}");
        let action = answer.page().attribute("form#tip-form", "action");
        assert_eq!(action.as_deref(), Some(path.as_str()));
        for header in ["cache-control", "content-security-policy", "x-robots-tag"] {
            assert_eq!(
                answer.header(header),
                chinese.header(header),
                "{path}: {header}"
            );
        }
        assert_eq!(answer.header("set-cookie"), None);
        for more in ["/tip/mailbox/", "/tip/statistics/"] {
            let path = format!("{root}{more}");
            assert_speaks(&visitor.get(&path), language, &path);
        }
        let exit = visitor.get(&format!("{root}/tip/exit/"));
        assert_eq!(exit.status, 303);
        assert!(exit.header("clear-site-data").is_some());
        assert_eq!(visitor.get(&format!("{root}/_shell/")).status, 404);
    }
}

#[test]
fn whatever_goes_wrong_is_said_in_the_language_of_the_address() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    for (root, language) in TONGUES {
        let (form, mailbox) = (format!("{root}{FORM}"), format!("{root}{MAILBOX}"));
        let wrong = send(&mut visitor, &form, |form| {
            form.text("kind", "x")
                .text("county", "x")
                .text("place", &"1".repeat(501))
        });
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.page().all(".problems li").len(), 4);
        let exposing = send(&mut visitor, &form, |form| form.text("what", "13812345678"));
        assert!(
            exposing.page().has(".exposure mark"),
            "{}",
            exposing.page().body()
        );
        let unknown = Form::with_id("x").text("what", "?").body();
        let unknown = visitor.post(&form, &Form::content_type(), &unknown);
        assert_eq!(unknown.status, 400);
        let answers = [
            ("errors", wrong),
            ("exposure", exposing),
            ("an unknown form", unknown),
            ("no multipart", visitor.post(&form, "text/plain", b"x")),
            ("no such page", visitor.get(&format!("{root}/tip/nowhere/"))),
            (
                "another method",
                visitor.post(&format!("{root}/tip/exit/"), "text/plain", b""),
            ),
            (
                "no receipt",
                look(&mut visitor, &mailbox, &[("receipt", "")]),
            ),
            (
                "digits",
                look(&mut visitor, &mailbox, &[("receipt", "1234")]),
            ),
        ];
        for (what, answer) in answers {
            assert_speaks(&answer, language, what);
        }
    }
}

#[test]
fn in_every_language_form_and_receipt_have_one_size_on_the_wire() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor().with_header("Accept-Encoding", "gzip");
    let size = |answer: &Answer| answer.header("content-length").map(str::to_string);
    let due = size(&visitor.get(FORM));
    assert!(due.is_some());
    for (root, _) in TONGUES {
        let path = format!("{root}{FORM}");
        assert_eq!(size(&visitor.get(&path)), due, "{path}");
        let sent = send(&mut visitor, &path, |form| form.poppies(STORY));
        assert_eq!(size(&sent), due, "the receipt of {path}");
        let back = send(&mut visitor, &path, |form| form.text("place", "x"));
        assert_eq!(
            (back.status, size(&back)),
            (422, due.clone()),
            "{path} come back"
        );
    }
}
