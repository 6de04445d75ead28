//! Who sends how much. Gives a class, not a refusal: beyond the budget a tip is taken all the same and
//! delivered later; only absurd volume is refused. Knows blinded keys, never addresses, and keeps nothing
//! on disk.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use crate::config;
use crate::mac::keyed;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

type Keyed = RateLimiter<u64, DashMapStateStore<u64>, DefaultClock>;

/// Who is asking, blinded: a keyed hash of the address's network, or the one key of all onion visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKey {
    /// Hash under a key that lives in memory for a day.
    Network(u64),
    /// The onion listener shows no addresses: everybody there shares this one.
    Onion,
}

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

/// The key of the onion listener's budget: no network hash is taken to mean it, since budgets are apart.
const ONION: u64 = 0;

/// Budgets for all clients.
pub struct Limits {
    prompt: Keyed,
    requests: Keyed,
    onion: Keyed,
    max_clients: usize,
    key: Mutex<DayKey>,
}

struct DayKey {
    day: u32,
    key: [u8; 32],
}

impl Limits {
    /// Sets budgets up; `key` is fresh randomness, `day` today.
    #[must_use]
    pub fn new(limits: &config::Limits, day: u32, key: [u8; 32]) -> Self {
        Self {
            prompt: RateLimiter::dashmap(Quota::per_hour(at_least_one(limits.prompt_per_hour))),
            requests: RateLimiter::dashmap(Quota::per_minute(at_least_one(
                limits.refuse_per_minute,
            ))),
            onion: RateLimiter::dashmap(Quota::per_hour(at_least_one(
                limits.onion_prompt_per_hour,
            ))),
            max_clients: limits.max_clients,
            key: Mutex::new(DayKey { day, key }),
        }
    }

    /// Blinds an address: IPv4 whole, IPv6 by its /56 (a household's share). `fresh` replaces the key on a
    /// new day, and with it every budget starts anew.
    #[must_use]
    pub fn client(&self, address: IpAddr, day: u32, fresh: impl FnOnce() -> [u8; 32]) -> ClientKey {
        let mut current = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if current.day != day {
            *current = DayKey { day, key: fresh() };
        }
        let mut network = [0; 16];
        match address.to_canonical() {
            IpAddr::V4(v4) => network
                .iter_mut()
                .zip(v4.octets())
                .for_each(|(to, from)| *to = from),
            // 7 octets are 56 bits; the last octet tells the families apart.
            IpAddr::V6(v6) => {
                network
                    .iter_mut()
                    .zip(v6.octets())
                    .take(7)
                    .for_each(|(to, from)| *to = from);
                if let Some(last) = network.last_mut() {
                    *last = 6;
                }
            }
        }
        let hash = keyed(&current.key, "client", &network);
        ClientKey::Network(u64::from_be_bytes(std::array::from_fn(|i| {
            hash.get(i).copied().unwrap_or(0)
        })))
    }

    /// Counts one tip.
    #[must_use]
    pub fn tip(&self, client: ClientKey) -> Verdict {
        let prompt = match client {
            ClientKey::Onion => self.onion.check_key(&ONION).is_ok(),
            ClientKey::Network(key) => {
                if !self.request(client) {
                    return Verdict::Refuse;
                }
                self.prompt
                    .check_key(&self.bounded(&self.prompt, key))
                    .is_ok()
            }
        };
        if prompt {
            Verdict::Prompt
        } else {
            Verdict::Later
        }
    }

    /// Counts one request that is no tip (a mailbox look-up). `false`: absurd volume. The onion listener is
    /// never refused here: one visitor would shut out all the others.
    #[must_use]
    pub fn request(&self, client: ClientKey) -> bool {
        match client {
            ClientKey::Onion => true,
            ClientKey::Network(key) => self
                .requests
                .check_key(&self.bounded(&self.requests, key))
                .is_ok(),
        }
    }

    /// Forgets clients whose budget is whole again. Call once a minute.
    pub fn prune(&self) {
        for limiter in [&self.prompt, &self.requests] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// Clients remembered now, both budgets together.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.prompt.len() + self.requests.len()
    }

    /// Folds a key into the shared ones while the limiter is full.
    fn bounded(&self, limiter: &Keyed, key: u64) -> u64 {
        if limiter.len() < self.max_clients {
            key
        } else {
            key % SHARED
        }
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
            onion_prompt_per_hour: 2,
            refuse_per_minute: 1000,
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
        let bound = 2 * (10_000 + SHARED as usize + 64);
        assert!(
            limits.remembered() <= bound,
            "{} > {bound}",
            limits.remembered()
        );
    }
}
