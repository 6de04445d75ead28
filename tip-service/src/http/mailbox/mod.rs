//! `/tip/mailbox/`: the holder of a receipt sees how far the tip has come, reads what the units wrote, writes back,
//! or deletes it all. Found or not, the database is asked the same questions, and the answer has the same size and
//! takes the same time.

mod clockface;
mod pages;
mod view;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use sealed_tip::{Receipt, ReceiptError};
use tokio::time::{Instant, sleep_until};

use super::client::Peer;
use super::decode::{Fault, Sent};
use super::tip::{class_of, new_form_id};
use super::{Door, Problem, error, small};
use crate::catalogue::Lang;
use crate::intake::{AnswerError, Exposure, RawForm};
use crate::limits::{ClientKey, Verdict};
use crate::store::MailboxRow;
use view::{Notice, Shown, View};

/// An answer of 4,000 characters, every one of them escaped, and the receipt.
const BODY_MAX: usize = 64 << 10;
const PARTS_MAX: usize = 12;

/// Answers leave at a multiple of this after the request was read: opening what lies in a mailbox takes a millisecond
/// or two that an empty or unknown one does not, and nobody shall see that.
const BEAT: Duration = Duration::from_millis(8);

/// Part of every wait.
const LAST_SLEEP: Duration = Duration::from_millis(2);
/// The most that chance adds.
const BLUR: Duration = Duration::from_millis(2);

pub(super) async fn ask(
    State(door): State<Arc<Door>>,
    Extension(lang): Extension<Lang>,
) -> Response {
    show(&door, StatusCode::OK, &View::new(&door, lang, "ask", ""))
}

pub(super) async fn post(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    Extension(lang): Extension<Lang>,
    request: Request,
) -> Response {
    let read = small::form(&door, peer, lang, request, (BODY_MAX, PARTS_MAX));
    let (client, Sent { form, fault, .. }) = match read.await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let begun = Instant::now();
    let cut = fault.is_some_and(Fault::is_cut);
    let receipt = match Receipt::parse(form.get("receipt")) {
        Ok(receipt) => receipt,
        Err(_) if cut => return error::page(&door, lang, Problem::TooLarge),
        Err(wrong) => return mistyped(&door, &form, &wrong),
    };
    let visit = Visit {
        door: &door,
        form: &form,
        receipt,
        client,
        cut,
    };
    let response = visit.answer().await;
    on_the_beat(begun, u16::from_be_bytes(door.entropy.bytes())).await;
    response
}

/// In two waits: whoever has slept longer wakes a little later, so the last sleep is equally long for all. A little
/// chance on top hides what caches and cores still remember of the work.
async fn on_the_beat(begun: Instant, chance: u16) {
    let blur = BLUR * u32::from(chance) / u32::from(u16::MAX);
    let beat = BEAT.as_micros();
    let beats = (begun.elapsed() + LAST_SLEEP).as_micros() / beat + 1;
    let end = begun + Duration::from_micros(u64::try_from(beats * beat).unwrap_or(0));
    sleep_until(end - LAST_SLEEP).await;
    sleep_until(end + blur).await;
}

/// One post by somebody with a well-formed receipt.
struct Visit<'a> {
    door: &'a Door,
    form: &'a RawForm,
    receipt: Receipt,
    client: ClientKey,
    /// Not all of the body came.
    cut: bool,
}

impl Visit<'_> {
    async fn answer(&self) -> Response {
        let found = self.door.store.mailbox(&self.receipt.lookup_hash()).await;
        match found {
            Ok(Some(mailbox)) => self.found(mailbox).await,
            Ok(None) => self.unknown(),
            Err(error) => {
                self.door
                    .alarm(&format!("a mailbox could not be looked up: {error}"));
                self.unreadable()
            }
        }
    }

    async fn found(&self, mailbox: MailboxRow) -> Response {
        match self.form.get("action") {
            "reply" => self.reply(mailbox).await,
            "delete" => {
                let view = View::new(
                    self.door,
                    self.form.lang,
                    "confirm",
                    self.form.get("receipt"),
                );
                show(self.door, StatusCode::OK, &view)
            }
            "delete-now" => self.delete(&mailbox).await,
            // Whoever wrote something under a mistyped receipt finds it again here.
            _ => self.mailbox(StatusCode::OK, &mailbox, None, self.form.get("reply")),
        }
    }

    fn unknown(&self) -> Response {
        let mut view = View::new(
            self.door,
            self.form.lang,
            "unknown",
            self.form.get("receipt"),
        );
        view.kept = self.form.get("reply").to_owned();
        show(self.door, StatusCode::OK, &view)
    }

    /// The store is in trouble. An answer that was typed comes back.
    fn unreadable(&self) -> Response {
        let typed = self.form.get("reply");
        if typed.is_empty() {
            return error::page(self.door, self.form.lang, Problem::Unavailable);
        }
        let mut view = View::new(self.door, self.form.lang, "ask", self.form.get("receipt"));
        let (status, notice) = pages::unreadable(self.form.lang);
        view.kept = typed.to_owned();
        view.notice = Some(notice);
        error::with_retry_after(show(self.door, status, &view))
    }

    async fn reply(&self, mailbox: MailboxRow) -> Response {
        let typed = self.form.get("reply");
        let class = match self.door.limits.tip(self.client) {
            Verdict::Refuse => {
                let (status, notice) = pages::too_often(self.form.lang);
                return self.mailbox(status, &mailbox, Some(notice), typed);
            }
            verdict => class_of(verdict),
        };
        if self.cut {
            let (status, notice) = pages::cut_off(self.form.lang);
            return self.mailbox(status, &mailbox, Some(notice), typed);
        }
        let done = self
            .door
            .intake
            .answer(&self.receipt, &mailbox, self.form, class)
            .await;
        match done {
            Ok(is_new) => self.replied(is_new).await,
            Err(AnswerError::Gone) => self.unknown(),
            Err(AnswerError::Exposing(places)) => self.page(
                StatusCode::UNPROCESSABLE_ENTITY,
                &mailbox,
                None,
                typed,
                &places,
            ),
            Err(error) => {
                if let AnswerError::Store(_) | AnswerError::Seal(_) = error {
                    self.door
                        .alarm(&format!("an answer could not be kept: {error}"));
                }
                let (status, notice) = pages::not_sent(&error, self.form.lang);
                self.mailbox(status, &mailbox, Some(notice), typed)
            }
        }
    }

    /// The mailbox as it is with the answer in it.
    async fn replied(&self, is_new: bool) -> Response {
        match self.door.store.mailbox(&self.receipt.lookup_hash()).await {
            Ok(Some(mailbox)) => self.mailbox(
                StatusCode::OK,
                &mailbox,
                Some(pages::sent(is_new, self.form.lang)),
                "",
            ),
            _ => error::page(self.door, self.form.lang, Problem::Unavailable),
        }
    }

    async fn delete(&self, mailbox: &MailboxRow) -> Response {
        match self.door.store.delete_mailbox(mailbox.id).await {
            Ok(()) => show(
                self.door,
                StatusCode::OK,
                &View::new(self.door, self.form.lang, "deleted", ""),
            ),
            Err(error) => {
                self.door
                    .alarm(&format!("a mailbox could not be deleted: {error}"));
                error::page(self.door, self.form.lang, Problem::Unavailable)
            }
        }
    }

    fn mailbox(
        &self,
        status: StatusCode,
        mailbox: &MailboxRow,
        notice: Option<Notice>,
        typed: &str,
    ) -> Response {
        self.page(status, mailbox, notice, typed, &[])
    }

    fn page(
        &self,
        status: StatusCode,
        mailbox: &MailboxRow,
        notice: Option<Notice>,
        typed: &str,
        places: &[Exposure],
    ) -> Response {
        let shown = Shown {
            lang: self.form.lang,
            receipt: &self.receipt,
            phrase: self.form.get("receipt"),
            mailbox,
            page: self.form.get("page").parse().unwrap_or(0),
            form_id: new_form_id(self.door),
            typed,
            places,
            // Of an answer that is sent, nothing is left to have seen.
            has_seen: !typed.is_empty() && self.form.has_seen_exposure(),
        };
        let view = View::found(self.door, &shown, notice);
        self.note_as_read(mailbox);
        error::with_retry_after(show(self.door, status, &view))
    }

    /// After the answer, so that writing it down takes no time of the visitor's.
    fn note_as_read(&self, mailbox: &MailboxRow) {
        let last = mailbox.entries.last().map_or(0, |entry| entry.number);
        if last > mailbox.read_number {
            let (store, id) = (self.door.store.clone(), mailbox.id);
            tokio::spawn(async move {
                if let Err(error) = store.mark_read(id, last).await {
                    tracing::warn!(%error, "what was read is not noted; the mailbox lives a little longer");
                }
            });
        }
    }
}

fn mistyped(door: &Door, form: &RawForm, wrong: &ReceiptError) -> Response {
    let mut view = View::new(door, form.lang, "typo", form.get("receipt"));
    view.message = pages::explain(wrong, form.lang);
    view.kept = form.get("reply").to_owned();
    show(door, StatusCode::UNPROCESSABLE_ENTITY, &view)
}

fn show(door: &Door, status: StatusCode, view: &View<'_>) -> Response {
    match door.pages.render(view.lang, "mailbox.html", view) {
        Ok(page) => (status, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(%error, "no mailbox page");
            error::page(door, view.lang, Problem::Unavailable)
        }
    }
}
