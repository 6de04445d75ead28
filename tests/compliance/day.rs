//! Calendar days as numbers, so that an age is a difference. The clock is never asked: a test that
//! knows what day it is turns red by itself.

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

impl Day {
    /// The day that `2026-11-24…` begins with; nothing when it begins otherwise or is no such day.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.splitn(3, '-');
        let mut next = || parts.next()?.parse::<i64>().ok();
        let (year, month, day) = (next()?, next()?, next()?);
        let longest = match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        if !(1..=longest).contains(&day) {
            return None;
        }
        // Counted in years that begin in March, so that the leap day is the last of its year.
        let (year, month) = (year - i64::from(month <= 2), (month + 9) % 12);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * month + 2) / 5 + day - 1;
        Some(Self(
            era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468,
        ))
    }

    /// How many days before `today` this one lies.
    pub(crate) fn age_on(self, today: Self) -> i64 {
        today.0 - self.0
    }
}

#[test]
fn days_are_counted_as_the_calendar_counts_them() {
    let day = |text| Day::parse(text).expect(text);
    assert_eq!(day("1970-01-01"), Day(0));
    assert_eq!(day("2000-02-29").age_on(day("2000-03-01")), 1);
    assert_eq!(day("2026-02-28").age_on(day("2026-03-01")), 1);
    assert_eq!(day("2025-11-24").age_on(day("2026-11-24")), 365);
    for wrong in ["2026-02-30", "2026-13-01", "26-1-1", "2026-1-01x", ""] {
        assert_eq!(Day::parse(wrong), None, "{wrong}");
    }
}
