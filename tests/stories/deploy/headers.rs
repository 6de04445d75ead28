//! The headers of every route, word for word, as a visitor gets them from nginx: whether nginx answers or the service does,
//! each once, and the same from both.

use std::collections::BTreeMap;

use e2e::form::{FORM, Form, MAILBOX};
use e2e::http::Answer;
use e2e::machine::files_under;
use e2e::nginx::Files;

use super::door::{before, fetch, install, send};

const SERVICE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
const SITE: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SEARCH: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'none'";

/// What every answer carries besides its policy.
const EVERYWHERE: [(&str, &str); 4] = [
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("strict-transport-security", "max-age=63072000"),
];

/// What documents and redirects carry, and files do not.
const WITH_DOCUMENTS: [(&str, &str); 5] = [
    (
        "permissions-policy",
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), \
         fullscreen=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), \
         local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
         publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), usb=(), web-share=(), \
         xr-spatial-tracking=()",
    ),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-dns-prefetch-control", "off"),
];

const HOUR: &str = "public, max-age=3600";
const NEVER: &str = "no-store";
const HTML: &str = "text/html; charset=utf-8";

/// Method and path; status, type, policy and cache.
type Row = (
    &'static str,
    &'static str,
    u16,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const ROUTES: [Row; 43] = [
    // Pages of the site
    ("GET",     "/",                             200, HTML, SITE, HOUR),
    ("HEAD",    "/",                             200, HTML, SITE, HOUR),
    ("GET",     "/report/",                      200, HTML, SITE, HOUR),
    ("GET",     "/report/unavailable/",          200, HTML, SITE, HOUR),
    ("GET",     "/recovery/",                    200, HTML, SITE, HOUR),
    ("GET",     "/knowledge/drugs/heroin/",      200, HTML, SITE, HOUR),
    ("GET",     "/quiz/",                        200, HTML, SITE, HOUR),
    ("GET",     "/search/",                      200, HTML, SEARCH, HOUR),
    ("GET",     "/search/?q=x",                  200, HTML, SEARCH, HOUR),
    ("GET",     "/search/index.html",            200, HTML, SEARCH, HOUR),
    ("GET",     "/report",                       301, "text/html", SITE, NEVER),
    // Its files
    ("GET",     "/main.css",                     200, "text/css; charset=utf-8", SITE, HOUR),
    ("GET",     "/site.js",                      200, "application/javascript; charset=utf-8", SITE, HOUR),
    ("GET",     "/mark.svg",                     200, "image/svg+xml", SITE, HOUR),
    ("GET",     "/robots.txt",                   200, "text/plain; charset=utf-8", SITE, HOUR),
    ("GET",     "/sitemap.xml",                  200, "text/xml; charset=utf-8", SITE, HOUR),
    ("GET",     "/pagefind/pagefind.js",         200, "application/javascript; charset=utf-8", SITE, HOUR),
    ("GET",     "/pagefind/pagefind-entry.json", 200, "application/json; charset=utf-8", SITE, HOUR),
    ("GET",     "/.well-known/security.txt",     200, "text/plain; charset=utf-8", SITE, HOUR),
    // What is not there, or not for the public
    ("GET",     "/nowhere",                      404, HTML, SITE, NEVER),
    ("GET",     "/_shell/",                      404, HTML, SITE, NEVER),
    ("GET",     "/%5fshell/index.html",          404, HTML, SITE, NEVER),
    ("GET",     "/healthz",                      404, HTML, SITE, NEVER),
    ("POST",    "/",                             405, HTML, SITE, NEVER),
    ("TRACE",   "/",                             405, HTML, SITE, NEVER),
    // The service
    ("GET",     "/tip",                          308, "", SERVICE, NEVER),
    ("GET",     "/tip/",                         200, HTML, SITE, NEVER),
    ("HEAD",    "/tip/",                         200, HTML, SITE, NEVER),
    ("PUT",     "/tip/",                         405, HTML, SERVICE, NEVER),
    ("GET",     "/tip/mailbox/",                 200, HTML, SERVICE, NEVER),
    ("POST",    "/tip/mailbox/",                 422, HTML, SERVICE, NEVER),
    ("GET",     "/tip/statistics/",              200, HTML, SERVICE, NEVER),
    ("GET",     "/tip/exit/",                    303, "", SERVICE, NEVER),
    ("GET",     "/tip/nowhere",                  404, HTML, SERVICE, NEVER),
    // In other languages
    ("GET",     "/ko/",                          200, HTML, SITE, HOUR),
    ("GET",     "/ko/_shell/",                   404, HTML, SITE, NEVER),
    ("GET",     "/ko/tip",                       308, "", SERVICE, NEVER),
    ("GET",     "/ko/tip/",                      200, HTML, SITE, NEVER),
    ("PUT",     "/en/tip/",                      405, HTML, SERVICE, NEVER),
    ("POST",    "/en/tip/mailbox/",              422, HTML, SERVICE, NEVER),
    ("GET",     "/en/tip/statistics/",           200, HTML, SERVICE, NEVER),
    ("GET",     "/en/tip/exit/",                 303, "", SERVICE, NEVER),
    ("GET",     "/en/tip/nowhere",               404, HTML, SERVICE, NEVER),
];

/// The headers that must be these and no others; `server` says nginx without a version.
fn assert_headers(what: &str, answer: &Answer, kind: &str, policy: &str, cache: &str) {
    let mut sent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &answer.headers {
        sent.entry(name).or_default().push(value);
    }
    let mut wanted: BTreeMap<&str, &str> = EVERYWHERE.into();
    let is_document = kind.is_empty() || kind.starts_with("text/html");
    for (name, value) in WITH_DOCUMENTS {
        if is_document {
            wanted.insert(name, value);
        } else {
            assert_eq!(sent.get(name), None, "{what}: {name}");
        }
    }
    wanted.insert("content-security-policy", policy);
    wanted.insert("cache-control", cache);
    wanted.insert("server", "nginx");
    if !kind.is_empty() {
        wanted.insert("content-type", kind);
    }
    for (name, value) in wanted {
        assert_eq!(sent.get(name), Some(&vec![value]), "{what}: {name}");
    }
    for none in [
        "set-cookie",
        "x-powered-by",
        "via",
        "onion-location",
        "link",
    ] {
        assert_eq!(sent.get(none), None, "{what}: {none}");
    }
}

#[test]
fn every_route_has_the_headers_of_the_table_and_each_once() {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    let visitor = nginx.visitor();
    for (method, path, status, kind, policy, cache) in ROUTES {
        let what = format!("{method} {path}");
        let answer = visitor.send(method, path, None);
        assert_eq!(answer.status, status, "{what}");
        assert_headers(&what, &answer, kind, policy, cache);
    }
    // Answers to what was typed, and those that nginx makes before the service is asked.
    let back = send(&visitor, &fetch(&visitor));
    assert_headers("the form with errors", &back, HTML, SERVICE, NEVER);
    let receipt = send(&visitor, &fetch(&visitor).poppies("有"));
    assert_headers("a receipt", &receipt, HTML, SERVICE, NEVER);
    let large = vec![b'x'; 300 << 10];
    let refused = visitor.send("POST", MAILBOX, Some(("text/plain", &large)));
    assert_headers("413 of nginx", &refused, HTML, SITE, NEVER);
    let long = visitor.get(&format!("/tip/{}", "x".repeat(3000)));
    assert_eq!(long.status, 414);
    assert_headers("414 of the service", &long, HTML, SERVICE, NEVER);
    let exit = visitor.get("/tip/exit/");
    assert!(exit.header("clear-site-data").is_some());
}

#[test]
fn of_every_file_of_the_site_nginx_and_the_service_send_the_same_headers() {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    let visitor = nginx.visitor();
    let mut direct = service.visitor();
    let site = e2e::site::built();
    let mut compared = 0;
    for path in files_under(&site) {
        let name = path.strip_prefix(&site).expect("under the site").display();
        let url = format!("/{}", name.to_string().trim_end_matches("index.html"));
        // Of Pagefind's hundred pieces one or two.
        let sampled = !url.contains("fragment") || url.contains("fragment/zh_0");
        if url.contains("/_") || url.ends_with(".gz") || url == "/404.html" || !sampled {
            continue;
        }
        let (ours, theirs) = (visitor.send("HEAD", &url, None), direct.get(&url));
        assert_eq!((ours.status, theirs.status), (200, 200), "{url}");
        let names = EVERYWHERE.iter().chain(&WITH_DOCUMENTS);
        for name in names
            .map(|(name, _)| name)
            .chain(&["content-security-policy", "cache-control"])
        {
            assert_eq!(ours.header(name), theirs.header(name), "{url}: {name}");
        }
        compared += 1;
    }
    assert!(compared > 120, "{compared}");
}

#[test]
fn what_was_compressed_beforehand_goes_out_so_and_nothing_is_compressed_on_the_way() {
    let install = install();
    let service = install.start();
    let nginx = before(&service);
    let packed = nginx.visitor().with_header("Accept-Encoding: gzip");
    let page = packed.get("/");
    assert_eq!(page.header("content-encoding"), Some("gzip"));
    assert_eq!(page.header("vary"), Some("Accept-Encoding"));
    let file = e2e::site::built().join("index.html.gz");
    assert_eq!(page.body, std::fs::read(file).expect("the file"));
    // A mailbox is not compressed by the service, nor after it; the form is, in the sizes that the service chose.
    assert_eq!(packed.get(MAILBOX).header("content-encoding"), None);
    let form = packed.get(FORM);
    assert_eq!(form.header("content-encoding"), Some("gzip"));
    let direct = service
        .visitor()
        .with_header("Accept-Encoding", "gzip")
        .get(FORM);
    assert_eq!(
        form.header("content-length"),
        direct.header("content-length")
    );
    let size: usize = form
        .header("content-length")
        .and_then(|size| size.parse().ok())
        .expect("a size");
    assert_eq!((size, size % (9 << 10)), (form.body.len(), 0));
}

#[test]
fn the_onion_s_address_is_on_the_site_s_pages_when_there_is_one_and_never_on_an_answer_that_a_redirect_would_lose()
 {
    let install = install();
    let service = install.start();
    let onion = format!("{}.onion", "a2".repeat(28));
    let nginx = Files::before(service.port, &[("ONION", &onion)]).start();
    let visitor = nginx.visitor();
    let there = format!("http://{onion}/report/?a=b");
    let page = visitor.get("/report/?a=b");
    assert_eq!(page.header("onion-location"), Some(there.as_str()));
    for path in [FORM, MAILBOX, "/tip/statistics/"] {
        assert_eq!(visitor.get(path).header("onion-location"), None, "{path}");
    }
    let receipt = send(&visitor, &fetch(&visitor).poppies("回执别丢"));
    assert_eq!(receipt.header("onion-location"), None);
    let back = send(&visitor, &Form::with_id("x"));
    assert_eq!(back.header("onion-location"), None);
}
