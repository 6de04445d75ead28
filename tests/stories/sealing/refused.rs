//! Posts that no page of ours makes: everything but letters sealed as this form seals them is refused, and nothing of it kept.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::form::{Form, shown_receipt};
use e2e::http::{Answer, Client};
use e2e::install::Install;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealed_tip::{Cover, Named, Text, Tip, UnitCert};
use serde_json::Value;

use super::{WHAT, install};

const BOOK: &str = "/tip/sealing/";
const PRESS: &str = "00112233445566778899aabbccddeeff";

/// Another one.
const NEXT: &str = "ffeeddccbbaa99887766554433221100";

/// Covers for units under a form, at a press.
fn ask(visitor: &mut Client, form_id: &str, press: &str, units: &str) -> Answer {
    let form = Form::with_id(form_id)
        .text("sealed_press", press)
        .text("sealed_units", units);
    visitor.post(BOOK, &Form::content_type(), &form.body())
}

/// The tag of the covers for 东丰县.
fn tag(visitor: &mut Client, form_id: &str) -> String {
    tag_of(visitor, form_id, PRESS)
}

fn tag_of(visitor: &mut Client, form_id: &str, press: &str) -> String {
    tag_of_covers(&covers_at(visitor, form_id, press, "dongfeng"))
}

/// Covers for units under a form, at the press of [`sealed_for`].
pub(super) fn covers(visitor: &mut Client, form_id: &str, units: &str) -> Value {
    covers_at(visitor, form_id, PRESS, units)
}

fn covers_at(visitor: &mut Client, form_id: &str, press: &str, units: &str) -> Value {
    let answer = ask(visitor, form_id, press, units);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str(answer.text().trim_end()).expect("JSON")
}

pub(super) fn tag_of_covers(covers: &Value) -> String {
    covers["tag"].as_str().expect("a tag").to_owned()
}

/// A letter to a unit, sealed by other code than the page's.
pub(super) fn letter(install: &Install, unit: &str, what: &str) -> Vec<u8> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let path = install.path(&format!("keys/{unit}.cert.asc"));
    let armored = std::fs::read_to_string(path).expect("a certificate");
    let cert = UnitCert::parse(&armored, now.as_secs()).expect("a good one");
    let cover = Cover {
        reference: "LY-0",
        reply: None,
    };
    let kind = Named {
        code: "other".into(),
        name: "其他".into(),
    };
    let tip = Tip::bare(kind, Text::block(what));
    let mut rng = StdRng::seed_from_u64(1);
    let sealed = sealed_tip::seal(&tip, &cover, &[&cert], now.as_secs(), &mut rng);
    sealed.expect("it can be sealed").message().to_vec()
}

/// What the page sends to 东丰县.
fn sealed(form_id: &str, tag: &str, letter: &[u8]) -> Form {
    sealed_for("dongfeng", form_id, tag, letter)
}

/// What the page sends.
pub(super) fn sealed_for(units: &str, form_id: &str, tag: &str, letter: &[u8]) -> Form {
    Form::with_id(form_id)
        .text("sealed_press", PRESS)
        .text("sealed_units", units)
        .text("sealed_tag", tag)
        .text("sealed_0", &STANDARD.encode(letter))
}

fn assert_nothing_waits(install: &Install) {
    let listed = install.run_well(&["outbox", "list"], &[]);
    let waits = |line: &str| {
        ["queued", "sending", "delivered"]
            .iter()
            .any(|state| line.contains(state))
    };
    assert!(!listed.lines().any(waits), "{listed}");
}

#[test]
fn a_word_beside_the_letters_refuses_the_form_and_comes_back_to_its_writer() {
    let install = install();
    let service = install.start();
    let mut visitor = service.visitor();
    let id = Form::fetch(&mut visitor).form_id;
    let (tag, letter) = (tag(&mut visitor, &id), letter(&install, "dongfeng", WHAT));
    let good = || sealed(&id, &tag, &letter);
    let mixed = good().text("what", "一句明文").send(&mut visitor);
    assert_eq!(mixed.status, 422);
    assert_eq!(mixed.page().value("what").as_deref(), Some("一句明文"));
    assert_eq!(mixed.page().value("form_id").as_deref(), Some(id.as_str()));
    for (name, text) in [
        ("kind", ""),
        ("exposure", "seen"),
        ("sealed_1", "AAAA"),
        ("sealed_x", ""),
    ] {
        let answer = good().text(name, text).send(&mut visitor);
        assert_eq!(answer.status, 422, "{name}");
    }
    let answer = good()
        .file("a.jpg", "image/jpeg", b"\xff\xd8")
        .send(&mut visitor);
    assert_eq!(answer.status, 422, "a file");
    assert_nothing_waits(&install);
    // Alone it is taken: the refusals were not for another reason.
    assert!(shown_receipt(&good().send(&mut visitor)).is_some());
}

#[test]
fn letters_to_others_plain_ones_and_covers_of_another_press_are_refused() {
    let install = install();
    let service = install.start();
    let mut visitor = service.visitor();
    let id = Form::fetch(&mut visitor).form_id;
    let (tag_of, good) = (tag(&mut visitor, &id), letter(&install, "dongfeng", WHAT));
    let entity = format!("Content-Type: text/plain\r\n\r\n{WHAT}");
    let wrong = [
        ("to another unit", letter(&install, "city", WHAT)),
        ("plain", entity.into_bytes()),
        ("nothing", Vec::new()),
        ("cut", good[..good.len() - 1].to_vec()),
        ("more behind it", [&good[..], b"plain"].concat()),
    ];
    for (what, letter) in &wrong {
        let answer = sealed(&id, &tag_of, letter).send(&mut visitor);
        assert_eq!(answer.status, 422, "{what}");
        assert!(
            answer
                .page()
                .has_text(".callout--error", "加密的内容没有收全"),
            "{what}"
        );
    }
    let other = Form::fetch(&mut visitor).form_id;
    for (what, form) in [
        ("covers of another form", sealed(&other, &tag_of, &good)),
        ("no tag", sealed(&id, "", &good)),
        (
            "another press",
            sealed(&id, &tag_of, &good).text("sealed_press", &"0".repeat(32)),
        ),
        (
            "not base64",
            sealed(&id, &tag_of, &good).text("sealed_0", "***"),
        ),
        (
            "no letter",
            Form::with_id(&id)
                .text("sealed_units", "dongfeng")
                .text("sealed_tag", &tag_of),
        ),
    ] {
        assert_eq!(form.send(&mut visitor).status, 422, "{what}");
    }
    let unknown = sealed(&"A".repeat(48), &tag_of, &good).send(&mut visitor);
    assert_eq!(unknown.status, 400);
    assert_nothing_waits(&install);
    assert!(shown_receipt(&sealed(&id, &tag_of, &good).send(&mut visitor)).is_some());
}

#[test]
fn covers_are_given_for_units_on_a_route_alone() {
    let install = install();
    let service = install.start();
    let mut visitor = service.visitor();
    let id = Form::fetch(&mut visitor).form_id;
    for units in ["", "nobody", "city,longshan", "dongfeng,", "canary"] {
        assert_eq!(ask(&mut visitor, &id, PRESS, units).status, 422, "{units}");
    }
    assert_eq!(ask(&mut visitor, "", PRESS, "dongfeng").status, 400);
    // Another form has other covers, the same one the same.
    let other = Form::fetch(&mut visitor).form_id;
    let tags = [&id, &id, &other].map(|id| tag(&mut visitor, id));
    assert!(tags[0] == tags[1] && tags[0] != tags[2]);
    assert_nothing_waits(&install);
}

#[test]
fn sent_again_it_is_known_and_other_words_under_the_same_form_need_covers_that_say_so() {
    let install = install();
    let service = install.start();
    let mut visitor = service.visitor();
    let id = Form::fetch(&mut visitor).form_id;
    let (first, letters) = (
        tag(&mut visitor, &id),
        ["甲", "乙"].map(|what| letter(&install, "dongfeng", what)),
    );
    let receipt = shown_receipt(&sealed(&id, &first, &letters[0]).send(&mut visitor));
    assert!(receipt.is_some());
    let again = sealed(&id, &first, &letters[0]).send(&mut visitor);
    assert_eq!(shown_receipt(&again), receipt);
    assert!(again.page().has_text("main", "没有重复登记"));
    // Its letter would say that it is new, or have the name of the first.
    let other = sealed(&id, &first, &letters[1]).send(&mut visitor);
    assert_eq!(other.status, 422);
    let second = tag(&mut visitor, &id);
    assert_ne!(second, first);
    let same_name = sealed(&id, &second, &letters[1]).send(&mut visitor);
    assert_eq!(same_name.status, 422);
    assert!(!service.said().contains("ALARM"), "{}", service.said());
    let third = tag_of(&mut visitor, &id, NEXT);
    let added = sealed(&id, &third, &letters[1])
        .text("sealed_press", NEXT)
        .send(&mut visitor);
    assert_eq!(shown_receipt(&added), receipt);
    assert!(added.page().has_text("main", "补充已收到"));
    e2e::dialogue::assert_settled(&install);
    let arrived = e2e::maildir::wait_for_letters(&install.path("mail/dongfeng"), 2);
    assert_eq!(arrived.len(), 2);
}
