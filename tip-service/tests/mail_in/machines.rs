//! Machines are recognised, and a bounce names the letter that failed.

use super::mails::{MESSAGE, multipart, pgp_mime};
use tip_service::correspondence::automatic::is_automatic;
use tip_service::correspondence::body::to_crlf;
use tip_service::correspondence::bounce::failed_letters;
use tip_service::correspondence::parts::headers;
use tip_service::id;

const DOMAIN: &str = "tips.example.invalid";
const ID: &str = "00112233445566778899aabbccddeeff";

fn why(mail: &str) -> Option<&'static str> {
    let raw = to_crlf(mail.as_bytes());
    is_automatic(
        &headers(&raw).unwrap(),
        DOMAIN,
        "Tips <tips@tips.example.invalid>",
    )
}

fn failed(mail: &str) -> Vec<String> {
    let raw = to_crlf(mail.as_bytes());
    let letters = failed_letters(&headers(&raw).unwrap(), DOMAIN);
    letters.iter().map(id::hex).collect()
}

#[test]
fn machines_are_recognised_and_officers_are_not() {
    for head in [
        "Auto-Submitted: auto-replied (vacation)",
        "auto-submitted: Auto-Generated; owner=x",
        "Precedence: bulk",
        "Precedence: Auto_Reply",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-Autoresponder: x",
        "X-Auto-Reply: x",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.invalid>",
        "From: <postmaster@mx.example.invalid>",
        "List-Id: <all.example.invalid>",
        "List-Unsubscribe: <mailto:u@example.invalid>",
        "From: tips@tips.example.invalid",
        "Message-ID: <00112233445566778899aabbccddeeff@TIPS.example.invalid>",
        "Subject: =?GB2312?B?19S2r7vYuLQ6INTYzeI=?=",
        "Subject: =?UTF-8?B?6Ieq5YuV5Zue6KaG?=",
        "Subject: Automatic reply: x",
        "Subject: Out of Office Re: x",
        "Subject: Auto: x",
        "Subject: 不在办公室",
        "Subject: 外出办案",
    ] {
        assert!(
            why(&format!("{head}\nTo: x@example.invalid\n\nI am away\n")).is_some(),
            "{head}"
        );
    }
    let reply = pgp_mime(MESSAGE);
    assert_eq!(why(&reply), None);
    for head in [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "Subject: Re: 外出",
        "Return-Path: <desk@unit.example.invalid>",
    ] {
        assert_eq!(why(&format!("{head}\n\nhello\n")), None, "{head}");
    }
    let away = reply.replace("Subject: ...", "Subject: Out of Office");
    assert_eq!(why(&away), None, "signed or encrypted: an officer wrote it");
    assert_eq!(
        why(&away.replace(MESSAGE, "")),
        None,
        "even if it is damaged"
    );
}

fn report(action: &str, returned: &str) -> String {
    multipart(
        "report; report-type=delivery-status",
        &[
            "Content-Type: text/plain; charset=us-ascii\n\nI'm sorry to have to inform you that your message could not be delivered.",
            &format!(
                "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.invalid\n\nFinal-Recipient: rfc822; desk@unit.example.invalid\n{action}\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown"
            ),
            returned,
        ],
    )
}

#[test]
fn a_report_of_failure_names_our_letter() {
    let letter = format!(
        "From: tips@tips.example.invalid\nMessage-ID: <{ID}@{DOMAIN}>\nReferences: <ffffffffffffffffffffffffffffffff@{DOMAIN}>\n\nMessage-ID: <11111111111111111111111111111111@{DOMAIN}>\n"
    );
    let exim = format!(
        "Return-Path: <>\nX-Failed-Recipients: desk@unit.example.invalid\nSubject: Mail delivery failed: returning message to sender\n\nA message that you sent could not be delivered.\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: <{ID}@{DOMAIN}>\n"
    );
    let qmail = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.invalid\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.invalid.\nI'm afraid I wasn't able to deliver your message.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <tips@tips.example.invalid>\nMessage-ID:\n <{ID}@{DOMAIN}>\n\nx\n"
    );
    let bare = report(
        "Action: failed",
        "Content-Type: text/plain\n\nno headers kept",
    );
    for mail in [
        report(
            "Action: failed",
            &format!("Content-Type: message/rfc822\n\n{letter}"),
        ),
        report(
            "action: Failed (permanent)",
            &format!(
                "Content-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n\n{letter}"
            ),
        ),
        report(
            "Action: failed",
            &format!(
                "Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\nMessage-ID: <{ID}=\n@{DOMAIN}>"
            ),
        ),
        bare.replacen(
            "Subject: ...",
            &format!("In-Reply-To: <{ID}@{DOMAIN}>\nReferences: <{ID}@TIPS.example.invalid>"),
            1,
        ),
        exim,
        qmail.clone(),
        qmail.replace("failure notice", "x"),
    ] {
        assert_eq!(failed(&mail), [ID], "{mail}");
        assert!(why(&mail).is_some(), "a bounce is a machine's");
    }
}

#[test]
fn a_delay_a_relay_and_an_officers_reply_are_no_failure() {
    let letter = format!("Content-Type: message/rfc822\n\nMessage-ID: <{ID}@{DOMAIN}>\n\nx");
    for action in [
        "Action: delayed",
        "Action: relayed",
        "Action: delivered",
        "Action: expanded",
        "X-Action: failed",
    ] {
        assert!(failed(&report(action, &letter)).is_empty(), "{action}");
    }
    let reply = pgp_mime(MESSAGE).replacen(
        "Subject: ...",
        &format!("Subject: failure notice\nIn-Reply-To: <{ID}@{DOMAIN}>"),
        1,
    );
    assert!(failed(&reply).is_empty());
    let foreign = report(
        "Action: failed",
        &letter.replace(DOMAIN, "other.example.invalid"),
    );
    assert!(failed(&foreign).is_empty());
    let short = report("Action: failed", &letter.replace(ID, &ID[1..]));
    assert!(failed(&short).is_empty());
}
