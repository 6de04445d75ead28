//! The headers that answers carry. The list follows what the strictest of our peers send; the end-to-end
//! tests hold a snapshot of it for every route.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

pub(super) const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// For whatever the service writes itself: receipts, mailboxes, errors, forms with something in them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For the static site's files and the empty form, which hold nothing of anybody: a page may also read files of this origin.
/// Tools that audit a page read robots.txt through it, and call the file broken where they may not.
pub(super) const CONTENT_SECURITY_POLICY_OF_SITE: &str = "default-src 'none'; script-src 'self'; \
    connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// For the search page, which runs Pagefind: also a WebAssembly module of this site; its index comes in parts.
const CONTENT_SECURITY_POLICY_OF_SEARCH: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'none'";

/// What a page of the static site may load, by its path below the base path.
pub(super) fn policy_of_site(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path {
        "/search/" | "/search/index.html" => CONTENT_SECURITY_POLICY_OF_SEARCH,
        _ => CONTENT_SECURITY_POLICY_OF_SITE,
    })
}

const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), \
    display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), \
    identity-credentials-get=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), \
    storage-access=(), usb=(), web-share=(), xr-spatial-tracking=()";

/// With every answer.
const EVERYWHERE: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    // Two years; browsers heed it over https alone. Not for subdomains: the host may be a bureau's.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
];

/// What only a document heeds: with a style sheet or a picture it would be a waste of a slow line.
const WITH_DOCUMENTS: [(HeaderName, &str); 5] = [
    (
        HeaderName::from_static("permissions-policy"),
        PERMISSIONS_POLICY,
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (header::X_DNS_PREFETCH_CONTROL, "off"),
];

/// Adds the headers to whatever answer comes from within; one that stands there already stays.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let is_document = is_document(headers);
    let with_documents = WITH_DOCUMENTS.into_iter().filter(|_| is_document);
    for (name, value) in EVERYWHERE.into_iter().chain(with_documents) {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A page, or an answer without a body, which may lead to one.
fn is_document(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/html"))
}

pub(super) const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// For pages that hold, or held, a tip: no cache anywhere, no search engine unless the page says otherwise.
pub(super) async fn never_stored(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
        .entry(ROBOTS)
        .or_insert(HeaderValue::from_static("noindex"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the second policy allows or forbids that the first does not.
    fn added(to: &str, by: &str) -> Vec<String> {
        let parts =
            |policy: &str| -> Vec<String> { policy.split("; ").map(str::to_owned).collect() };
        let known = parts(to);
        let mut new = parts(by);
        new.retain(|part| !known.contains(part));
        new
    }

    #[test]
    fn a_page_of_the_site_may_only_read_files_of_its_own_besides() {
        assert_eq!(
            added(CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_OF_SITE),
            ["connect-src 'self'"]
        );
        for path in [
            "/",
            "/search",
            "/search/x",
            "/searching/",
            "/recovery/search/",
        ] {
            assert_eq!(
                policy_of_site(path),
                CONTENT_SECURITY_POLICY_OF_SITE,
                "{path}"
            );
        }
    }

    #[test]
    fn the_search_page_alone_may_run_wasm_and_nothing_else_besides() {
        assert_eq!(
            added(
                CONTENT_SECURITY_POLICY_OF_SITE,
                CONTENT_SECURITY_POLICY_OF_SEARCH
            ),
            ["script-src 'self' 'wasm-unsafe-eval'", "worker-src 'none'"]
        );
        for path in ["/search/", "/search/index.html"] {
            assert_eq!(
                policy_of_site(path),
                CONTENT_SECURITY_POLICY_OF_SEARCH,
                "{path}"
            );
        }
    }
}
