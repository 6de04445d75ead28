//! One set of tips for both ways: what the service builds of a form, the page builds of the same form, byte for byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::browser::{Browser, DESK};
use e2e::dialogue::wait_for_letter;
use e2e::form::{FORM, Form};
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::officer::Officer;
use e2e::service::Service;
use serde_json::{Value, json};

use super::install;

/// Fields as they are typed; whatever is odd in one is in no other test's.
fn forms() -> Vec<Vec<(&'static str, String)>> {
    let say = |text: &str| vec![("what", text.to_owned())];
    let long = [
        "长".repeat(299),
        "—".into(),
        "字".repeat(700),
        "\r\n".into(),
        "a".repeat(1_801),
    ]
    .concat();
    let full = [
        ("kind", "cultivation"),
        (
            "what",
            "第一行\r\n\r\n第三行，\u{a0}\u{3000}后面有空白 \u{2003}",
        ),
        ("county", "220421"),
        ("township", "220421102"),
        ("place", "横道河\t镇\u{200b}村\u{202e}东头"),
        ("when", "  上周  "),
        ("people", "一个高个子\n一个矮个子\u{0}\u{7f}\u{85}完"),
        ("vehicles", "吉D12345\r\n白色"),
        ("danger", "狗🐕和👨‍👩‍👧一家\u{feff}"),
        ("officials", "yes"),
        ("website", "x"),
    ];
    let mut all = vec![
        say("一句话。"),
        say("带引号\"和\\反斜杠\u{8}\u{b}\u{c}以及 =_letter_0 =_letter_1"),
        say(&long),
        say(&"\r\n字".repeat(6_000)),
        say(&"空行\r\n\r\n\r".repeat(3_000)),
        full.map(|(name, text)| (name, text.to_owned())).to_vec(),
    ];
    all.push([say("只有乡镇"), vec![("township", "220421102".to_owned())]].concat());
    all
}

#[test]
fn the_page_builds_the_letter_that_the_service_builds() {
    let install = install();
    let service = install.start();
    for path in ["", "/en"] {
        let browser = Browser::open(DESK);
        browser.go(&format!("http://127.0.0.1:{}{path}/tip/", service.port));
        browser.fill("textarea[name=what]", "x");
        let loaded = browser.evaluate_async(
            "while (!window.tipLetter) await new Promise(r => setTimeout(r, 50)); \
             window.book = await (await fetch('sealing/')).json(); return true;",
        );
        assert_eq!(loaded, true);
        for (number, fields) in forms().into_iter().enumerate() {
            let fields = asked_all(&browser, fields);
            compare(&install, &service, &browser, path, number, &fields);
        }
    }
}

/// The first form also answers every question that its kinds have, and names a source.
fn asked_all(browser: &Browser, mut fields: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    let more = fields.len() > 4;
    let mut all: Vec<(String, String)> = fields
        .drain(..)
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
    if more {
        let answers = browser.evaluate(
            "const all = book.kinds.flatMap((k) => k.questions).map((q) => [q.id, \
             q.choices ? Object.keys(q.choices).filter(Boolean)[0] : q.block ? '答\\n案' : '答案']); \
             return all.concat([['source', Object.keys(book.sources).filter(Boolean)[0]]]);",
        );
        let answers = answers.as_array().expect("a list");
        assert!(answers.len() > 5, "{answers:?}");
        for pair in answers {
            let text = |at: usize| pair[at].as_str().expect("text").to_owned();
            all.push((text(0), text(1)));
        }
    }
    all
}

fn compare(
    install: &Install,
    service: &Service<'_>,
    browser: &Browser,
    path: &str,
    number: usize,
    fields: &[(String, String)],
) {
    let mark = format!("标记{number}{}", path.len());
    let mut fields = fields.to_vec();
    for (name, text) in &mut fields {
        if name == "what" {
            text.insert_str(0, &mark);
        }
    }
    let mut form = Form::fetch(&mut service.visitor()).text("exposure", "seen");
    for (name, text) in &fields {
        form = form.text(name, text);
    }
    let sent = service.visitor().post(
        &format!("{path}{FORM}"),
        &Form::content_type(),
        &form.body(),
    );
    assert_eq!(sent.status, 200, "{number}: {}", sent.page().body());
    let asked: serde_json::Map<String, Value> = fields
        .iter()
        .map(|(name, text)| (name.clone(), json!(text)))
        .collect();
    let routed = browser.evaluate(&format!(
        "window.read = tipLetter.tip({}, book); return [read.errors, tipLetter.route(read.tip, book)];",
        json!(asked)
    ));
    assert_eq!(routed[0], json!([]), "{number}");
    for unit in routed[1].as_array().expect("units") {
        let unit = unit.as_str().expect("an id");
        let (letter, opened) = arrived(install, unit, &mark);
        let built = build(browser, &letter, &opened);
        assert!(
            built == opened.raw,
            "{path} {number}: {}",
            first_difference(&built, &opened.raw)
        );
    }
}

fn arrived(install: &Install, unit: &str, mark: &str) -> (Letter, Opened) {
    let officer = Officer::of(install, unit);
    wait_for_letter(
        &officer,
        &install.path(&format!("mail/{unit}")),
        |_, opened| {
            opened.facts["what"]
                .as_str()
                .is_some_and(|what| what.starts_with(mark))
        },
    )
}

/// The letter as the page builds it, under the cover of one that arrived.
fn build(browser: &Browser, letter: &Letter, opened: &Opened) -> Vec<u8> {
    let cert = opened.certificate.clone().expect("a certificate");
    let cover = json!({
        "reference": opened.facts["reference"], "address": opened.facts["reply_to"],
        "message_id": letter.header("Message-ID"), "encrypted": true,
        "reward": opened.facts["reward_check"],
        "service_cert": String::from_utf8(cert).expect("UTF-8"),
    });
    let built = browser.evaluate(&format!(
        "const out = tipLetter.entity(Object.assign({{ supplement: false }}, read.tip), {cover}); \
         return btoa(Array.from(out, (b) => String.fromCharCode(b)).join(''));"
    ));
    STANDARD
        .decode(built.as_str().expect("base64"))
        .expect("base64")
}

fn first_difference(page: &[u8], service: &[u8]) -> String {
    let at = page.iter().zip(service).position(|(a, b)| a != b);
    let at = at.unwrap_or(page.len().min(service.len()));
    let near = |bytes: &[u8]| {
        let range = at.saturating_sub(60)..(at + 60).min(bytes.len());
        String::from_utf8_lossy(&bytes[range]).into_owned()
    };
    format!(
        "at {at}\npage:    {:?}\nservice: {:?}",
        near(page),
        near(service)
    )
}
