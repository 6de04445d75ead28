//! Two things under one name: elsewhere uploads of the same second fell into one folder, and a file's name reached the disk. Here
//! a thousand tips sent at once are a thousand tips, and no name that a visitor chooses is ever a name of ours.

use std::collections::HashSet;

use e2e::dialogue::PATIENCE;
use e2e::form::{Form, file_tip};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::{files_under, wait_for};

const SENDERS: usize = 20;
const EACH: usize = 50;

#[test]
fn a_thousand_tips_of_the_same_moment_are_a_thousand_receipts_and_a_thousand_letters() {
    let install = Install::new();
    let service = install.start();
    let port = service.port;
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            std::thread::spawn(move || {
                let mut visitor = e2e::http::Client::new(port);
                (0..EACH)
                    .map(|_| file_tip(&mut visitor, "同一秒"))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let receipts: Vec<String> = senders
        .into_iter()
        .flat_map(|sender| sender.join().expect("every tip is taken"))
        .collect();
    assert_eq!(
        receipts.iter().collect::<HashSet<_>>().len(),
        SENDERS * EACH
    );
    let letters = wait_for("a thousand letters", PATIENCE * 2, || {
        Some(install.letters("dongfeng")).filter(|letters| letters.len() == SENDERS * EACH)
    });
    let names = |header: &str| -> HashSet<String> {
        letters
            .iter()
            .filter_map(|path| Letter::read(path).header(header))
            .collect()
    };
    assert_eq!(names("Message-ID").len(), SENDERS * EACH);
    assert_eq!(names("Reply-To").len(), SENDERS * EACH);
}

#[test]
fn no_file_name_a_visitor_chooses_reaches_the_disk_or_the_log() {
    const MARK: &str = "qzx7741";
    let install = Install::new().with("log.level", "debug");
    let service = install.start();
    let mut visitor = service.visitor();
    let outside = format!("../../../../../../tmp/{MARK}.jpg");
    for name in [
        outside.as_str(),
        "..\\..\\qzx7741.jpg",
        "/etc/cron.d/qzx7741",
        "qzx7741\u{202e}gpj.exe",
        "qzx7741%00.jpg",
        "qzx7741;rm -rf x.jpg",
        "CON.qzx7741",
        ".htaccess-qzx7741",
        &format!("{}qzx7741.jpg", "a".repeat(5_000)),
    ] {
        let form = Form::fetch(&mut visitor).poppies("有附件");
        let answer = form
            .file(name, "image/jpeg", b"no picture")
            .send(&mut visitor);
        assert!(
            (400..500).contains(&answer.status),
            "{name}: {}",
            answer.status
        );
    }
    for path in files_under(install.folder()) {
        let bytes = std::fs::read(&path).expect("readable");
        let is_there = bytes
            .windows(MARK.len())
            .any(|window| window == MARK.as_bytes());
        assert!(
            !is_there && !path.display().to_string().contains(MARK),
            "{}",
            path.display()
        );
    }
    assert!(!std::path::Path::new(&format!("/tmp/{MARK}.jpg")).exists());
}
