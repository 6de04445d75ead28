//! The headers every answer carries. The list follows what the strictest of our peers send; the end-to-end
//! tests hold a snapshot of it for every route.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

pub(super) const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The search page runs Pagefind: a WebAssembly module of this site, and its index, fetched in parts. Nothing
/// else is allowed there that is not allowed everywhere.
const CONTENT_SECURITY_POLICY_OF_SEARCH: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'none'; style-src 'self'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a page of the static site may load, by its path below the base path.
pub(super) fn content_security_policy(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path {
        "/search/" | "/search/index.html" => CONTENT_SECURITY_POLICY_OF_SEARCH,
        _ => CONTENT_SECURITY_POLICY,
    })
}

const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), \
    display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), \
    identity-credentials-get=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), \
    storage-access=(), usb=(), web-share=(), xr-spatial-tracking=()";

const EVERYWHERE: [(HeaderName, &str); 10] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (
        HeaderName::from_static("permissions-policy"),
        PERMISSIONS_POLICY,
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    // Two years; browsers heed it over https alone. Not for subdomains: the host may be a bureau's.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
    (header::X_DNS_PREFETCH_CONTROL, "off"),
];

/// Adds the headers to whatever answer comes from within; one that stands there already stays.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in EVERYWHERE {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// For pages that hold, or held, a tip: no cache anywhere, no search engine.
pub(super) async fn never_stored(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_search_page_may_run_wasm_and_fetch() {
        for path in [
            "/",
            "/search",
            "/search/x",
            "/searching/",
            "/tip/",
            "/recovery/search/",
            "/pagefind/pagefind.js",
        ] {
            assert_eq!(
                content_security_policy(path),
                CONTENT_SECURITY_POLICY,
                "{path}"
            );
        }
        for path in ["/search/", "/search/index.html"] {
            assert_eq!(
                content_security_policy(path),
                CONTENT_SECURITY_POLICY_OF_SEARCH,
                "{path}"
            );
        }
        let parts = |policy: &str| policy.split("; ").map(str::to_owned).collect::<Vec<_>>();
        let added: Vec<String> = parts(CONTENT_SECURITY_POLICY_OF_SEARCH)
            .into_iter()
            .filter(|part| !parts(CONTENT_SECURITY_POLICY).contains(part))
            .collect();
        assert_eq!(
            added,
            [
                "script-src 'self' 'wasm-unsafe-eval'",
                "connect-src 'self'",
                "worker-src 'none'"
            ]
        );
    }
}
