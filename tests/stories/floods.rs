//! Floods: an honest visitor gets a receipt at the first press and the letter goes out soon, whoever else sends
//! thousands; and no unit gets more mails than it may. Short; `make flood` is the long version.

use std::time::Duration;

use e2e::cases::{assert_error_page, assert_kept};
use e2e::flood::{self, Attack, Plan, Report};
use e2e::form::{Form, shown_receipt};
use e2e::http::Answer;
use e2e::install::Install;
use e2e::machine::{wait_for, whole_machine};

const JITTER: u32 = 2;
/// More than as shipped, so that a story takes a minute: a mail every 31 seconds when none lies ready.
const LETTERS_PER_HOUR: u32 = 300;

fn plan(attack: Attack) -> Plan {
    Plan {
        attack,
        per_second: 60.0,
        workers: 4,
        lasts: Duration::from_secs(20),
        honest_every: Duration::from_millis(500),
        jitter: JITTER,
        letters_per_hour: LETTERS_PER_HOUR,
        patience: Duration::from_secs(100),
    }
}

/// What is wrong with a report; nothing when honest visitors were served.
fn unfair(report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let failed = report.honest.iter().filter(|h| h.answered_in.is_none());
    let failed = failed.count();
    if failed > 0 {
        wrong.push(format!(
            "{failed} of {} had no receipt at once",
            report.honest.len()
        ));
    }
    let allowed = Duration::from_secs(60 + u64::from(JITTER));
    let late = report
        .honest
        .iter()
        .filter(|h| h.delay.is_none_or(|d| d > allowed));
    let late = late.count();
    if late > failed {
        wrong.push(format!("{late} letters came late or not at all"));
    }
    // What lies ready, and what comes in a minute or two.
    if report.mails > LETTERS_PER_HOUR as usize * 6 / 10 + 8 {
        wrong.push(format!("{} mails", report.mails));
    }
    wrong
}

fn assert_fair(attack: Attack) {
    let _alone = whole_machine();
    let report = flood::run(&plan(attack), |install| install);
    println!(
        "{attack:?}: {:?}, {} letters in {} mails",
        report.attack, report.letters, report.mails
    );
    assert!(
        report.attack.sent() > 200,
        "hardly an attack: {:?}",
        report.attack
    );
    assert_eq!(unfair(&report), Vec::<String>::new());
}

#[test]
fn a_flood_from_one_address_harms_nobody_else() {
    assert_fair(Attack::OneAddress);
}

#[test]
fn a_flood_from_ten_thousand_addresses_harms_nobody_else() {
    assert_fair(Attack::ManyAddresses);
}

#[test]
fn a_flood_from_a_48_harms_nobody_else() {
    assert_fair(Attack::Prefix);
}

#[test]
fn a_flood_through_the_onion_listener_harms_neither_door() {
    assert_fair(Attack::Onion);
}

#[test]
fn without_a_share_for_prompt_tips_the_flood_is_felt_and_this_test_would_say_so() {
    let _alone = whole_machine();
    // Everybody is prompt, and the store is small: what the classes are there to prevent.
    let report = flood::run(&plan(Attack::ManyAddresses), |install| {
        install
            .with("limits.prompt_per_hour", 100_000)
            .with("limits.network_prompt_per_hour", 1_000_000)
            .with("limits.flood_per_hour", 1_000_000)
            .with("store.max_waiting", 100)
    });
    assert!(
        unfair(&report).join("; ").contains("no receipt at once"),
        "{report:?}"
    );
}

/// A small store, one prompt tip an hour, nothing delivered meanwhile: the second tip of a client is later.
fn crowded() -> Install {
    Install::new()
        .with("limits.prompt_per_hour", 1)
        .with("limits.ticket_seconds", 10)
        .with("delivery.delay_max_seconds", 86_400)
        .with("store.max_waiting", 10)
}

fn ticket(answer: &Answer) -> Option<String> {
    answer.page().attribute("input[name=ticket]", "value")
}

#[test]
fn when_the_share_of_later_tips_is_full_a_delay_ticket_lets_a_person_in_and_others_are_not_touched()
{
    let install = crowded();
    let service = install.start();
    let mut visitor = service.visitor().at([127, 0, 0, 9]);
    let typed = "写了很久的一段话，不能丢";
    let (form, put_off) = (0..20)
        .map(|_| {
            let form = Form::fetch(&mut visitor).poppies(typed);
            let answer = form.send(&mut visitor);
            (form, answer)
        })
        .find(|(_, answer)| answer.status != 200)
        .expect("the share is full some time");
    assert_error_page("put off", &put_off, 503);
    assert_kept(
        "put off",
        &put_off,
        &[("what", typed), ("kind", "cultivation")],
    );
    assert!(put_off.header("retry-after").is_some());
    let first = ticket(&put_off).expect("a ticket");

    let again = form.text("ticket", &first);
    let at_once = again.send(&mut visitor);
    let kept = ticket(&at_once);
    assert_eq!((at_once.status, kept), (503, Some(first)), "not ripe");
    let taken = wait_for("the ticket to ripen", Duration::from_secs(30), || {
        Some(again.send(&mut visitor)).filter(|answer| answer.status != 503)
    });
    assert!(shown_receipt(&taken).is_some(), "{}", taken.page().body());
    let mut other = service.visitor().at([127, 0, 0, 20]);
    let answer = Form::fetch(&mut other).poppies("别人照常").send(&mut other);
    assert!(shown_receipt(&answer).is_some(), "{}", answer.page().body());
}
