//! Looking a receipt up tells nobody but its holder anything: whether a mailbox is there, empty, ended,
//! deleted or never was, the answer has the same status, headers and size, and takes the same time.

use std::time::Instant;

use e2e::database::Database;
use e2e::dialogue::{self, Tip, strange_receipt, write_back};
use e2e::form::{file_tip, look_up};
use e2e::http::Client;
use e2e::install::Install;
use e2e::machine::whole_machine;
use e2e::officer::Officer;
use e2e::pipe::receive;
use e2e::service::Service;
use rand::seq::SliceRandom;

/// Of each sort; 20,000 in all.
const REQUESTS: usize = 4_000;

/// The slowest of each sort, in percent, that are left out: the machine has other things to do, and
/// does them at nobody's cost in particular.
const LEFT_OUT: usize = 5;

/// What Welch's t must stay under.
const LIMIT: f64 = 4.5;

/// One receipt of each sort.
fn receipts(install: &Install, service: &Service<'_>) -> [(&'static str, String); 5] {
    let mut visitor = service.visitor();
    let officer = Officer::of(install, "dongfeng");
    let ended = file_tip(&mut visitor, "到期的");
    dialogue::assert_settled(install);
    Database::of(install).run("UPDATE mailbox SET ends_day = 1");
    install.run_well(&["purge"], &[]);
    let maildir = install.path("mail/dongfeng");
    let full = Tip::file(service, &officer, &maildir, "有来往的");
    let ask = officer
        .reply(&full.letter)
        .says("询问：花开了吗？在哪一块地？");
    assert_eq!(receive(install, &ask.sealed()).code, Some(0));
    write_back(&mut visitor, &full.receipt, "开了，在北坡。");
    let empty = file_tip(&mut visitor, "没有来往的");
    let deleted = file_tip(&mut visitor, "删掉的");
    dialogue::delete(&mut visitor, &deleted);
    dialogue::assert_settled(install);
    [
        ("found", full.receipt),
        ("empty", empty),
        ("ended", ended),
        ("deleted", deleted),
        ("never", strange_receipt()),
    ]
}

#[test]
fn every_answer_has_the_same_status_headers_and_size() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let shapes = receipts(&install, &service).map(|(what, receipt)| {
        let answer = look_up(&mut visitor, &receipt);
        let headers = answer.headers.iter().filter(|(name, _)| name != "date");
        let shape = (
            answer.status,
            headers.cloned().collect::<Vec<_>>(),
            answer.body.len(),
            answer.wire,
        );
        (what, shape)
    });
    for (what, shape) in &shapes {
        assert_eq!(shape, &shapes[0].1, "{what} differs from {}", shapes[0].0);
    }
}

#[test]
fn the_fullest_mailbox_has_the_size_of_one_that_never_was() {
    let install = Install::new();
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(&service, &officer, &maildir, "来往很多");
    // What takes most room on a page: every character escaped, every second one a line of its own.
    let (wide, long) = ("\"".repeat(3_900), "\"\n".repeat(1_950));
    for text in [&wide, &long, &"汉".repeat(3_900)] {
        let reply = officer.reply(&tip.letter).says(&format!("答复：{text}"));
        let verdict = receive(&install, &reply.sealed());
        assert_eq!(verdict.code, Some(0), "{}", verdict.said);
        let answer = write_back(&mut service.visitor(), &tip.receipt, text);
        assert_eq!(answer.status, 200, "{}", answer.page().body());
    }
    for number in 0..12 {
        let reply = officer
            .reply(&tip.letter)
            .says(&format!("答复：{number}{}", &long[..500]));
        assert_eq!(receive(&install, &reply.sealed()).code, Some(0));
    }
    let short = officer.reply(&tip.letter).says("奖励：请来领取。");
    assert_eq!(receive(&install, &short.sealed()).code, Some(0));
    let mut visitor = service.visitor();
    let never = look_up(&mut visitor, &strange_receipt()).wire;
    let sizes: Vec<usize> = (0..9)
        .map(|page| dialogue::page(&mut visitor, &tip.receipt, page).wire)
        .collect();
    assert!(
        sizes.iter().all(|size| *size == never),
        "{sizes:?}, not {never}"
    );
}

#[test]
fn no_time_that_can_be_measured_tells_one_from_another() {
    let _alone = whole_machine();
    let install = Install::new();
    let service = install.start();
    let receipts = receipts(&install, &service);
    let mut visitor = service.visitor();
    let begun = Instant::now();
    let times = measure(&mut visitor, &receipts);
    println!(
        "{} look-ups in {:.0?}",
        REQUESTS * receipts.len(),
        begun.elapsed()
    );
    let kept: Vec<(&str, Vec<f64>)> = receipts
        .iter()
        .zip(times)
        .map(|((what, _), times)| (*what, fastest(times)))
        .collect();
    for (what, times) in &kept {
        let (mean, variance) = moments(times);
        println!(
            "{what:>8}: {:.3} ms ± {:.3}",
            mean * 1e3,
            variance.sqrt() * 1e3
        );
    }
    for (index, (one, a)) in kept.iter().enumerate() {
        for (other, b) in &kept[index + 1..] {
            let t = welch(a, b);
            println!("{one} against {other}: t = {t:.2}");
            assert!(
                t.abs() < LIMIT,
                "{one} and {other} can be told apart: t = {t:.2}"
            );
        }
    }
}

/// Seconds for each request, by sort: all sorts once in each round, in an order that is drawn anew, on
/// one connection.
fn measure(visitor: &mut Client, receipts: &[(&'static str, String); 5]) -> [Vec<f64>; 5] {
    let mut times: [Vec<f64>; 5] = Default::default();
    let mut order = [0, 1, 2, 3, 4];
    for round in 0..REQUESTS + 20 {
        order.shuffle(&mut rand::thread_rng());
        for sort in order {
            let begun = Instant::now();
            let answer = look_up(visitor, &receipts[sort].1);
            let took = begun.elapsed().as_secs_f64();
            assert_eq!(answer.status, 200);
            // The first rounds fill caches.
            if round >= 20 {
                times[sort].push(took);
            }
        }
    }
    times
}

fn fastest(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times.truncate(times.len() * (100 - LEFT_OUT) / 100);
    times
}

/// Mean and variance.
fn moments(of: &[f64]) -> (f64, f64) {
    let n = of.len() as f64;
    let mean = of.iter().sum::<f64>() / n;
    (
        mean,
        of.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0),
    )
}

/// B. L. Welch's statistic for two samples of unequal variance.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, var_a), (mean_b, var_b)) = (moments(a), moments(b));
    (mean_a - mean_b) / (var_a / a.len() as f64 + var_b / b.len() as f64).sqrt()
}

#[test]
fn a_difference_of_a_tenth_of_a_millisecond_would_be_seen() {
    let noise = |shift: f64| -> Vec<f64> {
        (0..REQUESTS)
            .map(|_| 0.012 + shift + rand::random::<f64>() * 0.002)
            .collect()
    };
    let t = welch(&fastest(noise(0.0)), &fastest(noise(0.0)));
    assert!(t.abs() < LIMIT, "{t}");
    let t = welch(&fastest(noise(0.0)), &fastest(noise(0.000_1)));
    assert!(t.abs() > LIMIT, "{t}");
}
