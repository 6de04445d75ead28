//! The observer: guesses a visit's kind from the visits most like it among those whose kind it knows.

use rand::seq::SliceRandom;

use crate::visit::KINDS;

/// The largest so many bursts each way that are compared.
const BURSTS: usize = 16;
/// Parts of the cross-validation.
const PARTS: usize = 5;
/// How many of the nearest have a voice. One is the simplest observer; where visits of two kinds look alike, many err less than one.
const VOICES: [usize; 2] = [1, 25];

/// One visit as sizes.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// What it truly was.
    pub(crate) kind: char,
    /// Made by a real browser.
    pub(crate) by_chromium: bool,
    up: Vec<u64>,
    down: Vec<u64>,
}

/// What the observer looks at, and what padding that is not there would leave of it.
pub(crate) struct View {
    /// In words.
    pub(crate) what: &'static str,
    /// Requests: `None` when he does not look at them, or they are all alike; else rounded up to this step.
    pub(crate) up: Option<u64>,
    /// Answers, whole with their headers: the same.
    pub(crate) down: Option<u64>,
}

impl Sample {
    pub(crate) fn new(kind: char, by_chromium: bool) -> Self {
        Self {
            kind,
            by_chromium,
            up: Vec::new(),
            down: Vec::new(),
        }
    }

    /// A burst more.
    pub(crate) fn add(&mut self, up: bool, bytes: u64) {
        let side = if up { &mut self.up } else { &mut self.down };
        side.push(bytes);
        side.sort_by(|a, b| b.cmp(a));
    }

    /// Sum, number and the largest bursts of each way that is looked at.
    fn features(&self, view: &View) -> Vec<f64> {
        let mut all = Vec::new();
        for (sizes, step) in [(&self.up, view.up), (&self.down, view.down)] {
            let Some(step) = step else { continue };
            let sizes: Vec<u64> = sizes.iter().map(|s| s.next_multiple_of(step)).collect();
            all.extend([sizes.iter().sum(), sizes.len() as u64]);
            all.extend(sizes.into_iter().chain(std::iter::repeat(0)).take(BURSTS));
        }
        all.into_iter().map(|size| (size as f64).ln_1p()).collect()
    }

    fn weight(&self, view: &View) -> u64 {
        let step = view.down.unwrap_or(1);
        self.down.iter().map(|s| s.next_multiple_of(step)).sum()
    }
}

/// A visit as the observer has it: whether it is a tip, and its features.
type Known = (bool, Vec<f64>);

/// Guesses by the voices of the nearest, each kind's weighed by how many of it are known: whoever has learnt nothing is right half
/// the time. All that are as near as the last have a voice, or their order would decide.
fn is_tip(of: &[f64], known: &[Known], voices: usize) -> bool {
    let distance =
        |other: &[f64]| -> f64 { of.iter().zip(other).map(|(a, b)| (a - b).abs()).sum() };
    let mut near: Vec<(f64, bool)> = known.iter().map(|(tip, f)| (distance(f), *tip)).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let reach = near.get(voices - 1).or(near.last()).map_or(0.0, |n| n.0);
    let share = |tip: bool| {
        let heard = near.iter().take_while(|n| n.0 <= reach + 1e-9);
        let heard = heard.filter(|n| n.1 == tip).count();
        let all = known.iter().filter(|k| k.0 == tip).count();
        heard as f64 / all.max(1) as f64
    };
    match share(true).total_cmp(&share(false)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => rand::random(),
    }
}

/// Mean, over tips and the rest, of the share told right, in per cent.
fn accuracy(guesses: &[(bool, bool)]) -> f64 {
    let share = |tip: bool| {
        let of: Vec<_> = guesses.iter().filter(|(truth, _)| *truth == tip).collect();
        let right = of.iter().filter(|(truth, guess)| truth == guess).count();
        100.0 * right as f64 / of.len().max(1) as f64
    };
    f64::midpoint(share(true), share(false))
}

/// Each part told by the others.
fn cross_validated(samples: &[Known], voices: usize) -> f64 {
    let mut mixed = samples.to_vec();
    mixed.shuffle(&mut rand::thread_rng());
    let mut guesses = Vec::new();
    for part in 0..PARTS {
        let (of, known): (Vec<_>, Vec<_>) = mixed
            .iter()
            .enumerate()
            .partition(|(n, _)| n % PARTS == part);
        let known: Vec<Known> = known.into_iter().map(|(_, k)| k.clone()).collect();
        guesses.extend(
            of.iter()
                .map(|(_, (tip, f))| (*tip, is_tip(f, &known, voices))),
        );
    }
    accuracy(&guesses)
}

fn seen(samples: &[Sample], view: &View, kinds: &[char]) -> Vec<Known> {
    let chosen = samples.iter().filter(|s| kinds.contains(&s.kind));
    chosen.map(|s| (s.kind == 't', s.features(view))).collect()
}

/// One row: how well a tip is told from the rest, from a quiz, from reading; Chromium's visits by the others; and what a visit that is
/// no tip would weigh.
pub(crate) fn print(view: &View, many: &[Sample], real: &[Sample]) {
    let known = seen(many, view, &KINDS);
    let of = |kinds: &[char]| {
        let known = seen(many, view, kinds);
        VOICES
            .map(|voices| format!("{:.1}", cross_validated(&known, voices)))
            .join(" / ")
    };
    let real: Vec<Known> = seen(real, view, &KINDS);
    let by_chromium = VOICES.map(|voices| {
        let told = real
            .iter()
            .map(|(tip, f)| (*tip, is_tip(f, &known, voices)));
        format!("{:.0}", accuracy(&told.collect::<Vec<_>>()))
    });
    println!(
        "| {} | {} | {} | {} | {} | {} |",
        view.what,
        of(&KINDS),
        of(&['t', 'q']),
        of(&['t', 'r']),
        if real.is_empty() {
            "–".into()
        } else {
            by_chromium.join(" / ")
        },
        middle(
            many.iter()
                .filter(|s| s.kind != 't')
                .map(|s| s.weight(view) >> 10)
                .collect()
        ),
    );
}

/// The same observer when there is nothing to learn: kinds are dealt out anew. What is far from a half here is a fault of this program.
/// (A little under it is none: of many alike, the one that is guessed is missing among those of its own kind.)
pub(crate) fn print_control(view: &View, many: &[Sample]) {
    let known = seen(many, view, &KINDS);
    let mut kinds: Vec<bool> = known.iter().map(|k| k.0).collect();
    kinds.shuffle(&mut rand::thread_rng());
    let dealt: Vec<Known> = kinds
        .into_iter()
        .zip(known)
        .map(|(tip, k)| (tip, k.1))
        .collect();
    let told = VOICES.map(|voices| format!("{:.1}", cross_validated(&dealt, voices)));
    println!("\nkinds dealt out by chance: {} %", told.join(" / "));
}

fn middle(mut all: Vec<u64>) -> u64 {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Prints what the visits of a kind look like.
pub(crate) fn print_sizes(samples: &[Sample], kind: char) {
    let of_kind = |pick: fn(&Sample) -> u64| {
        let mut all: Vec<u64> = samples
            .iter()
            .filter(|s| s.kind == kind)
            .map(pick)
            .collect();
        all.sort_unstable();
        let at = |part: usize| all.get(all.len() * part / 100).copied().unwrap_or_default();
        format!("{} / {} / {}", at(5), at(50), at(95))
    };
    println!(
        "  {kind}: requests {}, largest burst up {}, all up {}, all down {} (5 %, half, 95 %)",
        of_kind(|s| s.up.len() as u64),
        of_kind(|s| s.up.first().copied().unwrap_or_default()),
        of_kind(|s| s.up.iter().sum()),
        of_kind(|s| s.down.iter().sum()),
    );
    if let Some(one) = samples.iter().find(|s| s.kind == kind) {
        println!("     one of them: up {:?}, down {:?}", one.up, one.down);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: View = View {
        what: "",
        up: Some(1),
        down: Some(1),
    };

    fn visit(kind: char, up: &[u64], down: &[u64]) -> Sample {
        let mut visit = Sample::new(kind, false);
        up.iter().for_each(|bytes| visit.add(true, *bytes));
        down.iter().for_each(|bytes| visit.add(false, *bytes));
        visit
    }

    fn told(samples: &[Sample], view: &View) -> [f64; 2] {
        let known = seen(samples, view, &KINDS);
        VOICES.map(|voices| cross_validated(&known, voices))
    }

    #[test]
    fn a_step_hides_what_differs_within_it_and_no_more() {
        let steps = |up, down| View { what: "", up, down };
        let one = visit('t', &[700, 4_000], &[10_000, 20_000]);
        let within = visit('q', &[8_000, 900], &[16_000, 17_000]);
        let beyond = visit('q', &[700, 9_000], &[10_000, 40_000]);
        let padded = steps(Some(8 << 10), Some(16 << 10));
        assert_eq!(one.features(&padded), within.features(&padded));
        assert_ne!(one.features(&ALL), within.features(&ALL));
        for (up, down) in [(Some(8 << 10), None), (None, Some(16 << 10))] {
            let view = steps(up, down);
            assert_ne!(one.features(&view), beyond.features(&view));
        }
        assert_eq!(one.weight(&padded), 48 << 10);
    }

    #[test]
    fn what_is_not_looked_at_does_not_count() {
        let down = View { up: None, ..ALL };
        let (one, other) = (visit('t', &[9_000], &[5]), visit('q', &[700, 700], &[5]));
        assert_eq!(one.features(&down), other.features(&down));
    }

    #[test]
    fn one_size_each_way_leaves_the_number_of_requests() {
        let view = View {
            what: "",
            up: Some(1 << 20),
            down: Some(1 << 20),
        };
        let (two, also) = (visit('t', &[1, 2], &[3, 4]), visit('q', &[9, 9], &[9, 9]));
        assert_eq!(two.features(&view), also.features(&view));
        let three = visit('q', &[1, 2, 2], &[3, 4, 4]);
        assert_ne!(two.features(&view), three.features(&view));
    }

    #[test]
    fn visits_that_differ_are_told_and_visits_alike_are_not() {
        let of =
            |kind: char, bytes: u64| (0..200).map(move |n| visit(kind, &[bytes + n % 3], &[100]));
        let differ: Vec<Sample> = of('t', 4_000)
            .chain(of('q', 700))
            .chain(of('r', 710))
            .collect();
        assert_eq!(told(&differ, &ALL), [100.0, 100.0]);
        // In a row, as they are captured: their order must not tell.
        let alike: Vec<Sample> = of('q', 700)
            .chain(of('r', 700))
            .chain(of('t', 700))
            .collect();
        for right in told(&alike, &ALL) {
            assert!((35.0..65.0).contains(&right), "{right}");
        }
    }
}
