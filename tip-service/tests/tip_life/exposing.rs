//! The self-exposure guard at the desk: what may tell who wrote it goes back once, unsealed and unstored.

use tip_service::intake::{AnswerError, News, SubmitError, Why};

use super::desk::Desk;
use super::way_back::{Known, written};
use super::{ONE, OTHER};

const EXPOSING: &[(&str, &str)] = &[
    ("kind", "cultivation"),
    ("what", "我家对门种了一块地"),
    ("people", "有事打13812345678"),
    ("county", "东丰县"),
];

const SEEN: (&str, &str) = ("exposure", "seen");

fn seen(fields: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    fields.iter().copied().chain([SEEN]).collect()
}

#[tokio::test]
async fn a_tip_that_tells_on_its_writer_goes_back_once_and_leaves_nothing() {
    let desk = Desk::open().await;
    let form = desk.form(EXPOSING);
    let Err(SubmitError::Exposing(places)) = desk.submit(&form).await else {
        panic!("it should go back");
    };
    let told: Vec<(&str, Why)> = places.iter().map(|p| (p.field.as_str(), p.why)).collect();
    assert_eq!(told, [("what", Why::Relation), ("people", Why::Telephone)]);
    assert!(desk.letters().await.is_empty());
    // The same form, seen: a tip and no supplement.
    let accepted = desk.submit(&desk.same_form(&form, &seen(EXPOSING))).await;
    assert_eq!(accepted.unwrap().news, News::Tip);
    assert_eq!(desk.letters().await.len(), 1);
}

#[tokio::test]
async fn what_is_stored_already_shows_its_receipt_and_is_not_held_up() {
    let desk = Desk::open().await;
    let form = desk.form(&seen(EXPOSING));
    let first = desk.submit(&form).await.unwrap();
    let again = desk.submit(&desk.same_form(&form, EXPOSING)).await.unwrap();
    assert_eq!(again.news, News::Repeat);
    assert_eq!(
        first.receipt.unwrap().phrase(),
        again.receipt.unwrap().phrase()
    );
}

#[tokio::test]
async fn a_supplement_that_tells_on_its_writer_goes_back_too() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    desk.submit(&form).await.unwrap();
    let more = desk.same_form(&form, EXPOSING);
    assert!(matches!(
        desk.submit(&more).await,
        Err(SubmitError::Exposing(_))
    ));
    let more = desk.same_form(&form, &seen(EXPOSING));
    assert_eq!(desk.submit(&more).await.unwrap().news, News::Supplement);
}

#[tokio::test]
async fn what_is_wrong_otherwise_is_told_first() {
    let desk = Desk::open().await;
    let wrong: Vec<_> = EXPOSING.iter().copied().chain([("source", "?")]).collect();
    let refused = desk.submit(&desk.form(&wrong)).await;
    assert!(matches!(refused, Err(SubmitError::Invalid(_))));
    desk.days_pass(31);
    let closed = desk.submit(&desk.form(EXPOSING)).await;
    assert!(matches!(closed, Err(SubmitError::Closed(_))));
}

#[tokio::test]
async fn only_the_word_seen_counts() {
    let desk = Desk::open().await;
    for word in ["", "yes", "Seen", "seen "] {
        let form: Vec<_> = EXPOSING
            .iter()
            .copied()
            .chain([("exposure", word)])
            .collect();
        let refused = desk.submit(&desk.form(&form)).await;
        assert!(matches!(refused, Err(SubmitError::Exposing(_))), "{word:?}");
    }
    assert_eq!(
        desk.submit(&desk.form(OTHER)).await.unwrap().news,
        News::Tip
    );
}

#[tokio::test]
async fn an_answer_that_tells_on_its_holder_goes_back_once() {
    let known = Known::delivered().await;
    let mailbox = known.desk.mailbox(&known.receipt).await.unwrap();
    let intake = known.desk.intake();
    let class = tip_service::store::Class::Prompt;
    let mut form = written(&known.form_id(), "我叫张三，可以作证");
    let refused = intake.answer(&known.receipt, &mailbox, &form, class).await;
    assert!(matches!(&refused, Err(AnswerError::Exposing(places)) if places.len() == 1));
    assert!(known.desk.letters().await.is_empty());
    form.set(SEEN.0.to_owned(), SEEN.1.to_owned().into());
    let taken = intake.answer(&known.receipt, &mailbox, &form, class).await;
    assert!(taken.unwrap());
}
