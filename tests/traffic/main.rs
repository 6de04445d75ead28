//! `make traffic`: what somebody who watches the visitor's network can tell from sizes alone. Visits of three kinds go through a TLS front
//! (nginx) to the real service; dumpcap and tshark take down the TLS records; a classifier that looks for the most alike visit
//! guesses the kind. Prints figures and asserts nothing.
//!
//! The many visits are made by a program that fetches what Chromium fetches; a few are made by Chromium itself, and the classifier, having
//! learnt from the many alone, must tell those as well, or the many would be no likeness.

mod chromium;
mod front;
mod nearest;
mod visit;
mod wire;

use std::time::Instant;

use e2e::install::Install;
use e2e::tls::Authority;

use front::Front;
use nearest::{Sample, View};
use visit::{KINDS, Visitor};
use wire::Capture;

/// Visits of each kind, when no number is given.
const VISITS: usize = 500;
/// Those by Chromium, of each kind.
const BY_CHROMIUM: usize = 10;

fn main() {
    let given: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    let visits = given.first().copied().unwrap_or(VISITS);
    let by_chromium = given.get(1).copied().unwrap_or(BY_CHROMIUM);
    let begun = Instant::now();
    let install = Install::new()
        .with("delivery.delay_max_seconds", 86_400)
        .with("store.max_waiting", 10_000_000)
        .with("server.trusted_proxies", vec!["127.0.0.1"]);
    let service = install.start();
    let authority = Authority::new();
    let front = Front::start(&authority, service.port);
    let capture = Capture::start(front.port);
    let visitor = Visitor::new(&authority, front.port);
    for number in 0..visits {
        for kind in KINDS {
            visitor.make(kind, number);
        }
    }
    let drawn = begun.elapsed();
    if by_chromium > 0 {
        chromium::visits(front.port, by_chromium);
    }
    let samples = capture.end();
    let (real, many): (Vec<Sample>, Vec<Sample>) = samples.into_iter().partition(|s| s.by_chromium);
    println!(
        "traffic      {visits} visits of each kind in {drawn:.0?}, {by_chromium} of each by Chromium (no script), \
         {:.0?} in all",
        begun.elapsed()
    );
    println!(
        "             nginx, TLS 1.3, HTTP/1.1; nearest of all others by L1 over log sizes of bursts, \
         5 parts in turn; chance: 50 % and 33 %"
    );
    for kind in KINDS {
        nearest::print_sizes(&many, kind);
        if by_chromium > 0 {
            print!("  by Chromium");
            nearest::print_sizes(&real, kind);
        }
    }
    for view in [
        View::All,
        View::Down,
        View::Up,
        View::DownPadded,
        View::BothPadded,
    ] {
        nearest::print(view, &many, &real);
    }
}
