//! Addresses on the web that the canary asks: by https, or on this machine. Must never look one up.

use std::net::SocketAddr;

use serde::de::Deserializer;

use super::check::{ensure, is_domain, text};

/// The address of the tip form.
pub(super) fn form_url<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let url = text(from)?;
    let right = is_web(&url) && url.ends_with("/tip/");
    ensure(
        right,
        url,
        "must be the https address of the form, ending in /tip/",
        "as the public reaches it: https://tips.example.cn/tip/; plain http only on this machine, to try things out",
    )
}

/// The address of the service's metrics.
pub(super) fn some_metrics_url<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    let url = text(from)?;
    let right = is_web(&url) && url.ends_with("/metrics");
    ensure(
        right,
        Some(url),
        "must be the address of the service's metrics",
        "server.metrics_listen with http:// before it and /metrics behind it; leave it out on another machine",
    )
}

/// https with a name, or http on this machine.
fn is_web(url: &str) -> bool {
    let of = |scheme| {
        url.strip_prefix(scheme)
            .and_then(|rest: &str| rest.split('/').next())
    };
    let plain = |c: char| c.is_ascii_graphic() && !"\"'<>\\?#@".contains(c);
    let host = |all: &str| all.split(':').next().unwrap_or_default().to_owned();
    let fits = match (of("https://"), of("http://")) {
        (Some(all), _) => is_domain(&host(all)) || host(all) == "localhost",
        (_, Some(all)) => all
            .parse::<SocketAddr>()
            .is_ok_and(|a| a.ip().is_loopback()),
        _ => false,
    };
    fits && url.chars().all(plain)
}
