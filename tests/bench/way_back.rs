//! The way back: a reply taken in by a process of its own, and mailboxes looked up.

use std::thread;
use std::time::{Duration, Instant};

use e2e::dialogue::tip_at_dongfeng;
use e2e::form::look_up;
use e2e::http::Client;
use e2e::install::Install;
use e2e::pipe::receive;

use crate::load::Percentiles;

/// Visitors at one time: answers leave on a beat of eight milliseconds, so a few alone could not ask for many.
const CLIENTS: usize = 22;
/// Messages in a mailbox as it is after a while of questions and answers.
const FEW: usize = 4;
const LASTS: Duration = Duration::from_secs(8);
const REPLIES: usize = 60;

/// Measures and prints both, on one mailbox with messages in it.
pub(crate) fn print() {
    let install = Install::new();
    let service = install.start();
    let (officer, tip) = tip_at_dongfeng(&install, "一块地");
    let mut took = Vec::new();
    for number in 0..REPLIES {
        if number == FEW {
            look_ups(service.port, &tip.receipt, number);
        }
        let words = format!("答复：第 {number} 次。{}", "正在核查，请放心。".repeat(20));
        let mail = officer.reply(&tip.letter).says(&words).sealed();
        let begun = Instant::now();
        let verdict = receive(&install, &mail);
        took.push(begun.elapsed());
        assert_eq!(verdict.code, Some(0), "{}", verdict.said);
    }
    let times = Percentiles::of(&mut took);
    println!(
        "receive-mail exec to exit, decrypted, verified, sealed, durable: p50 {:.1} p95 {:.1} p99 {:.1} ms, {REPLIES} replies",
        times.p50, times.p95, times.p99
    );
    look_ups(service.port, &tip.receipt, REPLIES);
}

fn look_ups(port: u16, receipt: &str, messages: usize) {
    let begun = Instant::now();
    let mut took: Vec<Duration> = thread::scope(|scope| {
        let visitors: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(move || visit(port, receipt)))
            .collect();
        visitors
            .into_iter()
            .flat_map(|visitor| visitor.join().expect("a visitor"))
            .collect()
    });
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    let times = Percentiles::of(&mut took);
    println!(
        "look-ups     {CLIENTS} clients {rate:.0} look-ups/s, p50 {:.2} p95 {:.2} p99 {:.2} ms (each waits for the beat; {messages} messages in it)",
        times.p50, times.p95, times.p99
    );
}

fn visit(port: u16, receipt: &str) -> Vec<Duration> {
    let mut client = Client::new(port);
    let mut took = Vec::new();
    let end = Instant::now() + LASTS;
    while Instant::now() < end {
        let begun = Instant::now();
        let answer = look_up(&mut client, receipt);
        took.push(begun.elapsed());
        assert_eq!(answer.status, 200);
    }
    took
}
