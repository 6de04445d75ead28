//! Damage: a page of the database overwritten, rubbish behind or in the write-ahead log.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use e2e::cases::{assert_error_page, assert_kept};
use e2e::database::Database;
use e2e::form::{MAILBOX, shown_receipt, url_encoded};
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::smtp::{MailServer, Mode};

use super::{PATIENCE, assert_check_says, assert_given_back, health, refused_start, wait_for_log};

/// Overwrites the root page of a table in a database that nobody has open.
fn spoil(install: &Install, table: &str) {
    let ask = |sql: &str| Database::of(install).run(sql);
    ask("PRAGMA wal_checkpoint(TRUNCATE)");
    let number = |sql: &str| -> u64 { ask(sql).trim().parse().expect("a number") };
    let size = number("PRAGMA page_size");
    let page = number(&format!(
        "SELECT rootpage FROM sqlite_master WHERE name = '{table}'"
    ));
    let mut file = OpenOptions::new()
        .write(true)
        .open(install.path("store/tips.db"))
        .expect("the database");
    file.seek(SeekFrom::Start((page - 1) * size))
        .expect("a page");
    let rubbish = vec![0xA7; usize::try_from(size).expect("small")];
    file.write_all(&rubbish).expect("written");
}

#[test]
fn a_damaged_database_takes_no_more_tips_but_sends_what_it_holds() {
    let mut server = MailServer::down();
    let install = server.configure(Install::new());
    let mut service = install.start();
    let ledger = Ledger::of(&install);
    let mut receipt = String::new();
    for number in 0..5 {
        let answer = ledger.send(&mut service.visitor(), &format!("坏之前第{number}条"));
        receipt = shown_receipt(&answer).expect("a receipt");
    }
    service.kill9();
    let database = install.path("store/tips.db");
    Database::of(&install).run("PRAGMA wal_checkpoint(TRUNCATE)");
    let backup = fs::read(&database).expect("a backup");
    spoil(&install, "mailbox");
    service.start_again();
    let mut visitor = service.visitor();
    for text in ["坏了以后", "坏了以后再来一条"] {
        assert_given_back("damaged", &ledger.send(&mut visitor, text), text);
    }
    let typed = [
        ("receipt", receipt.as_str()),
        ("action", "reply"),
        ("reply", "还要补充的话"),
    ];
    let body = url_encoded(&typed);
    let kind = "application/x-www-form-urlencoded";
    let answer = visitor.post(MAILBOX, kind, body.as_bytes());
    assert_error_page("an answer", &answer, 503);
    assert_kept("an answer", &answer, &[("reply", "还要补充的话")]);
    assert_eq!(health(&service), (503, "the database is damaged".into()));
    wait_for_log(&service, &["ALARM", "the database is damaged", ".recover"]);
    assert_check_says(&install, &["the database is damaged", ".recover"]);
    server.up(Mode::Normal);
    let arrived = ledger.arrive_with(PATIENCE, || server.letters());
    assert_eq!(arrived.len(), 5, "what it held has gone out");
    service.kill9();
    fs::write(&database, backup).expect("restored");
    for beside in ["store/tips.db-wal", "store/tips.db-shm"] {
        let _ = fs::remove_file(install.path(beside));
    }
    service.start_again();
    let answer = ledger.send(&mut service.visitor(), "换了备份以后");
    assert!(shown_receipt(&answer).is_some());
    assert_eq!(health(&service).0, 200);
    // The backup's letters go out once more, under their old names.
    assert_eq!(ledger.settle_with(PATIENCE, || server.letters()).len(), 6);
}

/// A store with letters in its log, left behind by a process that died; nobody takes them yet.
fn left_behind(install: &Install, ledger: &Ledger<'_>) -> Vec<u8> {
    let mut service = install.start();
    for number in 0..5 {
        let text = format!("日志里第{number}条");
        ledger.send(&mut service.visitor(), &text);
    }
    service.kill9();
    let log = fs::read(install.path("store/tips.db-wal")).expect("a log");
    assert!(log.len() > 32, "nothing in the log");
    log
}

#[test]
fn rubbish_behind_the_log_and_half_a_frame_hide_nothing() {
    let mut server = MailServer::down();
    let install = server.configure(Install::new());
    let ledger = Ledger::of(&install);
    let log = left_behind(&install, &ledger);
    let path = install.path("store/tips.db-wal");
    let frame = 24 + 4096;
    let last = &log[log.len() - frame..];
    let tails: [&[u8]; 4] = [&[0; 5000], &[0xA7; 9000], &last[..frame / 2], &last[..100]];
    for tail in tails {
        fs::write(&path, [&log, tail].concat()).expect("a log with a tail");
        fs::write(install.path("store/tips.db-shm"), [0xA7; 32768]).expect("a spoilt index");
        let mut service = install.start();
        let listed = install.run_well(&["outbox", "list"], &[]);
        let waiting = listed.matches("queued").count() + listed.matches("sending").count();
        assert_eq!(waiting, 5, "{listed}");
        ledger.assert_whole();
        assert_eq!(health(&service).0, 200, "the operator");
        service.kill9();
    }
    server.up(Mode::Normal);
    let _service = install.start();
    assert_eq!(ledger.settle_with(PATIENCE, || server.letters()).len(), 5);
}

#[test]
fn a_log_with_a_spoilt_head_is_not_written_over() {
    let mut server = MailServer::down();
    let install = server.configure(Install::new());
    let ledger = Ledger::of(&install);
    let log = left_behind(&install, &ledger);
    let path = install.path("store/tips.db-wal");
    let mut spoilt = log.clone();
    spoilt[..32].fill(0xA7);
    fs::write(&path, &spoilt).expect("a spoilt log");
    let said = refused_start(&install);
    for part in ["store.path", "write-ahead log is damaged", "copy", "-wal"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert_check_says(&install, &["write-ahead log is damaged"]);
    assert_eq!(fs::read(&path).expect("the log"), spoilt, "untouched");
    fs::write(&path, &log).expect("mended");
    server.up(Mode::Normal);
    let _service = install.start();
    assert_eq!(ledger.settle_with(PATIENCE, || server.letters()).len(), 5);
}
