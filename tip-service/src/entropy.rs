//! The one source of randomness, seeded by the operating system. Everything that needs chance is handed a
//! fork of it, so tests can seed it and nothing draws in secret.

use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

/// A cryptographic generator (ChaCha12) that hands out forks of itself.
pub struct Entropy(Mutex<StdRng>);

impl Entropy {
    /// Seeds from the operating system.
    #[must_use]
    pub fn from_system() -> Self {
        Self(Mutex::new(StdRng::from_entropy()))
    }

    /// Seeds with fixed bytes, for tests.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Mutex::new(StdRng::from_seed(seed)))
    }

    /// A generator of its own for one task.
    #[must_use]
    pub fn fork(&self) -> StdRng {
        StdRng::from_seed(self.bytes())
    }

    /// Fresh random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut out);
        out
    }
}
