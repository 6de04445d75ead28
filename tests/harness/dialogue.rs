//! A tip between its writer and a unit: filed, arrived, answered. What the stories of the way back
//! begin with.

use std::path::Path;
use std::time::Duration;

use crate::form::{self, MAILBOX, file_tip, look_up, url_encoded};
use crate::http::{Answer, Client};
use crate::install::Install;
use crate::letter::{Letter, Opened};
use crate::machine::wait_for;
use crate::maildir;
use crate::officer::Officer;
use crate::page::Page;
use crate::service::Service;

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A tip that has reached its unit.
pub struct Tip {
    /// What its writer holds.
    pub receipt: String,
    /// The unit's letter.
    pub letter: Letter,
    /// The same, decrypted.
    pub opened: Opened,
}

impl Tip {
    /// Files a tip on poppies and waits until its letter lies in `maildir`, where `officer` opens it.
    pub fn file(service: &Service<'_>, officer: &Officer, maildir: &Path, what: &str) -> Self {
        let receipt = file_tip(&mut service.visitor(), what);
        let (letter, opened) =
            wait_for_letter(officer, maildir, |_, opened| opened.facts["what"] == what);
        Self {
            receipt,
            letter,
            opened,
        }
    }

    /// The number that all letters of this tip carry.
    pub fn reference(&self) -> &str {
        self.opened.facts["reference"]
            .as_str()
            .expect("a reference")
    }

    /// The name that a thread's later letters answer to.
    pub fn thread(&self) -> String {
        self.letter.header("Message-ID").expect("a Message-ID")
    }
}

/// A tip at 东丰县, delivered and recorded as such; the service that took it has ended.
pub fn tip_at_dongfeng(install: &Install, what: &str) -> (Officer, Tip) {
    let mut service = install.start();
    let officer = Officer::of(install, "dongfeng");
    let tip = Tip::file(&service, &officer, &install.path("mail/dongfeng"), what);
    assert_settled(install);
    service.stop();
    (officer, tip)
}

/// Waits until `outbox list` shows nothing that waits.
pub fn assert_settled(install: &Install) {
    wait_for("the outbox to be empty", PATIENCE, || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        (!listed.contains("queued") && !listed.contains("sending")).then_some(())
    });
}

/// Waits for a letter in `maildir` that `officer` can open and `wanted` recognises.
pub fn wait_for_letter(
    officer: &Officer,
    maildir: &Path,
    wanted: impl Fn(&Letter, &Opened) -> bool,
) -> (Letter, Opened) {
    let mut read = std::collections::BTreeSet::new();
    wait_for("the letter", PATIENCE, || {
        for path in maildir::letters(maildir) {
            if !read.insert(path.clone()) {
                continue;
            }
            let letter = Letter::read(&path);
            if !letter.is_sealed() {
                continue;
            }
            let opened = officer.open(&letter);
            if wanted(&letter, &opened) {
                return Some((letter, opened));
            }
        }
        None
    })
}

/// Looks a receipt up until its tip has come as far as this.
pub fn wait_for_stage(client: &mut Client, receipt: &str, stage: &str) -> Page {
    wait_for(&format!("the mailbox to be at {stage}"), PATIENCE, || {
        let answer = look_up(client, receipt);
        assert_eq!(answer.status, 200, "{}", answer.page().body());
        Some(answer.page()).filter(|page| page.has_text(STAGE, stage))
    })
}

/// Where a mailbox page names the stage that is now: it names those to come as well.
pub const STAGE: &str = ".progress .is-now b";

/// What a mailbox says now.
pub fn mailbox(client: &mut Client, receipt: &str) -> Page {
    look_up(client, receipt).page()
}

/// One page of a mailbox; 0 is the newest.
pub fn page(client: &mut Client, receipt: &str, number: usize) -> Answer {
    post(
        client,
        &[("receipt", receipt), ("page", &number.to_string())],
    )
}

/// The text of every page of a mailbox, the newest first.
pub fn whole_mailbox(client: &mut Client, receipt: &str) -> String {
    let (mut all, mut next) = (String::new(), Some("0".to_string()));
    while let Some(number) = next {
        let page = post(client, &[("receipt", receipt), ("page", &number)]).page();
        all += &page.text(".talk").unwrap_or_default();
        let buttons = page.attributes(".turn button", "value");
        let later = |value: &String| value.parse::<u32>().ok() > number.parse().ok();
        next = buttons.into_iter().find(later);
    }
    all
}

/// Writes back by the form on the mailbox page.
pub fn write_back(client: &mut Client, receipt: &str, text: &str) -> Answer {
    let page = mailbox(client, receipt);
    let form_id = page.value("form_id").expect("a form to write back");
    let fields = [
        ("receipt", receipt),
        ("form_id", &form_id),
        ("reply", text),
        ("action", "reply"),
    ];
    post(client, &fields)
}

/// Presses "delete" on the page that asks whether one is sure.
pub fn delete(client: &mut Client, receipt: &str) -> Answer {
    post(client, &[("receipt", receipt), ("action", "delete-now")])
}

/// Sends these fields to the mailbox page.
pub fn post(client: &mut Client, fields: &[(&str, &str)]) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    client.post(MAILBOX, kind, url_encoded(fields).as_bytes())
}

/// A receipt that is well formed and that no installation of this test has given out.
pub fn strange_receipt() -> String {
    let elsewhere = Install::new();
    let service = elsewhere.start();
    form::file_tip(&mut service.visitor(), "别处的回执")
}
