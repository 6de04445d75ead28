//! `make rehearsal`: OPERATIONS.md followed step by step in a fresh Debian 12, with the package, as far as one machine without the
//! world around it can. The commands are the document's own (`document.rs`), what an operator does between them is in
//! `hands.rs`. Needs root, debootstrap, systemd-nspawn and a mirror of Debian; never part of `make test`. Whatever is missing or
//! goes wrong fails it.
//!
//! usage: rehearsal [--base FOLDER]      (FOLDER: a root that debootstrap made before; it is copied)

mod document;
mod follow;
mod hands;
mod package;
mod provider;
mod root;
mod trial;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::machine::is_root;

use follow::Rehearsal;
use root::Root;

/// What the document says and one root cannot do.
const NOT_HERE: [(usize, &str); 6] = [
    (
        1,
        "the build: on this machine, before; the fingerprints are left unpublished",
    ),
    (
        6,
        "certbot: no authority of the world sees this root; the rehearsal's own takes its place",
    ),
    (
        8,
        "SSH in a second session: no network leads here (what the rules close is tried in tests/stories/deploy/firewall.rs)",
    ),
    (
        9,
        "the world's DNS: dnsmasq in the root; the mail server with an account: a second Postfix in the root",
    ),
    (
        10,
        "tor's network: the name is made, the network is not reached",
    ),
    (11, "a telephone: curl, by HTTP/2 over TLS"),
];

/// What was done, and how long it took.
#[derive(Default)]
struct Times(Vec<(String, Duration)>);

fn main() {
    assert!(
        is_root(),
        "the rehearsal makes and boots a Debian of its own: run it as root"
    );
    let base = base();
    let mut times = Times::default();
    let package = times.of(
        "1. make dist, unless its package of this commit is there",
        package::of_this_commit,
    );
    let root = times.of(
        "   a bare Debian 12, by debootstrap, booted by systemd-nspawn",
        || Root::boot(base.as_deref()),
    );
    let mut rehearsal = Rehearsal::new(root, package);
    for step in document::steps().iter().filter(|step| step.number > 1) {
        times.of(&format!("{}. {}", step.number, step.title), || {
            rehearsal.follow(step)
        });
    }
    times.of("   a reboot", || rehearsal.reboots());
    times.of("   the package removed", || rehearsal.remove());
    times.print();
    println!("\nnot here:");
    for (step, why) in NOT_HERE {
        println!("  {step:>2}  {why}");
    }
}

fn base() -> Option<PathBuf> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    match given.as_slice() {
        [] => None,
        [flag, folder] if flag == "--base" => Some(Path::new(folder).into()),
        _ => panic!("usage: rehearsal [--base FOLDER]"),
    }
}

impl Times {
    fn of<T>(&mut self, what: &str, job: impl FnOnce() -> T) -> T {
        println!("{what}");
        let begun = Instant::now();
        let done = job();
        println!("    — {:.1} s", begun.elapsed().as_secs_f64());
        self.0.push((what.trim().into(), begun.elapsed()));
        done
    }

    fn print(&self) {
        println!("\n| what | seconds |\n| --- | ---: |");
        for (what, took) in &self.0 {
            println!("| {what} | {:.1} |", took.as_secs_f64());
        }
        let all: Duration = self.0.iter().map(|(_, took)| *took).sum();
        println!("| all | {:.1} |", all.as_secs_f64());
    }
}
