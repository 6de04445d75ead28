//! Reminders, escalation, digests and counters, with a clock that is set.

use sealed_tip::{SecretCert, letter_text, open};
use tip_service::correspondence::Reminders;
use tip_service::store::{Counted, Letter, ReplyChange, State};

use super::ONE;
use super::desk::Desk;
use super::house::key_pair;
use super::way_back::Known;

async fn remind(desk: &Desk) -> usize {
    let reminders = Reminders {
        loaded: &desk.intake().loaded,
        store: desk.store(),
        entropy: &desk.intake().entropy,
        clock: desk.clock(),
    };
    reminders.run().await.unwrap()
}

/// The unit's own eyes.
fn read(letter: &Letter) -> String {
    let key = SecretCert::parse(&key_pair(&letter.unit_id).secret_armored).unwrap();
    letter_text(&open(&letter.sealed, &[&key]).unwrap()).unwrap()
}

async fn waiting(desk: &Desk) -> Vec<(String, String)> {
    let letters = desk.letters().await;
    let mut told: Vec<_> = letters
        .iter()
        .map(|letter| (letter.unit_id.clone(), read(letter)))
        .collect();
    told.sort();
    told
}

#[tokio::test]
async fn a_unit_is_reminded_once_and_then_its_supervisor_is_told_once() {
    let known = Known::delivered().await;
    let desk = &known.desk;
    assert_eq!(remind(desk).await, 0, "on the day itself");
    desk.days_pass(1);
    assert_eq!(remind(desk).await, 0, "24 hours are not over for certain");
    desk.days_pass(1);
    assert_eq!((remind(desk).await, remind(desk).await), (1, 0));
    let told = waiting(desk).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "dongfeng");
    assert!(told[0].1.contains("【提醒】"), "{}", told[0].1);
    desk.deliver_all().await;
    desk.days_pass(2);
    assert_eq!((remind(desk).await, remind(desk).await), (1, 0));
    let told = waiting(desk).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "city");
    assert!(
        told[0].1.contains("LY-") && told[0].1.contains("东丰县"),
        "{}",
        told[0].1
    );
    assert!(
        !told[0].1.contains("一块地"),
        "a supervisor learns nothing of the tip"
    );
}

#[tokio::test]
async fn whoever_acknowledges_is_not_reminded_and_a_letter_not_delivered_is_nobodys_fault() {
    let known = Known::delivered().await;
    let accepted = ReplyChange::State(State::Accepted);
    known.reply(1, "dongfeng", accepted, "收到").await;
    known.desk.days_pass(9);
    assert_eq!(remind(&known.desk).await, 0);
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    desk.days_pass(9);
    assert_eq!(remind(&desk).await, 0);
}

#[tokio::test]
async fn after_a_forward_the_new_unit_has_its_own_time() {
    let known = Known::delivered().await;
    known.desk.days_pass(2);
    remind(&known.desk).await;
    let forward = ReplyChange::Forward("longshan".to_owned());
    known.reply(1, "dongfeng", forward, "已转").await;
    known.desk.deliver_all().await;
    assert_eq!(remind(&known.desk).await, 0);
    known.desk.days_pass(2);
    assert_eq!(remind(&known.desk).await, 1);
    assert_eq!(waiting(&known.desk).await[0].0, "longshan");
}

#[tokio::test]
async fn an_acknowledgement_is_counted_by_its_days_and_a_tip_by_its_kind() {
    let known = Known::delivered().await;
    known.desk.days_pass(3);
    let accepted = ReplyChange::State(State::Accepted);
    known.reply(1, "dongfeng", accepted.clone(), "收到").await;
    known.reply(2, "dongfeng", accepted, "再说一次").await;
    let store = known.desk.store();
    known.desk.intake().tally.write(store).await.unwrap();
    known.desk.intake().tally.write(store).await.unwrap();
    let counted: Vec<(Counted, u32)> = store
        .counters()
        .await
        .unwrap()
        .into_iter()
        .map(|c| (c.counted, c.n))
        .collect();
    assert_eq!(
        counted,
        [
            (Counted::Acknowledged(3), 1),
            (Counted::Received("cultivation".to_owned()), 1)
        ]
    );
}
