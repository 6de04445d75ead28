//! Replies that Thunderbird 153 wrote, signed and encrypted, taken in by the whole receiving desk: what lies in the
//! mailbox afterwards, or why the mail was refused. The mails in `thunderbird/` are as a mail server got them; in 09,
//! 10, 11 and 14 the officer's signature was changed and the text sealed again by GnuPG. The keys are for
//! demonstration and open nothing else. The letter they quote is an early draft's, all the better: its lines must stay
//! out of the mailbox whatever the wording.

#![expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]

#[path = "thunderbird/desk.rs"]
mod desk;
#[expect(dead_code, reason = "shared with the tests of the configuration")]
#[path = "config/house.rs"]
mod house;

use desk::{Office, mail, mails, opened, quoted_letter};
use tip_service::correspondence::Refusal;
use tip_service::correspondence::command::WordsError;

const QUESTION: &str = "请问大棚在村东头第几家？\n门前有什么记号？";
/// An editor for HTML makes paragraphs.
const PARAGRAPHS: &str = "请问大棚在村东头第几家？\n\n门前有什么记号？";
/// Bold, as plain text shows it.
const BOLD: &str = "*请问大棚在村东头第几家？*\n\n*门前有什么记号？*";

/// What is taken: the mail, its verb, its text.
const STORED: &[(&str, &str, &str)] = &[
    (
        "01",
        "ask",
        "请问大棚在村东头第几家\u{3f}门前有什么记号\u{3f}",
    ),
    ("02", "ask", PARAGRAPHS),
    ("03", "ask", QUESTION),
    ("04", "ask", QUESTION),
    ("05", "ask", PARAGRAPHS),
    ("06", "ask", BOLD),
    ("07", "ask", BOLD),
    ("08", "ask", QUESTION),
    ("09", "ask", QUESTION),
    ("10", "ask", QUESTION),
    ("11", "ask", PARAGRAPHS),
    ("12", "accept", ""),
    ("13", "accept", ""),
    ("14", "answer", "感谢您提供的线索\u{2c}我们已经派人核实。"),
    ("19", "ask", QUESTION),
    ("20", "ask", QUESTION),
    ("23", "ask", QUESTION),
    ("24", "ask", QUESTION),
    ("25", "ask", QUESTION),
];

/// What is taken where a unit may reply in the clear.
const STORED_IN_CLEAR: &[(&str, &str, &str)] =
    &[("15", "ask", QUESTION), ("16", "ask", PARAGRAPHS)];

fn refused() -> Vec<(&'static str, Refusal)> {
    let unsigned = "信只加密、没有签名。请在写信窗口打开“数字签名”再发。".to_owned();
    vec![
        ("15", Refusal::NotEncrypted),
        ("16", Refusal::NotEncrypted),
        ("17", Refusal::Signature(unsigned)),
        ("18", Refusal::NotSigned),
        // The officer's own line begins with the mark of a quote.
        ("21", Refusal::Words(WordsError::TextAfterQuote)),
        ("22", Refusal::Words(WordsError::TextAfterQuote)),
        // Meant for the other unit: no reply address in it.
        ("26", Refusal::Address),
    ]
}

#[tokio::test]
async fn what_an_officer_wrote_in_thunderbird_lies_in_the_mailbox_word_for_word() {
    let office = Office::new(false);
    for (number, verb, text) in STORED {
        let entry = office.stored(number).await;
        assert_eq!(
            (entry.verb.as_str(), entry.text.as_str()),
            (*verb, *text),
            "{number}"
        );
        let rsa = ["24", "25"].contains(number);
        assert_eq!(entry.fingerprint, desk::fingerprint(rsa), "{number}");
    }
}

#[tokio::test]
async fn a_unit_that_may_reply_in_the_clear_can_sign_only() {
    let office = Office::new(true);
    for (number, verb, text) in STORED_IN_CLEAR {
        let entry = office.stored(number).await;
        assert_eq!(
            (entry.verb.as_str(), entry.text.as_str()),
            (*verb, *text),
            "{number}"
        );
    }
}

#[tokio::test]
async fn no_line_of_the_quoted_letter_is_in_the_mailbox() {
    let letter = quoted_letter();
    assert!(letter.len() > 20, "{letter:?}");
    let office = Office::new(true);
    for (number, _, _) in STORED.iter().chain(STORED_IN_CLEAR) {
        let entry = office.stored(number).await;
        for line in &letter {
            assert!(!entry.text.contains(line.as_str()), "{number}: {line}");
        }
    }
}

#[test]
fn the_mails_with_a_quote_hold_the_tipsters_words() {
    let quoting: Vec<String> = mails()
        .into_iter()
        .filter(|name| name.contains("above-quote") || name.contains("below-quote"))
        .collect();
    assert_eq!(quoting.len(), 10, "{quoting:?}");
    for name in quoting.iter().filter(|name| !name.starts_with("18")) {
        let text = opened(&mail(name));
        assert!(text.contains("> │ 村东头大棚里种了像罂粟的花"), "{name}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_for_what_is_wrong_and_leaves_nothing() {
    let office = Office::new(false);
    for (number, refusal) in refused() {
        assert_eq!(office.refused(number).await, refusal, "{number}");
    }
}

#[tokio::test]
async fn a_mail_that_comes_twice_counts_once() {
    let office = Office::new(false);
    let seen = office.twice("04").await;
    assert_eq!(seen, Refusal::Seen);
}

#[test]
fn each_mail_has_an_outcome() {
    let mut known: Vec<&str> = STORED.iter().map(|(number, _, _)| *number).collect();
    let refused = refused();
    known.extend(refused.iter().map(|(number, _)| *number));
    known.sort_unstable();
    let mails = mails();
    let there: Vec<&str> = mails.iter().filter_map(|name| name.get(..2)).collect();
    assert_eq!(there, known);
}
