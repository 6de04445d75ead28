//! How the store is: what stood in the way of the last write, and how much room is left. For `/healthz`, for the log,
//! and for the rule that a damaged database takes no more tips. Must never mend anything.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nix::sys::statvfs::statvfs;

use super::writer::Change;
use super::{Store, StoreError};

/// A write that took longer is a disk the operator should look at: every visitor waits for it.
const SLOW: Duration = Duration::from_secs(2);

pub(super) struct Health {
    /// On the disk that is watched; `None`: the database's disk is another machine's.
    folder: Option<PathBuf>,
    min_free_mib: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    trouble: Option<StoreError>,
    slow: bool,
}

impl State {
    fn note_pace(&mut self, took: Duration) {
        let slow = took >= SLOW;
        match (slow, std::mem::replace(&mut self.slow, slow)) {
            (true, false) => tracing::error!(seconds = took.as_secs(), "ALARM: the disk is slow"),
            (false, true) => tracing::info!("the disk is no longer slow"),
            _ => {}
        }
    }

    fn note_trouble(&mut self, error: Option<&StoreError>) {
        match (error, &self.trouble) {
            (_, Some(StoreError::Corrupt)) | (None, None) => return,
            (Some(new), Some(old)) if new.to_string() == old.to_string() => return,
            (Some(new), _) => tracing::error!("ALARM: a write failed: {new}; {}", new.hint()),
            (None, Some(_)) => tracing::info!("the store can be written again"),
        }
        self.trouble = error.cloned();
    }
}

impl Health {
    pub(super) fn new(folder: Option<PathBuf>, min_free_mib: u64) -> Self {
        Self {
            folder,
            min_free_mib,
            state: Mutex::default(),
        }
    }

    /// Notes how a write ended and how long it took. Damage is not forgotten: only another file mends it. Says in the
    /// log when trouble begins, changes and ends.
    pub(super) fn note(&self, error: Option<&StoreError>, took: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if error.is_none() {
            state.note_pace(took);
        }
        state.note_trouble(error);
    }

    /// Whether SQLite has called the file damaged.
    pub(super) fn is_damaged(&self) -> bool {
        matches!(self.trouble(), Some(StoreError::Corrupt))
    }

    fn trouble(&self) -> Option<StoreError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.trouble.clone()
    }

    /// Whether the store's file system has as much room left as the configuration demands.
    fn has_space(&self) -> bool {
        self.free_mib().is_none_or(|free| free >= self.min_free_mib)
    }

    /// Free space on the store's file system, in MiB; `None`: the system does not say.
    pub(super) fn free_mib(&self) -> Option<u64> {
        let fs = statvfs(self.folder.as_ref()?).ok()?;
        Some(fs.blocks_available().saturating_mul(fs.fragment_size()) >> 20)
    }
}

impl Store {
    /// Why no tip could be kept now; `None`: one could, as far as the last write tells.
    #[must_use]
    pub fn trouble(&self) -> Option<StoreError> {
        if !self.is_open() {
            return Some(StoreError::Closed);
        }
        let full = (!self.health.has_space()).then_some(StoreError::Full);
        self.health.trouble().or(full)
    }

    /// Free space on the store's file system, in MiB; `None`: the system does not say.
    #[must_use]
    pub fn free_mib(&self) -> Option<u64> {
        self.health.free_mib()
    }

    /// Tries a write that changes nothing, so that trouble which is over is seen to be over. Only to be called in
    /// trouble: a write every minute would mark the minutes between tips in the log.
    ///
    /// # Errors
    /// What stands in the way still.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.write(Change::Probe).await.map(drop)
    }

    /// Checks the database, SQLite's by reading the whole of it: for `tip-service check`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], or what the database says.
    pub async fn examine(&self) -> Result<(), StoreError> {
        self.engine.examine(&self.read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_ends_with_the_next_good_write_but_damage_stays() {
        let health = Health::new(Some("/".into()), 0);
        health.note(Some(&StoreError::Busy), Duration::ZERO);
        assert!(matches!(health.trouble(), Some(StoreError::Busy)));
        health.note(None, Duration::ZERO);
        assert!(health.trouble().is_none());
        health.note(Some(&StoreError::Corrupt), Duration::ZERO);
        health.note(None, Duration::ZERO);
        health.note(Some(&StoreError::Busy), Duration::ZERO);
        assert!(health.is_damaged());
    }
}
