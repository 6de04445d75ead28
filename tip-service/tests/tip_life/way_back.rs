//! The way back inside the service: replies, answers, and what the mailbox makes of them. Whether a reply is good is
//! decided elsewhere; here it counts once and changes what it should.

use std::sync::Arc;

use sealed_tip::{Author, Entry, MailboxKey, Receipt, Text};
use tip_service::id::Id;
use tip_service::intake::{AnswerError, RawForm};
use tip_service::store::{Class, Reply, ReplyChange, State, Taken};
use zeroize::Zeroizing;

use super::ONE;
use super::desk::Desk;

/// A tip that is delivered, with what its two ends hold.
pub(crate) struct Known {
    pub(crate) desk: Desk,
    pub(crate) receipt: Arc<Receipt>,
    pub(crate) thread: Id,
}

impl Known {
    pub(crate) async fn delivered() -> Self {
        let desk = Desk::open().await;
        let receipt = desk.submit(&desk.form(ONE)).await.unwrap().receipt.unwrap();
        desk.deliver_all().await;
        let thread = desk.mailbox(&receipt).await.unwrap().threads[0].id;
        Self {
            desk,
            receipt,
            thread,
        }
    }

    /// A reply of the unit, `n` telling one from another.
    pub(crate) async fn reply(&self, n: u8, unit: &str, change: ReplyChange, text: &str) -> Taken {
        let mailbox = self.desk.mailbox(&self.receipt).await.unwrap();
        let entry = Entry {
            author: Author::Unit {
                name: "东丰".to_owned(),
                fingerprint: "AB".repeat(20),
            },
            verb: "answer".to_owned(),
            text: Text::block(text),
            day: self.desk.today(),
        };
        let mut rng = self.desk.intake().entropy.fork();
        let entry =
            sealed_tip::seal_entry(&entry, &mailbox.public_key, &mailbox.shred_key, &mut rng);
        let today = self.desk.today();
        let reply = Reply {
            counts: true,
            thread_id: self.thread,
            unit_id: unit.to_owned(),
            seen: [n; 32],
            seen_ends_day: today + 45,
            change,
            entry: entry.unwrap(),
            letters: Vec::new(),
            day: today,
            month: 202_701,
            mailbox_ends_day: today + 90,
        };
        self.desk.store().take_reply(reply).await.unwrap()
    }

    pub(crate) async fn state(&self) -> State {
        self.desk.mailbox(&self.receipt).await.unwrap().threads[0].state
    }

    async fn texts(&self) -> Vec<String> {
        let mailbox = self.desk.mailbox(&self.receipt).await.unwrap();
        let key: MailboxKey = self.receipt.mailbox_key();
        let open = |sealed: &[u8]| key.open(sealed, &mailbox.shred_key).unwrap();
        mailbox
            .entries
            .iter()
            .map(|row| open(&row.sealed).text.as_str().to_owned())
            .collect()
    }

    /// The holder writes back, under the form of this name.
    pub(crate) async fn answer(&self, form_id: &str, text: &str) -> Result<bool, AnswerError> {
        let mailbox = self.desk.mailbox(&self.receipt).await.unwrap();
        let written = written(form_id, text);
        let intake = self.desk.intake();
        intake
            .answer(&self.receipt, &mailbox, &written, Class::Prompt)
            .await
    }

    pub(crate) fn form_id(&self) -> String {
        self.desk.form(&[]).get("form_id").to_owned()
    }
}

/// What the holder's form holds.
pub(crate) fn written(form_id: &str, reply: &str) -> RawForm {
    let mut form = RawForm::default();
    for (name, text) in [("form_id", form_id), ("reply", reply)] {
        form.set(name.to_owned(), Zeroizing::new(text.to_owned()));
    }
    form
}

pub(crate) const DONGFENG: &str = "dongfeng";

pub(crate) fn to(state: State) -> ReplyChange {
    ReplyChange::State(state)
}

#[tokio::test]
async fn a_reply_moves_the_thread_and_lies_in_the_mailbox() {
    let known = Known::delivered().await;
    let taken = known.reply(1, DONGFENG, to(State::Accepted), "收到").await;
    assert_eq!(taken, Taken::Stored);
    assert_eq!(known.state().await, State::Accepted);
    assert_eq!(known.texts().await, ["收到"]);
}

#[tokio::test]
async fn the_same_message_counts_once_whatever_it_asks_for() {
    let known = Known::delivered().await;
    known.reply(1, DONGFENG, to(State::Accepted), "一").await;
    let again = known.reply(1, DONGFENG, to(State::Closed), "二").await;
    assert_eq!(again, Taken::Seen);
    assert_eq!(
        (known.state().await, known.texts().await),
        (State::Accepted, vec!["一".to_owned()])
    );
}

#[tokio::test]
async fn after_a_forward_only_the_new_unit_counts() {
    let known = Known::delivered().await;
    let forward = ReplyChange::Forward("city".to_owned());
    assert_eq!(
        known.reply(1, DONGFENG, forward, "已转").await,
        Taken::Stored
    );
    assert_eq!(known.state().await, State::Forwarded);
    let old = known.reply(2, DONGFENG, to(State::Closed), "还是我").await;
    assert_eq!(old, Taken::OtherUnit);
    let new = known.reply(3, "city", to(State::Accepted), "我来").await;
    assert_eq!(new, Taken::Stored);
    assert_eq!(known.texts().await, ["已转", "我来"]);
}

#[tokio::test]
async fn a_closed_tip_takes_a_reward_and_nothing_else_until_its_holder_writes() {
    let known = Known::delivered().await;
    known.reply(1, DONGFENG, to(State::Closed), "办结").await;
    let late = known.reply(2, DONGFENG, to(State::Asked), "还有一问").await;
    assert_eq!(late, Taken::Ended);
    let reward = known.reply(3, DONGFENG, ReplyChange::Reward, "有奖").await;
    assert_eq!(
        (reward, known.state().await),
        (Taken::Stored, State::Closed)
    );
    assert!(known.answer(&known.form_id(), "又看到一块").await.unwrap());
    assert_eq!(known.state().await, State::Checking);
    let now = known.reply(4, DONGFENG, to(State::Asked), "在哪").await;
    assert_eq!(now, Taken::Stored);
    assert_eq!(known.texts().await, ["办结", "有奖", "又看到一块", "在哪"]);
}

#[tokio::test]
async fn two_replies_at_the_same_moment_are_both_kept_in_some_order() {
    let known = Known::delivered().await;
    let (a, b) = tokio::join!(
        known.reply(1, DONGFENG, to(State::Accepted), "甲"),
        known.reply(2, DONGFENG, to(State::Asked), "乙"),
    );
    assert_eq!((a, b), (Taken::Stored, Taken::Stored));
    let mut texts = known.texts().await;
    texts.sort();
    assert_eq!(texts, ["乙", "甲"]);
}

#[tokio::test]
async fn an_answer_is_a_letter_in_the_thread_and_an_entry_and_sent_twice_is_kept_once() {
    let known = Known::delivered().await;
    known.reply(1, DONGFENG, to(State::Asked), "几点").await;
    let form_id = known.form_id();
    assert!(known.answer(&form_id, "夜里").await.unwrap());
    assert!(!known.answer(&form_id, "夜里").await.unwrap());
    assert_eq!(known.state().await, State::Checking);
    assert_eq!(known.texts().await, ["几点", "夜里"]);
    let letters = known.desk.letters().await;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(
        (letter.unit_id.as_str(), letter.thread_id),
        (DONGFENG, Some(known.thread))
    );
    assert!(
        letter.in_reply_to.is_some(),
        "it answers to the first letter"
    );
}

#[tokio::test]
async fn an_answer_goes_to_whoever_is_responsible_by_now_and_so_does_a_supplement() {
    let desk = Desk::open().await;
    let form = desk.form(ONE);
    let receipt = desk.submit(&form).await.unwrap().receipt.unwrap();
    desk.deliver_all().await;
    let thread = desk.mailbox(&receipt).await.unwrap().threads[0].id;
    let known = Known {
        desk,
        receipt,
        thread,
    };
    let forward = ReplyChange::Forward("city".to_owned());
    known.reply(1, DONGFENG, forward, "已转").await;
    known.answer(&known.form_id(), "补充").await.unwrap();
    let more = known.desk.same_form(&form, super::OTHER);
    known.desk.submit(&more).await.unwrap();
    let letters = known.desk.letters().await;
    let units: Vec<&str> = letters.iter().map(|l| l.unit_id.as_str()).collect();
    assert_eq!(units, ["city", "city"]);
    assert!(letters.iter().all(|l| l.thread_id == Some(thread)));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_leaves_nothing() {
    let known = Known::delivered().await;
    let form_id = known.form_id();
    let long = "字".repeat(4001);
    for (form, text) in [
        (form_id.as_str(), " \n"),
        (form_id.as_str(), long.as_str()),
        ("nonsense", "话"),
    ] {
        assert!(known.answer(form, text).await.is_err());
    }
    assert!(known.texts().await.is_empty());
    assert!(known.desk.letters().await.is_empty());
}

#[tokio::test]
async fn a_mailbox_holds_so_much_and_no_more() {
    let known = Known::delivered().await;
    for n in 0..200 {
        let taken = known.reply(n, DONGFENG, to(State::Checking), "又").await;
        assert_eq!(taken, Taken::Stored);
    }
    let taken = known.reply(200, DONGFENG, to(State::Closed), "满").await;
    assert_eq!((taken, known.state().await), (Taken::Full, State::Checking));
    let full = known.answer(&known.form_id(), "还有").await;
    assert!(matches!(full, Err(AnswerError::MailboxFull)));
}
