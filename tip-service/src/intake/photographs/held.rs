//! Photographs of forms that went back to their writers: there when the form is sent again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Kept;
use crate::clock::Clock;
use crate::intake::FormId;

/// How long, in seconds.
const HELD_SECONDS: u64 = 15 * 60;

/// By form id, which only its writer knows. What can be held is bounded by the spool.
pub struct Held {
    clock: Arc<dyn Clock>,
    forms: Mutex<HashMap<[u8; 32], Entry>>,
}

struct Entry {
    until: u64,
    photographs: Vec<Arc<Kept>>,
}

impl Held {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            forms: Mutex::new(HashMap::new()),
        }
    }

    /// Holds these, and no others, for a form.
    pub fn put(&self, form: &FormId, photographs: Vec<Arc<Kept>>) {
        let until = self.clock.unix() + HELD_SECONDS;
        let mut forms = self.forms();
        if photographs.is_empty() {
            forms.remove(&form.hash());
        } else {
            forms.insert(form.hash(), Entry { until, photographs });
        }
    }

    /// What is held for a form.
    #[must_use]
    pub fn of(&self, form: &FormId) -> Vec<Arc<Kept>> {
        self.prune();
        let forms = self.forms();
        let found = forms.get(&form.hash());
        found.map_or_else(Vec::new, |entry| entry.photographs.clone())
    }

    /// Lets go of what is held for a form.
    pub fn forget(&self, form: &FormId) {
        self.forms().remove(&form.hash());
    }

    /// Lets go of all whose time is over. A clock that was set back ends it too.
    pub fn prune(&self) {
        let now = self.clock.unix();
        self.forms()
            .retain(|_, entry| (now + 1..=now + HELD_SECONDS).contains(&entry.until));
    }

    fn forms(&self) -> MutexGuard<'_, HashMap<[u8; 32], Entry>> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;
    use crate::entropy::Entropy;
    use crate::intake::FormKeys;
    use crate::spool::{Share, Spool};

    const NOON: u64 = 1_800_000_000;

    #[test]
    fn after_a_quarter_of_an_hour_nothing_is_held_and_its_room_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let entropy = Arc::new(Entropy::from_seed([1; 32]));
        let spool = Spool::new(folder.path(), 8, 0, entropy.clone());
        let clock = Arc::new(FixedClock::new(NOON));
        let held = Held::new(clock.clone());
        let keys = FormKeys::new();
        let form = || FormId::parse(&keys.issue(1, &entropy)).unwrap();
        let (mine, other) = (form(), form());
        let kept = || {
            Arc::new(Kept {
                jpeg: spool.put(b"picture", Share::Whole).unwrap(),
                digest: [1; 32],
                coordinates: None,
                width: 1,
                height: 1,
                removed: Vec::new(),
                smaller: false,
            })
        };
        held.put(&mine, vec![kept()]);
        // In figures: the public page says a quarter of an hour.
        clock.set(NOON + 15 * 60 - 1);
        assert_eq!((held.of(&mine).len(), held.of(&other).len()), (1, 0));
        assert!(spool.bytes() > 0);
        clock.set(NOON + 15 * 60);
        held.prune();
        assert!(held.of(&mine).is_empty());
        assert_eq!(spool.bytes(), 0);
        held.put(&mine, vec![kept()]);
        clock.set(NOON - 86_400);
        assert!(held.of(&mine).is_empty(), "the clock was set back");
    }
}
