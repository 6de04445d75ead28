//! Letters and mail servers: what arrives, what never leaves, what waits and comes later.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use e2e::form::{Form, file_tip, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::maildir::wait_for_letters;
use e2e::postfix::Postfix;
use e2e::service::Service;
use e2e::smtp::{MailServer, Mode};

/// Lines that mail likes to change: dots, "From ", blanks inside, long lines, several scripts.
const DELICATE: &str = "第一行\n.\n..两点开头\nFrom here 开头\n>引用\n中间  两个空格\n=3D =?utf-8?B?5L2g?=\n--\nأحمد 🌺 ᠮᠣᠩᠭᠣᠯ 조선말";

const PATIENCE: Duration = Duration::from_secs(60);

fn waiting_letters(server: &MailServer, count: usize) -> Vec<PathBuf> {
    wait_for(&format!("{count} letters at the server"), PATIENCE, || {
        Some(server.letters()).filter(|letters| letters.len() >= count)
    })
}

fn wait_for_alarm(service: &Service<'_>) {
    wait_for("an alarm line in the log", PATIENCE, || {
        service.said().contains("ALARM").then_some(())
    });
}

fn delicate_text() -> String {
    format!("{DELICATE}\n{}", "长".repeat(2000))
}

fn assert_whole(install: &Install, letter: &Letter, text: &str) {
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let opened = letter.open(&ring).expect("GnuPG opens what arrived");
    assert_eq!(opened.facts["what"], text);
    let longest = letter
        .raw
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::len)
        .max();
    assert!(longest <= Some(999), "a line of {longest:?} bytes");
    assert!(
        letter.raw.is_ascii(),
        "an encrypted letter is plain ASCII outside"
    );
}

#[test]
fn a_letter_arrives_byte_for_byte_by_starttls_and_login() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let install = server.configure(Install::new());
    let service = install.start();
    file_tip(&mut service.visitor(), &delicate_text());
    let letter = Letter::read(&waiting_letters(&server, 1)[0]);
    assert_whole(&install, &letter, &delicate_text());
    let lone = letter
        .raw
        .windows(2)
        .filter(|two| two[1] == b'\n' && two[0] != b'\r')
        .count();
    assert_eq!(lone, 0, "every line ends in CR LF on the wire");
    let events = server.events();
    assert!(events.contains("tls=True"), "{events}");
    let ehlo = events
        .lines()
        .find(|line| line.starts_with("EHLO"))
        .expect("EHLO");
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    assert!(
        host.trim().is_empty() || !ehlo.contains(host.trim()),
        "the host's name in {ehlo}"
    );
}

#[test]
fn fifty_letters_written_while_the_server_was_down_arrive_once_each() {
    let mut server = MailServer::down();
    let install = server.configure(Install::new());
    let service = install.start();
    let mut visitor = service.visitor();
    for number in 0..50 {
        file_tip(&mut visitor, &format!("第{number}条线索"));
    }
    wait_for_alarm(&service);
    assert!(server.letters().is_empty());
    server.up(Mode::Normal);
    let letters = waiting_letters(&server, 50);
    assert_all_settled(&install);
    let letters = if letters.len() == 50 {
        server.letters()
    } else {
        letters
    };
    assert_eq!(letters.len(), 50, "each letter once");
    let names: BTreeSet<String> = letters
        .iter()
        .filter_map(|path| Letter::read(path).header("Message-ID"))
        .collect();
    assert_eq!(names.len(), 50, "fifty different Message-IDs");
}

/// Waits until `outbox list` shows nothing that waits.
fn assert_all_settled(install: &Install) {
    wait_for("the outbox to be empty", PATIENCE, || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        (!listed.contains("queued") && !listed.contains("sending")).then_some(())
    });
}

#[test]
fn without_starttls_nothing_is_sent_the_letter_waits_and_the_log_raises_an_alarm() {
    nothing_is_sent(MailServer::down(), Mode::NoStartTls);
}

#[test]
fn under_a_certificate_of_an_unknown_authority_nothing_is_sent() {
    nothing_is_sent(MailServer::of_unknown_authority(), Mode::Normal);
}

#[test]
fn under_a_certificate_for_another_name_nothing_is_sent() {
    nothing_is_sent(MailServer::of_another_name(), Mode::Normal);
}

#[test]
fn with_a_wrong_password_the_letter_waits_the_operator_reads_why_and_with_the_right_one_it_goes() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let password = server.trusted().with_file_name("password");
    let right = std::fs::read(&password).expect("a file");
    std::fs::write(&password, "wrong").expect("written");
    let install = server.configure(Install::new());
    let mut service = install.start();
    file_tip(&mut service.visitor(), "口令错了也不能丢");
    wait_for_alarm(&service);
    let said = service.said();
    assert!(said.contains("refused the log-in"), "{said}");
    assert!(server.letters().is_empty());
    std::fs::write(&password, right).expect("written");
    assert!(service.stop().success());
    drop(service);
    let _service = install.start();
    waiting_letters(&server, 1);
}

fn nothing_is_sent(mut server: MailServer, mode: Mode) {
    server.up(mode);
    let install = server.configure(Install::new());
    let service = install.start();
    file_tip(&mut service.visitor(), "不可明文寄出");
    wait_for_alarm(&service);
    let events = server.events();
    for word in ["MAIL", "RCPT", "KEPT"] {
        assert!(!events.contains(word), "the server heard {word}: {events}");
    }
    assert!(server.letters().is_empty());
    let listed = install.run_well(&["outbox", "list"], &[]);
    assert!(listed.contains("queued"), "the letter waits: {listed}");
}

#[test]
fn what_a_server_refuses_for_now_arrives_later() {
    for mode in [Mode::RecipientLater, Mode::DataLater, Mode::CloseInData] {
        let mut server = MailServer::down();
        server.up(mode);
        let install = server.configure(Install::new());
        let service = install.start();
        file_tip(&mut service.visitor(), "先被拒，后送达");
        wait_for_alarm(&service);
        assert!(server.letters().is_empty(), "{mode:?}");
        server.go_down();
        server.up(Mode::Normal);
        assert_eq!(waiting_letters(&server, 1).len(), 1, "{mode:?}");
    }
}

#[test]
fn what_a_server_refuses_for_good_is_parked_and_goes_out_when_the_operator_says_so() {
    for mode in [Mode::RecipientNever, Mode::DataNever] {
        let mut server = MailServer::down();
        server.up(mode);
        let install = server.configure(Install::new());
        let service = install.start();
        file_tip(&mut service.visitor(), "被永久拒收");
        wait_for_alarm(&service);
        wait_for("the letter to be parked", PATIENCE, || {
            install
                .run_well(&["outbox", "list"], &[])
                .contains("parked")
                .then_some(())
        });
        server.go_down();
        server.up(Mode::Normal);
        install.run_well(&["outbox", "retry"], &[]);
        assert!(!waiting_letters(&server, 1).is_empty(), "{mode:?}");
    }
}

#[test]
fn a_server_that_accepts_and_never_speaks_delays_no_receipt() {
    let mut server = MailServer::down();
    server.up(Mode::Silent);
    let install = server.configure(Install::new());
    let service = install.start();
    let mut visitor = service.visitor();
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        let form = Form::fetch(&mut visitor).poppies(&format!("第{number}条"));
        let begun = Instant::now();
        let answer = form.send(&mut visitor);
        slowest = slowest.max(begun.elapsed());
        assert!(shown_receipt(&answer).is_some());
    }
    wait_for("a connection to the silent server", PATIENCE, || {
        server.events().contains("CONNECTED").then_some(())
    });
    assert!(
        slowest < Duration::from_secs(1),
        "a receipt took {slowest:?}"
    );
    wait_for_alarm(&service);
    server.go_down();
    server.up(Mode::Normal);
    assert_eq!(waiting_letters(&server, 20).len(), 20);
}

#[test]
fn postfix_itself_delivers_letters_whole_and_once_each() {
    if !e2e::machine::is_root() {
        println!("not root: Postfix cannot be started here; the aiosmtpd stories have run");
        return;
    }
    let postfix = Postfix::start();
    let install = postfix.configure(Install::new());
    let service = install.start();
    let mut visitor = service.visitor();
    file_tip(&mut visitor, &delicate_text());
    let first = wait_for_letters(&postfix.maildir(), 1);
    let letter = Letter::read(&first[0]);
    assert_whole(&install, &letter, &delicate_text());
    for number in 1..20 {
        file_tip(&mut visitor, &format!("第{number}条线索"));
    }
    let letters = wait_for_letters(&postfix.maildir(), 20);
    assert_all_settled(&install);
    let names: BTreeSet<String> = letters
        .iter()
        .filter_map(|path| Letter::read(path).header("Message-ID"))
        .collect();
    assert_eq!((letters.len(), names.len()), (20, 20), "{}", postfix.log());
}
