//! Stands before every handler: absurd request heads and posts from other sites get their page here. Tells handlers the
//! language of the page, which is a matter of its address: what a browser says of its user's languages is not read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::{Door, Problem, error};
use crate::catalogue::Lang;

/// Browsers send about twenty headers in two kilobytes.
const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 << 10;
const PATH_MAX: usize = 2 << 10;

pub(super) async fn refuse_floods(
    State(door): State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Response {
    let lang = lang(&door, request.uri().path());
    request.extensions_mut().insert(lang);
    if is_flood(request.headers()) {
        return error::page(&door, lang, Problem::HeadersTooLarge);
    }
    if request.uri().to_string().len() > PATH_MAX {
        return error::page(&door, lang, Problem::AddressTooLong);
    }
    if request.method() == Method::POST && is_cross_site(request.headers()) {
        return error::page(&door, lang, Problem::CrossSite);
    }
    next.run(request).await
}

/// Below the base path the language's own path begins.
fn lang(door: &Door, path: &str) -> Lang {
    let base = &door.loaded.config.site.base_path;
    Lang::of_path(path.strip_prefix(base.as_str()).unwrap_or(path))
}

fn is_flood(headers: &HeaderMap) -> bool {
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    headers.len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX
}

/// With `no-referrer` browsers send `Origin: null` for our own forms too, so only Fetch Metadata can tell.
/// Browsers that do not send it are let through: the form's one-time id is the older defence.
fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site")
}
