//! Promise 1 under fire: the service is killed at random moments under load, a hundred times (`CRASHES=1000` by hand),
//! and every receipt that anybody saw must have its letter afterwards, one letter.

use std::io::ErrorKind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e2e::form::Form;
use e2e::gpg::Keyring;
use e2e::http::{Answer, Client};
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::letter::Letter;
use e2e::machine::{wait_for, whole_machine};
use e2e::picture::jpeg;
use rand::Rng;

const KILLS: u32 = 100;
const CLIENTS: u32 = 16;

/// How many of something: the test's own number, or what the environment says.
pub(crate) fn amount(name: &str, usual: u32) -> u32 {
    let asked = std::env::var(name).ok();
    asked.map_or(usual, |text| text.parse().expect("a number"))
}

/// Every fourth tip or so brings a photograph.
fn has_photograph(what: &str) -> bool {
    what.bytes().map(u32::from).sum::<u32>().is_multiple_of(4)
}

/// The form for the tip with this text.
pub(crate) fn filled(blank: Form, what: &str) -> Form {
    static PHOTOGRAPH: OnceLock<Vec<u8>> = OnceLock::new();
    let form = blank.poppies(what);
    if has_photograph(what) {
        let photograph = PHOTOGRAPH.get_or_init(|| jpeg(320, 240, 60, 7));
        form.file("a.jpg", "image/jpeg", photograph)
    } else {
        form
    }
}

/// Ends the visitors' round even when the story fails.
pub(crate) struct EndsTheRound<'a>(pub(crate) &'a AtomicBool);

impl Drop for EndsTheRound<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn every_receipt_shown_under_a_hundred_kills_has_its_one_letter_after_restart() {
    let _alone = whole_machine();
    let kills = amount("CRASHES", KILLS);
    let install = Install::new()
        .with("store.max_waiting", 10_000_000)
        .with("delivery.connections", 4);
    let mut service = install.start();
    let (port, over) = (service.port, AtomicBool::new(false));
    let (ledger, unanswered) = (Ledger::of(&install), AtomicU32::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        let _end = EndsTheRound(&over);
        for number in 0..CLIENTS {
            let visitor = Visitor {
                number,
                client: Client::new(port),
                ledger: &ledger,
                over: &over,
                unanswered: &unanswered,
                rest: Duration::from_millis(2),
                given_back: &[400],
            };
            scope.spawn(move || visitor.send_tips());
        }
        for _ in 0..kills {
            // However busy the machine: each life of the service has made promises before it ends.
            let before = ledger.len();
            wait_for("a receipt", Duration::from_secs(60), || {
                (ledger.len() > before).then_some(())
            });
            // The one wait here that asks nothing: the moment of the kill must be nobody's choice.
            thread::sleep(Duration::from_millis(rand::thread_rng().gen_range(5..150)));
            service.kill9();
            service.start_again();
        }
    });
    let took = begun.elapsed();
    let arrived = ledger.settle();
    println!(
        "{kills} kills in {took:.0?}: {} receipts shown, {} tips arrived, {} answers cut off, 0 lost, 0 doubled, database whole",
        ledger.len(),
        arrived.len(),
        unanswered.load(Ordering::Relaxed),
    );
    let shown = ledger.len();
    assert!(shown >= kills as usize, "hardly any load: {shown} receipts");
    gnupg_agrees(&install);
}

#[test]
#[should_panic(expected = "1 of 2 receipts have no letter")]
fn a_receipt_without_its_letter_is_noticed() {
    let install = Install::new();
    let service = install.start();
    let ledger = Ledger::of(&install);
    ledger.send(&mut service.visitor(), "有信");
    ledger.promise("没有信", "");
    ledger.settle_with(Duration::from_secs(3), || install.letters("dongfeng"));
}

/// One who sends tip after tip, whatever happens to the service.
pub(crate) struct Visitor<'a> {
    pub(crate) number: u32,
    pub(crate) client: Client,
    pub(crate) ledger: &'a Ledger<'a>,
    pub(crate) over: &'a AtomicBool,
    pub(crate) unanswered: &'a AtomicU32,
    /// Waits so long before pressing again when there was no answer.
    pub(crate) rest: Duration,
    /// With which statuses a form may come back.
    pub(crate) given_back: &'static [u16],
}

impl Visitor<'_> {
    pub(crate) fn send_tips(mut self) {
        for number in 0_u32.. {
            let what = format!("第{}人第{number}条", self.number);
            if !self.send(&what) {
                return;
            }
        }
    }

    /// Presses until there is an answer that promises something: an answer that never came is asked for again with the
    /// same form, as a reload does, and a form from before the kill comes back to be pressed once more. Says whether to
    /// go on.
    fn send(&mut self, what: &str) -> bool {
        let mut form: Option<Form> = None;
        while !self.over.load(Ordering::Relaxed) {
            let Some(filled) = form.clone().or_else(|| self.fetch(what)) else {
                thread::sleep(self.rest);
                continue;
            };
            match filled.try_send(&mut self.client) {
                Ok(answer) if self.ledger.note(what, &answer) => return true,
                Ok(answer) => {
                    let given_back = self.again(&answer, what);
                    if given_back.is_none() {
                        thread::sleep(self.rest);
                    }
                    form = given_back.or(Some(filled));
                }
                Err(error) => {
                    // A service that is not there has cut nothing off.
                    let cut = u32::from(error.kind() != ErrorKind::ConnectionRefused);
                    self.unanswered.fetch_add(cut, Ordering::Relaxed);
                    form = Some(filled);
                    thread::sleep(self.rest);
                }
            }
        }
        false
    }

    fn fetch(&mut self, what: &str) -> Option<Form> {
        let blank = Form::try_fetch(&mut self.client).ok()?;
        Some(filled(blank, what))
    }

    /// The form that came back: it was from before a kill, or the store was away. `None`: not the service answered but a
    /// front that could not reach it.
    fn again(&self, answer: &Answer, what: &str) -> Option<Form> {
        let front = matches!(answer.status, 502..=504) && self.given_back.len() > 1;
        let blank = Form::of(answer);
        let known = self.given_back.contains(&answer.status) && blank.is_some();
        assert!(
            known || front,
            "{}: {}",
            answer.status,
            answer.page().body()
        );
        blank.map(|blank| filled(blank, what))
    }
}

/// The ledger opens letters with the project's own code; a sample goes through GnuPG itself.
fn gnupg_agrees(install: &Install) {
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let mails = install.letters("dongfeng");
    let letters = mails.iter().flat_map(|path| Letter::read(path).apart());
    for letter in letters.step_by(mails.len() / 20 + 1) {
        let opened = letter.open(&ring).expect("GnuPG opens it");
        let what = opened.facts["what"].as_str().expect("a tip");
        assert!(what.starts_with('第'), "{what}");
        assert_eq!(!opened.files.is_empty(), has_photograph(what), "{what}");
    }
}
