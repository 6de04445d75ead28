//! From an address to blinded keys. The hash's key lives in memory for a day; nothing here can be turned back.

use std::net::IpAddr;

use crate::mac::keyed;

/// Who is asking, blinded: keyed hashes of the address's networks, or the one key of all onion visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKey {
    /// Hashes under a key that lives in memory for a day.
    Network {
        /// IPv4: the address; IPv6: its /56, a household's share.
        own: u64,
        /// The /24 or /48 around it.
        wider: u64,
    },
    /// The onion listener shows no addresses: everybody there shares this one.
    Onion,
}

/// The key that blinds today's clients.
pub(super) struct DayKey {
    day: u32,
    key: [u8; 32],
}

impl DayKey {
    pub(super) fn new(day: u32, key: [u8; 32]) -> Self {
        Self { day, key }
    }

    /// Draws a new key on a new day.
    pub(super) fn turn(&mut self, day: u32, fresh: impl FnOnce() -> [u8; 32]) {
        if self.day != day {
            *self = Self::new(day, fresh());
        }
    }

    pub(super) fn blind(&self, address: IpAddr) -> ClientKey {
        let (own, wider) = match address.to_canonical() {
            IpAddr::V4(v4) => (
                self.hash("client4", &v4.octets(), 4),
                self.hash("network4", &v4.octets(), 3),
            ),
            IpAddr::V6(v6) => (
                self.hash("client6", &v6.octets(), 7),
                self.hash("network6", &v6.octets(), 6),
            ),
        };
        ClientKey::Network { own, wider }
    }

    /// Of the first `length` octets.
    fn hash(&self, label: &str, octets: &[u8], length: usize) -> u64 {
        let hash = keyed(&self.key, label, octets.get(..length).unwrap_or(octets));
        u64::from_be_bytes(std::array::from_fn(|i| hash.get(i).copied().unwrap_or(0)))
    }
}
