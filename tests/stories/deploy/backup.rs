//! The backup of OPERATIONS.md, made while tips come in, and what a machine that is started from it has: every receipt that was
//! given out before it opens, every letter that waited reaches its unit, and no key is in it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use e2e::database::Database;
use e2e::form::{Form, file_tip, look_up, shown_receipt};
use e2e::install::Install;
use e2e::machine::{files_under, run, wait_for, words};

/// So many bytes of a key in a row are in nothing else by chance.
const PIECE: usize = 16;

#[test]
fn a_backup_made_under_load_restores_every_receipt_and_every_letter_and_holds_no_key() {
    let install = Install::new().with("delivery.delay_max_seconds", 86_400);
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

    // The machine is lost. Another one gets the units' certificates again, and a service key of its own.
    let other = Install::new();
    other.config_file();
    for cert in certificates(&install) {
        let name = cert.file_name().expect("a file");
        std::fs::copy(&cert, other.path("keys").join(name)).expect("a certificate");
    }
    std::fs::copy(&copy, other.path("store/tips.db")).expect("the copy");
    let restored = other.start();
    let kept = Database::of(&other).count("outbox");
    assert!((20..=120).contains(&kept), "{kept}");
    for receipt in &before {
        let page = look_up(&mut restored.visitor(), receipt).text();
        let known = page.contains("已收到") || page.contains("已送达");
        assert!(known, "{receipt} is lost");
    }
    let letters = wait_for("every letter", Duration::from_secs(60), || {
        Some(other.letters("dongfeng")).filter(|letters| letters.len() == kept)
    });
    // The officer's key is where it was: nothing of it was ever on the machine that is lost.
    let key = install.secret_key("dongfeng");
    let opened = run(other.command(&["open", "--key"]).arg(key).args(letters));
    let said = words(&opened);
    for number in 0..before.len() {
        assert!(
            said.contains(&format!("备份以前{number}")),
            "{number}: {said}"
        );
    }
    assert_no_key(&install, &copy);
}

fn certificates(install: &Install) -> Vec<PathBuf> {
    let files = files_under(&install.path("keys")).into_iter();
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".cert.asc") && name != "service.cert.asc"
    };
    files.filter(ours).collect()
}

/// Neither a secret key as it lies in its file, nor any piece of it as it is once the armour is off, nor a tip's words.
fn assert_no_key(install: &Install, copy: &Path) {
    let bytes = std::fs::read(copy).expect("the copy");
    for text in ["PRIVATE KEY", "备份以前"] {
        let found = bytes.windows(text.len()).any(|at| at == text.as_bytes());
        assert!(!found, "{text} is in the backup");
    }
    let secrets = files_under(&install.path("keys")).into_iter();
    let mut pieces = HashSet::new();
    for secret in secrets.filter(|path| path.to_string_lossy().ends_with(".secret.asc")) {
        let bare = run(Command::new("gpg")
            .arg("--dearmor")
            .arg("--output")
            .arg("-")
            .arg(&secret));
        assert!(bare.stdout.len() > 100, "{}", words(&bare));
        pieces.extend(bare.stdout.windows(PIECE).map(<[u8]>::to_vec));
    }
    assert!(!pieces.is_empty(), "there are secret keys to look for");
    let found = bytes.windows(PIECE).find(|piece| pieces.contains(*piece));
    assert!(
        found.is_none(),
        "{found:x?} of a secret key is in the backup"
    );
}
