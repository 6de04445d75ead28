//! What can break around the service, one fault a story. Each says three things: what the visitor saw (a page that
//! keeps the text and names a number to call, or a receipt), what the operator saw (the log, `/healthz`, `check`), and
//! that nothing was lost: in the end every receipt that was shown has its letter, under one name, and the database is
//! whole.

mod clock;
mod damage;
mod disk;
mod mail;
mod power;
mod process;
mod start;

use std::process::Command;
use std::time::Duration;

use e2e::cases::{assert_error_page, assert_kept};
use e2e::http::Answer;
use e2e::install::Install;
use e2e::machine::{free_port, run, wait_for, words};
use e2e::service::Service;

/// Everybody with a key, the service last.
const UNITS: [&str; 7] = [
    "city",
    "longshan",
    "xian",
    "dongfeng",
    "dongliao",
    "oversight",
    "service",
];

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the log says of tries, a line each.
fn letter_lines(service: &Service<'_>) -> Vec<String> {
    let said = service.said();
    let lines = said.lines().filter(|line| line.contains("letter unit="));
    lines.map(str::to_string).collect()
}

/// Fails unless the visitor's form came back with the text in it, words on what to do and a number to call.
fn assert_given_back(what: &str, answer: &Answer, text: &str) {
    assert_error_page(what, answer, 503);
    assert_kept(what, answer, &[("what", text), ("county", "220421")]);
    assert!(
        answer.header("retry-after").is_some(),
        "{what}: no Retry-After"
    );
}

/// Waits until the log holds a line with all these words.
fn wait_for_log(service: &Service<'_>, parts: &[&str]) {
    wait_for(&format!("{parts:?} in the log"), PATIENCE, || {
        let said = service.said();
        let found = |line: &str| parts.iter().all(|part| line.contains(part));
        said.lines().any(found).then_some(())
    });
}

/// What `/healthz` says: status and words.
fn health(service: &Service<'_>) -> (u16, String) {
    let answer = service.visitor().get("/healthz");
    (answer.status, answer.text().trim().to_string())
}

/// Waits until `/healthz` says that all is well.
fn wait_for_health(service: &Service<'_>) {
    wait_for("a healthy service", PATIENCE, || {
        (health(service).0 == 200).then_some(())
    });
}

/// What `check` says, and whether it is content.
fn check(install: &Install) -> (bool, String) {
    let output = install.run(&["check"], &["--dev"]);
    (output.status.success(), words(&output))
}

/// Fails unless `check` is not content and says all of this.
fn assert_check_says(install: &Install, parts: &[&str]) {
    let (content, said) = check(install);
    assert!(!content, "check is content: {said}");
    for part in parts {
        assert!(said.contains(part), "check does not say {part}: {said}");
    }
}

/// What `serve` says when it does not start; fails when it does.
fn refused_start(install: &Install) -> String {
    let config = install.config_file().display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    let arguments = ["serve", "--dev", "--config", &config, "--listen", &listen];
    // A service that starts after all is ended, and its status is no refusal.
    let mut command = Command::new("timeout");
    let serve = install.command(&arguments);
    command
        .arg("20")
        .arg(serve.get_program())
        .args(serve.get_args());
    command.current_dir(install.path("work"));
    for (name, value) in serve.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(1), "{}", words(&output));
    words(&output)
}
