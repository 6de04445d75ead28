//! How many mails a unit may get: tokens, one for each mail that is begun, whatever becomes of it. Reads no clock: it
//! is handed milliseconds of one that never goes back, so a clock that is set changes nothing.
//!
//! The promise: in no hour, wherever it begins, are more than `letters_per_hour` mails begun, nor (since a mail may
//! be two minutes under way) more arrive. A tenth of them lies ready for any mail; half is a reserve for mails that
//! are full, so that a crowd is carried off at once; the rest comes evenly, and fills the first before the
//! second: whatever happened, the next mail is never far.

/// Milliseconds in which the tokens come that do not lie ready: an hour, and two minutes for mails under way.
const WINDOW: u64 = 62 * 60 * 1000;

/// Tokens of one unit. Levels are in parts: `WINDOW` parts are a token, `refill` parts come each millisecond.
pub(super) struct Bucket {
    refill: u64,
    ready_max: u64,
    ready: u64,
    reserve_max: u64,
    reserve: u64,
    /// When it was last looked at.
    seen: u64,
}

impl Bucket {
    /// A full one, for a unit that got no mail in the last hour. `letters_per_hour` is at least 6.
    pub(super) fn full(letters_per_hour: u32, now: u64) -> Self {
        let all = u64::from(letters_per_hour);
        let (ready, reserve) = ((all / 10).max(1), all / 2);
        Self {
            refill: all - ready - reserve,
            ready_max: ready * WINDOW,
            ready: ready * WINDOW,
            reserve_max: reserve * WINDOW,
            reserve: reserve * WINDOW,
            seen: now,
        }
    }

    /// An empty one, for a unit that may have got mails before a start: they are not known any more and must count.
    pub(super) fn empty(letters_per_hour: u32, now: u64) -> Self {
        Self {
            ready: 0,
            reserve: 0,
            ..Self::full(letters_per_hour, now)
        }
    }

    /// Tokens ready for any mail at `now`.
    pub(super) fn ready(&mut self, now: u64) -> u64 {
        let passed = now.saturating_sub(self.seen);
        self.seen = self.seen.max(now);
        let gained = passed.saturating_mul(self.refill);
        let ready = self.ready.saturating_add(gained);
        self.ready = ready.min(self.ready_max);
        let over = ready - self.ready;
        self.reserve = self.reserve.saturating_add(over).min(self.reserve_max);
        self.ready / WINDOW
    }

    /// Takes a token, if there is one; for a full mail from the reserve first.
    pub(super) fn take(&mut self, now: u64, is_full: bool) -> bool {
        let ready = self.ready(now);
        let from = if is_full && self.reserve >= WINDOW {
            &mut self.reserve
        } else if ready > 0 {
            &mut self.ready
        } else {
            return false;
        };
        *from -= WINDOW;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: u64 = 3_600_000;

    fn taken(bucket: &mut Bucket, now: u64, is_full: bool) -> usize {
        (0..1000).take_while(|_| bucket.take(now, is_full)).count()
    }

    #[test]
    fn a_tenth_is_ready_half_is_for_full_mails_and_the_rest_comes_evenly() {
        let mut bucket = Bucket::full(60, 0);
        assert_eq!(taken(&mut bucket, 0, false), 6);
        assert_eq!(taken(&mut bucket, 0, true), 30);
        assert!(!bucket.take(154_999, false));
        assert!(bucket.take(155_000, false), "24 in 62 minutes");
    }

    #[test]
    fn after_a_start_what_came_before_counts() {
        let mut bucket = Bucket::empty(60, 7);
        assert!(!bucket.take(155_006, true));
        assert!(bucket.take(155_007, true));
        assert_eq!(bucket.ready(10 * HOUR), 6);
        assert_eq!(taken(&mut bucket, 10 * HOUR, true), 36);
    }

    #[test]
    fn a_clock_that_stands_or_goes_back_gives_nothing() {
        let mut bucket = Bucket::empty(60, HOUR);
        for now in [HOUR, 5, HOUR + 1] {
            assert_eq!(bucket.ready(now), 0);
        }
    }

    proptest! {
        #[test]
        fn no_window_of_an_hour_sees_more_than_the_limit(
            per_hour in 6..400_u32,
            steps in proptest::collection::vec((0..400_000_u64, any::<bool>(), 0..40_usize), 1..1_000),
            restarts in proptest::collection::vec(0..1_000_usize, 0..4),
        ) {
            let (mut bucket, mut now) = (Bucket::full(per_hour, 0), 0);
            let mut sent: Vec<u64> = Vec::new();
            for (n, (wait, is_full, tries)) in steps.into_iter().enumerate() {
                now += wait;
                if restarts.contains(&n) {
                    bucket = Bucket::empty(per_hour, now);
                }
                let mails = (0..tries).take_while(|_| bucket.take(now, is_full)).count();
                sent.extend(std::iter::repeat_n(now, mails));
            }
            for (n, begin) in sent.iter().enumerate() {
                let within = sent[n..].iter().take_while(|at| **at <= begin + HOUR).count();
                prop_assert!(within <= per_hour as usize, "{} of {}", within, per_hour);
            }
        }
    }
}
