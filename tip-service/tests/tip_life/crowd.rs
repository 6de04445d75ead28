//! A store that is nearly full: who may still come in, and on what terms.

use tip_service::intake::{RawForm, SubmitError};
use tip_service::store::{Outcome, StoreError};
use zeroize::Zeroizing;

use super::desk::Desk;
use super::{ONE, OTHER};

/// Room for ten; eight are taken: the share of later tips is full.
async fn crowded() -> Desk {
    let desk = Desk::with_room_for(10).await;
    for _ in 0..8 {
        desk.submit_later(&desk.form(ONE)).await.unwrap();
    }
    desk
}

async fn ticket(desk: &Desk, form: &RawForm) -> (Zeroizing<String>, u64) {
    match desk.submit_later(form).await {
        Err(SubmitError::Wait { ticket, seconds }) => (ticket, seconds),
        _ => panic!("no ticket"),
    }
}

fn seconds_pass(desk: &Desk, seconds: u64) {
    use tip_service::clock::Clock;
    desk.clock().set(desk.clock().unix() + seconds);
}

#[tokio::test]
async fn a_later_tip_gets_a_ticket_that_lets_it_in_after_its_time_and_only_with_its_form() {
    let desk = crowded().await;
    let mut form = desk.form(ONE);
    let (first, seconds) = ticket(&desk, &form).await;
    assert_eq!(seconds, 60);
    form.set("ticket".to_owned(), first.clone());
    seconds_pass(&desk, 30);
    let (kept, left) = ticket(&desk, &form).await;
    assert!(kept == first && (20..=30).contains(&left), "{left}");
    seconds_pass(&desk, 30);
    let mut another = desk.form(ONE);
    another.set("ticket".to_owned(), first.clone());
    ticket(&desk, &another).await;
    desk.submit_later(&form).await.unwrap();
    let mut supplement = desk.same_form(&form, OTHER);
    supplement.set("ticket".to_owned(), first);
    let again = desk.submit_later(&supplement).await;
    assert!(matches!(again, Err(SubmitError::Wait { .. })), "one use");
}

#[tokio::test]
async fn prompt_tips_have_a_share_that_neither_later_ones_nor_tickets_can_fill() {
    let desk = crowded().await;
    let mut forms: Vec<RawForm> = (0..3).map(|_| desk.form(ONE)).collect();
    for form in &mut forms {
        let (ticket, _) = ticket(&desk, form).await;
        form.set("ticket".to_owned(), ticket);
    }
    seconds_pass(&desk, 60);
    let mut taken = 0;
    for form in &forms {
        taken += usize::from(desk.submit_later(form).await.is_ok());
    }
    assert_eq!(taken, 1, "nine of ten places");
    desk.submit(&desk.form(ONE)).await.unwrap();
    let full = desk.submit(&desk.form(ONE)).await;
    assert!(matches!(full, Err(SubmitError::Store(StoreError::Full))));
}

#[tokio::test]
async fn letters_of_one_mail_are_leased_and_settled_together_and_a_mail_that_comes_back_parks_them()
{
    let desk = crowded().await;
    let ids = desk.queued().await;
    let batch = tip_service::id::of_batch(&ids);
    let leased = desk.store().lease(ids.clone()).await.unwrap();
    assert_eq!(leased.batch_id, Some(batch));
    assert_eq!(
        leased.letters.iter().map(|l| l.id).collect::<Vec<_>>(),
        ids,
        "in the order asked for"
    );
    let delivered = Outcome::Delivered { day: desk.today() };
    desk.store().settle(ids.clone(), delivered).await.unwrap();
    assert_eq!(desk.store().waiting(), 0);
    assert_eq!(desk.store().park_returned(vec![batch]).await.unwrap(), 8);
    assert_eq!(desk.store().park_returned(vec![[0; 16]]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_unit_that_may_have_got_mails_lately_is_known_after_a_restart() {
    let desk = crowded().await;
    let today = desk.today();
    assert!(desk.store().served_since(today).await.unwrap().is_empty());
    desk.deliver_all().await;
    assert_eq!(desk.store().served_since(today).await.unwrap().len(), 1);
    assert!(
        desk.store()
            .served_since(today + 1)
            .await
            .unwrap()
            .is_empty()
    );
    desk.submit(&desk.form(ONE)).await.unwrap();
    desk.letters().await;
    assert_eq!(
        desk.store().served_since(today + 1).await.unwrap().len(),
        1,
        "tried, and nobody knows"
    );
}

#[tokio::test]
async fn a_day_is_quiet_until_a_tip_came_in_on_it_or_went_out() {
    let desk = Desk::open().await;
    let unit = "dongfeng";
    let quiet = async |day| desk.store().is_quiet(unit, day).await.unwrap();
    assert!(quiet(desk.today()).await);
    desk.submit(&desk.form(OTHER)).await.unwrap();
    assert!(!quiet(desk.today()).await);
    desk.days_pass(1);
    assert!(quiet(desk.today()).await, "it came yesterday and waits");
    desk.deliver_all().await;
    assert!(!quiet(desk.today()).await, "it went out today");
}
