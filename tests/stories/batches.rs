//! Several letters in one mail: each is whole, opens by itself, and is answered like one that came alone; nothing
//! of them is lost when such a mail is refused or comes back.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use e2e::database::Database;
use e2e::dialogue::STAGE;
use e2e::form::{file_tip, look_up};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::machine::{run, wait_for, words};
use e2e::officer::Officer;
use e2e::pipe::receive;
use e2e::smtp::{MailServer, Mode};

use crate::refused::assert_taken;

const PATIENCE: Duration = Duration::from_secs(60);

/// Mails may be few: one lies ready. Letters are not due before [`tips_in_batches`] says so.
fn install(server: &MailServer) -> Install {
    server
        .configure(Install::new())
        .with("delivery.letters_per_hour", 12)
        .with("delivery.delay_max_seconds", 86_400)
}

/// Files tips, then makes all of them due at the same moment; returns the installation, receipts and mails.
fn tips_in_batches(
    install: Install,
    server: &MailServer,
    count: usize,
) -> (Install, Vec<String>, Vec<PathBuf>) {
    let service = install.start();
    let mut visitor = service.visitor();
    let receipts = (0..count)
        .map(|n| file_tip(&mut visitor, &format!("合寄的第{n}条")))
        .collect();
    drop(service);
    let install = install.with("delivery.delay_max_seconds", 0);
    let service = install.start();
    wait_for("all letters at the server", PATIENCE, || {
        let mails = server.letters();
        let letters: usize = mails
            .iter()
            .map(|path| Letter::read(path).apart().len())
            .sum();
        (letters >= count).then_some(())
    });
    assert_settled(&install);
    drop(service);
    (install, receipts, server.letters())
}

fn assert_settled(install: &Install) {
    wait_for("the outbox to be empty", PATIENCE, || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        (!listed.contains("queued") && !listed.contains("sending")).then_some(())
    });
}

fn batch_among(mails: &[PathBuf]) -> &PathBuf {
    let several = |path: &&PathBuf| Letter::read(path).apart().len() > 1;
    mails
        .iter()
        .find(several)
        .expect("a mail with several letters")
}

#[test]
fn what_is_more_than_a_unit_may_get_comes_in_one_mail_and_each_letter_opens_by_itself() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let (install, _, mails) = tips_in_batches(install(&server), &server, 30);
    assert!(mails.len() <= 2, "{} mails: one lay ready", mails.len());
    let mail = Letter::read(batch_among(&mails));
    assert_eq!(mail.header("Subject").as_deref(), Some("Encrypted message"));
    assert_eq!(mail.header("Reply-To"), None, "each letter has its own");
    assert!(mail.raw.is_ascii() && mail.raw.len() <= 5 << 20);
    let whole = String::from_utf8_lossy(&mail.raw).into_owned();
    assert!(!whole.contains("合寄"), "nothing of a tip is readable");
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let letters: Vec<Letter> = mails
        .iter()
        .flat_map(|path| Letter::read(path).apart())
        .collect();
    let mut seen = BTreeSet::new();
    let mut names = BTreeSet::new();
    for letter in &letters {
        let opened = letter.open(&ring).expect("GnuPG opens each");
        seen.insert(opened.facts["what"].as_str().expect("text").to_string());
        names.insert(letter.header("Message-ID").expect("a name"));
        let reply_to = letter.header("Reply-To").expect("an address");
        assert!(reply_to.starts_with("reply+"), "{reply_to}");
    }
    assert_eq!((letters.len(), seen.len(), names.len()), (30, 30, 30));
}

#[test]
fn the_program_prints_every_letter_of_a_batch() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let (install, _, mails) = tips_in_batches(install(&server), &server, 30);
    let (mut printed, key) = (String::new(), install.secret_key("dongfeng"));
    for mail in &mails {
        let opened = run(install.command(&["open"]).arg("--key").arg(&key).arg(mail));
        assert!(opened.status.success(), "{}", words(&opened));
        printed += &words(&opened);
    }
    for n in 0..30 {
        assert!(
            printed.contains(&format!("合寄的第{n}条")),
            "{n} is not printed"
        );
    }
}

#[test]
fn a_letter_of_a_batch_is_answered_like_any_other() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let (install, receipts, mails) = tips_in_batches(install(&server), &server, 30);
    let officer = Officer::of(&install, "dongfeng");
    let letter = Letter::read(batch_among(&mails)).apart().remove(0);
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let opened: Opened = letter.open(&ring).expect("it opens");
    let which: usize = opened.facts["what"]
        .as_str()
        .and_then(|what| {
            what.strip_prefix("合寄的第")?
                .strip_suffix('条')?
                .parse()
                .ok()
        })
        .expect("a number");
    let reply = officer.reply(&letter).says("受理").sealed();
    assert_taken(&install, "受理", &reply);
    let service = install.start();
    let page = look_up(&mut service.visitor(), &receipts[which]).page();
    assert!(page.has_text(STAGE, "已受理"), "{}", page.body());
}

#[test]
fn a_batch_that_a_server_refuses_for_good_goes_out_in_smaller_ones_and_none_is_parked() {
    let mut server = MailServer::down();
    server.up(Mode::Few);
    // Enough tokens for the halves, and too few for each alone.
    let install = install(&server).with("delivery.letters_per_hour", 400);
    let (install, _, mails) = tips_in_batches(install, &server, 60);
    assert!(server.events().contains("REFUSED"));
    assert!(mails.len() < 60, "{}", mails.len());
    assert!(
        !install
            .run_well(&["outbox", "list"], &[])
            .contains("parked")
    );
}

#[test]
fn a_batch_that_comes_back_parks_all_its_letters() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let (install, _, mails) = tips_in_batches(install(&server), &server, 30);
    let batch = Letter::read(batch_among(&mails));
    let name = batch.header("Message-ID").expect("a name");
    let inside = batch.apart().len();
    let bounce = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example.invalid\r\nTo: tips@tips.example.invalid\r\n\
         Subject: Undelivered Mail\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.invalid\r\n\r\n\
         Final-Recipient: rfc822; dongfeng@units.example.invalid\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {name}\r\n\r\n--b--\r\n"
    );
    assert_eq!(receive(&install, bounce.as_bytes()).code, Some(0));
    let parked = Database::of(&install).run("SELECT count(*) FROM outbox WHERE state = 'parked'");
    assert_eq!(parked.trim(), inside.to_string());
}

#[test]
fn a_few_letters_each_go_alone() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let install = server
        .configure(Install::new())
        .with("delivery.letters_per_hour", 60);
    let service = install.start();
    for n in 0..5 {
        file_tip(&mut service.visitor(), &format!("少的时候第{n}条"));
    }
    let mails = wait_for("five mails", PATIENCE, || {
        Some(server.letters()).filter(|l| l.len() >= 5)
    });
    assert!(mails.iter().all(|path| Letter::read(path).is_sealed()));
}
