//! The answer to a tip that is kept: the receipt, and what became of the photographs.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;

use super::photographs::KeptView;
use super::{Door, error};
use crate::intake::{Accepted, Kept, News, RawForm};
use crate::store::Class;

/// Context of `receipt.html`.
#[derive(Serialize)]
struct ReceiptView<'a> {
    base: &'a str,
    telephone: &'a str,
    groups: Vec<String>,
    /// The same, for whoever cannot write Chinese.
    digits: String,
    repeated: bool,
    supplement: bool,
    shown: bool,
    later: bool,
    mailbox_days: u32,
    photographs: Vec<KeptView>,
    photo_place: bool,
}

/// The answer to the post itself: no redirect, so the receipt is in no address and no history.
pub(super) fn page(
    door: &Door,
    form: &RawForm,
    accepted: &Accepted,
    photographs: &[Arc<Kept>],
) -> Response {
    let groups = match &accepted.receipt {
        Some(receipt) => receipt
            .groups()
            .iter()
            .map(|group| group.to_string())
            .collect(),
        None => Vec::new(),
    };
    let view = ReceiptView {
        base: door.pages.base(form.lang),
        telephone: &door.loaded.config.server.telephone,
        shown: !groups.is_empty(),
        groups,
        digits: accepted
            .receipt
            .as_ref()
            .map_or_else(String::new, |receipt| receipt.digits().to_string()),
        repeated: accepted.news == News::Repeat,
        supplement: accepted.news == News::Supplement,
        later: accepted.class == Class::Later,
        mailbox_days: door.loaded.config.retention.mailbox_days,
        photographs: photographs
            .iter()
            .map(|kept| KeptView::of(kept, form.lang))
            .collect(),
        photo_place: !form.get("photo_place").is_empty(),
    };
    error::html(door, form.lang, "receipt.html", &view)
}
