//! Postfix from `config/deploy/postfix/`: replies in by the pipe, bounces out with TLS or not at all, and nobody else.

use e2e::dialogue::{PATIENCE, Tip, wait_for_stage};
use e2e::install::Install;
use e2e::machine::{is_root, wait_for};
use e2e::maildir::wait_for_letters;
use e2e::officer::Officer;
use e2e::postfix::{OWNER, Postfix};
use e2e::smtp::{MailServer, Mode};

fn tip(install: &Install, service: &e2e::service::Service<'_>, what: &str) -> (Officer, Tip) {
    let officer = Officer::of(install, "dongfeng");
    let tip = Tip::file(service, &officer, &install.path("mail/dongfeng"), what);
    (officer, tip)
}

#[test]
fn a_unit_s_reply_comes_in_a_refused_one_goes_back_by_tls_and_strangers_and_relaying_are_turned_away()
 {
    if !is_root() {
        println!("not root: Postfix cannot be started here");
        return;
    }
    let install = Install::new().owned_by(OWNER);
    let service = install.start();
    let relay = Postfix::start();
    let postfix = Postfix::deployed(&install, relay.port, &relay.authority());
    let (officer, tip) = tip(&install, &service, "部署的邮路");
    let draft = officer.reply(&tip.letter).says("受理");
    let from = "officer@below.units.example.invalid";
    postfix.submit(from, draft.recipient(), &draft.sealed());
    wait_for_stage(&mut service.visitor(), &tip.receipt, "已受理");

    let wrong = officer.reply(&tip.letter).says("知道了");
    postfix.submit(from, wrong.recipient(), &wrong.sealed());
    let bounce = wait_for_letters(&relay.maildir(), 1);
    let bounce = std::fs::read_to_string(&bounce[0]).expect("a mail");
    assert!(
        bounce.contains("To: officer@below.units.example.invalid"),
        "{bounce}"
    );
    let log = wait_for("the bounce's line", PATIENCE, || {
        Some(postfix.log()).filter(|log| log.contains("status=sent (250"))
    });
    assert!(log.contains("relay=localhost[127.0.0.1]"), "{log}");

    for (sender, recipient, why) in [
        (
            "somebody@elsewhere.invalid",
            draft.recipient(),
            "Sender address rejected",
        ),
        (from, "somebody@elsewhere.invalid", "Relay access denied"),
        (from, "root@tips.example.invalid", "User unknown"),
    ] {
        let said = postfix.try_submit(sender, recipient, b"Subject: x\r\n\r\nx\r\n");
        let said = said.expect_err("turned away");
        assert!(said.contains(why), "{sender} to {recipient}: {said}");
    }
    // Undeliverable mail to the operator's names goes on to the operator, and by the relay as well.
    postfix.submit(
        from,
        "postmaster@tips.example.invalid",
        b"Subject: x\r\n\r\nx\r\n",
    );
    let letters = wait_for_letters(&relay.maildir(), 2);
    let of_operator = |path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.contains("X-Original-To: operator@example.invalid")
            || text.contains("Delivered-To: operator@example.invalid")
    };
    assert!(letters.iter().any(of_operator), "{}", postfix.log());
}

#[test]
fn nothing_leaves_for_a_relay_without_tls_or_with_a_certificate_that_is_not_its_own() {
    if !is_root() {
        println!("not root: Postfix cannot be started here");
        return;
    }
    for (mut relay, mode, why) in [
        (
            MailServer::down(),
            Mode::NoStartTls,
            "TLS is required, but was not offered",
        ),
        (
            MailServer::of_unknown_authority(),
            Mode::Normal,
            "untrusted issuer",
        ),
        (
            MailServer::of_another_name(),
            Mode::Normal,
            "Server certificate not verified",
        ),
    ] {
        let install = Install::new().owned_by(OWNER);
        let service = install.start();
        relay.up(mode);
        let postfix = Postfix::deployed(&install, relay.port(), &relay.trusted());
        let (officer, tip) = tip(&install, &service, "没有锁的邮路");
        let wrong = officer.reply(&tip.letter).says("知道了");
        let from = "officer@units.example.invalid";
        postfix.submit(from, wrong.recipient(), &wrong.sealed());
        let log = wait_for("the bounce to wait", PATIENCE, || {
            Some(postfix.log()).filter(|log| log.contains("status=deferred"))
        });
        assert!(log.contains(why), "{why}: {log}");
        assert!(relay.letters().is_empty());
        assert!(!relay.events().contains("MAIL"), "{}", relay.events());
    }
}
