//! Step 11, as a stranger and as a unit: a tip with a photograph through nginx to the unit's mailbox, and the unit's answers back.

use e2e::curl::Visitor;
use e2e::dialogue::{PATIENCE, STAGE, Tip, wait_for_letter};
use e2e::form::{FORM, Form, MAILBOX, shown_receipt, url_encoded};
use e2e::machine::wait_for;
use e2e::maildir::bounce;
use e2e::officer::Officer;
use e2e::picture::{jpeg, metadata, of_a_telephone};

use crate::provider;
use crate::root::Root;

const WORDS: &str = "村东头的大棚里种着罂粟，门口停一辆白色面包车。";

/// A tip with a photograph, from the form to the letter that the officer opens.
pub(crate) fn tip(root: &Root, visitor: &Visitor, officer: &Officer) -> Tip {
    let page = visitor.get(FORM);
    assert_eq!(page.status, 200, "{}", page.page().body());
    let photograph = of_a_telephone(&jpeg(1600, 1200, 60, 7));
    let form =
        Form::of(&page)
            .expect("a form")
            .poppies(WORDS)
            .file("a.jpg", "image/jpeg", &photograph);
    let answer = visitor.send("POST", FORM, Some((&Form::content_type(), &form.body())));
    let receipt =
        shown_receipt(&answer).unwrap_or_else(|| panic!("no receipt: {}", answer.page().body()));
    println!("    receipt {receipt}");
    let (letter, opened) = wait_for_letter(officer, &provider::maildir(root), |_, opened| {
        opened.facts["what"] == WORDS
    });
    assert!(opened.text.contains(WORDS), "{}", opened.text);
    let [(name, clean)] = opened.files.as_slice() else {
        panic!("one photograph: {:?}", opened.files.len());
    };
    let said = metadata(clean);
    assert!(!said.contains("7731") && !said.contains("GPS"), "{said}");
    println!(
        "    gpg opens the letter in the Maildir: {}, {name}, {} bytes",
        opened.subject,
        clean.len()
    );
    for line in opened.text.lines().take(12) {
        println!("    │ {line}");
    }
    Tip {
        receipt,
        letter,
        opened,
    }
}

/// The unit answers 受理, and the mailbox says so.
pub(crate) fn accepted(root: &Root, visitor: &Visitor, officer: &Officer, tip: &Tip) {
    let reply = officer.reply(&tip.letter).says("受理");
    provider::submit(root, &officer.address, reply.recipient(), &reply.sealed());
    wait_for("the reply to go through the pipe", PATIENCE, || {
        let said = root.say("journalctl -u postfix@-");
        let mut lines = said.lines();
        lines
            .find(|line| line.contains("relay=tip-service") && line.contains("status=sent"))
            .map(|_| ())
    });
    assert_stage(visitor, &tip.receipt, "已受理");
}

/// Looks the receipt up, once, as its holder would: the budgets are those of a real server.
pub(crate) fn assert_stage(visitor: &Visitor, receipt: &str, stage: &str) {
    let fields = url_encoded(&[("receipt", receipt)]);
    let kind = "application/x-www-form-urlencoded";
    let page = visitor
        .send("POST", MAILBOX, Some((kind, fields.as_bytes())))
        .page();
    assert!(page.has_text(STAGE, stage), "{}", page.body());
    println!("    the mailbox says {stage}");
}

/// A reply without a command comes back with the reason.
pub(crate) fn refused(root: &Root, officer: &Officer, tip: &Tip) {
    let reply = officer.reply(&tip.letter).says("知道了");
    provider::submit(root, &officer.address, reply.recipient(), &reply.sealed());
    let said = bounce(&provider::maildir(root));
    assert!(said.contains("第一行不是命令"), "{said}");
    let reason = said.lines().find(|line| line.contains("第一行不是命令"));
    println!("    the bounce: {}", reason.unwrap_or_default().trim());
}

/// While the service is down, the form's address says what to do.
pub(crate) fn down(visitor: &Visitor) {
    let answer = visitor.get(FORM);
    assert_eq!(answer.status, 503);
    for words in ["您没有做错什么", "打110", "过一会儿再来"] {
        assert!(
            answer.text().contains(words),
            "{words}: {}",
            answer.page().body()
        );
    }
    println!(
        "    503: {}",
        answer.page().text("main h1").unwrap_or_default()
    );
}
