//! A unit off duty: the page is told who stands in, and what was sealed before a shift ended is taken after it.

use e2e::browser::{Browser, DESK};
use e2e::dialogue::wait_for_letter;
use e2e::disk::Clock;
use e2e::form::{Form, shown_receipt};
use e2e::install::Install;
use e2e::officer::Officer;

use super::refused::{covers, letter, sealed_for, tag_of_covers};
use super::{PLACE, SEND, WHAT, fill_in, install};

fn with_clock() -> (Install, Clock) {
    let install = install().with_duty_hours();
    let clock = Clock::under(&install);
    (install, clock)
}

#[test]
fn at_night_the_page_seals_to_the_unit_that_stands_in() {
    let (install, clock) = with_clock();
    let service = install.start();
    clock.show_in_china(23);
    let browser = Browser::open(DESK);
    fill_in(&browser, service.port);
    browser.click(SEND);
    assert_eq!(browser.text("#receipt").split_whitespace().count(), 3);
    let officer = Officer::of(&install, "city");
    wait_for_letter(&officer, &install.path("mail/city"), |_, opened| {
        opened.facts["place"]["detail"] == PLACE
    });
    assert!(install.letters("dongfeng").is_empty());
}

#[test]
fn what_was_sealed_before_the_shift_turned_is_taken_after_it_and_no_other() {
    let (install, clock) = with_clock();
    let service = install.start();
    clock.show_in_china(12);
    let mut visitor = service.visitor();
    let id = Form::fetch(&mut visitor).form_id;
    let by_day = covers(&mut visitor, &id, "dongfeng");
    assert_eq!(by_day["units"][0], "dongfeng");
    clock.show_in_china(23);
    let at_night = covers(&mut visitor, &id, "dongfeng");
    assert_eq!(at_night["units"][0], "city");
    assert_eq!(at_night["letters"][0]["unit"], "city");
    let to = ["dongfeng", "city"].map(|unit| letter(&install, unit, WHAT));
    let [day, night] = [&by_day, &at_night].map(tag_of_covers);
    for (units, tag, letter) in [
        ("city", &day, &to[1]),
        ("dongfeng", &night, &to[0]),
        ("dongfeng,city", &day, &to[0]),
        ("xian", &day, &to[0]),
    ] {
        let answer = sealed_for(units, &id, tag, letter).send(&mut visitor);
        assert_eq!(answer.status, 422, "{units}");
    }
    let taken = sealed_for("dongfeng", &id, &day, &to[0]).send(&mut visitor);
    let receipt = shown_receipt(&taken);
    assert!(receipt.is_some(), "{}", taken.page().body());
    // In the morning once more: the same press.
    clock.show_in_china(36);
    let again = sealed_for("dongfeng", &id, &day, &to[0]).send(&mut visitor);
    assert_eq!(shown_receipt(&again), receipt);
    // The other way round: sealed to the city at night, sent in the morning.
    let id = Form::fetch(&mut visitor).form_id;
    clock.show_in_china(47);
    let night = tag_of_covers(&covers(&mut visitor, &id, "dongfeng"));
    clock.show_in_china(57);
    let taken = sealed_for("city", &id, &night, &to[1]).send(&mut visitor);
    assert!(shown_receipt(&taken).is_some(), "{}", taken.page().body());
}
