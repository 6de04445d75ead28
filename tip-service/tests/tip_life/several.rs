//! Several services with one database: each letter is one service's to send, and none is nobody's.

#![expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]

use tip_service::store::{About, Nudge, Outcome, Store};

use crate::tip_life::ONE;
use crate::tip_life::desk::{Desk, open, queued};

/// More looks than a service may be silent for.
const LONG: usize = 10;

async fn beats(store: &Store, times: usize) {
    for _ in 0..times {
        store.beat().await.unwrap();
    }
}

async fn another(desk: &Desk) -> Store {
    open(&desk.intake().loaded, 1000).await
}

/// A desk with one letter, and another service.
async fn two() -> (Desk, Store) {
    let desk = Desk::open().await;
    let other = another(&desk).await;
    desk.store().recover().await.unwrap();
    other.recover().await.unwrap();
    desk.submit(&desk.form(ONE)).await.unwrap();
    (desk, other)
}

#[tokio::test]
async fn a_letter_is_sent_by_the_service_that_took_the_tip_in_and_by_no_other() {
    let (desk, other) = two().await;
    let ids = desk.queued().await;
    assert_eq!(ids.len(), 1);
    for _ in 0..LONG {
        desk.store().beat().await.unwrap();
        other.beat().await.unwrap();
    }
    assert!(queued(&other).await.is_empty());
    assert!(other.lease(ids.clone()).await.unwrap().letters.is_empty());
    assert_eq!(desk.store().lease(ids).await.unwrap().letters.len(), 1);
}

#[tokio::test]
async fn what_a_dead_service_was_sending_is_sent_by_another_under_the_same_name() {
    let (desk, other) = two().await;
    let ids = desk.queued().await;
    desk.store().lease(ids.clone()).await.unwrap();
    beats(&other, LONG).await;
    assert_eq!(queued(&other).await, ids);
    let lease = other.lease(ids.clone()).await.unwrap();
    let names: Vec<_> = lease.letters.iter().map(|letter| letter.id).collect();
    assert_eq!((names, lease.letters[0].attempts), (ids, 2));
}

#[tokio::test]
async fn a_service_that_was_taken_for_dead_changes_nothing_but_what_it_has_delivered() {
    let (desk, other) = two().await;
    let ids = desk.queued().await;
    desk.store().lease(ids.clone()).await.unwrap();
    beats(&other, LONG).await;
    other.lease(ids.clone()).await.unwrap();
    let refused = Outcome::Parked { code: 554 };
    desk.store().settle(ids.clone(), refused).await.unwrap();
    assert_eq!(other.parked().await.unwrap(), 0);
    desk.store().beat().await.unwrap();
    assert!(
        desk.queued().await.is_empty(),
        "it lives, but has lost them"
    );
    let delivered = Outcome::Delivered { day: desk.today() };
    desk.store().settle(ids.clone(), delivered).await.unwrap();
    assert!(other.lease(ids).await.unwrap().letters.is_empty());
}

#[tokio::test]
async fn what_a_service_leaves_behind_at_its_end_is_taken_over_at_once() {
    let (desk, other) = two().await;
    let ids = desk.queued().await;
    desk.store().leave().await.unwrap();
    other.beat().await.unwrap();
    assert_eq!(queued(&other).await, ids);
}

#[tokio::test]
async fn a_letter_of_a_command_beside_the_services_is_sent_by_one_of_them() {
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    // The desk's own store was never made known, like a command's.
    let (one, other) = (another(&desk).await, another(&desk).await);
    let (a, b) = tokio::join!(one.recover(), other.recover());
    a.and(b).unwrap();
    let shares = [queued(&one).await.len(), queued(&other).await.len()];
    assert_eq!(shares.iter().sum::<usize>(), 1, "{shares:?}");
}

#[tokio::test]
async fn of_services_that_write_the_same_digest_at_the_same_moment_one_does() {
    let (desk, other) = two().await;
    for day in 1..30 {
        let nudge = || Nudge {
            about: About::Digest {
                unit_id: "city".into(),
            },
            letters: Vec::new(),
            day,
        };
        let (a, b) = tokio::join!(desk.store().nudge(nudge()), other.nudge(nudge()));
        assert!(a.unwrap() != b.unwrap(), "day {day}");
    }
}

#[tokio::test]
async fn what_services_count_at_the_same_moment_is_all_counted() {
    let (desk, other) = two().await;
    let count = |store: Store| async move {
        for _ in 0..50 {
            store
                .count_received(202_611, "venue".into(), 1)
                .await
                .unwrap();
        }
    };
    tokio::join!(count(desk.store().clone()), count(other.clone()));
    let counters = other.counters().await.unwrap();
    assert_eq!(
        counters.iter().map(|counter| counter.n).collect::<Vec<_>>(),
        [100]
    );
}
