//! When each waiting letter is due. Kept in memory alone: the database holds no time, and after a restart
//! every letter gets a fresh random delay.

use std::collections::{BTreeSet, HashSet};

use crate::id::Id;
use crate::store::Class;

/// Due times of waiting letters, Unix seconds, prompt ones apart.
#[derive(Default)]
pub(super) struct Schedule {
    prompt: BTreeSet<(u64, Id)>,
    later: BTreeSet<(u64, Id)>,
    known: HashSet<Id>,
}

impl Schedule {
    /// Adds a letter unless it is there already (or on its way).
    pub(super) fn add(&mut self, id: Id, class: Class, due: u64) {
        if self.known.insert(id) {
            self.of(class).insert((due, id));
        }
    }

    pub(super) fn knows(&self, id: &Id) -> bool {
        self.known.contains(id)
    }

    /// Takes the next letter that is due: any prompt one before a later one. It stays known until
    /// [`Schedule::done`].
    pub(super) fn take(&mut self, now: u64) -> Option<(Id, Class)> {
        [Class::Prompt, Class::Later].into_iter().find_map(|class| {
            let of_class = self.of(class);
            let first = *of_class.first().filter(|(due, _)| *due <= now)?;
            of_class.remove(&first);
            Some((first.1, class))
        })
    }

    /// Puts a taken letter back for another try.
    pub(super) fn again(&mut self, id: Id, class: Class, due: u64) {
        self.of(class).insert((due, id));
    }

    /// Forgets a letter that needs no more tries.
    pub(super) fn done(&mut self, id: &Id) {
        self.known.remove(id);
    }

    fn of(&mut self, class: Class) -> &mut BTreeSet<(u64, Id)> {
        match class {
            Class::Prompt => &mut self.prompt,
            Class::Later => &mut self.later,
        }
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

    #[test]
    fn a_prompt_letter_goes_before_a_later_one_that_is_due_longer() {
        let mut schedule = Schedule::default();
        schedule.add([1; 16], Class::Later, 5);
        schedule.add([2; 16], Class::Prompt, 9);
        assert_eq!(schedule.take(4), None);
        assert_eq!(schedule.take(8), Some(([1; 16], Class::Later)));
        schedule.again([1; 16], Class::Later, 8);
        assert_eq!(schedule.take(9), Some(([2; 16], Class::Prompt)));
        assert_eq!(schedule.take(9), Some(([1; 16], Class::Later)));
    }

    #[test]
    fn a_letter_on_its_way_is_not_added_a_second_time() {
        let mut schedule = Schedule::default();
        schedule.add([1; 16], Class::Prompt, 0);
        assert!(schedule.take(0).is_some());
        schedule.add([1; 16], Class::Prompt, 0);
        assert_eq!(schedule.take(0), None);
        schedule.done(&[1; 16]);
        schedule.add([1; 16], Class::Prompt, 0);
        assert!(schedule.take(0).is_some());
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
