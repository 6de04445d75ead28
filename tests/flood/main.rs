//! `make flood`: attacks at a hundred times the budget and more, with honest visitors among them, against the real
//! binary and a real mail server. Prints a table; the criteria stand under it. Takes about ten minutes an attack; never part of `make
//! test`, which has a short version in `tests/stories/floods.rs`.
//!
//! usage: flood [--minutes N] [one|many|many-at-once|prefix|onion|onion-more]…

use std::time::Duration;

use e2e::flood::{Attack, Honest, Plan, Report, run};

/// Name, attack, tips in a second, attackers at one time. A hundred times the budget is 600 tips an hour for one
/// address (0.17/s), 6,000 for a /48 or the onion listener (1.7/s), 30,000 for all together (8.3/s).
const ATTACKS: &[(&str, Attack, f64, usize)] = &[
    ("one", Attack::OneAddress, 20.0, 4),
    ("many", Attack::ManyAddresses, 100.0, 8),
    ("many-at-once", Attack::ManyAddresses, 100_000.0, 16),
    ("prefix", Attack::Prefix, 20.0, 4),
    ("onion", Attack::Onion, 1.7, 4),
    ("onion-more", Attack::Onion, 20.0, 4),
];

const JITTER: u32 = 5;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let minutes = match arguments.iter().position(|a| a == "--minutes") {
        Some(at) => {
            let minutes = arguments.remove(at + 1).parse().expect("a number");
            arguments.remove(at);
            minutes
        }
        None => 8,
    };
    println!(
        "budgets as shipped; delivery.delay_max_seconds = {JITTER}; delays are from the receipt to the mail server\n\n\
         | attack | tips/s | answers 200 / 503 / 429 / other | honest tips | with a receipt at once | receipt p50 / p99 | \
         delay p50 / p99 / max | beyond the random delay, max | mails to the unit | letters in them | waiting then / at last | memory |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for (name, attack, per_second, workers) in ATTACKS {
        if !arguments.is_empty() && !arguments.iter().any(|wanted| wanted == name) {
            continue;
        }
        let plan = Plan {
            attack: *attack,
            per_second: *per_second,
            workers: *workers,
            lasts: Duration::from_secs(60 * minutes),
            honest_every: Duration::from_secs(2),
            jitter: JITTER,
            letters_per_hour: 60,
            patience: Duration::from_secs(400),
        };
        let report = run(&plan, |install| install);
        let doors: &[bool] = if *attack == Attack::Onion {
            &[false, true]
        } else {
            &[false]
        };
        for onion in doors {
            print_row(name, *onion, &report);
        }
    }
    println!(
        "\nwanted: honest failures < 1 %, beyond the random delay ≤ 300 s, mails ≤ 60 in an hour"
    );
}

fn print_row(name: &str, onion: bool, report: &Report) {
    let honest: Vec<&Honest> = report.honest.iter().filter(|h| h.onion == onion).collect();
    let answered = seconds(honest.iter().filter_map(|h| h.answered_in));
    let delays = seconds(honest.iter().filter_map(|h| h.delay));
    let beyond = at(&delays, 1.0) - f64::from(JITTER);
    let door = if onion { ", honest by onion" } else { "" };
    let lost = answered.len() - delays.len();
    let tally = report.attack;
    println!(
        "| {name}{door} | {:.1} | {} / {} / {} / {} | {} | {:.2} % | {:.2} / {:.2} s | {:.0} / {:.0} / {:.0} s{} | {:.0} s | {} in {:.0} min | {} | {} / {} | {:.0} MiB |",
        tally.sent() as f64 / report.lasted.as_secs_f64(),
        tally.taken,
        tally.put_off,
        tally.refused,
        tally.other,
        honest.len(),
        100.0 * answered.len() as f64 / honest.len() as f64,
        at(&answered, 0.5),
        at(&answered, 0.99),
        at(&delays, 0.5),
        at(&delays, 0.99),
        at(&delays, 1.0),
        if lost > 0 {
            format!(" ({lost} not there yet)")
        } else {
            String::new()
        },
        beyond.max(0.0),
        report.mails,
        report.lasted.as_secs_f64() / 60.0,
        report.letters,
        report.waiting[0],
        report.waiting[1],
        report.memory,
    );
}

/// Sorted.
fn seconds(durations: impl Iterator<Item = Duration>) -> Vec<f64> {
    let mut seconds: Vec<f64> = durations.map(|d| d.as_secs_f64()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds
}

fn at(sorted: &[f64], share: f64) -> f64 {
    let index = (sorted.len() as f64 * share) as usize;
    sorted
        .get(index.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}
