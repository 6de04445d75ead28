//! One service with SQLite beside one, two and three with one PostgreSQL, under the same load. All of it shares the machine:
//! what more services bring beyond its cores, it cannot show.

use e2e::install::Install;
use e2e::postgres::Postgres;

use crate::{ROUND, ROUNDS, install, load};

const CLIENTS: usize = 64;

/// Measures and prints each row.
pub(crate) fn print() {
    println!(
        "postgres     as submissions, {CLIENTS} clients; PostgreSQL of this machine by a socket, fsync and synchronous_commit on"
    );
    let alone = row("SQLite, 1 service", 1, &install(), None);
    for count in 1..=3 {
        let postgres = Postgres::start();
        let install = install().sharing(&postgres.create("tips"));
        let name = format!(
            "PostgreSQL, {count} service{}",
            if count == 1 { "" } else { "s" }
        );
        row(&name, count, &install, Some(alone));
    }
}

/// Tips a second, the best of all rounds; beside `other`, if there is one.
fn row(name: &str, count: usize, install: &Install, other: Option<f64>) -> f64 {
    let services: Vec<_> = (0..count).map(|_| install.start()).collect();
    let ports: Vec<u16> = services.iter().map(|service| service.port).collect();
    let mut best: f64 = 0.0;
    for _ in 0..ROUNDS {
        let mut round = load::round(&ports, CLIENTS, ROUND);
        let rate = round.whole.len() as f64 / round.lasted.as_secs_f64();
        let post = load::Percentiles::of(&mut round.post);
        let share = other.map_or(String::new(), |other| {
            format!("   {:.0} % of SQLite", rate / other * 100.0)
        });
        println!(
            "  {name:<24} {rate:>6.0} tips/s   POST p50 {:>6.2} p95 {:>6.2} p99 {:>6.2} ms   {} failed{share}",
            post.p50, post.p95, post.p99, round.failed
        );
        best = best.max(rate);
    }
    best
}
