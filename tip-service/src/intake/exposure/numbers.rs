//! Telephone numbers and those of identity cards, however they are parted. Whose they are cannot be told.

use super::letters::Letters;
use super::{Spot, Why};

/// What may part the digits of one number.
const PARTING: &str = " -_()\u{2013}\u{2014}\u{b7}\u{2022}";
/// So much of it at the most.
const PARTING_MAX: usize = 3;
/// Digits of the longest number looked for: 18, and 15 with 0086 before it.
const DIGITS_MAX: usize = 18;
/// Words that may touch a number from the left; any other Latin letter makes it the number of a parcel or a plate.
const NAMES: &str = "tel phone mobile vx wx v qq weixin wechat call";

/// What the browser's guard needs of the above.
pub(super) const fn lists() -> [(&'static str, &'static str); 2] {
    [("parting", PARTING), ("number_names", NAMES)]
}

/// Digits that touch.
struct Group {
    from: usize,
    to: usize,
    /// What parts them from the group before, if they could be one number.
    gap: Option<char>,
}

impl Group {
    fn len(&self) -> usize {
        self.to - self.from
    }
}

pub(super) fn find(letters: &Letters, spots: &mut Vec<Spot>) {
    let groups = groups(letters);
    let mut next = 0;
    while next < groups.len() {
        match number_at(letters, groups.get(next..).unwrap_or(&[])) {
            Some((spot, used)) => {
                spots.push(spot);
                next += used;
            }
            None => next += 1,
        }
    }
    find_in_words(letters, spots);
}

fn groups(letters: &Letters) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !is_digit(letters, at) {
            at += 1;
            continue;
        }
        let from = at;
        while is_digit(letters, at) {
            at += 1;
        }
        let before = groups.last().map_or(0, |group| group.to);
        let apart = letters.skip(before, PARTING, PARTING_MAX);
        let gap = (before > 0 && apart == from).then(|| letters.at(before));
        groups.push(Group {
            from,
            to: at,
            gap: gap.flatten(),
        });
    }
    groups
}

fn is_digit(letters: &Letters, at: usize) -> bool {
    letters.at(at).is_some_and(|c| c.is_ascii_digit())
}

/// The number that begins with the first of these groups, and of how many it is made.
fn number_at(letters: &Letters, groups: &[Group]) -> Option<(Spot, usize)> {
    let first = groups.first()?;
    if !begins_number(letters, first.from) {
        return None;
    }
    let mut digits = Vec::with_capacity(DIGITS_MAX);
    for (n, group) in groups.iter().enumerate() {
        let is_one = n == 0 || group.gap.is_some();
        if !is_one || digits.len() + group.len() > DIGITS_MAX {
            return None;
        }
        let more = (group.from..group.to).filter_map(|at| letters.at(at));
        digits.extend(more.filter_map(|c| c.to_digit(10)));
        let used = groups.get(..=n)?;
        let to = group.to + usize::from(digits.len() == 17 && letters.at(group.to) == Some('x'));
        let Some(why) = judge(&digits, used, to > group.to) else {
            continue;
        };
        // 1.38 is no number to call, and the middle of a bank card neither.
        let goes_on = letters.at(to) == Some('.') && is_digit(letters, to + 1);
        if !goes_on && (n == 0 || stands_alone(groups, n)) {
            let from = first.from;
            return Some((Spot { from, to, why }, n + 1));
        }
    }
    None
}

fn begins_number(letters: &Letters, from: usize) -> bool {
    match letters.before(from) {
        Some('.') => !letters.before(from - 1).is_some_and(|c| c.is_ascii_digit()),
        Some(c) if c.is_ascii_alphabetic() => letters.ends_in(from, NAMES),
        _ => true,
    }
}

/// Whether groups `0..=last` are not the middle of a longer row that is parted in the same way.
fn stands_alone(groups: &[Group], last: usize) -> bool {
    let inner = groups.get(1).and_then(|group| group.gap);
    let before = groups.first().and_then(|group| group.gap);
    let after = groups.get(last + 1).and_then(|group| group.gap);
    before != inner && after != inner
}

fn judge(digits: &[u32], groups: &[Group], has_x: bool) -> Option<Why> {
    if is_identity(digits, has_x) {
        Some(Why::Identity)
    } else if is_mobile(digits, groups) || is_landline(digits, groups) {
        Some(Why::Telephone)
    } else {
        None
    }
}

/// 18 or 15 digits of a resident: a province, and a day of birth that can be. By chance, one number in a thousand of 18
/// digits is like that.
fn is_identity(digits: &[u32], has_x: bool) -> bool {
    let born = match (digits.len(), has_x) {
        (18, false) | (17, true) => {
            let century = pair(digits, 6);
            if century != 19 && century != 20 {
                return false;
            }
            8
        }
        (15, false) => 6,
        _ => return false,
    };
    let is_province = matches!(
        pair(digits, 0),
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83
    );
    let is_day =
        (1..=12).contains(&pair(digits, born + 2)) && (1..=31).contains(&pair(digits, born + 4));
    is_province && is_day
}

fn pair(digits: &[u32], at: usize) -> u32 {
    let digit = |at: usize| digits.get(at).copied().unwrap_or(0);
    digit(at) * 10 + digit(at + 1)
}

/// Eleven digits from 13 to 19 on, perhaps with 86, 0086 or 0 before them.
fn is_mobile(digits: &[u32], groups: &[Group]) -> bool {
    let ahead = match digits {
        [1, ..] if digits.len() == 11 => 0,
        [0, 1, ..] if digits.len() == 12 => 1,
        [8, 6, 1, ..] if digits.len() == 13 => 2,
        [0, 0, 8, 6, 1, ..] if digits.len() == 15 => 4,
        _ => return false,
    };
    if digits.get(ahead + 1).is_none_or(|second| *second < 3) {
        return false;
    }
    let mut lengths: Vec<usize> = groups.iter().map(Group::len).collect();
    if let Some(first) = lengths.first_mut() {
        *first -= ahead.min(*first);
    }
    let lengths: Vec<usize> = lengths.into_iter().filter(|len| *len > 0).collect();
    matches!(
        lengths.as_slice(),
        [11] | [7, 4] | [4, 4, 3] | [5, 6] | [6, 5]
    ) || (lengths.first() == Some(&3) && lengths.iter().all(|len| *len > 1))
        || lengths.iter().all(|len| *len == 1)
}

/// 010 and 02x have three digits and eight after them, all others four and seven or eight.
fn is_landline(digits: &[u32], groups: &[Group]) -> bool {
    let (area, rest) = match digits {
        [0, 1, 0, ..] | [0, 2, ..] => (3, 8..=8),
        [0, 3..=9, ..] => (4, 7..=8),
        _ => return false,
    };
    let parted = match groups {
        [_] => true,
        [first, others @ ..] => first.len() == area && others.iter().all(|group| group.len() >= 3),
        [] => false,
    };
    parted
        && digits
            .len()
            .checked_sub(area)
            .is_some_and(|n| rest.contains(&n))
}

/// A mobile number in Chinese numerals: eleven of them and no other beside.
fn find_in_words(letters: &Letters, spots: &mut Vec<Spot>) {
    let mut at = 0;
    while at < letters.len() {
        let from = at;
        at = letters.skip(from, "零〇一二三四五六七八九幺两", letters.len() - from);
        let is_mobile = matches!(letters.at(from), Some('一' | '幺'))
            && letters
                .at(from + 1)
                .is_some_and(|c| "三四五六七八九".contains(c));
        if at - from == 11 && is_mobile {
            let why = Why::Telephone;
            spots.push(Spot { from, to: at, why });
        }
        at = at.max(from + 1);
    }
}
