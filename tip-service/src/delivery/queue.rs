//! What waits for one unit, and what goes into its next mail. While there are tokens for all that is due, each letter
//! goes alone; else what is due goes together. Never leaves a letter out for good: what does not fit waits.

use std::collections::BTreeMap;

use super::bucket::Bucket;
use crate::id::Id;
use crate::store::{Class, Queued};

/// A letter that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) id: Id,
    pub(super) class: Class,
    /// Length of the ciphertext.
    pub(super) bytes: usize,
    /// Letters in one mail with it, at most: shrinks when a mail server refuses such a mail for good.
    pub(super) company: usize,
    /// Counts up with each letter that is taken in.
    pub(super) number: u64,
}

/// Bytes of a mail with several letters. A letter that is larger goes alone.
pub(super) const BATCH_MAX: usize = 5 << 20;

/// No letter takes less in a mail: where not even this is left, looking on is in vain.
const SMALLEST: usize = 8 << 10;

/// Ciphertext of a letter beyond which it counts as large: photographs, as a rule.
const LARGE: usize = 256 << 10;

impl Waiting {
    pub(super) fn of(letter: &Queued, number: u64) -> Self {
        Self {
            id: letter.id,
            class: letter.class,
            bytes: letter.bytes,
            company: usize::MAX,
            number,
        }
    }

    /// Bytes it takes in a mail: armour in lines of 64, head, boundaries.
    fn in_mail(&self) -> usize {
        self.bytes / 48 * 66 + 1280
    }
}

/// In the order in which they go.
type Line = BTreeMap<(u64, Id), Waiting>;

/// Letters to one unit, and the tokens of its mails.
pub(super) struct Queue {
    bucket: Bucket,
    /// By the time they are due; not due when last looked at.
    ahead: Line,
    /// Due, by class: prompt first.
    due: BTreeMap<Class, Line>,
    /// The last mail began with a large letter: now it is the turn of the others.
    after_large: bool,
}

impl Queue {
    pub(super) fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            ahead: Line::new(),
            due: BTreeMap::new(),
            after_large: false,
        }
    }

    /// Puts a letter in its place; `due` in milliseconds.
    pub(super) fn put(&mut self, letter: Waiting, due: u64) {
        self.ahead.insert((due, letter.id), letter);
    }

    /// The letters of the next mail, if one may go now.
    pub(super) fn next(&mut self, now: u64) -> Option<Vec<Waiting>> {
        self.ripen(now);
        let due: usize = self.due.values().map(BTreeMap::len).sum();
        let alone = due as u64 <= self.bucket.ready(now);
        if due == 0 || !self.bucket.take(now, !alone && self.is_crowded()) {
            return None;
        }
        let keys = self.choose(if alone { 1 } else { usize::MAX });
        let letters: Vec<Waiting> = keys
            .iter()
            .filter_map(|(class, key)| self.due.get_mut(class)?.remove(key))
            .collect();
        self.after_large = letters.first().is_some_and(|letter| letter.bytes > LARGE);
        Some(letters)
    }

    /// Moves what is due by now.
    fn ripen(&mut self, now: u64) {
        while let Some(first) = self.ahead.first_entry().filter(|e| e.key().0 <= now) {
            let ((due, id), letter) = first.remove_entry();
            let place = match letter.class {
                // Whoever wrote last goes first. It matters only while a mail cannot take all: a crowd of tips
                // that came in one rush then waits behind those that come after it, not before.
                Class::Prompt => u64::MAX - letter.number,
                Class::Later => due,
            };
            let line = self.due.entry(letter.class).or_default();
            line.insert((place, id), letter);
        }
    }

    /// Whether the prompt letters alone are more than a mail takes.
    fn is_crowded(&self) -> bool {
        let sizes = self
            .due
            .get(&Class::Prompt)
            .into_iter()
            .flat_map(BTreeMap::values);
        sizes
            .scan(0, |bytes, letter| {
                *bytes += letter.in_mail();
                Some(*bytes)
            })
            .any(|bytes| bytes > BATCH_MAX)
    }

    /// Prompt before later; what does not fit is passed over.
    fn choose(&self, at_most: usize) -> Vec<(Class, (u64, Id))> {
        let all = || {
            self.due
                .iter()
                .flat_map(|(class, line)| line.iter().map(|(key, letter)| (*class, *key, letter)))
        };
        // Large letters would fill mail after mail and keep the short ones waiting.
        let short_only = self.after_large && all().any(|(_, _, letter)| letter.bytes <= LARGE);
        let (mut chosen, mut bytes, mut company) = (Vec::new(), 0, at_most);
        for (class, key, letter) in all().filter(|(_, _, l)| !short_only || l.bytes <= LARGE) {
            if !chosen.is_empty() {
                if chosen.len() >= company || bytes + SMALLEST > BATCH_MAX {
                    break;
                }
                let fits = bytes + letter.in_mail() <= BATCH_MAX;
                if !fits || chosen.len() >= letter.company {
                    continue;
                }
            }
            chosen.push((class, key));
            bytes += letter.in_mail();
            company = company.min(letter.company);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: usize = 8_500;

    /// The higher its number, the earlier it came.
    fn letter(n: u8, class: Class, bytes: usize) -> Waiting {
        Waiting {
            id: [n; 16],
            class,
            bytes,
            company: usize::MAX,
            number: 1000 - u64::from(n),
        }
    }

    fn ids(mail: Option<Vec<Waiting>>) -> Vec<u8> {
        mail.unwrap_or_default().iter().map(|l| l.id[0]).collect()
    }

    /// A queue without a token.
    fn spent() -> Queue {
        Queue::new(Bucket::empty(60, 0))
    }

    /// When it has got so many.
    fn at(tokens: u64) -> u64 {
        tokens * 155_000
    }

    #[test]
    fn while_there_are_tokens_for_all_each_goes_alone() {
        let mut queue = spent();
        for n in 1..=3 {
            queue.put(letter(n, Class::Prompt, SHORT), u64::from(n));
        }
        for n in 1..=3 {
            assert_eq!(ids(queue.next(at(3))), [n]);
        }
        assert_eq!(queue.next(at(3)), None);
    }

    #[test]
    fn what_outnumbers_the_tokens_goes_together_prompt_first_and_the_newest_of_them() {
        let mut queue = spent();
        queue.put(letter(1, Class::Later, SHORT), 8);
        queue.put(letter(0, Class::Later, SHORT), 7);
        queue.put(letter(2, Class::Prompt, SHORT), 9);
        queue.put(letter(3, Class::Prompt, SHORT), 5);
        queue.put(letter(4, Class::Prompt, SHORT), at(9));
        assert_eq!(queue.next(at(1) - 1), None, "no token");
        assert_eq!(ids(queue.next(at(1))), [2, 3, 0, 1], "4 is not due");
        assert_eq!(queue.next(at(9) - 1), None);
        assert_eq!(ids(queue.next(at(9))), [4]);
    }

    #[test]
    fn a_mail_ends_at_its_size_and_the_rest_waits_for_the_next() {
        let mut queue = spent();
        for n in 0..250 {
            queue.put(letter(n, Class::Prompt, 40_000), u64::from(n));
        }
        let first = queue.next(at(1)).unwrap();
        let bytes: usize = first.iter().map(Waiting::in_mail).sum();
        assert!(bytes <= BATCH_MAX && bytes > BATCH_MAX - 60_000, "{bytes}");
        let second = queue.next(at(2)).unwrap();
        assert_eq!(usize::from(second[0].id[0]), first.len(), "in order");
    }

    #[test]
    fn large_letters_leave_every_second_mail_to_the_others() {
        let mut queue = spent();
        for n in 1..=10 {
            queue.put(letter(n, Class::Prompt, 4 << 20), 0);
        }
        queue.put(letter(11, Class::Prompt, SHORT), 1);
        queue.put(letter(12, Class::Prompt, SHORT), 2);
        assert_eq!(ids(queue.next(at(1))), [1], "larger than a mail: alone");
        assert_eq!(ids(queue.next(at(2))), [11, 12]);
        assert_eq!(ids(queue.next(at(3))), [2]);
        assert_eq!(ids(queue.next(at(4))), [3], "nobody else waits");
    }

    #[test]
    fn a_crowd_of_prompt_letters_is_carried_off_at_once_and_surplus_is_not() {
        for (class, mails) in [(Class::Prompt, 3), (Class::Later, 1)] {
            let mut queue = Queue::new(Bucket::full(60, 0));
            while queue.bucket.take(0, false) {}
            for n in 0..250 {
                queue.put(letter(n, class, 40_000), 0);
            }
            let sent: Vec<usize> = std::iter::from_fn(|| queue.next(at(1)))
                .map(|mail| mail.len())
                .collect();
            assert_eq!(sent.len(), mails, "{class:?}: {sent:?}");
        }
    }

    #[test]
    fn a_letter_keeps_no_more_company_than_it_may() {
        let mut queue = spent();
        for n in 1..=6 {
            let mut letter = letter(n, Class::Prompt, SHORT);
            letter.company = if n == 2 { 2 } else { 4 };
            queue.put(letter, u64::from(n));
        }
        assert_eq!(ids(queue.next(at(1))), [1, 2]);
        assert_eq!(ids(queue.next(at(2))), [3, 4, 5, 6]);
    }
}
