//! The door. Turns requests into calls of `intake` and `store`, and answers into pages; knows status codes,
//! which nothing below does. Logs nothing about a request.

mod again;
mod body;
mod client;
pub mod decode;
mod error;
mod exposure_view;
mod form_page;
mod form_view;
mod guard;
mod headers;
mod mailbox;
pub mod metrics;
mod padding;
mod pages;
mod photographs;
mod receipt;
mod sealing;
mod sentence;
pub mod server;
mod site;
mod small;
mod statistics;
mod tip;
mod upload;

pub use client::Peer;
pub use error::Problem;
pub use form_page::Cache as FormPage;
pub use pages::{Pages, PagesError};
pub use upload::Upload;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Extension;
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use crate::catalogue::{LANGS, Lang};
use crate::clock::Clock;
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::intake::Intake;
use crate::limits::Limits;
use crate::store::Store;

/// All that handlers share.
pub struct Door {
    /// Takes tips in.
    pub intake: Intake,
    /// Who sends how much.
    pub limits: Limits,
    /// Page templates inside the site's shell.
    pub pages: Pages,
    /// Registers and settings.
    pub loaded: Arc<Loaded>,
    /// Mailboxes.
    pub store: Store,
    /// Chance.
    pub entropy: Arc<Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The empty form, ready to send.
    pub form_page: form_page::Cache,
    /// What the operator was last told of trouble here, and when, in steady seconds.
    pub alarmed: Mutex<Vec<(String, u64)>>,
}

/// Seconds between two alarm lines: a flood must not write its own record into the log.
const ALARM_QUIET: u64 = 3600;

/// Causes told apart; what comes beyond them is as quiet as the oldest.
const ALARM_CAUSES: usize = 16;

impl Door {
    /// Tells the operator, of each cause at most once an hour.
    fn alarm(&self, what: &str) {
        let now = self.clock.steady();
        let mut told = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|(_, when)| now < when + ALARM_QUIET);
        if told.len() < ALARM_CAUSES && !told.iter().any(|(cause, _)| cause == what) {
            told.push((what.to_owned(), now));
            tracing::error!("ALARM: {what}");
        }
    }
}

/// Builds every route, under the configured base path; the tip's own in each language, the Chinese ones at the root.
pub fn router(door: Arc<Door>) -> Router {
    let base = door.loaded.config.site.base_path.clone();
    let tip = LANGS
        .into_iter()
        .map(|lang| {
            tip(lang).layer(CatchPanicLayer::custom(error::PanicPage(
                door.clone(),
                lang,
            )))
        })
        .fold(Router::new(), Router::merge);
    let routes = Router::new()
        .merge(tip)
        .route("/healthz", get(health))
        .fallback(site::file);
    let routes = if base.is_empty() {
        routes
    } else {
        Router::new().nest(&base, routes)
    };
    routes
        .layer(from_fn_with_state(door.clone(), guard::refuse_floods))
        .layer(CatchPanicLayer::custom(error::PanicPage(
            door.clone(),
            Lang::default(),
        )))
        .layer(from_fn(headers::secure))
        .with_state(door)
}

/// Form, mailbox, statistics and quick exit in one language: the same in each but for the words.
fn tip(lang: Lang) -> Router<Arc<Door>> {
    let at = |path: &str| format!("{}{path}", lang.prefix());
    let mailbox = Router::new()
        .route(&at("/tip/mailbox/"), get(mailbox::ask).post(mailbox::post))
        .layer(from_fn(padding::uncompressed));
    Router::new()
        .route(&at("/tip/"), get(tip::form).post(tip::submit))
        .route(&at("/tip/statistics/"), get(statistics::show))
        .route(
            &at("/tip/sealing/"),
            get(sealing::book).post(sealing::covers),
        )
        .layer(from_fn(padding::compressed))
        .merge(mailbox)
        .route(&at("/tip"), get(tip_without_slash))
        .route(&at("/tip/exit/"), get(exit))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(headers::never_stored))
}

type Shared = axum::extract::State<Arc<Door>>;

/// For whoever watches over the service; a proxy must not go by it: in trouble, too, the form comes back filled in.
async fn health(door: Shared) -> Response {
    let never = [(header::CACHE_CONTROL, "no-store")];
    match door.store.trouble() {
        None => (never, "ok\n").into_response(),
        Some(trouble) => {
            let said = format!("{trouble}\n");
            (StatusCode::SERVICE_UNAVAILABLE, never, said).into_response()
        }
    }
}

async fn tip_without_slash(door: Shared, Extension(lang): Extension<Lang>) -> Redirect {
    Redirect::permanent(&format!("{}/tip/", door.pages.base(lang)))
}

/// Quick exit: a plain link leads here, the browser is told to forget, and a neutral page follows.
async fn exit(door: Shared) -> Response {
    let forget = (
        headers::CLEAR_SITE_DATA,
        "\"cache\", \"cookies\", \"storage\"",
    );
    ([forget], Redirect::to(&door.loaded.config.server.exit_url)).into_response()
}

async fn wrong_method(door: Shared, Extension(lang): Extension<Lang>) -> Response {
    error::page(&door, lang, Problem::WrongMethod)
}
