//! Everything that goes wrong becomes a page in the site's layout: what happened, what to do, whom to ring.
//! The one place that turns problems into status codes. Never shows a cause from within.

use std::any::Any;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use tower_http::catch_panic::ResponseForPanic;

use super::Door;
use crate::catalogue::Lang;

/// What went wrong, as far as the visitor needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// No such page.
    NotFound,
    /// A method the address does not take.
    WrongMethod,
    /// Too many or too large headers.
    HeadersTooLarge,
    /// An absurdly long address.
    AddressTooLong,
    /// Posted from another web site.
    CrossSite,
    /// The mailbox was asked too often.
    TooMany,
    /// A body that is too large, where nothing can be given back.
    TooLarge,
    /// No unit can take tips now.
    Closed,
    /// The store or something else within is not working.
    Unavailable,
}

/// Context of `error.html`.
#[derive(Serialize)]
struct View<'a> {
    base: &'a str,
    status: u16,
    title: &'a str,
    text: &'a str,
    todo: Vec<&'a str>,
    telephone: &'a str,
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Closed | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Keys of the catalogue: title, text, and what to do, its points parted by bars.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::NotFound => [
                "error.not_found",
                "error.not_found_text",
                "error.not_found_todo",
            ],
            Self::WrongMethod => ["error.method", "error.method_text", "error.method_todo"],
            Self::HeadersTooLarge => ["error.headers", "error.headers_text", "error.headers_todo"],
            Self::AddressTooLong => ["error.address", "error.address_text", "error.address_todo"],
            Self::CrossSite => [
                "error.cross_site",
                "error.cross_site_text",
                "error.cross_site_todo",
            ],
            Self::TooMany => ["error.often", "error.often_text", "error.often_todo"],
            Self::TooLarge => ["error.large", "error.large_text", "error.large_todo"],
            Self::Closed => ["error.closed", "error.closed_text", "error.closed_todo"],
            Self::Unavailable => [
                "error.unavailable",
                "error.unavailable_text",
                "error.unavailable_todo",
            ],
        }
    }
}

/// Renders a problem as a page.
pub(super) fn page(door: &Door, lang: Lang, problem: Problem) -> Response {
    let [title, text, todo] = problem.words().map(|key| lang.say(key));
    let view = View {
        base: door.pages.base(lang),
        status: problem.status().as_u16(),
        title,
        text,
        todo: todo.split('|').collect(),
        telephone: &door.loaded.config.server.telephone,
    };
    let response = (problem.status(), html(door, lang, "error.html", &view)).into_response();
    with_retry_after(response)
}

/// Says when another try makes sense, where it does (RFC 9110, 10.2.3).
pub(super) fn with_retry_after(mut response: Response) -> Response {
    let again = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if again {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// Renders a template; should that fail, says so in plain text with the telephone number.
pub(super) fn html(door: &Door, lang: Lang, name: &str, view: &impl Serialize) -> Response {
    match door.pages.render(lang, name, view) {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(template = name, %error, "a page could not be made");
            let telephone = &door.loaded.config.server.telephone;
            let text = lang.fill("common.broken", &[("telephone", telephone)]) + "\n";
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
}

/// A panic stays at the door: the visitor gets the page, the log the fact without its text (which may hold
/// what was typed).
#[derive(Clone)]
pub(super) struct PanicPage(pub(super) Arc<Door>, pub(super) Lang);

impl ResponseForPanic for PanicPage {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send + 'static>) -> Response {
        tracing::error!("ALARM: a request handler panicked");
        page(&self.0, self.1, Problem::Unavailable)
    }
}
