//! The backup of OPERATIONS.md, made while tips come in, and what a machine that is started from it has: every receipt that was
//! given out before it opens, every letter that waited is there, and no key that opens anything of it.

use std::process::Command;

use e2e::database::Database;
use e2e::form::{Form, file_tip, look_up, shown_receipt};
use e2e::install::Install;
use e2e::machine::{run, words};

#[test]
fn a_backup_made_under_load_restores_every_receipt_given_out_before_it() {
    let waiting = |install: Install| install.with("delivery.delay_max_seconds", 86_400);
    let install = waiting(Install::new());
    let service = install.start();
    let before: Vec<String> = (0..20)
        .map(|number| file_tip(&mut service.visitor(), &format!("备份以前{number}")))
        .collect();
    let copy = install.path("work/backup.sqlite3");
    std::thread::scope(|scope| {
        let crowd = scope.spawn(|| {
            let mut visitor = service.visitor();
            (0..100)
                .map(|number| {
                    Form::fetch(&mut visitor)
                        .poppies(&format!("正在备份{number}"))
                        .send(&mut visitor)
                })
                .filter(|answer| shown_receipt(answer).is_some())
                .count()
        });
        let made = run(Command::new("sqlite3")
            .arg(install.path("store/tips.db"))
            .arg(format!(".backup {}", copy.display())));
        assert!(made.status.success(), "{}", words(&made));
        assert_eq!(
            crowd.join().expect("the crowd"),
            100,
            "the backup refuses nobody"
        );
    });
    drop(service);

    // Another machine: the same units' certificates, a new database.
    let other = waiting(Install::new());
    other.config_file();
    std::fs::copy(&copy, other.path("store/tips.db")).expect("the copy");
    let restored = other.start();
    let letters = Database::of(&other).count("outbox");
    assert!((20..=120).contains(&letters), "{letters}");
    for receipt in &before {
        let page = look_up(&mut restored.visitor(), receipt).text();
        assert!(page.contains("已收到"), "{receipt} is lost");
    }
    let bytes = std::fs::read(&copy).expect("the copy");
    for secret in ["PRIVATE KEY", "备份以前"] {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is in the backup");
    }
}
