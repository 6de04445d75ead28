//! The one place that asks what time it is, and the house's only notion of a day.
//!
//! Everything else is handed a [`Clock`] or a number, so that tests set the time. A day is a whole
//! day in China: dates that are kept or mailed are day-exact, because an exact second would tie a
//! tip to a line in somebody's network log. Must never format, store or log anything finer than a day.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// China keeps one time zone all year: UTC+8.
const CHINA_OFFSET: u64 = 8 * 3600;
const DAY: u64 = 24 * 3600;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Returns whole seconds since 1970-01-01 00:00 UTC.
    fn unix(&self) -> u64;

    /// Returns seconds that only ever go forward, from a beginning that means nothing and is never 0: for waits,
    /// which must not grow when somebody sets the clock.
    fn steady(&self) -> u64;
}

/// The machine's clock. Made once, where the program starts.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one clock that all others stand in for"
    )]
    fn unix(&self) -> u64 {
        // A clock set before 1970 reads as 1970: every certificate is then "not yet valid" and the
        // forms close, which is the safe side.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one clock that all others stand in for"
    )]
    fn steady(&self) -> u64 {
        static BEGINNING: OnceLock<Instant> = OnceLock::new();
        BEGINNING.get_or_init(Instant::now).elapsed().as_secs() + 1
    }
}

/// A clock that stands still until it is set.
#[derive(Debug, Default)]
pub struct FixedClock(AtomicU64);

impl FixedClock {
    /// Makes a clock that shows `unix` seconds.
    pub fn new(unix: u64) -> Self {
        Self(AtomicU64::new(unix))
    }

    /// Sets the clock to `unix` seconds.
    pub fn set(&self, unix: u64) {
        self.0.store(unix, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn unix(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn steady(&self) -> u64 {
        self.unix()
    }
}

/// Returns the day, counted from 1970-01-01, that a clock on a wall in China shows at `unix`.
pub fn day(unix: u64) -> u32 {
    u32::try_from(unix.saturating_add(CHINA_OFFSET) / DAY).unwrap_or(u32::MAX)
}

/// Returns the second at which `day` begins in China (1970-01-01 began before the epoch: 0).
pub fn day_start(day: u32) -> u64 {
    (u64::from(day) * DAY).saturating_sub(CHINA_OFFSET)
}

/// Returns the hour (0 to 23) that a clock on a wall in China shows at `unix`.
pub fn hour(unix: u64) -> u32 {
    u32::try_from(unix.saturating_add(CHINA_OFFSET) % DAY / 3600).unwrap_or(0)
}

/// Returns the minute (0 to 1439) of the day that a clock on a wall in China shows at `unix`.
pub fn minute(unix: u64) -> u32 {
    u32::try_from(unix.saturating_add(CHINA_OFFSET) % DAY / 60).unwrap_or(0)
}

/// Returns the day of the week of `day`: 0 for Monday to 6 for Sunday. 1970-01-01 was a Thursday.
pub fn weekday(day: u32) -> u32 {
    (day % 7 + 3) % 7
}

/// A date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 2026.
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

impl Date {
    /// The date of a day counted from 1970-01-01. Eras of 400 years, years that begin in March: the leap day is
    /// then the last of its year.
    #[must_use]
    pub fn of(day: u32) -> Self {
        let since_march_0 = u64::from(day) + 719_468;
        let (era, of_era) = (since_march_0 / 146_097, since_march_0 % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let (month, carry) = match month_from_march {
            m if m < 10 => (m + 3, 0),
            m => (m - 9, 1),
        };
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            year: narrow(era * 400 + year + carry),
            month: narrow(month),
            day: narrow(day),
        }
    }

    /// Reads a date as it is shown, 2026-11-24. `None`: it is written otherwise, or the calendar has no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| -> Option<u32> {
            let part = parts.next()?;
            let right = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|_| right)
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month {
            2 if leaps => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let whole = parts.next().is_none() && (1..=days).contains(&day);
        whole.then_some(Self { year, month, day })
    }

    /// The month as a number that sorts: 202611.
    #[must_use]
    pub fn year_month(self) -> u32 {
        self.year * 100 + self.month
    }
}

impl fmt::Display for Date {
    /// As 2026-11-24.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_the_date_that_the_calendar_has() {
        for (day, date) in [
            (0, "1970-01-01"),
            (11_015, "2000-02-28"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_781, "2026-11-24"),
            (20_818, "2026-12-31"),
            (20_819, "2027-01-01"),
        ] {
            assert_eq!(Date::of(day).to_string(), date);
        }
        assert_eq!(Date::of(20_781).year_month(), 202_611);
    }

    #[test]
    fn a_date_is_read_exactly_when_the_calendar_has_it() {
        // From 1999 to 2101: with a leap year at a century's turn and without.
        let shown: Vec<String> = (10_592..48_000)
            .map(|day| Date::of(day).to_string())
            .collect();
        for day in &shown {
            assert_eq!(
                Date::parse(day).map(|date| date.to_string()).as_ref(),
                Some(day)
            );
        }
        for (year, month) in [1999, 2000, 2096, 2100]
            .into_iter()
            .flat_map(|year| (0..=13).map(move |month| (year, month)))
        {
            for day in 0..=32 {
                let text = format!("{year}-{month:02}-{day:02}");
                assert_eq!(
                    Date::parse(&text).is_some(),
                    shown.contains(&text),
                    "{text}"
                );
            }
        }
        for text in [
            "",
            "2026-1-1",
            "2026-11-24-",
            "+026-11-24",
            "2026/11/24",
            "2026-11",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn minute_and_weekday_are_those_of_a_calendar_on_a_wall_in_china() {
        // 2026-11-24 was a Tuesday; 16:00 UTC is midnight.
        let midnight = day_start(20_781);
        assert_eq!(
            [midnight - 1, midnight, midnight + 59, midnight + 60].map(minute),
            [1439, 0, 0, 1]
        );
        assert_eq!(
            [20_780, 20_781, 20_785, 20_786, 20_787].map(weekday),
            [0, 1, 5, 6, 0]
        );
        assert_eq!(weekday(0), 3);
    }

    #[test]
    fn a_day_turns_at_midnight_in_china() {
        // 2025-06-25 16:00 UTC is 2025-06-26 00:00 in Liaoyuan.
        let midnight = 1_750_867_200;
        assert_eq!(day(midnight - 1) + 1, day(midnight));
        assert_eq!(day_start(day(midnight)), midnight);
        assert_eq!(day_start(day(midnight + DAY - 1)), midnight);
    }

    #[test]
    fn the_edges_of_time_do_not_panic() {
        assert_eq!(day(0), 0);
        assert_eq!(day_start(0), 0);
        assert_eq!(day(u64::MAX), u32::MAX);
        assert!(day_start(u32::MAX) > 0);
    }

    #[test]
    fn a_fixed_clock_shows_what_it_was_set_to() {
        let clock = FixedClock::new(5);
        assert_eq!(clock.unix(), 5);
        clock.set(9);
        assert_eq!(clock.unix(), 9);
        assert!(SystemClock.unix() > 1_700_000_000);
    }
}
