//! Who sends how much. Gives a class, not a refusal: beyond a budget a tip is taken all the same and delivered
//! later; only absurd volume is refused. Knows blinded keys, never addresses, and keeps nothing on disk.
//!
//! Three budgets of prompt tips stand one above the other: the client's, the wider network's, and the flood mark of
//! all together. A client's first tip in an hour is not bound by the flood mark, so nobody is made late by
//! what strangers do.

mod client;

pub use client::ClientKey;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use crate::config;
use client::DayKey;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

type Keyed = RateLimiter<u64, DashMapStateStore<u64>, DefaultClock>;

/// What the limiter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the budget.
    Prompt,
    /// Beyond it: take it, deliver it later.
    Later,
    /// Absurd volume: answer 429, with the form still filled in.
    Refuse,
}

/// New clients beyond `max_clients` share this many budgets, so memory has an end.
const SHARED: u64 = 4096;

/// Budgets for all clients.
pub struct Limits {
    /// Of a client, prompt tips in an hour.
    prompt: Keyed,
    /// Of a client, one in an hour: tells the first from the others.
    first: Keyed,
    /// Of a wider network, prompt tips in an hour.
    network: Keyed,
    /// Of everybody: the flood mark.
    flood: DefaultDirectRateLimiter,
    /// Of the onion listener.
    onion: DefaultDirectRateLimiter,
    /// Of a client, requests in a minute.
    requests: Keyed,
    max_clients: usize,
    key: Mutex<DayKey>,
}

impl Limits {
    /// Sets budgets up; `key` is fresh randomness, `day` today.
    #[must_use]
    pub fn new(limits: &config::Limits, day: u32, key: [u8; 32]) -> Self {
        let hourly = |n| Quota::per_hour(at_least_one(n));
        Self {
            prompt: RateLimiter::dashmap(hourly(limits.prompt_per_hour)),
            first: RateLimiter::dashmap(hourly(1)),
            network: RateLimiter::dashmap(hourly(limits.network_prompt_per_hour)),
            flood: RateLimiter::direct(hourly(limits.flood_per_hour)),
            onion: RateLimiter::direct(hourly(limits.onion_prompt_per_hour)),
            requests: RateLimiter::dashmap(Quota::per_minute(at_least_one(
                limits.refuse_per_minute,
            ))),
            max_clients: limits.max_clients,
            key: Mutex::new(DayKey::new(day, key)),
        }
    }

    /// Blinds an address: IPv4 whole, IPv6 by its /56 (a household's share), and the /24 or /48 around it. `fresh`
    /// replaces the key on a new day, and with it every budget starts anew.
    #[must_use]
    pub fn client(&self, address: IpAddr, day: u32, fresh: impl FnOnce() -> [u8; 32]) -> ClientKey {
        let mut current = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        current.turn(day, fresh);
        current.blind(address)
    }

    /// Counts one tip.
    #[must_use]
    pub fn tip(&self, client: ClientKey) -> Verdict {
        let prompt = match client {
            ClientKey::Onion => self.onion.check().is_ok(),
            ClientKey::Network { own, wider } => {
                if !self.request(client) {
                    return Verdict::Refuse;
                }
                self.is_prompt(own, wider)
            }
        };
        if prompt {
            Verdict::Prompt
        } else {
            Verdict::Later
        }
    }

    fn is_prompt(&self, own: u64, wider: u64) -> bool {
        if !self.within(&self.prompt, own) || !self.within(&self.network, wider) {
            return false;
        }
        let first = self.within(&self.first, own);
        // Charged for firsts too: the mark is about all.
        let below_mark = self.flood.check().is_ok();
        first || below_mark
    }

    /// Counts one request that is no tip (a mailbox look-up). `false`: absurd volume. The onion listener is
    /// never refused here: one visitor would shut out all the others.
    #[must_use]
    pub fn request(&self, client: ClientKey) -> bool {
        match client {
            ClientKey::Onion => true,
            ClientKey::Network { own, .. } => self.within(&self.requests, own),
        }
    }

    /// Forgets clients whose budget is whole again. Call once a minute.
    pub fn prune(&self) {
        for limiter in self.keyed() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// Clients remembered now, all budgets together.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.keyed().iter().map(|limiter| limiter.len()).sum()
    }

    fn keyed(&self) -> [&Keyed; 4] {
        [&self.prompt, &self.first, &self.network, &self.requests]
    }

    /// Counts under `key`, which is folded into the shared ones while the limiter is full of others.
    fn within(&self, limiter: &Keyed, key: u64) -> bool {
        let key = if limiter.len() < self.max_clients {
            key
        } else {
            key % SHARED
        };
        limiter.check_key(&key).is_ok()
    }
}

fn at_least_one(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(prompt_per_hour: u32, max_clients: usize) -> Limits {
        let config = config::Limits {
            prompt_per_hour,
            network_prompt_per_hour: 20,
            flood_per_hour: 30,
            onion_prompt_per_hour: 2,
            refuse_per_minute: 1000,
            ticket_seconds: 60,
            max_clients,
        };
        Limits::new(&config, 1, [7; 32])
    }

    fn network(limits: &Limits, address: &str) -> ClientKey {
        limits.client(address.parse().unwrap(), 1, || [0; 32])
    }

    #[test]
    fn a_client_beyond_its_budget_is_later_and_others_stay_prompt() {
        let limits = limits(3, 1000);
        let greedy = network(&limits, "192.0.2.1");
        for _ in 0..3 {
            assert_eq!(limits.tip(greedy), Verdict::Prompt);
        }
        for _ in 0..50 {
            assert_eq!(limits.tip(greedy), Verdict::Later);
        }
        assert_eq!(limits.tip(network(&limits, "192.0.2.2")), Verdict::Prompt);
    }

    fn prompt_of(limits: &Limits, client: ClientKey, tips: usize) -> usize {
        (0..tips)
            .filter(|_| limits.tip(client) == Verdict::Prompt)
            .count()
    }

    #[test]
    fn many_clients_of_one_network_share_its_budget_and_the_network_beside_it_has_its_own() {
        for (clients, of_network) in [
            (
                (0..40).map(|n| format!("192.0.2.{n}")).collect::<Vec<_>>(),
                "a /24",
            ),
            (
                (0..40)
                    .map(|n| format!("2001:db8:1:{n:02x}00::1"))
                    .collect(),
                "a /48",
            ),
        ] {
            let limits = limits(3, 1000);
            let prompt: usize = clients
                .iter()
                .map(|address| prompt_of(&limits, network(&limits, address), 3))
                .sum();
            assert_eq!(prompt, 20, "{of_network}");
            for beside in ["192.0.3.1", "2001:db8:2:100::1"] {
                assert_eq!(
                    prompt_of(&limits, network(&limits, beside), 2),
                    2,
                    "{beside}"
                );
            }
        }
    }

    #[test]
    fn over_the_flood_mark_each_client_has_its_first_and_no_more() {
        let limits = limits(3, 1000);
        let of = |n: u32| network(&limits, &format!("192.0.{n}.1"));
        let before = of(200);
        assert_eq!(prompt_of(&limits, before, 1), 1);
        let prompt: usize = (0..100).map(|n| prompt_of(&limits, of(n), 3)).sum();
        assert!((100..=100 + 30).contains(&prompt), "{prompt}");
        assert_eq!(prompt_of(&limits, of(150), 3), 1, "somebody new");
        assert_eq!(prompt_of(&limits, before, 2), 0, "the first was before");
    }

    #[test]
    fn the_onion_budget_is_shared_and_touches_nobody_else() {
        let limits = limits(3, 1000);
        assert_eq!(prompt_of(&limits, ClientKey::Onion, 100), 2);
        assert_eq!(prompt_of(&limits, network(&limits, "192.0.2.1"), 3), 3);
    }

    #[test]
    fn absurd_volume_is_refused_but_never_on_the_onion_listener() {
        let limits = limits(3, 1000);
        let absurd = network(&limits, "192.0.2.1");
        let refused = (0..1200)
            .filter(|_| limits.tip(absurd) == Verdict::Refuse)
            .count();
        assert!((150..=200).contains(&refused), "{refused}");
        for _ in 0..5000 {
            assert_ne!(limits.tip(ClientKey::Onion), Verdict::Refuse);
        }
    }

    #[test]
    fn a_household_is_one_client_and_a_mapped_address_is_its_own_ipv4_self() {
        let limits = limits(3, 1000);
        let home = network(&limits, "2001:db8:1:2ff::1");
        assert_eq!(home, network(&limits, "2001:db8:1:200:ffff::9"));
        assert_ne!(home, network(&limits, "2001:db8:1:300::1"));
        assert_eq!(
            network(&limits, "192.0.2.1"),
            network(&limits, "::ffff:192.0.2.1")
        );
    }

    #[test]
    fn a_new_day_blinds_with_a_new_key() {
        let limits = limits(3, 1000);
        let address = "192.0.2.1".parse().unwrap();
        let before = limits.client(address, 1, || [9; 32]);
        assert_ne!(before, limits.client(address, 2, || [9; 32]));
    }

    #[test]
    fn a_million_addresses_leave_a_bounded_memory() {
        let limits = limits(3, 10_000);
        for i in 0..1_000_000_u32 {
            let _ = limits.tip(network(&limits, &std::net::Ipv4Addr::from(i).to_string()));
        }
        // Parallel shards may each let one more in.
        let bound = 4 * (10_000 + SHARED as usize + 64);
        assert!(
            limits.remembered() <= bound,
            "{} > {bound}",
            limits.remembered()
        );
    }
}
