//! Duty hours: by day a tip goes to the county, at night to the city in its place; what follows stays where it began.

use e2e::dialogue::{assert_settled, wait_for_letter};
use e2e::disk::Clock;
use e2e::form::{Form, shown_receipt};
use e2e::http::Client;
use e2e::install::Install;
use e2e::officer::Officer;

/// The unit's letters, once `what` is among them and its own key has opened it.
fn letters_with(install: &Install, unit: &str, what: &str) -> usize {
    let officer = Officer::of(install, unit);
    let maildir = install.path("mail").join(unit);
    wait_for_letter(&officer, &maildir, |_, opened| opened.facts["what"] == what);
    assert_settled(install);
    install.letters(unit).len()
}

fn send(visitor: &mut Client, form: &Form, what: &str) -> String {
    let answer = form.clone().poppies(what).send(visitor);
    shown_receipt(&answer).unwrap_or_else(|| panic!("{}", answer.page().body()))
}

#[test]
fn the_same_form_goes_to_the_county_by_day_and_to_the_city_at_night() {
    let install = Install::new().with_duty_hours();
    let clock = Clock::under(&install);
    let service = install.start();
    clock.show_in_china(12);
    let mut visitor = service.visitor();
    let (by_day, at_night) = (Form::fetch(&mut visitor), Form::fetch(&mut visitor));
    let receipt = send(&mut visitor, &by_day, "白天写的");
    assert_eq!(letters_with(&install, "dongfeng", "白天写的"), 1);
    assert_eq!(install.letters("city").len(), 0);

    clock.show_in_china(23);
    send(&mut visitor, &at_night, "夜里写的");
    assert_eq!(letters_with(&install, "city", "夜里写的"), 1);
    assert_eq!(install.letters("dongfeng").len(), 1);

    // What is added goes to whoever has the tip, off duty too.
    let added = send(&mut visitor, &by_day, "夜里补充的");
    assert_eq!(added, receipt);
    assert_eq!(letters_with(&install, "dongfeng", "夜里补充的"), 2);
    clock.show_in_china(36);
    send(&mut visitor, &at_night, "第二天补充的");
    assert_eq!(letters_with(&install, "city", "第二天补充的"), 2);
    assert_eq!(install.letters("dongfeng").len(), 2);
}

#[test]
fn where_the_one_who_stands_in_cannot_be_written_to_the_form_is_closed_at_night_alone() {
    let install = Install::new().with_duty_hours();
    install.make_key_for("city", 1);
    let clock = Clock::under(&install);
    let service = install.start();
    // More than a day from now.
    clock.show_in_china(36);
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor);
    send(&mut visitor, &form, "白天写的");
    clock.show_in_china(47);
    let form = Form::fetch(&mut visitor).poppies("夜里写的");
    let answer = form.send(&mut visitor);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.page().value("what").as_deref(), Some("夜里写的"));
    clock.show_in_china(60);
    assert!(shown_receipt(&form.send(&mut visitor)).is_some());
}
