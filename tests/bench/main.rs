//! `make bench`: what the service costs and how fast it is, in one run on one machine, against the
//! real binary. Prints figures and asserts nothing; never part of `make test`.
//!
//! usage: bench [seal|start|submissions|postgres|back|scale|weight]…

mod load;
mod local;
mod postgres;
mod scale;
mod way_back;
mod weight;

use std::time::Duration;

use e2e::install::Install;
use e2e::machine::{run, words};
use e2e::service::Service;
use load::Round;

/// How long each round of visitors lasts, and how often it is repeated.
const ROUND: Duration = Duration::from_secs(8);
const ROUNDS: usize = 3;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    machine();
    let parts: [(&str, fn()); 7] = [
        ("seal", local::print),
        ("start", start_up),
        ("submissions", submissions),
        ("postgres", postgres::print),
        ("back", way_back::print),
        ("scale", scale::print),
        ("weight", weight::print),
    ];
    for (name, print) in parts {
        if wanted.is_empty() || wanted.iter().any(|part| part == name) {
            print();
        }
    }
}

/// The conditions: without them no figure means anything.
fn machine() {
    let first = |path: &str, key: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text
            .lines()
            .find(|line| line.starts_with(key))
            .unwrap_or("?")
            .to_string();
        line.split(':')
            .next_back()
            .unwrap_or_default()
            .trim()
            .to_string()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "machine      {cores} cores, {}",
        first("/proc/cpuinfo", "model name")
    );
    println!(
        "load before  {}",
        std::fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .trim()
    );
    println!(
        "set-up       release build; visitors and service share the machine; store: SQLite, WAL, \
         synchronous=FULL;\n             every tip sealed with OpenPGP and durable before its receipt; \
         letters are due at a random\n             moment of a day, as in production of a quarter of an hour: \
         delivery hardly runs meanwhile"
    );
}

/// An installation as in production, but for limits that would refuse one address's flood.
fn install() -> Install {
    Install::new()
        .with("delivery.delay_max_seconds", 86_400)
        .with("store.max_waiting", 10_000_000)
        .with("server.max_connections", 512)
}

fn start_up() {
    let install = install();
    let mut service = install.start();
    let mut took: Vec<Duration> = (0..9)
        .map(|_| {
            service.restart();
            service.started_in
        })
        .collect();
    took.sort();
    println!(
        "start-up     exec to /healthz 200: median {:.0?}, slowest {:.0?} of {}",
        took[took.len() / 2],
        took[took.len() - 1],
        took.len()
    );
}

fn submissions() {
    println!(
        "submissions  GET form (gzip) + POST → receipt, keep-alive, closed loop, {ROUND:?} a round"
    );
    for clients in [1, 16] {
        let install = install();
        let service = install.start();
        let idle = service.memory("VmRSS");
        let mut rounds: Vec<Round> = (0..ROUNDS)
            .map(|_| load::round(&[service.port], clients, ROUND))
            .collect();
        for round in &mut rounds {
            print_round(round);
        }
        println!(
            "             RSS idle {idle:.1} MiB, after the load {:.1} MiB, at most {:.1} MiB; \
             service CPU {:.1} s; letters that went out meanwhile: {}",
            service.memory("VmRSS"),
            service.memory("VmHWM"),
            cpu_seconds(&service),
            install.letters("dongfeng").len(),
        );
    }
}

fn print_round(round: &mut Round) {
    let whole = load::Percentiles::of(&mut round.whole);
    let post = load::Percentiles::of(&mut round.post);
    println!(
        "  {:>2} clients {:>6.0} tips/s   whole p50 {:>6.2} p95 {:>6.2} p99 {:>6.2} ms   \
         POST p50 {:>6.2} p99 {:>6.2} ms   {} tips, {} failed",
        round.clients,
        round.whole.len() as f64 / round.lasted.as_secs_f64(),
        whole.p50,
        whole.p95,
        whole.p99,
        post.p50,
        post.p99,
        round.whole.len(),
        round.failed,
    );
}

/// User and system time of the process so far.
fn cpu_seconds(service: &Service<'_>) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", service.pid())).expect("it lives");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |index: usize| fields[index].parse::<f64>().expect("ticks");
    let hertz = words(&run(std::process::Command::new("getconf").arg("CLK_TCK")));
    (ticks(11) + ticks(12)) / hertz.trim().parse::<f64>().unwrap_or(100.0)
}
