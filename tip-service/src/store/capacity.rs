//! How much may wait, and who may fill how much of it: what comes beyond somebody's budget must never take the
//! place of what comes within one. Must never refuse a letter that is already stored.

use super::{Class, StoreError};

/// How much may wait before the form says 503.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Undelivered letters.
    pub max_waiting: u64,
    /// Free space on the store's file system, in MiB.
    pub min_free_mib: u64,
}

/// How full the store may be for a letter to be taken still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Beyond a budget: four fifths of the places; the disk keeps twice the least space.
    Later,
    /// Beyond it too, but its sender has waited with a delay ticket: half of what [`Share::Later`] leaves.
    Waited,
    /// Within a budget: everything.
    Prompt,
}

impl Share {
    /// The share of a class; `waited`: a later tip came with a ripe ticket.
    #[must_use]
    pub fn of(class: Class, waited: bool) -> Self {
        match class {
            Class::Prompt => Self::Prompt,
            Class::Later if waited => Self::Waited,
            Class::Later => Self::Later,
        }
    }

    /// Percent of `max_waiting`, and of `min_free_mib`.
    fn percent(self) -> (u64, u64) {
        match self {
            Self::Later => (80, 200),
            Self::Waited => (90, 150),
            Self::Prompt => (100, 100),
        }
    }
}

impl Capacity {
    /// Whether the store takes letters of this share when `waiting` would wait with them and `free_mib` is free
    /// (`None`: the system does not say).
    ///
    /// # Errors
    /// [`StoreError::Crowded`] when only this share is full, [`StoreError::Full`] when all is.
    pub(super) fn check(
        &self,
        share: Share,
        waiting: u64,
        free_mib: Option<u64>,
    ) -> Result<(), StoreError> {
        if self.holds(share, waiting, free_mib) {
            Ok(())
        } else if self.holds(Share::Prompt, waiting, free_mib) {
            Err(StoreError::Crowded)
        } else {
            Err(StoreError::Full)
        }
    }

    fn holds(&self, share: Share, waiting: u64, free_mib: Option<u64>) -> bool {
        let (places, space) = share.percent();
        let least = self.min_free_mib.saturating_mul(space);
        waiting.saturating_mul(100) <= self.max_waiting.saturating_mul(places)
            && free_mib.is_none_or(|free| free.saturating_mul(100) >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPACITY: Capacity = Capacity {
        max_waiting: 100,
        min_free_mib: 10,
    };

    fn says(share: Share, waiting: u64, free_mib: u64) -> &'static str {
        match CAPACITY.check(share, waiting, Some(free_mib)) {
            Ok(()) => "takes",
            Err(StoreError::Crowded) => "crowded",
            Err(_) => "full",
        }
    }

    #[test]
    fn what_is_later_leaves_a_fifth_of_the_places_and_who_waited_gets_half_of_that() {
        for (share, last) in [(Share::Later, 80), (Share::Waited, 90)] {
            assert_eq!(says(share, last, 1000), "takes", "{share:?}");
            assert_eq!(says(share, last + 1, 1000), "crowded", "{share:?}");
            assert_eq!(says(share, 101, 1000), "full", "{share:?}");
        }
        assert_eq!(says(Share::Prompt, 100, 1000), "takes");
        assert_eq!(says(Share::Prompt, 101, 1000), "full");
    }

    #[test]
    fn what_is_later_leaves_disk_space_too() {
        for (share, least) in [(Share::Later, 20), (Share::Waited, 15)] {
            assert_eq!(says(share, 1, least), "takes", "{share:?}");
            assert_eq!(says(share, 1, least - 1), "crowded", "{share:?}");
            assert_eq!(says(share, 1, 9), "full", "{share:?}");
        }
        assert_eq!(says(Share::Prompt, 1, 10), "takes");
        assert!(CAPACITY.check(Share::Later, 1, None).is_ok());
    }
}
