//! The static site, for the demo and for small set-ups; in production the proxy serves it. The shell is a
//! template, not a page, and is not served.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{Door, Problem, error, headers};
use crate::catalogue::Lang;

/// An hour: pages change rarely, and a change of style sheet changes its address.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

pub(super) async fn file(
    State(door): State<Arc<Door>>,
    Extension(lang): Extension<Lang>,
    request: Request,
) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return error::page(&door, lang, Problem::WrongMethod);
    }
    if is_shell(request.uri().path()) {
        return error::page(&door, lang, Problem::NotFound);
    }
    let policy = headers::policy_of_site(request.uri().path());
    let files = ServeDir::new(&door.loaded.config.site.root).precompressed_gzip();
    let Ok(response) = files.oneshot(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return error::page(&door, lang, Problem::NotFound);
    }
    // Out of file descriptors, a disk that cannot be read: a page of ours is in memory.
    if response.status().is_server_error() {
        door.alarm("a file of the site could not be read");
        return error::page(&door, lang, Problem::Unavailable);
    }
    let mut response = response.map(Body::new).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// However the path is written: the file service decodes it before it looks.
fn is_shell(path: &str) -> bool {
    percent_decode_str(path)
        .decode_utf8_lossy()
        .split('/')
        .any(|part| part == "_shell")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_known_however_its_path_is_written() {
        for path in [
            "/_shell/",
            "/%5fshell/",
            "/%5Fshell/index.html",
            "//_shell",
            "/./%5f%73hell/",
        ] {
            assert!(is_shell(path), "{path}");
        }
        assert!(!is_shell("/report/"));
    }
}
