//! What the service reads when it starts: the site's frame for its pages, the units' keys. Missing or broken it does
//! not start, and says which file; changed under a running service, nothing changes but the log.

use std::fs;

use e2e::cases::assert_error_page;
use e2e::form::shown_receipt;
use e2e::install::Install;
use e2e::ledger::Ledger;
use e2e::machine::repository;
use e2e::site::lay_frames;
use e2e::smtp::{MailServer, Mode};
use sealed_tip::UnitCert;

use super::{
    PATIENCE, UNITS, assert_check_says, assert_given_back, health, refused_start, wait_for_log,
};

/// An installation whose site is its frames alone, the Chinese one as given.
fn framed(frame: Option<&str>) -> Install {
    let install = Install::new();
    let site = install.path("site");
    lay_frames(&site, |folder, good| match (folder, frame) {
        ("_shell", Some(frame)) => frame.to_string(),
        _ => good,
    });
    if frame.is_none() {
        fs::remove_file(site.join("_shell/index.html")).expect("gone");
    }
    let root = install.text_path("site");
    install.with("site.root", root)
}

fn good_frame() -> String {
    let built = repository().join("site/public/_shell/index.html");
    fs::read_to_string(built).expect("the built site has a frame")
}

#[test]
fn without_a_whole_frame_for_its_pages_it_does_not_start_and_names_the_file() {
    let good = good_frame();
    let without_block = good
        .replace("{% block main %}", "")
        .replacen("{% endblock %}", "", 1);
    let cut = &good[..good.floor_char_boundary(good.len() / 2)];
    let frames = [
        None,
        Some(""),
        Some("<html><body>没有位置</body></html>"),
        Some(without_block.as_str()),
        Some(cut),
        Some("{% block main %}{% endblock %}{{ nobody_knows_this }}</html>"),
    ];
    for frame in frames {
        let install = framed(frame);
        let said = refused_start(&install);
        for part in ["_shell/index.html", "make site"] {
            assert_eq!(
                said.matches(part).count(),
                1,
                "{frame:?}: {part} in: {said}"
            );
        }
        // The refused start has made the demo keys that `check` looks for.
        assert_check_says(&install, &["_shell/index.html", "make site"]);
    }
    let install = framed(Some(&good));
    fs::remove_file(install.path("site/ko/_shell/index.html")).expect("gone");
    assert!(refused_start(&install).contains("ko/_shell/index.html"));
}

#[test]
fn a_frame_that_disappears_under_a_running_service_is_missed_by_nobody_until_it_starts_again() {
    let install = framed(Some(&good_frame()));
    let mut service = install.start();
    let ledger = Ledger::of(&install);
    fs::remove_dir_all(install.path("site/_shell")).expect("gone");
    let mut visitor = service.visitor();
    let answer = ledger.send(&mut visitor, "没有模板的时候");
    assert!(shown_receipt(&answer).is_some(), "the user");
    assert_error_page("a page of the site", &visitor.get("/report/"), 404);
    ledger.settle();
    service.kill9();
    assert!(refused_start(&install).contains("_shell/index.html"));
    let folder = install.path("site/_shell");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("index.html"), good_frame()).expect("a frame");
    service.start_again();
    ledger.send(&mut service.visitor(), "模板回来以后");
    assert_eq!(ledger.settle().len(), 2);
}

/// Publishes the fingerprint of the certificate in this file as that of 东丰县.
fn with_published_fingerprint(install: Install) -> Install {
    let armored = fs::read_to_string(install.path("keys/dongfeng.cert.asc")).expect("a key");
    let certificate = UnitCert::parse(&armored, now()).expect("a certificate");
    let units = fs::read_to_string(repository().join("site/data/units.toml")).expect("units");
    let mut register: toml::Table = units.parse().expect("TOML");
    let all = register["unit"].as_array_mut().expect("units");
    for unit in all.iter_mut().filter_map(toml::Value::as_table_mut) {
        if unit["id"].as_str() == Some("dongfeng") {
            let published = toml::Value::from(vec![certificate.fingerprint()]);
            unit.insert("fingerprints".into(), published);
        }
    }
    fs::write(install.path("public.toml"), register.to_string()).expect("written");
    let path = install.text_path("public.toml");
    install.with("site.units", path)
}

fn now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[test]
fn a_certificate_swapped_under_a_running_service_seals_nothing_and_stops_the_next_start() {
    let install = Install::new();
    install.make_key("dongfeng");
    install.make_key("stranger");
    let install = with_published_fingerprint(install);
    let mut service = install.start();
    let ledger = Ledger::of(&install);
    let file = install.path("keys/dongfeng.cert.asc");
    let own = fs::read(&file).expect("a key");
    fs::copy(install.path("keys/stranger.cert.asc"), &file).expect("swapped");
    wait_for_log(
        &service,
        &["ALARM", "unit=dongfeng", "changed", "certificate"],
    );
    let answer = ledger.send(&mut service.visitor(), "钥匙被换了的时候");
    assert!(shown_receipt(&answer).is_some(), "the user");
    // The ledger opens letters with the unit's own key: what a stranger could read would not open.
    ledger.settle();
    assert_eq!(health(&service).0, 200);
    service.kill9();
    let said = refused_start(&install);
    for part in ["fingerprints", "public.toml", "swapped"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert_check_says(&install, &["fingerprints"]);
    fs::write(&file, own).expect("put back");
    service.start_again();
    ledger.send(&mut service.visitor(), "钥匙换回来以后");
    assert_eq!(ledger.settle().len(), 2);
}

#[test]
fn a_certificate_removed_under_a_running_service_is_told_and_closes_the_form_at_the_next_start() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let install = server.configure(Install::new());
    UNITS.iter().for_each(|unit| install.make_key(unit));
    let mut service = install.start_for_real();
    let ledger = Ledger::of(&install);
    let settle = || ledger.settle_with(PATIENCE, || server.letters()).len();
    let file = install.path("keys/dongfeng.cert.asc");
    let own = fs::read(&file).expect("a key");
    fs::remove_file(&file).expect("removed");
    wait_for_log(&service, &["ALARM", "unit=dongfeng", "gone", "certificate"]);
    ledger.send(&mut service.visitor(), "钥匙没了的时候");
    assert_eq!(settle(), 1, "sealed to the key that was loaded");
    service.restart();
    let text = "重启以后";
    let answer = ledger.send(&mut service.visitor(), text);
    assert_given_back("a unit without a key", &answer, text);
    assert_check_says(&install, &["dongfeng.cert.asc is missing"]);
    fs::write(&file, own).expect("put back");
    service.restart();
    let answer = ledger.send(&mut service.visitor(), text);
    assert!(shown_receipt(&answer).is_some());
    assert_eq!(settle(), 2);
}
