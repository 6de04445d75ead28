//! The words of the mailbox page that depend on what happened.

use std::fmt::Display;

use axum::http::StatusCode;
use sealed_tip::ReceiptError;

use super::view::Notice;
use crate::catalogue::Lang;
use crate::intake::{ANSWER_MAX_CHARS, AnswerError};
use crate::store::StoreError;

/// What is wrong with a receipt as typed.
pub(super) fn explain(wrong: &ReceiptError, lang: Lang) -> String {
    match wrong {
        ReceiptError::Empty => lang.say("typo.empty").to_owned(),
        ReceiptError::Length { found } => lang.fill("typo.length", &[("found", found)]),
        ReceiptError::Digits { found } => lang.fill("typo.digits", &[("found", found)]),
        ReceiptError::UnknownCharacter { position, found } => {
            let values: [(&str, &dyn Display); 2] = [("position", position), ("found", found)];
            lang.fill("typo.character", &values)
        }
        _ => lang.say("typo.order").to_owned(),
    }
}

pub(super) fn sent(is_new: bool, lang: Lang) -> Notice {
    let (title, text) = if is_new {
        ("answer.sent", "answer.sent_text")
    } else {
        ("answer.repeated", "answer.repeated_text")
    };
    Notice::good(lang.say(title), lang.say(text))
}

type Refusal = (StatusCode, Notice);

fn refusal(status: StatusCode, lang: Lang, title: &'static str, text: &'static str) -> Refusal {
    (status, Notice::bad(lang.say(title), lang.say(text)))
}

pub(super) fn too_often(lang: Lang) -> Refusal {
    let status = StatusCode::TOO_MANY_REQUESTS;
    refusal(status, lang, "answer.often", "answer.often_text")
}

pub(super) fn cut_off(lang: Lang) -> Refusal {
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    refusal(status, lang, "answer.cut", "answer.cut_text")
}

pub(super) fn unreadable(lang: Lang) -> Refusal {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    refusal(status, lang, "answer.unreadable", "answer.unreadable_text")
}

/// Why an answer was not kept, and what to do.
pub(super) fn not_sent(error: &AnswerError, lang: Lang) -> Refusal {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    let (status, title, text) = match error {
        AnswerError::Empty => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "answer.unsent",
            "answer.empty_text",
        ),
        AnswerError::TooLong { chars } => {
            let values: [(&str, &dyn Display); 2] = [("max", &ANSWER_MAX_CHARS), ("chars", chars)];
            let text = lang.fill("answer.long_text", &values);
            let notice = Notice::bad(lang.say("answer.long"), &text);
            return (StatusCode::UNPROCESSABLE_ENTITY, notice);
        }
        AnswerError::Closed(unit) => {
            let text = lang.fill("answer.closed_text", &[("telephone", &unit.telephone)]);
            return (unavailable, Notice::bad(lang.say("answer.closed"), &text));
        }
        AnswerError::FormUnknown => (StatusCode::BAD_REQUEST, "answer.unsent", "answer.form_text"),
        AnswerError::Nobody => (unavailable, "answer.nobody", "answer.nobody_text"),
        AnswerError::MailboxFull => (unavailable, "answer.full_box", "answer.nobody_text"),
        AnswerError::Store(StoreError::Full) => (unavailable, "answer.full", "answer.full_text"),
        _ => (unavailable, "answer.within", "answer.within_text"),
    };
    refusal(status, lang, title, text)
}
