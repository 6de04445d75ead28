//! A tip's life inside the service: taken in, repeated, supplemented, refused, delivered, purged. Real
//! registers, real sealing, a real database; only the clock stands still. The same tests run on SQLite and on PostgreSQL: the
//! test programs `tip_life` and `tip_life_postgres` differ in the ground alone that a desk stands on.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic here is a failed test, which is what is wanted"
)]

mod canary;
mod crowd;
pub(crate) mod desk;
mod ending;
mod exposing;
#[expect(dead_code, reason = "shared with the tests of the configuration")]
#[path = "../config/house.rs"]
pub(crate) mod house;
mod mailbox_ends;
mod reminding;
mod way_back;

use desk::Desk;
use tip_service::intake::{News, SubmitError};
use tip_service::store::{Class, StoreError};

pub(crate) const ONE: &[(&str, &str)] = &[
    ("kind", "cultivation"),
    ("what", "一块地"),
    ("county", "东丰县"),
];
const OTHER: &[(&str, &str)] = &[
    ("kind", "cultivation"),
    ("what", "两块地"),
    ("county", "东丰县"),
];

#[tokio::test]
async fn a_repeat_shows_the_same_receipt_and_makes_no_second_letter() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    let first = desk.submit(&form).await.unwrap();
    let again = desk.submit(&form).await.unwrap();
    assert_eq!((first.news, again.news), (News::Tip, News::Repeat));
    assert_eq!(
        first.receipt.unwrap().phrase(),
        again.receipt.unwrap().phrase()
    );
    assert_eq!(desk.letters().await.len(), 1);
}

#[tokio::test]
async fn changed_text_under_the_same_form_is_a_supplement_in_the_same_thread() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    let first = desk.submit(&form).await.unwrap();
    let more = desk.submit(&desk.same_form(&form, OTHER)).await.unwrap();
    assert_eq!(more.news, News::Supplement);
    assert_eq!(
        first.receipt.unwrap().phrase(),
        more.receipt.unwrap().phrase()
    );
    let letters = desk.letters().await;
    let answers: Vec<_> = letters
        .iter()
        .filter_map(|letter| letter.in_reply_to)
        .collect();
    let root = letters
        .iter()
        .find(|letter| letter.in_reply_to.is_none())
        .unwrap();
    assert_eq!((letters.len(), answers), (2, vec![root.id]));
    // And the first text once more is still the first tip, not a third letter.
    assert_eq!(desk.submit(&form).await.unwrap().news, News::Repeat);
    assert_eq!(desk.letters().await.len(), 2);
}

#[tokio::test]
async fn after_a_restart_a_repeat_is_known_but_its_receipt_cannot_be_made_again() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    desk.submit(&form).await.unwrap();
    let desk = desk.restarted();
    let again = desk.submit(&form).await.unwrap();
    assert_eq!((again.news, again.receipt.is_some()), (News::Repeat, false));
    let more = desk.submit(&desk.same_form(&form, OTHER)).await.unwrap();
    assert_eq!(
        (more.news, more.receipt.is_some()),
        (News::Supplement, false)
    );
    assert_eq!(desk.letters().await.len(), 2);
}

#[tokio::test]
async fn a_form_from_before_a_restart_that_was_never_sent_is_asked_for_once_more() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    let desk = desk.restarted();
    assert!(matches!(
        desk.submit(&form).await,
        Err(SubmitError::FormUnknown)
    ));
    assert!(desk.letters().await.is_empty());
}

#[tokio::test]
async fn presses_at_the_same_moment_make_one_tip() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    let (a, b, c) = tokio::join!(desk.submit(&form), desk.submit(&form), desk.submit(&form));
    let phrases: Vec<String> = [a, b, c]
        .into_iter()
        .map(|accepted| accepted.unwrap().receipt.unwrap().phrase().to_string())
        .collect();
    assert!(phrases.iter().all(|phrase| *phrase == phrases[0]));
    assert_eq!(desk.letters().await.len(), 1);
}

#[tokio::test]
async fn a_tip_goes_to_the_unit_of_its_place_and_one_about_officials_past_it() {
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    let about: Vec<_> = ONE.iter().copied().chain([("officials", "yes")]).collect();
    desk.submit(&desk.form(&about)).await.unwrap();
    let mut units: Vec<String> = desk
        .letters()
        .await
        .into_iter()
        .map(|l| l.unit_id)
        .collect();
    units.sort();
    assert_eq!(units, ["dongfeng", "oversight"]);
}

#[tokio::test]
async fn whoever_fills_in_the_trap_is_kept_too_but_later() {
    let desk = Desk::open().await;
    let trapped: Vec<_> = ONE
        .iter()
        .copied()
        .chain([("website", "http://x")])
        .collect();
    let accepted = desk.submit(&desk.form(&trapped)).await.unwrap();
    assert_eq!(accepted.class, Class::Later);
    assert_eq!(desk.letters().await.len(), 1);
}

#[tokio::test]
async fn a_full_store_refuses_and_keeps_nothing_of_it() {
    let desk = Desk::with_room_for(1).await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    let form = desk.form(OTHER);
    let refused = desk.submit(&form).await;
    assert!(matches!(refused, Err(SubmitError::Store(StoreError::Full))));
    assert_eq!(desk.letters().await.len(), 1);
    // Room again: the same form, pressed again, is a tip and not a repeat.
    desk.deliver_all().await;
    assert_eq!(desk.submit(&form).await.unwrap().news, News::Tip);
}

#[tokio::test]
async fn a_certificate_that_expires_while_the_service_runs_closes_the_unit() {
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    desk.days_pass(31);
    let refused = desk.submit(&desk.form(OTHER)).await;
    assert!(matches!(&refused, Err(SubmitError::Closed(unit)) if unit.id == "dongfeng"));
    assert_eq!(desk.letters().await.len(), 1);
}

#[tokio::test]
async fn every_error_is_named_at_once() {
    let desk = Desk::open().await;
    let bad = [
        ("kind", "nonsense"),
        ("county", "东丰县"),
        ("township", "安恕镇"),
        ("source", "?"),
    ];
    let Err(SubmitError::Invalid(errors)) = desk.submit(&desk.form(&bad)).await else {
        panic!("should be refused");
    };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["kind", "what", "township", "source"]);
}
