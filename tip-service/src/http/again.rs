//! The form again, with all that was typed: what was wrong with a post, in words and as a status.

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::decode::Fault;
use super::form_view::{FormView, Notice};
use super::photographs::Album;
use super::tip::new_form_id;
use super::{Door, error};
use crate::catalogue::Lang;
use crate::intake::{Exposure, FORM_ID_CHARS, FieldError, RawForm, SubmitError};
use crate::store::StoreError;
use crate::units::Unit;

/// What became of a tip that was not taken.
pub(super) fn refused(
    door: &Door,
    mut form: RawForm,
    album: &Album,
    error: &SubmitError,
) -> Response {
    let (errors, trouble) = match error {
        SubmitError::Invalid(errors) => (errors.as_slice(), Trouble::Fields),
        SubmitError::Exposing(places) => (&[][..], Trouble::Exposing(places)),
        SubmitError::FormUnknown => (&[][..], Trouble::FormUnknown),
        SubmitError::Mark => (&[][..], Trouble::Mark),
        SubmitError::Sealed => (&[][..], Trouble::Sealed),
        SubmitError::Closed(unit) => (&[][..], Trouble::Closed(unit)),
        SubmitError::Wait { ticket, seconds } => {
            form.set("ticket".to_owned(), ticket.clone());
            (&[][..], Trouble::Wait(*seconds))
        }
        SubmitError::Store(StoreError::Full) => {
            door.alarm("the store is full, tips are refused");
            (&[][..], Trouble::Full)
        }
        error => {
            door.alarm(&format!("a tip could not be kept: {error}"));
            (&[][..], Trouble::Within)
        }
    };
    again(door, &form, album, errors, trouble)
}

/// What is wrong with a post, beyond single fields.
#[derive(Clone, Copy)]
pub(super) enum Trouble<'a> {
    Fields,
    Exposing(&'a [Exposure]),
    FormUnknown,
    Mark,
    Sealed,
    TooOften,
    TooLarge,
    TooSlow,
    Malformed,
    TooManyParts,
    NotMultipart,
    /// Files that were refused; the album says which and why.
    Photographs(StatusCode),
    Closed(&'a Unit),
    /// Seconds.
    Wait(u64),
    Full,
    Within,
}

impl From<Fault> for Trouble<'_> {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooLarge => Self::TooLarge,
            Fault::TooSlow => Self::TooSlow,
            Fault::Broken | Fault::Malformed => Self::Malformed,
            Fault::TooManyParts => Self::TooManyParts,
            Fault::NotMultipart => Self::NotMultipart,
        }
    }
}

impl Trouble<'_> {
    fn status(self) -> StatusCode {
        match self {
            Self::Fields | Self::Exposing(_) | Self::Mark | Self::Sealed => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::FormUnknown | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge | Self::TooManyParts => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Photographs(status) => status,
            Self::NotMultipart => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Closed(_) | Self::Wait(_) | Self::Full | Self::Within => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// Title and text of what is said above the form.
    fn words(self, lang: Lang) -> Option<(&'static str, String)> {
        let (title, text) = match self {
            Self::Fields | Self::Exposing(_) | Self::Photographs(_) => return None,
            Self::FormUnknown => ("again.unknown", "again.unknown_text"),
            Self::Mark => ("again.mark", "again.mark_text"),
            Self::Sealed => ("again.sealed", "again.sealed_text"),
            Self::TooOften => ("again.often", "again.often_text"),
            Self::TooLarge => ("again.large", "again.large_text"),
            Self::TooSlow => ("again.slow", "again.slow_text"),
            Self::Malformed => ("again.cut", "again.cut_text"),
            Self::TooManyParts => ("again.parts", "again.parts_text"),
            Self::NotMultipart => ("again.encoding", "again.encoding_text"),
            Self::Closed(unit) => {
                let (name, telephone) = (&unit.name, &unit.telephone);
                let values: [(&str, &dyn Display); 2] = [("unit", name), ("telephone", telephone)];
                let text = lang.fill("again.closed_text", &values);
                return Some((lang.say("again.closed"), text));
            }
            Self::Wait(seconds) => {
                let text = lang.fill("again.wait_text", &[("seconds", &seconds)]);
                return Some((lang.say("again.wait"), text));
            }
            Self::Full => ("again.full", "again.full_text"),
            Self::Within => ("again.within", "again.within_text"),
        };
        Some((lang.say(title), lang.say(text).to_owned()))
    }

    /// A form whose name was never used keeps it, so a second press cannot make a second tip.
    fn needs_new_form(self) -> bool {
        matches!(self, Self::FormUnknown)
    }
}

/// The form again, filled in.
pub(super) fn again(
    door: &Door,
    form: &RawForm,
    album: &Album,
    errors: &[FieldError],
    trouble: Trouble<'_>,
) -> Response {
    let kept = form.get("form_id");
    let form_id = if trouble.needs_new_form() || kept.len() != FORM_ID_CHARS {
        new_form_id(door)
    } else {
        kept.to_owned()
    };
    album.hold(door, &form_id);
    let words = trouble.words(form.lang);
    let notice = words.as_ref().map(|(title, text)| Notice {
        title,
        text,
        tone: "error",
    });
    let errors = [errors, &album.errors].concat();
    let mut view = FormView::new(door, &form_id, form, &errors, notice);
    view.show(&album.kept);
    if let Trouble::Exposing(places) = trouble {
        view.expose(door, places);
    }
    let page = error::html(door, form.lang, "tip.html", &view);
    error::with_retry_after((trouble.status(), page).into_response())
}
