//! What `mailbox.html` shows. The messages are opened here, with the receipt that was just typed, and nowhere kept.

use sealed_tip::{Author, Entry, MailboxKey, Receipt};
use serde::Serialize;

use super::clockface::{self, Progress};
use crate::catalogue::Lang;
use crate::clock::Date;
use crate::http::Door;
use crate::http::exposure_view::ExposureView;
use crate::intake::{ANSWER_MAX_CHARS, Exposure};
use crate::store::{EntryRow, MailboxRow, ThreadRow};

/// Sealed bytes of the messages on one page: with the frame around them they fit into one answer.
const PAGE_BYTES: usize = 12 << 10;
/// Messages on one page: opening one takes a tenth of a millisecond.
const PAGE_MESSAGES: usize = 6;

/// Context of `mailbox.html`.
#[derive(Serialize)]
pub(super) struct View<'a> {
    base: &'a str,
    telephone: &'a str,
    /// As it was typed.
    receipt: &'a str,
    /// `ask`, `typo`, `unknown`, `found`, `confirm` or `deleted`.
    state: &'a str,
    /// What is wrong with the receipt.
    pub(super) message: String,
    pub(super) notice: Option<Notice>,
    exposure: Option<ExposureView<'a>>,
    /// The holder was shown such places in this answer before.
    has_seen: bool,
    progress: Vec<Progress>,
    messages: Vec<Message>,
    rewards: Vec<Reward>,
    /// Pages of earlier and later messages.
    earlier: Option<usize>,
    later: Option<usize>,
    form_id: String,
    /// The answer as typed, when it could not be sent.
    pub(super) kept: String,
    max_chars: usize,
    mailbox_days: u32,
    grace_days: u32,
    #[serde(skip)]
    pub(super) lang: Lang,
}

/// A message at the top of the page.
#[derive(Serialize)]
pub(super) struct Notice {
    title: String,
    text: String,
    /// `note` or `error`.
    tone: &'static str,
}

impl Notice {
    pub(super) fn good(title: &str, text: &str) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            tone: "note",
        }
    }

    pub(super) fn bad(title: &str, text: &str) -> Self {
        Self {
            tone: "error",
            ..Self::good(title, text)
        }
    }
}

/// One message in the mailbox.
#[derive(Serialize)]
struct Message {
    /// `unit` or `holder`.
    from: &'static str,
    unit: String,
    /// The last digits of the key that signed it.
    fingerprint: String,
    /// 询问， 答复 …
    verb: &'static str,
    date: String,
    /// Its lines parted by LF: a tag for each would make a page of many short lines longer than one answer.
    text: String,
    is_new: bool,
}

/// A claim code, to be written down.
#[derive(Serialize)]
struct Reward {
    unit: String,
    groups: [String; 6],
}

/// What a found mailbox is shown with.
pub(super) struct Shown<'a> {
    pub(super) lang: Lang,
    pub(super) receipt: &'a Receipt,
    pub(super) phrase: &'a str,
    pub(super) mailbox: &'a MailboxRow,
    /// 0 is the newest.
    pub(super) page: usize,
    pub(super) form_id: String,
    pub(super) typed: &'a str,
    /// Places in `typed` that may tell who wrote it.
    pub(super) places: &'a [Exposure],
    pub(super) has_seen: bool,
}

impl<'a> View<'a> {
    /// A page without a mailbox in it.
    pub(super) fn new(door: &'a Door, lang: Lang, state: &'a str, receipt: &'a str) -> Self {
        let config = &door.loaded.config;
        Self {
            base: door.pages.base(lang),
            telephone: &config.server.telephone,
            receipt,
            state,
            message: String::new(),
            notice: None,
            exposure: None,
            has_seen: false,
            progress: Vec::new(),
            messages: Vec::new(),
            rewards: Vec::new(),
            earlier: None,
            later: None,
            form_id: String::new(),
            kept: String::new(),
            max_chars: ANSWER_MAX_CHARS,
            mailbox_days: config.retention.mailbox_days,
            grace_days: config.retention.unread_grace_days,
            lang,
        }
    }

    /// A mailbox.
    pub(super) fn found(door: &'a Door, shown: &Shown<'a>, notice: Option<Notice>) -> Self {
        let mailbox = shown.mailbox;
        let pages = pages(&mailbox.entries);
        let page = shown.page.min(pages.len().saturating_sub(1));
        let key = shown.receipt.mailbox_key();
        let entries = pages.get(page).copied().unwrap_or_default();
        Self {
            notice,
            exposure: (!shown.places.is_empty())
                .then(|| ExposureView::of(shown.places, &door.loaded.kinds, shown.lang)),
            has_seen: shown.has_seen,
            progress: mailbox
                .threads
                .iter()
                .map(|t| progress(door, shown.lang, t))
                .collect(),
            messages: entries
                .iter()
                .rev()
                .filter_map(|row| message(row, mailbox, &key, shown.lang))
                .collect(),
            rewards: mailbox
                .threads
                .iter()
                .filter(|thread| thread.reward)
                .map(|thread| Reward {
                    unit: unit_name(door, &thread.unit_id),
                    groups: shown.receipt.claim_code(&thread.id).groups(),
                })
                .collect(),
            earlier: (page + 1 < pages.len()).then_some(page + 1),
            later: page.checked_sub(1),
            form_id: shown.form_id.clone(),
            kept: shown.typed.to_owned(),
            ..Self::new(door, shown.lang, "found", shown.phrase)
        }
    }
}

/// Cuts the messages into pages, the newest page first; each message is on one page.
fn pages(entries: &[EntryRow]) -> Vec<&[EntryRow]> {
    let mut pages = Vec::new();
    let mut rest = entries;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().rev().take(PAGE_MESSAGES).take_while(|row| {
            let first = bytes == 0;
            bytes += row.sealed.len();
            first || bytes <= PAGE_BYTES
        });
        let (earlier, page) = rest.split_at(rest.len() - fit.count());
        pages.push(page);
        rest = earlier;
    }
    pages
}

fn progress(door: &Door, lang: Lang, thread: &ThreadRow) -> Progress {
    let register = &door.loaded.register;
    let supervisor = register
        .unit(&thread.unit_id)
        .and_then(|unit| register.unit(unit.supervisor.as_deref()?))
        .map(|unit| unit.name.as_str());
    let unit = unit_name(door, &thread.unit_id);
    clockface::progress(lang, thread, unit, supervisor, &door.loaded.config.triage)
}

fn unit_name(door: &Door, id: &str) -> String {
    let unit = door.loaded.register.unit(id);
    unit.map_or_else(|| id.to_owned(), |unit| unit.name.clone())
}

/// One that does not open (a damaged database) is left out and told to the operator.
fn message(row: &EntryRow, mailbox: &MailboxRow, key: &MailboxKey, lang: Lang) -> Option<Message> {
    let entry = match key.open(&row.sealed, &mailbox.shred_key) {
        Ok(entry) => entry,
        Err(error) => {
            tracing::error!(%error, "ALARM: a message in a mailbox does not open");
            return None;
        }
    };
    let date = Date::of(entry.day);
    let (from, unit, fingerprint) = author(&entry);
    Some(Message {
        from,
        unit,
        fingerprint,
        verb: lang.say(verb(&entry.verb)),
        date: lang.day(date.month, date.day),
        text: entry.text.as_str().to_owned(),
        is_new: from == "unit" && row.number > mailbox.read_number,
    })
}

fn author(entry: &Entry) -> (&'static str, String, String) {
    match &entry.author {
        Author::Unit { name, fingerprint } => {
            let tail = fingerprint.len().saturating_sub(8);
            let tail = fingerprint.get(tail..).unwrap_or_default();
            ("unit", name.clone(), tail.to_owned())
        }
        Author::Holder => ("holder", String::new(), String::new()),
    }
}

/// The key of what each sort of message is called on the page.
fn verb(code: &str) -> &'static str {
    match code {
        "accept" => "verb.accept",
        "ask" => "verb.ask",
        "answer" => "verb.answer",
        "forward" => "verb.forward",
        "close" => "verb.close",
        "reward" => "verb.reward",
        "spam" => "verb.spam",
        _ => "mailbox.written",
    }
}
