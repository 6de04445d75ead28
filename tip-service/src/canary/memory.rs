//! What was told when, so that one fault does not fill the operator's mailbox. A file that cannot be read is as good as none:
//! one letter too many is better than one too few.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::step::{Fault, Step};

const HOUR: u64 = 3600;

/// By the step's name, when its last alarm went out (Unix seconds); empty when all was well.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    told: BTreeMap<String, u64>,
}

impl Memory {
    pub(super) fn load(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// In one step, so that a crash leaves the old one.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        let new = path.with_extension("new");
        fs::write(&new, serde_json::to_string(self)?)?;
        fs::rename(new, path)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether an alarm about this step may go out. A time that lies ahead is of a clock that was wrong.
    pub(super) fn is_due(&self, step: Step, now: u64, every_hours: u64) -> bool {
        let told = self.told.get(step.name());
        told.is_none_or(|at| *at > now || now >= at + every_hours * HOUR)
    }

    pub(super) fn note(&mut self, faults: &[&Fault], now: u64) {
        for fault in faults {
            self.told.insert(fault.step.name().to_owned(), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_due_once_in_its_hours_and_others_do_not_wait_for_it() {
        let mut memory = Memory::default();
        let fault = Step::Arrive.fault("x");
        assert!(memory.is_due(Step::Arrive, 1_000_000, 24));
        memory.note(&[&fault], 1_000_000);
        assert!(!memory.is_due(Step::Arrive, 1_000_000 + 24 * HOUR - 1, 24));
        assert!(memory.is_due(Step::Arrive, 1_000_000 + 24 * HOUR, 24));
        assert!(memory.is_due(Step::File, 1_000_001, 24));
        assert!(memory.is_due(Step::Arrive, 999_999, 24), "a clock set back");
    }

    #[test]
    fn what_is_saved_is_read_again_and_what_cannot_be_read_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert!(Memory::load(&path).is_empty());
        let mut memory = Memory::default();
        memory.note(&[&Step::Form.fault("x")], 7);
        memory.save(&path).unwrap();
        assert_eq!(Memory::load(&path), memory);
        fs::write(&path, "{").unwrap();
        assert!(Memory::load(&path).is_empty());
    }
}
