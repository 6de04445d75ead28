//! From a connection to a blinded client key. The only place that sees an address; it keeps none.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::Door;
use crate::clock;
use crate::limits::ClientKey;

/// Where a connection comes from; set by [`super::server`].
#[derive(Clone, Copy)]
pub enum Peer {
    /// The open listener, or the proxy in front of it.
    Network(IpAddr),
    /// The onion listener: the address is our own tor's and says nothing.
    Onion,
}

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Blinds whoever is asking. `X-Forwarded-For` counts only when a configured proxy is talking to us, and then
/// only its last entry, which that proxy itself wrote.
pub(super) fn key(door: &Door, peer: Peer, headers: &HeaderMap) -> ClientKey {
    match peer {
        Peer::Onion => ClientKey::Onion,
        Peer::Network(address) => {
            let address =
                behind_proxy(address, headers, &door.loaded.config.server.trusted_proxies);
            let day = clock::day(door.clock.unix());
            door.limits.client(address, day, || door.entropy.bytes())
        }
    }
}

fn behind_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer.to_canonical()) {
        return peer;
    }
    headers
        .get_all(FORWARDED_FOR)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        behind_proxy(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_header_from_anybody_but_a_configured_proxy_changes_nothing() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(
            seen("192.0.2.1", &["198.51.100.7"], &["127.0.0.1"]),
            "192.0.2.1"
        );
    }

    #[test]
    fn of_a_proxy_s_header_only_the_last_hop_counts() {
        assert_eq!(
            seen("127.0.0.1", &["203.0.113.9, 198.51.100.7"], &["127.0.0.1"]),
            "198.51.100.7"
        );
        assert_eq!(
            seen(
                "127.0.0.1",
                &["203.0.113.9", "198.51.100.7"],
                &["127.0.0.1"]
            ),
            "198.51.100.7"
        );
        assert_eq!(
            seen("::ffff:127.0.0.1", &["2001:db8::1"], &["127.0.0.1"]),
            "2001:db8::1"
        );
    }

    #[test]
    fn a_header_that_is_no_address_leaves_the_proxy_s_own() {
        assert_eq!(
            seen("127.0.0.1", &["198.51.100.7, unknown"], &["127.0.0.1"]),
            "127.0.0.1"
        );
        assert_eq!(seen("127.0.0.1", &[], &["127.0.0.1"]), "127.0.0.1");
    }
}
