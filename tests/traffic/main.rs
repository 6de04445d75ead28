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

/// What the observer sees, and what he would see if more were padded. (Text of 20 to 800 characters; photographs are larger than any step.)
const VIEWS: &[View] = &[
    view("all there is", Some(1), Some(1)),
    view("requests alone", Some(1), None),
    view(
        "answers alone (as if every visit sent a form)",
        None,
        Some(1),
    ),
    view(
        "answers in steps of 16 KiB, requests as they are",
        Some(1),
        Some(16 << 10),
    ),
    view(
        "requests in steps of 8 KiB, answers as they are",
        Some(8 << 10),
        Some(1),
    ),
    view(
        "requests in steps of 8 KiB, answers of 16 KiB",
        Some(8 << 10),
        Some(16 << 10),
    ),
    view(
        "requests in steps of 8 KiB, answers of 64 KiB",
        Some(8 << 10),
        Some(64 << 10),
    ),
    view(
        "one size each way: the number of requests alone",
        Some(1 << 20),
        Some(1 << 20),
    ),
];

const fn view(what: &'static str, up: Option<u64>, down: Option<u64>) -> View {
    View { what, up, down }
}

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
        "             nginx, TLS 1.3, HTTP/1.1; by L1 over log sizes of bursts, number and sum; 5 parts in turn\n"
    );
    for kind in KINDS {
        nearest::print_sizes(&many, kind);
        if by_chromium > 0 {
            print!("  by Chromium");
            nearest::print_sizes(&real, kind);
        }
    }
    println!(
        "\nright, in per cent, by the nearest / by the 25 nearest; chance is 50; wanted: 60 at most\n\n\
         | what is seen | tip or not | tip or quiz | tip or reading | Chromium's, by the others | KiB down, no tip |\n\
         | --- | --- | --- | --- | --- | --- |"
    );
    for view in VIEWS {
        nearest::print(view, &many, &real);
    }
    nearest::print_control(&VIEWS[0], &many);
}
