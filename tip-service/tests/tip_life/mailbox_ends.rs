//! How a mailbox ends: at its holder's wish, on its day, and what keeps it a while longer.

use tip_service::store::{Class, State};

use super::way_back::{DONGFENG, Known, to, written};

#[tokio::test]
async fn deleting_takes_everything_at_once_but_no_letter_on_its_way() {
    let known = Known::delivered().await;
    known.reply(1, DONGFENG, to(State::Asked), "几点").await;
    known.answer(&known.form_id(), "夜里").await.unwrap();
    let mailbox = known.desk.mailbox(&known.receipt).await.unwrap();
    let store = known.desk.store();
    store.delete_mailbox(mailbox.id).await.unwrap();
    assert!(known.desk.mailbox(&known.receipt).await.is_none());
    assert!(store.target(&known.thread).await.unwrap().is_none());
    assert_eq!(known.desk.letters().await.len(), 1);
    assert_eq!(
        known
            .desk
            .intake()
            .answer(
                &known.receipt,
                &mailbox,
                &written(&known.form_id(), "还有"),
                Class::Prompt
            )
            .await
            .map_err(|error| error.to_string()),
        Err("the mailbox is gone".to_owned())
    );
}

#[tokio::test]
async fn without_the_shred_key_the_receipt_opens_nothing() {
    let known = Known::delivered().await;
    known.reply(1, DONGFENG, to(State::Asked), "几点").await;
    let mailbox = known.desk.mailbox(&known.receipt).await.unwrap();
    let sealed = &mailbox.entries[0].sealed;
    let key = known.receipt.mailbox_key();
    assert!(key.open(sealed, &mailbox.shred_key).is_ok());
    assert!(key.open(sealed, &[0; 32]).is_err());
}

#[tokio::test]
async fn a_mailbox_lives_on_with_every_letter_and_while_something_unread_is_young() {
    let known = Known::delivered().await;
    let terms = tip_service::store::Terms {
        keep_delivered: 7,
        unread_grace: 30,
    };
    let purge = async || {
        let today = known.desk.today();
        known.desk.store().sweep(today, terms).await.unwrap()
    };
    known.desk.days_pass(80);
    known.reply(1, DONGFENG, to(State::Closed), "办结").await;
    known.desk.days_pass(60);
    assert_eq!(purge().await.mailboxes, 0, "60 days after the last event");
    // An old end, and something unread that is 60 days old: that is no longer young.
    known.desk.days_pass(31);
    let mailbox = known.desk.mailbox(&known.receipt).await.unwrap();
    assert!(mailbox.ends_day < known.desk.today());
    assert_eq!(purge().await.mailboxes, 1);
}

#[tokio::test]
async fn something_unread_and_young_keeps_a_mailbox_beyond_its_end() {
    let known = Known::delivered().await;
    let today = known.desk.today();
    known.reply(1, DONGFENG, to(State::Closed), "办结").await;
    let mailbox = known.desk.mailbox(&known.receipt).await.unwrap();
    let sweep = async |day, grace| {
        let terms = tip_service::store::Terms {
            keep_delivered: 7,
            unread_grace: grace,
        };
        known.desk.store().sweep(day, terms).await.unwrap()
    };
    let past = mailbox.ends_day + 1;
    let grace = past - today;
    assert_eq!(
        sweep(past, grace).await.mailboxes,
        0,
        "unread, and young enough"
    );
    known.desk.store().mark_read(mailbox.id, 1).await.unwrap();
    let swept = sweep(past, grace).await;
    assert_eq!((swept.mailboxes, swept.entries), (1, 1), "read");
    assert!(
        known
            .desk
            .store()
            .target(&known.thread)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_letter_that_came_back_is_parked_and_one_that_is_not_ours_is_nothing() {
    let known = Known::delivered().await;
    let store = known.desk.store();
    assert_eq!(store.park_returned(vec![[9; 16]]).await.unwrap(), 0);
    known.answer(&known.form_id(), "补充").await.unwrap();
    let id = known.desk.letters().await[0].id;
    assert_eq!(
        store.park_returned(vec![id]).await.unwrap(),
        0,
        "it has not left yet"
    );
    known.desk.deliver_all().await;
    assert_eq!(store.park_returned(vec![id]).await.unwrap(), 1);
    assert_eq!(store.parked().await.unwrap(), 1);
    assert_eq!(store.requeue(None).await.unwrap(), 1);
}
