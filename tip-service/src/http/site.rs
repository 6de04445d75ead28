//! The static site, for the demo and for small set-ups; in production the proxy serves it. The shell is a
//! template, not a page, and is not served.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{Door, Problem, error, headers};

/// An hour: pages change rarely, and a change of style sheet changes its address.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

pub(super) async fn file(State(door): State<Arc<Door>>, request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return error::page(&door, Problem::WrongMethod);
    }
    if request
        .uri()
        .path()
        .trim_start_matches('/')
        .starts_with("_shell")
    {
        return error::page(&door, Problem::NotFound);
    }
    let policy = headers::content_security_policy(request.uri().path());
    let files = ServeDir::new(&door.loaded.config.site.root).precompressed_gzip();
    let Ok(response) = files.oneshot(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return error::page(&door, Problem::NotFound);
    }
    let mut response = response.map(Body::new).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
