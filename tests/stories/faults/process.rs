//! The process itself: no file descriptor left, an end asked for in the middle of the rush.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e2e::cases::assert_error_page;
use e2e::form::{Form, shown_receipt};
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::machine::{run, wait_for, words};
use e2e::service::Service;

use super::{PATIENCE, health, wait_for_log};

/// Bounds what the running service may have open.
fn allow_open_files(service: &Service<'_>, limit: &str) {
    let pid = service.pid().to_string();
    let done = run(Command::new("prlimit").args(["--pid", &pid, &format!("--nofile={limit}")]));
    assert!(done.status.success(), "prlimit: {}", words(&done));
}

/// The lowest number that no open file has.
fn next_descriptor(service: &Service<'_>) -> usize {
    let folder = format!("/proc/{}/fd", service.pid());
    let open: Vec<usize> = std::fs::read_dir(folder)
        .expect("the service's open files")
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .collect();
    (0..)
        .find(|number| !open.contains(number))
        .expect("a number")
}

#[test]
fn without_file_descriptors_whoever_is_in_is_served_and_whoever_is_not_waits() {
    let install = Install::new();
    let service = install.start();
    let ledger = Ledger::of(&install);
    let mut inside = service.visitor();
    let form = Form::fetch(&mut inside).poppies("没有描述符的时候");
    // A page of the site before, so that nothing is opened for the first time now.
    assert_eq!(inside.get("/report/").status, 200);
    let bound = next_descriptor(&service);
    allow_open_files(&service, &format!("{bound}:4096"));
    let answer = form.send(&mut inside);
    assert!(
        ledger.note("没有描述符的时候", &answer),
        "the user: {}",
        answer.status
    );
    assert_error_page("a page of the site", &inside.get("/report/"), 503);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let mut outside = service.visitor();
            ledger.send(&mut outside, "在门外等的时候")
        });
        wait_for_log(&service, &["ALARM", "no connection can be accepted"]);
        wait_for_log(&service, &["ALARM", "a file of the site could not be read"]);
        wait_for_log(&service, &["ALARM", "unit=\"dongfeng\""]);
        assert!(install.letters("dongfeng").is_empty());
        allow_open_files(&service, "1024:4096");
        let answer = waiting.join().expect("answered");
        assert!(shown_receipt(&answer).is_some(), "who waited was served");
    });
    assert_eq!(health(&service).0, 200);
    assert_eq!(ledger.settle().len(), 2);
}

#[test]
fn asked_to_end_in_the_middle_of_the_rush_it_ends_in_time_and_keeps_every_receipt() {
    let install = Install::new();
    let mut service = install.start();
    let (port, over) = (service.port, AtomicBool::new(false));
    let ledger = Ledger::of(&install);
    thread::scope(|scope| {
        for visitor in 0..8 {
            let (ledger, over) = (&ledger, &over);
            scope.spawn(move || {
                let mut client = e2e::http::Client::new(port);
                for number in 0.. {
                    let what = format!("第{visitor}人第{number}条");
                    let sent = Form::try_fetch(&mut client)
                        .and_then(|form| form.poppies(&what).try_send(&mut client));
                    match sent {
                        Ok(answer) => assert!(ledger.note(&what, &answer), "{}", answer.status),
                        Err(_) if over.load(Ordering::Relaxed) => return,
                        Err(error) => panic!("cut off before the end: {error}"),
                    }
                }
            });
        }
        wait_for("a rush", PATIENCE, || (ledger.len() > 100).then_some(()));
        over.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        let status = service.stop();
        let took = begun.elapsed();
        assert!(status.success(), "the operator: {status}");
        assert!(took < Duration::from_secs(15), "it took {took:?} to end");
    });
    let promised = ledger.len();
    service.start_again();
    assert!(ledger.settle().len() >= promised);
    println!("{promised} receipts before the end, 0 lost");
}
