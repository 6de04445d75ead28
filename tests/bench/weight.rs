//! What a browser must fetch from the form to the receipt: a real one counts, with an empty cache.

use e2e::browser::{Browser, DESK, Device, PHONE};
use e2e::install::Install;

/// Measures and prints, with script and without.
pub(crate) fn print() {
    for (name, device) in [("with script", DESK), ("without", PHONE)] {
        one(name, device);
    }
}

fn one(name: &str, device: Device) {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(device);
    browser.go(&format!("http://127.0.0.1:{}/tip/", service.port));
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
        "weight       form to receipt, browser {name}: {:.1} kB in {} requests (headers and bodies \
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
