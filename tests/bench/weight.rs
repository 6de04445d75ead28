//! What a browser must fetch from the form to the receipt: a real one counts, with an empty cache. Once as the public gets it,
//! through the nginx of `config/deploy` (TLS, HTTP/2), once from the service itself (HTTP/1.1).

use e2e::browser::{Browser, DESK, Device, PHONE};
use e2e::install::Install;
use e2e::nginx::Files;

/// A name that the browser takes for this machine.
const DOMAIN: &str = "tips.localhost";

/// Measures and prints, with script and without.
pub(crate) fn print() {
    let install = Install::new();
    let service = install.start();
    let nginx = Files::before(service.port, &[("DOMAIN", DOMAIN)]).start();
    let public = format!("https://{DOMAIN}:{}", nginx.files.https);
    let bare = format!("http://127.0.0.1:{}", service.port);
    for (way, origin) in [("nginx, HTTP/2", public), ("service, HTTP/1.1", bare)] {
        for (script, device) in [("with script", DESK), ("without", PHONE)] {
            one(&format!("{way}, browser {script}"), &origin, device);
        }
    }
}

fn one(name: &str, origin: &str, device: Device) {
    let browser = Browser::open(device);
    browser.go(&format!("{origin}/tip/"));
    browser.fill("textarea[name=what]", "有人在山坡上种罂粟。");
    browser.click_through("form[enctype='multipart/form-data'] button[type=submit]");
    assert_eq!(
        browser
            .text("#receipt")
            .split_whitespace()
            .collect::<String>()
            .chars()
            .count(),
        12
    );
    let traffic = browser.traffic();
    let fetched: Vec<_> = traffic
        .addresses
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .collect();
    println!(
        "weight       form to receipt, {name}: {:.1} kB in {} requests (headers and bodies \
         as sent; {} more came from its cache)",
        traffic.bytes as f64 / 1000.0,
        fetched.len(),
        traffic.addresses.len() - fetched.len()
    );
    for (address, bytes) in fetched {
        let path = address.splitn(4, '/').nth(3).unwrap_or_default();
        println!("             {bytes:>7} B /{path}");
    }
}
