//! Counts tips by kind in memory. Written to the database with all others of the day: a counter that moved with each
//! tip would tell, in the database's log, which row is of which kind. A crash loses a day's count and no tip.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Date;
use crate::store::{Store, StoreError};

/// Counts since the last write.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<(u32, String), u32>>);

impl Tally {
    /// Counts one tip.
    pub(super) fn add(&self, day: u32, kind: &str) {
        let month = Date::of(day).year_month();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((month, kind.to_owned())).or_default() += 1;
    }

    /// Writes what was counted; what could not be written is kept for the next time.
    ///
    /// # Errors
    /// From the database.
    pub async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut failed = Ok(());
        for ((month, kind), n) in counts {
            if let Err(error) = store.count_received(month, kind.clone(), n).await {
                let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                *kept.entry((month, kind)).or_default() += n;
                failed = Err(error);
            }
        }
        failed
    }
}
