//! When each waiting letter is due, one queue for each unit. Kept in memory alone: the database holds no time, and
//! after a restart every letter gets a fresh random delay. Times are milliseconds since delivery began.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::bucket::Bucket;
use super::queue::{Queue, Waiting};
use crate::id::Id;
use crate::store::Queued;

/// The letters of a mail that may go now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// Whom it goes to.
    pub(super) unit_id: String,
    /// One, or more than one together.
    pub(super) letters: Vec<Waiting>,
}

/// All queues; units take turns.
pub(super) struct Schedule {
    letters_per_hour: u32,
    /// Units that may have got mails in the hour before the start.
    served: BTreeSet<String>,
    queues: Vec<(String, Queue)>,
    /// A unit's place in `queues`.
    places: HashMap<String, usize>,
    turn: usize,
    known: HashSet<Id>,
    added: u64,
}

impl Schedule {
    pub(super) fn new(letters_per_hour: u32, served: BTreeSet<String>) -> Self {
        Self {
            letters_per_hour,
            served,
            added: 0,
            queues: Vec::new(),
            places: HashMap::new(),
            turn: 0,
            known: HashSet::new(),
        }
    }

    /// Adds a letter unless it is there already (or on its way).
    pub(super) fn add(&mut self, letter: &Queued, due: u64) {
        if self.known.insert(letter.id) {
            self.added += 1;
            let waiting = Waiting::of(letter, self.added);
            self.again(&letter.unit_id, waiting, due);
        }
    }

    pub(super) fn knows(&self, id: &Id) -> bool {
        self.known.contains(id)
    }

    /// Takes the next mail that may go. Its letters stay known until [`Schedule::done`].
    pub(super) fn take(&mut self, now: u64) -> Option<Load> {
        for step in 1..=self.queues.len() {
            let at = (self.turn + step) % self.queues.len();
            let (unit_id, queue) = self.queues.get_mut(at)?;
            if let Some(letters) = queue.next(now) {
                self.turn = at;
                let unit_id = unit_id.clone();
                return Some(Load { unit_id, letters });
            }
        }
        None
    }

    /// Puts a taken letter back for another try.
    pub(super) fn again(&mut self, unit_id: &str, letter: Waiting, due: u64) {
        let at = self.places.get(unit_id).copied().unwrap_or_else(|| {
            let bucket = if self.served.contains(unit_id) {
                Bucket::empty(self.letters_per_hour, 0)
            } else {
                Bucket::full(self.letters_per_hour, 0)
            };
            let at = self.queues.len();
            self.queues.push((unit_id.to_owned(), Queue::new(bucket)));
            self.places.insert(unit_id.to_owned(), at);
            at
        });
        if let Some((_, queue)) = self.queues.get_mut(at) {
            queue.put(letter, due);
        }
    }

    /// Forgets a letter that needs no more tries.
    pub(super) fn done(&mut self, id: &Id) {
        self.known.remove(id);
    }
}

/// Seconds to wait after the `attempts`-th try failed: doubles from `min` and never exceeds `max`; `chance`
/// takes up to half of it off, so that letters do not come back in step.
pub(super) fn backoff(attempts: u32, min: u64, max: u64, chance: u64) -> u64 {
    let doubled = min.max(1).saturating_mul(
        1_u64
            .checked_shl(attempts.saturating_sub(1))
            .unwrap_or(u64::MAX),
    );
    let ceiling = doubled.min(max.max(1));
    ceiling - chance % (ceiling / 2 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Class;

    /// Late enough for a full bucket.
    const LATE: u64 = 1_000_000_000;

    fn letter(n: u8, unit: &str) -> Queued {
        Queued {
            id: [n; 16],
            unit_id: unit.to_owned(),
            class: Class::Prompt,
            bytes: 8_500,
        }
    }

    fn next(schedule: &mut Schedule) -> Option<(String, Vec<u8>)> {
        let load = schedule.take(LATE)?;
        Some((load.unit_id, load.letters.iter().map(|l| l.id[0]).collect()))
    }

    #[test]
    fn units_take_turns_and_one_unit_s_flood_leaves_the_others_their_tokens() {
        let mut schedule = Schedule::new(60, BTreeSet::new());
        for n in 0..200 {
            schedule.add(&letter(n, "flooded"), 0);
        }
        schedule.add(&letter(201, "quiet"), 0);
        let (unit, letters) = next(&mut schedule).unwrap();
        let (other, alone) = next(&mut schedule).unwrap();
        let of = |name: &str| {
            if unit == name {
                letters.clone()
            } else {
                alone.clone()
            }
        };
        assert_ne!(unit, other);
        assert_eq!((of("flooded").len(), of("quiet")), (200, vec![201]));
        assert_eq!(next(&mut schedule), None);
    }

    #[test]
    fn a_unit_that_got_mails_before_the_start_waits_for_its_first_token() {
        let mut schedule = Schedule::new(60, BTreeSet::from(["served".to_owned()]));
        schedule.add(&letter(1, "served"), 0);
        schedule.add(&letter(2, "new"), 0);
        let first = schedule.take(0).map(|load| load.unit_id);
        assert_eq!(first, Some("new".to_owned()));
        assert_eq!(schedule.take(154_999), None);
        assert!(schedule.take(155_000).is_some());
    }

    #[test]
    fn a_letter_on_its_way_is_not_added_a_second_time() {
        let mut schedule = Schedule::new(60, BTreeSet::new());
        schedule.add(&letter(1, "unit"), 0);
        assert!(next(&mut schedule).is_some());
        schedule.add(&letter(1, "unit"), 0);
        assert_eq!(next(&mut schedule), None);
        schedule.done(&[1; 16]);
        schedule.add(&letter(1, "unit"), 0);
        assert!(next(&mut schedule).is_some());
    }

    proptest! {
        #[test]
        fn backoff_stays_between_half_the_least_and_the_most(
            attempts in 1..200_u32, min in 1..1000_u64, more in 0..100_000_u64, chance: u64,
        ) {
            let max = min + more;
            let wait = backoff(attempts, min, max, chance);
            prop_assert!(wait >= min / 2 && wait <= max, "{}", wait);
        }

        #[test]
        fn backoff_without_chance_never_falls(attempts in 1..100_u32, min in 1..100_u64, more in 0..10_000_u64) {
            let (this, next) = (backoff(attempts, min, min + more, 0), backoff(attempts + 1, min, min + more, 0));
            prop_assert!(next >= this);
        }
    }
}
