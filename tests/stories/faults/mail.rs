//! A mail server that fails at each step there is, in each way. Whoever writes notices nothing; the letter waits, or is
//! parked where the server refuses it for good; the operator is told; and it arrives once the server is well.

use std::collections::BTreeSet;

use e2e::form::shown_receipt;
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::smtp::{MailServer, Mode};

use super::{PATIENCE, letter_lines};

/// Every step of a letter's way that the server can fail at.
const STEPS: [&str; 9] = [
    "connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "end", "quit",
];

/// Steps at which "never" is said of this letter, not of whoever brings it.
const OF_THE_LETTER: [&str; 3] = ["rcpt", "data", "end"];

/// A faulty server and an installation that delivers to it.
fn faulty() -> (MailServer, Install) {
    let mut server = MailServer::down();
    server.up(Mode::Faulty);
    let install = server
        .configure(Install::new())
        .with("mail.transport.timeout_seconds", 3)
        .with("delivery.connections", 1);
    (server, install)
}

fn parked(install: &Install) -> bool {
    install
        .run_well(&["outbox", "list"], &[])
        .contains("parked")
}

/// Fails at every step in this way; `code` is what the log must tell of a letter that waits.
fn at_every_step(how: &str, code: &str) {
    let (server, install) = faulty();
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    for step in STEPS {
        server.fails_at(step, how);
        let before = letter_lines(&service).len();
        let what = format!("在{step}处{how}");
        let answer = ledger.send(&mut visitor, &what);
        assert!(shown_receipt(&answer).is_some(), "the user: {what}");
        wait_for(&format!("a try that ends at {what}"), PATIENCE, || {
            (letter_lines(&service).len() > before).then_some(())
        });
        let line = letter_lines(&service)[before].clone();
        let never = how == "5xx" && OF_THE_LETTER.contains(&step);
        let expected = match step {
            "quit" => "outcome=\"delivered\" code=250".to_string(),
            _ if never => format!("outcome=\"parked\" code={code}"),
            _ => format!("outcome=\"deferred\" code={code}"),
        };
        assert!(line.contains(&expected), "the operator: {what}: {line}");
        assert_eq!(parked(&install), never, "{what}");
        server.fails_at("nowhere", "at-all");
        if never {
            install.run_well(&["outbox", "retry"], &[]);
        }
        wait_for_settled(&install);
    }
    assert!(service.said().contains("ALARM"), "{}", service.said());
    let arrived = ledger.settle_with(PATIENCE, || server.letters());
    assert_eq!(arrived.len(), STEPS.len());
}

#[test]
fn a_server_that_says_later_at_any_step_gets_every_letter_later() {
    at_every_step("4xx", "451");
}

#[test]
fn a_server_that_says_never_parks_only_what_it_says_it_of() {
    at_every_step("5xx", "554");
}

#[test]
fn a_server_that_hangs_up_at_any_step_gets_every_letter_later() {
    at_every_step("drop", "0");
}

#[test]
fn a_connection_that_breaks_in_the_middle_of_a_letter_leaves_no_half_letter_and_no_gap() {
    let (server, install) = faulty();
    let service = install.start();
    let ledger = Ledger::of(&install);
    server.fails_at("body", "drop");
    let answer = ledger.send(&mut service.visitor(), "写到一半断了");
    assert!(shown_receipt(&answer).is_some());
    wait_for("two tries", PATIENCE, || {
        (letter_lines(&service).len() >= 2).then_some(())
    });
    assert!(server.letters().is_empty(), "half a letter was kept");
    assert!(
        service.said().contains("ALARM"),
        "the operator: {}",
        service.said()
    );
    server.fails_at("nowhere", "at-all");
    ledger.settle_with(PATIENCE, || server.letters());
}

#[test]
fn a_slow_server_gets_every_letter_and_delays_no_receipt() {
    let (server, install) = faulty();
    let install = install.with("mail.transport.timeout_seconds", 30);
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    for step in ["connect", "mail", "data"] {
        server.fails_at(step, "2");
        ledger.send(&mut visitor, &format!("慢在{step}"));
        let count = ledger.len();
        assert!(server.letters().len() < count, "the receipt came first");
        wait_for(&format!("the letter slow at {step}"), PATIENCE, || {
            (server.letters().len() >= count).then_some(())
        });
    }
    assert_eq!(ledger.len(), 3);
    ledger.settle_with(PATIENCE, || server.letters());
    assert!(!service.said().contains("ALARM"), "{}", service.said());
}

/// The answer to one letter comes after its deadline. It must not be taken for the answer to the next letter, which
/// this server refuses: taken so, that letter would be lost.
#[test]
fn an_answer_that_comes_too_late_is_not_taken_for_the_next_letters() {
    let (server, install) = faulty();
    let install = install.with("mail.transport.timeout_seconds", 1);
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    server.fails_at("end", "1.6");
    for number in 0..4 {
        ledger.send(&mut visitor, &format!("晚答的第{number}封"));
    }
    wait_for("eight tries", PATIENCE, || {
        (letter_lines(&service).len() >= 8).then_some(())
    });
    let log = service.said();
    assert!(
        !log.contains("outcome=\"delivered\""),
        "the operator: {log}"
    );
    assert!(
        log.contains("did not answer in time"),
        "the operator: {log}"
    );
    server.fails_at("nowhere", "at-all");
    wait_for_settled(&install);
    // The server kept letters whose answer came too late, so some came twice, each under one Message-ID.
    ledger.settle_with(PATIENCE, || server.letters());
}

/// Waits until nothing in the outbox waits.
fn wait_for_settled(install: &Install) {
    wait_for("an empty outbox", PATIENCE, || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        let waits = ["queued", "sending"]
            .iter()
            .any(|word| listed.contains(word));
        (!waits).then_some(())
    });
}

/// "250 OK", and a day later a bounce: the letter is parked again, the operator told, and it goes out a second time
/// under its own name.
#[test]
fn a_server_that_takes_a_letter_and_sends_it_back_has_not_got_rid_of_it() {
    let (server, install) = faulty();
    let service = install.start();
    let ledger = Ledger::of(&install);
    ledger.send(&mut service.visitor(), "先收下又退回");
    ledger.settle_with(PATIENCE, || server.letters());
    wait_for_settled(&install);
    let letter = Letter::read(&server.letters()[0]);
    let name = letter.header("Message-ID").expect("a Message-ID");
    let verdict = e2e::pipe::receive(&install, &bounce(&letter, &name));
    assert_eq!(verdict.code, Some(0), "{verdict:?}");
    wait_for("the alarm", PATIENCE, || {
        service.said().contains("came back").then_some(())
    });
    assert!(parked(&install), "the operator sees it in `outbox list`");
    install.run_well(&["outbox", "retry"], &[]);
    let again = wait_for("the letter's second way", PATIENCE, || {
        let names: Vec<String> = names_of_sealed(&server);
        (names.len() == 2).then_some(names)
    });
    let distinct: BTreeSet<&String> = again.iter().collect();
    assert_eq!(distinct, BTreeSet::from([&name]), "one name, both times");
    ledger.settle_with(PATIENCE, || server.letters());
}

fn names_of_sealed(server: &MailServer) -> Vec<String> {
    let letters = server.letters().into_iter();
    letters
        .flat_map(|path| Letter::read(&path).apart())
        .filter(Letter::is_sealed)
        .filter_map(|letter| letter.header("Message-ID"))
        .collect()
}

/// A delivery status notification, as RFC 3464 has it, about this letter.
fn bounce(letter: &Letter, name: &str) -> Vec<u8> {
    let to = letter.header("From").expect("a sender");
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@unit.invalid\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nNo such mailbox.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; unit.invalid\r\n\r\n\
         Final-Recipient: rfc822; tips@unit.invalid\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {name}\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}
