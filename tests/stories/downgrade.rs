//! Back to an older program: the database is led down with what came in since the upgrade, and nothing of it is lost.

use e2e::database::Database;
use e2e::dialogue::{STAGE, mailbox};
use e2e::form::file_tip;
use e2e::install::Install;
use e2e::machine::{run, words};
use e2e::maildir::wait_for_letters;

/// One below the newest: what the last older program wants.
const OLDER: &str = "4";

#[test]
fn letters_that_wait_and_mailboxes_come_down_to_an_older_program_and_up_again() {
    let install = Install::new().with("delivery.delay_max_seconds", 86_400);
    let service = install.start();
    let receipts = ["一块地", "又一块地"].map(|what| file_tip(&mut service.visitor(), what));
    refused(
        &install,
        OLDER,
        &["store.path", "another program", "还有程序"],
    );
    drop(service);
    let database = Database::of(&install);
    let before = database.dump();
    let newest = step(&install, "database: ");
    assert_eq!(newest, step(&install, "program: "));
    let version = words(&run(&mut install.command(&["--version"])));
    assert!(
        version.contains(&format!("SQLite step {newest},")),
        "{version}"
    );
    refused(
        &install,
        "1",
        &["2 mailboxes", "nothing was changed", "purge"],
    );
    refused(&install, &newest, &["no step"]);
    assert_eq!(database.dump(), before);

    let said = install.run_well(&["store", "downgrade"], &["--to", OLDER]);
    assert!(said.contains("older program"), "{said}");
    assert_eq!(step(&install, "database: "), OLDER);
    let waiting =
        database.run("SELECT count(*) FROM outbox WHERE state = 'queued' AND length(sealed) > 0");
    assert_eq!(waiting.trim(), "2");

    let install = install.with("delivery.delay_max_seconds", 0);
    let service = install.start();
    assert_eq!(step(&install, "database: "), newest);
    wait_for_letters(&install.path("mail/dongfeng"), 2);
    for receipt in receipts {
        let page = mailbox(&mut service.visitor(), &receipt);
        assert!(page.text(STAGE).is_some(), "{}", page.body());
    }
}

fn refused(install: &Install, to: &str, parts: &[&str]) {
    let output = install.run(&["store", "downgrade"], &["--to", to]);
    let said = words(&output);
    assert!(!output.status.success(), "{said}");
    for part in parts {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
}

/// The number after this word in what `store step` says.
fn step(install: &Install, of: &str) -> String {
    let said = install.run_well(&["store", "step"], &[]);
    let rest = said.split_once(of).expect("the word").1;
    rest.chars().take_while(char::is_ascii_digit).collect()
}
