//! `/metrics`: what a watcher reads, on this machine alone, and that it tells nothing of any single tip.

use e2e::form::file_tip;
use e2e::gpg::Keyring;
use e2e::http::Client;
use e2e::install::Install;
use e2e::machine::free_port;

fn install() -> (Install, u16) {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    (Install::new().with("server.metrics_listen", listen), port)
}

fn scrape(port: u16) -> String {
    let answer = Client::new(port).get("/metrics");
    assert_eq!(answer.status, 200);
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("text/plain; version=0.0.4"));
    answer.text()
}

/// The value of a gauge, with its label if it has one.
fn value(page: &str, name: &str) -> Option<u64> {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(&format!("tip_service_{name} ")))?;
    Some(line.parse().expect("a whole number"))
}

#[test]
fn thirty_tips_change_nothing_of_what_a_watcher_reads_within_the_hour() {
    let (install, port) = install();
    let install = install.with("delivery.delay_max_seconds", 3600);
    let service = install.start();
    let before = scrape(port);
    for number in 0..30 {
        file_tip(&mut service.visitor(), &format!("第{number}件"));
    }
    assert_eq!(scrape(port), before);
    assert_eq!(value(&before, "letters_waiting_at_most"), Some(10));
    assert_eq!(value(&before, "letters_parked"), Some(0));
    assert_eq!(value(&before, "store_ok"), Some(1));
    assert_eq!(
        value(&before, "store_free_mib").map(|mib| mib % 64),
        Some(0)
    );
    assert_eq!(value(&before, "unit_open{unit=\"city\"}"), Some(1));
}

#[test]
fn it_has_one_page_on_its_own_listener_and_none_at_the_public_door() {
    let (install, port) = install();
    let service = install.start();
    assert_eq!(service.visitor().get("/metrics").status, 404);
    for path in ["/", "/tip/", "/healthz", "/metrics/"] {
        assert_eq!(Client::new(port).get(path).status, 404, "{path}");
    }
    // Each gauge has its help and its type, and nothing but a name and a whole number.
    let page = scrape(port);
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').expect("two words");
        assert!(number.parse::<u64>().is_ok(), "{line}");
        let name = name.split('{').next().unwrap_or_default();
        for about in ["HELP", "TYPE"] {
            let wanted = format!("# {about} {name} ");
            assert_eq!(page.matches(&wanted).count(), 1, "{wanted}");
        }
    }
}

#[test]
fn a_form_that_is_closed_and_a_key_that_will_expire_are_seen_at_once() {
    let (install, port) = install();
    for unit in ["city", "longshan", "dongliao", "oversight"] {
        install.make_key(unit);
    }
    install.make_key_for("dongfeng", 40);
    let ring = Keyring::new();
    let lapsed = ring.make_key(
        "lapsed",
        "20230101T000000",
        ["default", "default", "1y"],
        &[],
    );
    std::fs::write(install.path("keys/xian.cert.asc"), ring.export(&lapsed)).expect("written");
    let _service = install.start();
    let page = scrape(port);
    assert_eq!(value(&page, "unit_open{unit=\"xian\"}"), Some(0));
    assert_eq!(value(&page, "unit_open{unit=\"dongfeng\"}"), Some(1));
    assert_eq!(value(&page, "unit_key_days{unit=\"dongfeng\"}"), Some(39));
    assert_eq!(value(&page, "unit_key_days{unit=\"city\"}"), None);
}
