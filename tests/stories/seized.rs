//! A seized server: with the database, the configuration and the service's secret key in hand, nobody
//! reads a tip, a question or an answer. The receipt does; and once a mailbox is deleted, not even the
//! receipt together with an old copy of what lay in it.

use std::path::Path;

use e2e::database::Database;
use e2e::dialogue::{self, Tip, mailbox, write_back};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::machine::{files_under, run, wait_for, words};
use e2e::officer::Officer;
use e2e::pipe::receive;
use sealed_tip::Receipt;

use crate::privacy::{search, spellings};

const WHAT: &str = "暗记句甲QZX5501：山坳里的花";
const QUESTION: &str = "暗记句乙QZX5502：几月几日看见";
const ANSWER: &str = "暗记句丙QZX5503：上个月的最后一天";

/// A dialogue that has happened, and its service still running.
fn talk(install: &Install, service: &e2e::service::Service<'_>) -> Tip {
    let officer = Officer::of(install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(service, &officer, &maildir, WHAT);
    let ask = officer
        .reply(&tip.letter)
        .says(&format!("询问：{QUESTION}"));
    let verdict = receive(install, &ask.sealed());
    assert_eq!(verdict.code, Some(0), "{}", verdict.said);
    let answer = write_back(&mut service.visitor(), &tip.receipt, ANSWER);
    assert!(
        answer.page().has_text("main", "已经发出"),
        "{}",
        answer.page().body()
    );
    dialogue::assert_settled(install);
    tip
}

#[test]
fn neither_tip_nor_dialogue_can_be_read_without_the_receipt_and_with_it_they_can() {
    let install = Install::new();
    let service = install.start();
    let tip = talk(&install, &service);
    let mut needles = Vec::new();
    for (what, words) in [
        ("the tip", WHAT),
        ("the question", QUESTION),
        ("the answer", ANSWER),
    ] {
        needles.extend(spellings(what, words));
    }
    needles.extend(spellings("the receipt", &tip.receipt));
    // The secret keys of the units are not on the server.
    let found = search(install.folder(), &needles, &["keys"]);
    assert!(found.is_empty(), "readable as it is:\n{}", found.join("\n"));
    the_service_key_opens_nothing(&install);
    let page = mailbox(&mut service.visitor(), &tip.receipt);
    for words in [QUESTION, ANSWER] {
        assert!(
            page.has_text("main", words),
            "the receipt does not show {words}"
        );
    }
}

/// Every binary value in the store and every letter, tried with the service's key by GnuPG and by the
/// program itself.
fn the_service_key_opens_nothing(install: &Install) {
    let key = install.secret_key("service");
    let ring = Keyring::with(&[&key]);
    let folder = install.path("work/blobs");
    std::fs::create_dir(&folder).expect("a folder");
    let database = Database::of(install);
    let mut tried = 0;
    for (table, column) in [("outbox", "sealed"), ("entry", "sealed"), ("seen", "hash")] {
        for hex in database
            .run(&format!("SELECT {column} FROM {table}"))
            .lines()
        {
            std::fs::write(folder.join(format!("{table}-{tried}")), unhex(hex)).expect("a file");
            tried += 1;
        }
    }
    assert!(tried >= 5, "only {tried} values in the store");
    let letters = files_under(&install.path("mail"));
    let unit = Keyring::with(&[&install.secret_key("dongfeng")]);
    let letter = std::fs::read(&letters[0]).expect("a letter");
    assert!(unit.opens(&letter), "not even the unit's key opens it");
    for path in files_under(&folder).into_iter().chain(letters) {
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!ring.opens(&bytes), "GnuPG opens {}", path.display());
        assert!(
            !opens(install, &key, &path),
            "open opens {}",
            path.display()
        );
    }
}

fn opens(install: &Install, key: &Path, file: &Path) -> bool {
    let output = run(install.command(&["open", "--key"]).arg(key).arg(file));
    let said = words(&output);
    output.status.success() || said.contains("QZX55")
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().collect();
    digits
        .chunks(2)
        .map(|two| u8::from_str_radix(&two.iter().collect::<String>(), 16).expect("hex"))
        .collect()
}

#[test]
fn after_deletion_the_receipt_and_an_old_copy_of_the_messages_open_nothing() {
    let install = Install::new();
    let service = install.start();
    let tip = talk(&install, &service);
    let database = Database::of(&install);
    let copies: Vec<Vec<u8>> = database
        .run("SELECT sealed FROM entry")
        .lines()
        .map(unhex)
        .collect();
    let shred: [u8; 32] = unhex(database.run("SELECT shred_key FROM mailbox").trim())
        .try_into()
        .expect("32 bytes");
    let key = Receipt::parse(&tip.receipt)
        .expect("a receipt")
        .mailbox_key();
    let on_disk = || {
        search(
            install.folder(),
            &[("shred key".into(), shred.to_vec())],
            &[],
        )
    };
    assert!(
        !on_disk().is_empty(),
        "the search does not find the shred key that is there"
    );
    let with = |shred: &[u8; 32]| {
        copies
            .iter()
            .filter(|copy| key.open(copy, shred).is_ok())
            .count()
    };
    assert_eq!(
        (copies.len(), with(&shred)),
        (2, 2),
        "with everything in hand"
    );
    let answer = dialogue::delete(&mut service.visitor(), &tip.receipt);
    assert!(
        answer.page().has_text("main", "已经删除"),
        "{}",
        answer.page().body()
    );
    assert_eq!(with(&[0; 32]), 0, "without the shred key");
    assert!(mailbox(&mut service.visitor(), &tip.receipt).has_text("main", "没有找到"));
    // The key is nowhere on the disk any more, not in the log that SQLite writes ahead either.
    wait_for(
        "the shred key to be gone from the disk",
        dialogue::PATIENCE,
        || on_disk().is_empty().then_some(()),
    );
}
