//! Several services with one PostgreSQL behind one nginx, while services are killed and the database is restarted under them:
//! every receipt that anybody saw has its letter afterwards, one letter. (Half a minute; `POSTGRES_SECONDS=600` by hand.)

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e2e::form::{Form, file_tip, look_up};
use e2e::http::Client;
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::machine::{free_port, repository, wait_for, whole_machine, words};
use e2e::nginx::{Files, Nginx};
use e2e::postgres::Postgres;
use e2e::service::Service;

use crate::crash::{EndsTheRound, Visitor, amount};

const CLIENTS: u32 = 64;
/// A service is killed so often.
const EVERY: Duration = Duration::from_secs(5);
/// As long as it takes to be sure that a service has died, and more.
const TAKEN_OVER: Duration = Duration::from_secs(180);

#[test]
fn every_receipt_shown_while_services_and_database_die_has_its_one_letter() {
    let _alone = whole_machine();
    let mut postgres = Postgres::start();
    let install = shared(&postgres).with("server.trusted_proxies", vec!["127.0.0.1"]);
    let mut services = [install.start(), install.start(), install.start()];
    let (port, _nginx) = front(&services);
    let (over, unanswered) = (AtomicBool::new(false), AtomicU32::new(0));
    let ledger = Ledger::of(&install);
    let lasts = Duration::from_secs(amount("POSTGRES_SECONDS", 30).into());
    let begun = Instant::now();
    let mut kills = 0;
    thread::scope(|scope| {
        let _end = EndsTheRound(&over);
        for number in 0..CLIENTS {
            let visitor = Visitor {
                number,
                // Addresses of their own, or nginx would send all to one service.
                client: Client::new(port).at([127, 0, 1, number as u8 + 1]),
                ledger: &ledger,
                over: &over,
                unanswered: &unanswered,
                rest: Duration::from_millis(300),
                given_back: &[400, 503],
            };
            scope.spawn(move || visitor.send_tips());
        }
        // In order after a third of the time, and as in a crash after two thirds.
        let mut restarts = vec![(lasts / 3 * 2, "QUIT"), (lasts / 3, "INT")];
        while begun.elapsed() < lasts {
            promise(&ledger);
            thread::sleep(EVERY);
            let service = &mut services[kills % 3];
            service.kill9();
            service.start_again();
            kills += 1;
            if let Some((_, signal)) = restarts.pop_if(|(when, _)| begun.elapsed() >= *when) {
                postgres.stop(signal);
                postgres.start_again();
            }
        }
        promise(&ledger);
    });
    let took = begun.elapsed();
    let arrived = ledger.arrive_with(TAKEN_OVER, || install.letters("dongfeng"));
    println!(
        "{kills} kills, 2 restarts of the database in {took:.0?}: {} receipts shown, {} tips arrived, {} answers cut off, 0 lost, 0 doubled",
        ledger.len(),
        arrived.len(),
        unanswered.load(Ordering::Relaxed),
    );
}

/// Whatever has just died: it goes on.
fn promise(ledger: &Ledger<'_>) {
    let before = ledger.len();
    wait_for("a receipt", Duration::from_secs(120), || {
        (ledger.len() > before).then_some(())
    });
}

#[test]
fn a_receipt_of_one_service_opens_its_mailbox_at_another_and_each_client_meets_one_service() {
    let postgres = Postgres::start();
    let install = shared(&postgres).with("limits.prompt_per_hour", 3);
    let install = install.with("server.trusted_proxies", vec!["127.0.0.1"]);
    let services = [install.start(), install.start(), install.start()];
    let receipt = file_tip(&mut services[0].visitor(), "一块地");
    let title = |service: &Service<'_>, receipt: &str| {
        let page = look_up(&mut service.visitor(), receipt).page();
        page.text("h1").expect("a title")
    };
    let opened = title(&services[0], &receipt);
    assert_ne!(opened, title(&services[0], "的的的的的的的的的的的的"));
    for other in &services[1..] {
        assert_eq!(title(other, &receipt), opened);
    }
    let (port, _nginx) = front(&services);
    // The budget of each client holds, however many services there are; the wider network's holds at each service.
    for client in [[127, 0, 2, 1], [127, 0, 2, 2]] {
        for number in 0..6 {
            let mut visitor = Client::new(port).at(client);
            file_tip(&mut visitor, &format!("{client:?}，第{number}块地"));
        }
    }
    let later = postgres.run("tips", "SELECT count(*) FROM outbox WHERE class = 'later'");
    assert_eq!(later.trim(), "6", "three of each client's six");
}

#[test]
fn while_the_database_is_away_the_form_comes_back_filled_in_and_afterwards_all_is_well() {
    let mut postgres = Postgres::start();
    let install = shared(&postgres);
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).poppies("一块地");
    postgres.stop("INT");
    let answer = form.send(&mut visitor);
    assert_eq!(answer.status, 503);
    assert!(
        answer.page().body().contains("一块地"),
        "the words are there"
    );
    wait_for("bad health", Duration::from_secs(60), || {
        (Client::new(service.port).get("/healthz").status == 503).then_some(())
    });
    let said = refused(&install);
    for part in ["store.url_file", "cannot be reached", "hint:"] {
        assert!(said.contains(part), "{said}");
    }
    postgres.start_again();
    let ledger = Ledger::of(&install);
    assert!(ledger.note("一块地", &form.send(&mut visitor)), "a receipt");
    wait_for("good health", Duration::from_secs(60), || {
        (Client::new(service.port).get("/healthz").status == 200).then_some(())
    });
    ledger.arrive_with(Duration::from_secs(60), || install.letters("dongfeng"));
}

#[test]
fn a_server_that_may_forget_what_it_confirmed_is_refused() {
    let postgres = Postgres::start_with(&["fsync=off"]);
    let said = refused(&shared(&postgres));
    for part in ["store.url_file", "fsync = off", "hint: set fsync = on"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_database_or_a_role_that_is_not_there_is_named_and_no_password_is() {
    let postgres = Postgres::start();
    for (wrong, part) in [
        (
            postgres.url("nothing"),
            "database \"nothing\" does not exist",
        ),
        (
            postgres.url("postgres").replace("tips@", "nobody:hunter2@"),
            "role \"nobody\" does not exist",
        ),
    ] {
        let said = refused(&Install::new().sharing(&wrong));
        assert!(
            said.contains(part) && said.contains("store.url_file"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn check_says_what_the_server_keeps_and_nobody_leads_a_database_down_that_services_use() {
    let postgres = Postgres::start();
    let install = shared(&postgres);
    install.make_key("city");
    let step = || install.run_well(&["store", "step"], &[]);
    assert!(step().contains("database: 0，"), "nobody opened it yet");
    let service = install.start();
    let said = install.run_well(&["check"], &["--dev"]);
    for part in [
        "note:",
        "time",
        "order",
        "kept.md",
        "anonymity.md",
        "准确时间",
    ] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    let down = || words(&install.run(&["store", "downgrade"], &["--to", "0"]));
    let said = down();
    assert!(
        said.contains("another program has the database open"),
        "{said}"
    );
    drop(service);
    wait_for("the server to see it go", Duration::from_secs(60), || {
        down().contains("no step 0 below it").then_some(())
    });
    let said = step();
    assert!(said.contains("database: 1，程序 program: 1"), "{said}");
}

/// What `check` says when it does not agree.
fn refused(install: &Install) -> String {
    if !install.secret_key("city").exists() {
        install.make_key("city");
    }
    let checked = install.run(&["check"], &["--dev"]);
    let said = words(&checked);
    assert!(!checked.status.success(), "{said}");
    said
}

fn shared(postgres: &Postgres) -> Install {
    Install::new()
        .sharing(&postgres.create("tips"))
        .with("store.max_waiting", 10_000_000)
        .with("delivery.connections", 4)
}

/// The nginx of the deploy files before these services, as OPERATIONS.md says, with a plain door for many visitors.
fn front(services: &[Service<'_>; 3]) -> (u16, Nginx) {
    let manual = std::fs::read_to_string(repository().join("tip-service/OPERATIONS.md"));
    let manual = manual.expect("it is readable");
    let block = manual
        .split_once("    upstream instances {")
        .map(|(_, rest)| rest);
    let block = block
        .and_then(|rest| rest.split_once("    }"))
        .expect("the block")
        .0;
    let mut ports = services.iter().map(|service| service.port);
    let lines = block
        .lines()
        .map(|line| match line.trim().strip_prefix("server ") {
            Some(_) => format!("server 127.0.0.1:{};\n", ports.next().expect("three lines")),
            None => format!("{line}\n"),
        });
    let upstream: String = lines.collect();
    assert!(ports.next().is_none(), "three services in the manual");
    let port = free_port();
    let files = Files::before(0, &[("SERVICE", "instances")]);
    files.replace(
        "nginx/nginx.conf",
        "    include site.conf;",
        &format!(
            "    upstream instances {{ {upstream} }}\n    include site.conf;\n    server {{ listen 127.0.0.1:{port};\n\
             location / {{ include service.conf; client_max_body_size 84m; }} }}"
        ),
    );
    (port, files.start())
}
