//! How things end: what purge takes and what it never takes, and that DATA.md tells all that is kept.

use std::path::Path;

use tip_service::store::{Outcome, Swept, Terms};

use super::ONE;
use super::desk::Desk;
use crate::ground::{COLUMNS, NOT_HERE};

const KEEP: Terms = Terms {
    keep_delivered: 7,
    unread_grace: 30,
};

#[tokio::test]
async fn a_letter_that_is_not_delivered_is_never_purged() {
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    desk.days_pass(3650);
    let swept = desk.store().sweep(desk.today(), KEEP).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            forms: 1,
            ..Swept::default()
        }
    );
    assert_eq!(desk.letters().await.len(), 1);
}

#[tokio::test]
async fn a_try_whose_end_was_not_written_can_be_made_again() {
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    let id = desk.letters().await[0].id;
    let first = desk.store().lease(vec![id]).await.unwrap().letters;
    let again = desk.store().lease(vec![id]).await.unwrap().letters;
    assert_eq!(
        (again[0].id, again[0].attempts),
        (id, first[0].attempts + 1)
    );
    let delivered = Outcome::Delivered { day: desk.today() };
    desk.store().settle(vec![id], delivered).await.unwrap();
    let left = desk.store().lease(vec![id]).await.unwrap();
    assert!(left.letters.is_empty());
}

#[tokio::test]
async fn a_parked_letter_is_never_purged_and_can_be_sent_again() {
    let desk = Desk::open().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    let id = desk.letters().await[0].id;
    desk.store()
        .settle(vec![id], Outcome::Parked { code: 554 })
        .await
        .unwrap();
    desk.days_pass(3650);
    desk.store().sweep(desk.today(), KEEP).await.unwrap();
    assert!(desk.letters().await.is_empty());
    assert_eq!(desk.store().requeue(None).await.unwrap(), 1);
    assert!(!desk.letters().await[0].sealed.is_empty());
}

#[tokio::test]
async fn a_delivered_letter_is_emptied_after_its_days_and_goes_with_its_mailbox() {
    let desk = Desk::open().await;
    let receipt = desk.submit(&desk.form(ONE)).await.unwrap().receipt.unwrap();
    desk.deliver_all().await;
    desk.days_pass(u64::from(KEEP.keep_delivered));
    assert_eq!(
        desk.store().sweep(desk.today(), KEEP).await.unwrap(),
        Swept::default()
    );
    desk.days_pass(1);
    let swept = desk.store().sweep(desk.today(), KEEP).await.unwrap();
    assert_eq!((swept.letters, swept.forms), (1, 1));
    let mailbox = desk
        .mailbox(&receipt)
        .await
        .expect("the mailbox still answers");
    assert!(mailbox.threads[0].delivered_day.is_some());
    desk.days_pass(100);
    let swept = desk.store().sweep(desk.today(), KEEP).await.unwrap();
    assert_eq!((swept.mailboxes, swept.rows), (1, 1));
    assert!(desk.mailbox(&receipt).await.is_none());
}

#[tokio::test]
async fn data_md_names_every_column_and_none_that_is_gone() {
    let desk = Desk::open().await;
    let mut db = desk.ground().look().await;
    let mut kept: Vec<String> = sqlx::query_scalar(COLUMNS)
        .fetch_all(&mut db)
        .await
        .unwrap();
    kept.sort();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("DATA.md");
    let text = std::fs::read_to_string(file).unwrap();
    let mut told: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.contains('.') && !NOT_HERE.contains(&name.as_str()))
        .collect();
    told.sort();
    assert_eq!(told, kept);
}

#[test]
fn the_public_page_names_the_days_that_are_the_defaults() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/content/report/kept.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (delivery, retention) = (
        tip_service::config::Delivery::default(),
        tip_service::config::Retention::default(),
    );
    assert!(page.contains(&format!("（{}天）", delivery.keep_delivered_days)));
    assert!(page.contains(&format!("{}天左右", retention.mailbox_days)));
    assert!(page.contains(&format!("| {}天 |", tip_service::intake::FORM_DAYS)));
    let contract =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/content/report/anonymity.md");
    let contract = std::fs::read_to_string(contract).unwrap();
    for told in [
        format!("再留{}天", delivery.keep_delivered_days),
        format!("留{}天左右", retention.mailbox_days),
        format!("至少留{}天", retention.unread_grace_days),
        format!("“指纹”留{}天", tip_service::intake::FORM_DAYS),
        format!("最长{}分钟", delivery.delay_max_seconds / 60),
    ] {
        assert!(contract.contains(&told), "{told}");
    }
}
