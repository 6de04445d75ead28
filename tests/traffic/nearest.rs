//! The observer: guesses a visit's kind from the visit most like it among those it knows.

use crate::visit::KINDS;

/// The largest so many bursts each way that are compared.
const BURSTS: usize = 16;
/// Steps for what padding that is not there would do.
const DOWN_STEP: u64 = 16 << 10;
const UP_STEP: u64 = 8 << 10;
/// Parts of the cross-validation.
const PARTS: usize = 5;

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

/// What the observer looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    /// Everything.
    All,
    /// What comes down alone: what padding of answers can change.
    Down,
    /// What goes up alone: what no padding of answers changes.
    Up,
    /// What would come down had every file of the site been padded to the same step.
    DownPadded,
    /// That, and each request padded too, as only script or another client could.
    BothPadded,
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

    fn features(&self, view: View) -> Vec<f64> {
        let of = |sizes: &[u64]| {
            let mut all = vec![sizes.iter().sum::<u64>(), sizes.len() as u64];
            all.extend(
                sizes
                    .iter()
                    .copied()
                    .chain(std::iter::repeat(0))
                    .take(BURSTS),
            );
            all
        };
        let sizes = match view {
            View::All => [of(&self.up), of(&self.down)].concat(),
            View::Down => of(&self.down),
            View::Up => of(&self.up),
            View::DownPadded => of(&rounded(&self.down, DOWN_STEP)),
            View::BothPadded => [
                of(&rounded(&self.up, UP_STEP)),
                of(&rounded(&self.down, DOWN_STEP)),
            ]
            .concat(),
        };
        sizes
            .into_iter()
            .map(|size| (size as f64).ln_1p())
            .collect()
    }
}

fn rounded(sizes: &[u64], step: u64) -> Vec<u64> {
    sizes
        .iter()
        .map(|size| size.next_multiple_of(step))
        .collect()
}

/// Truth in rows, guesses in columns.
type Confusion = [[usize; 3]; 3];

fn guess(of: &[f64], known: &[(char, Vec<f64>)]) -> char {
    let distance =
        |other: &[f64]| -> f64 { of.iter().zip(other).map(|(a, b)| (a - b).abs()).sum() };
    let nearest = known
        .iter()
        .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
    nearest.map_or(' ', |(kind, _)| *kind)
}

fn index(kind: char) -> usize {
    KINDS
        .iter()
        .position(|known| *known == kind)
        .expect("a kind")
}

fn cross_validated(samples: &[(char, Vec<f64>)]) -> Confusion {
    let mut table = Confusion::default();
    let mut seen = [0; 3];
    let parts: Vec<usize> = samples
        .iter()
        .map(|(kind, _)| {
            seen[index(*kind)] += 1;
            seen[index(*kind)] % PARTS
        })
        .collect();
    for part in 0..PARTS {
        let of = |within: bool| {
            let chosen = samples
                .iter()
                .zip(&parts)
                .filter(move |(_, p)| (**p == part) == within);
            chosen.map(|(sample, _)| sample.clone()).collect::<Vec<_>>()
        };
        let known = of(false);
        for (kind, features) in of(true) {
            table[index(kind)][index(guess(&features, &known))] += 1;
        }
    }
    table
}

/// Mean over the classes of the share told right: by kind, and tip against the rest.
fn accuracy(table: &Confusion) -> (f64, f64) {
    let share = |right: usize, all: usize| 100.0 * right as f64 / all.max(1) as f64;
    let rows: Vec<usize> = table.iter().map(|row| row.iter().sum()).collect();
    let three = (0..3).map(|k| share(table[k][k], rows[k])).sum::<f64>() / 3.0;
    let rest = table[1][1..].iter().chain(&table[2][1..]).sum();
    let two = (share(table[0][0], rows[0]) + share(rest, rows[1] + rows[2])) / 2.0;
    (two, three)
}

/// Prints how well the observer does with this view, on the many visits and on the browser's.
pub(crate) fn print(view: View, many: &[Sample], real: &[Sample]) {
    let seen = |samples: &[Sample]| -> Vec<(char, Vec<f64>)> {
        samples
            .iter()
            .map(|sample| (sample.kind, sample.features(view)))
            .collect()
    };
    let known = seen(many);
    let table = cross_validated(&known);
    let (two, three) = accuracy(&table);
    println!(
        "{view:?}: tip or not {two:.1} %, which of three {three:.1} %; rows tip, quiz, read: {table:?}"
    );
    let mut table = Confusion::default();
    for (kind, features) in seen(real) {
        table[index(kind)][index(guess(&features, &known))] += 1;
    }
    if !real.is_empty() {
        let (two, three) = accuracy(&table);
        println!("  Chromium's, told by the others: {two:.1} %, {three:.1} %; {table:?}");
    }
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
        "  {kind}: largest burst up {}, all up {}, all down {} (bytes: 5 %, half, 95 %)",
        of_kind(|s| s.up.first().copied().unwrap_or_default()),
        of_kind(|s| s.up.iter().sum()),
        of_kind(|s| s.down.iter().sum()),
    );
    if let Some(one) = samples.iter().find(|s| s.kind == kind) {
        println!("     one of them: up {:?}, down {:?}", one.up, one.down);
    }
}
