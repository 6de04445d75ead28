//! `/tip/`: the form, and the tip it sends. Whatever goes wrong with a post, the form comes back with all that
//! was typed, says what to do, and names a telephone number.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::client::{self, Peer};
use super::decode::{self, Bounds, Fault, Sent};
use super::form_view::{FormView, Notice, closed};
use super::photographs::Album;
use super::{Door, Problem, error, headers, padding, receipt, sealing};
use crate::catalogue::Lang;
use crate::clock;
use crate::intake::{Exposure, FORM_ID_CHARS, FieldError, RawForm, SubmitError};
use crate::limits::Verdict;
use crate::spool::Share;
use crate::store::{Class, StoreError};
use crate::units::Unit;

/// All text together: a tip of 20,000 characters, every field full, is about half of this.
const BODY_MAX: usize = 256 << 10;

/// The same where browsers seal: two letters of 20,000 characters, in base64, are 350 KB. Stranger ones (nothing but line
/// breaks) go the other way.
const SEALED_BODY_MAX: usize = 512 << 10;

/// Parts beside the kinds' own questions: the form's fields, with room for what browsers add.
const OWN_PARTS: usize = 28;

pub(super) async fn form(
    State(door): State<Arc<Door>>,
    Extension(lang): Extension<Lang>,
    asked: HeaderMap,
) -> Response {
    if closed(&door).len() == door.loaded.register.units().len() {
        return error::page(&door, lang, Problem::Closed);
    }
    let form_id = new_form_id(&door);
    let gzip = padding::takes_gzip(&asked);
    match door.form_page.page(&door, lang, &form_id, gzip) {
        Ok(page) => {
            let html = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::VARY, "accept-encoding"),
                // To be found, not to be kept: a copy would give several people one form id.
                (headers::ROBOTS, "noarchive"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    headers::CONTENT_SECURITY_POLICY_OF_SITE,
                ),
            ];
            if gzip {
                (html, [(header::CONTENT_ENCODING, "gzip")], page).into_response()
            } else {
                (html, page).into_response()
            }
        }
        Err(error) => {
            tracing::error!(%error, "no form");
            error::page(&door, lang, Problem::Unavailable)
        }
    }
}

pub(super) async fn submit(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    Extension(lang): Extension<Lang>,
    request: Request,
) -> Response {
    let client = client::key(&door, peer, request.headers());
    let verdict = door.limits.tip(client);
    let Sent {
        mut form,
        files,
        fault,
    } = decode::read(request, bounds(&door, verdict)).await;
    form.lang = lang;
    if door.loaded.scripts.is_some() && form.is_sealed() {
        return sealing::submit(&door, form, files.is_empty(), fault, verdict).await;
    }
    let mut album = Album::held(&door, &form);
    if verdict == Verdict::Refuse {
        return again(&door, &form, &album, &[], Trouble::TooOften);
    }
    let class = class_of(verdict);
    album.develop(&door, files, class).await;
    if let Some(fault) = fault {
        return again(&door, &form, &album, &[], Trouble::from(fault));
    }
    if let Some(status) = album.status {
        return again(&door, &form, &album, &[], Trouble::Photographs(status));
    }
    match door.intake.submit(&form, &album.kept, class).await {
        Ok(accepted) => {
            album.forget(&door, &form);
            receipt::page(&door, &form, &accepted, &album.kept)
        }
        Err(error) => refused(&door, form, &album, &error),
    }
}

fn bounds(door: &Door, verdict: Verdict) -> Bounds {
    let share = match verdict {
        Verdict::Prompt => Some(Share::Whole),
        Verdict::Later => Some(Share::Half),
        Verdict::Refuse => None,
    };
    Bounds {
        text: match door.loaded.scripts {
            Some(_) => SEALED_BODY_MAX,
            None => BODY_MAX,
        },
        parts: parts_max(door),
        within: Duration::from_secs(door.loaded.config.server.body_seconds),
        spool: share.map(|share| (door.intake.photographs.spool().clone(), share)),
    }
}

/// Prompt within budget, later beyond it.
pub(super) fn class_of(verdict: Verdict) -> Class {
    match verdict {
        Verdict::Prompt => Class::Prompt,
        Verdict::Later | Verdict::Refuse => Class::Later,
    }
}

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

pub(super) fn new_form_id(door: &Door) -> String {
    door.intake
        .forms
        .issue(clock::day(door.clock.unix()), &door.entropy)
}

fn parts_max(door: &Door) -> usize {
    let kinds = door.loaded.kinds.kinds.iter();
    OWN_PARTS + kinds.map(|kind| kind.questions.len()).sum::<usize>()
}
