//! What the mark changes, and what it must never change: the canary's tips are the robot's alone, nobody else's are, and no
//! tip is lost to a mark that does not fit.

use tip_service::correspondence::Reminders;
use tip_service::intake::{RawForm, SubmitError};
use tip_service::mark::{FIELD, Mark};
use zeroize::Zeroizing;

use super::ONE;
use super::desk::Desk;
use super::house::MARK;

fn marked(mut form: RawForm, mark: &str) -> RawForm {
    form.set(FIELD.to_owned(), Zeroizing::new(mark.to_owned()));
    form
}

fn own_mark(form: &RawForm) -> String {
    Mark::new(MARK).unwrap().of(form.get("form_id"))
}

async fn units(desk: &Desk) -> Vec<String> {
    let letters = desk.letters().await;
    letters.into_iter().map(|letter| letter.unit_id).collect()
}

#[tokio::test]
async fn a_tip_with_the_mark_goes_to_the_robot_alone_whatever_it_is_about_and_is_not_counted() {
    let desk = Desk::with_robot().await;
    let officials: &[(&str, &str)] = &[("what", "一句话"), ("officials", "1")];
    for fields in [ONE, officials] {
        let form = desk.form(fields);
        let mark = own_mark(&form);
        desk.submit(&marked(form, &mark)).await.unwrap();
    }
    assert_eq!(units(&desk).await, ["canary", "canary"]);
    desk.intake().tally.write(desk.store()).await.unwrap();
    assert_eq!(desk.store().counters().await.unwrap(), []);
    assert_eq!(desk.store().backlog("canary").await.unwrap(), (0, 0));
    assert_eq!(desk.store().backlog("").await.unwrap(), (2, 0));
}

#[tokio::test]
async fn a_tip_without_the_mark_never_comes_to_the_robot() {
    let desk = Desk::with_robot().await;
    desk.submit(&desk.form(ONE)).await.unwrap();
    assert_eq!(units(&desk).await, ["dongfeng"]);
    assert_eq!(desk.store().backlog("canary").await.unwrap(), (1, 0));
}

#[tokio::test]
async fn a_mark_that_does_not_fit_gives_the_form_back_and_without_it_the_tip_goes_where_it_should()
{
    for desk in [Desk::with_robot().await, Desk::open().await] {
        let form = desk.form(ONE);
        let others = own_mark(&desk.form(ONE));
        for wrong in ["x", MARK, &others] {
            let same = marked(desk.same_form(&form, ONE), wrong);
            let refused = desk.submit(&same).await;
            assert!(matches!(refused, Err(SubmitError::Mark)), "{wrong}");
        }
        assert_eq!(desk.letters().await.len(), 0);
        desk.submit(&form).await.unwrap();
        assert_eq!(units(&desk).await, ["dongfeng"]);
    }
}

#[tokio::test]
async fn without_a_robot_even_the_right_mark_is_none() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    let mark = own_mark(&form);
    let refused = desk.submit(&marked(form, &mark)).await;
    assert!(matches!(refused, Err(SubmitError::Mark)));
}

#[tokio::test]
async fn the_robot_is_not_reminded_and_gets_no_digest() {
    let desk = Desk::with_robot().await;
    let form = desk.form(ONE);
    let mark = own_mark(&form);
    desk.submit(&marked(form, &mark)).await.unwrap();
    desk.deliver_all().await;
    desk.days_pass(5);
    let reminders = Reminders {
        loaded: &desk.intake().loaded,
        store: desk.store(),
        entropy: &desk.intake().entropy,
        clock: desk.clock(),
    };
    reminders.run().await.unwrap();
    assert_eq!(units(&desk).await, [""; 0]);
}
