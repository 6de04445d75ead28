//! A clock that somebody sets while the service runs, a day back or more than a year ahead, and then right again.

use e2e::database::Database;
use e2e::disk::Clock;
use e2e::form::{FORM, Form, look_up, shown_receipt};
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::machine::wait_for;
use e2e::smtp::{MailServer, Mode};

use super::{PATIENCE, UNITS, health, letter_lines, wait_for_log};

#[test]
fn a_clock_set_back_by_a_day_delays_no_letter() {
    let mut server = MailServer::down();
    let install = server.configure(Install::new());
    // Keys from long before: one made today is not valid yet by yesterday's date.
    install.shift_clock("-60d");
    UNITS.iter().for_each(|unit| install.make_key(unit));
    install.shift_clock("");
    let clock = Clock::under(&install);
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    ledger.send(&mut visitor, "时钟倒退之前");
    wait_for("a first try", PATIENCE, || {
        (!letter_lines(&service).is_empty()).then_some(())
    });
    clock.shift("-1d");
    let answer = ledger.send(&mut visitor, "时钟倒退之后");
    assert!(shown_receipt(&answer).is_some(), "the user");
    server.up(Mode::Normal);
    // Both within a minute: whoever waited until the clock shows a certain hour would wait a day.
    assert_eq!(ledger.settle_with(PATIENCE, || server.letters()).len(), 2);
    wait_for_log(&service, &["ALARM", "the clock was set"]);
    assert_eq!(health(&service).0, 200);
}

#[test]
fn a_clock_set_ahead_by_years_deletes_nothing_and_reminds_nobody() {
    let install = Install::new();
    let clock = Clock::under(&install);
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut visitor = service.visitor();
    let answer = ledger.send(&mut visitor, "时钟跳走之前");
    let receipt = shown_receipt(&answer).expect("a receipt");
    ledger.settle();
    let lines = |word: &str| service.said().matches(word).count();
    wait_for_log(&service, &["purge"]);
    wait_for_log(&service, &["reminders"]);
    let (purged, reminded) = (lines("purge"), lines("reminders"));
    clock.shift("+1200d");
    wait_for_log(&service, &["ALARM", "the clock was set"]);
    assert_eq!((lines("purge"), lines("reminders")), (purged, reminded));
    assert_eq!(Database::of(&install).count("mailbox"), 1);
    // By that date the keys have lapsed: closed with a number to call, or still open; never a broken page.
    let form = visitor.get(FORM);
    assert!(matches!(form.status, 200 | 503), "{}", form.status);
    form.page().assert_site_layout("the form in another year");
    clock.shift("+0");
    let page = look_up(&mut visitor, &receipt);
    assert_eq!(page.status, 200);
    assert!(page.page().body().contains("已"), "{}", page.page().body());
    let text = "时钟拨回来以后";
    wait_for("an open form", PATIENCE, || {
        let open = Form::try_fetch(&mut visitor).ok()?;
        let answer = open.poppies(text).send(&mut visitor);
        ledger.note(text, &answer).then_some(())
    });
    assert_eq!(ledger.settle().len(), 2);
}
