//! A key that is missing, expired or weak, and mail that goes out plain: `keys.rs` has the states one by one. Here one of a unit's
//! two officers has an expired key: leaving him out in silence, or writing to him in plain, would both be wrong.

use e2e::cases::{assert_error_page, assert_kept};
use e2e::database::Database;
use e2e::form::{Form, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::machine::repository;

use crate::main_job::with_second_certificate;

#[test]
fn with_one_expired_key_among_two_no_letter_leaves_the_form_is_closed_and_the_operator_is_told() {
    let install = Install::new();
    let ring = Keyring::new();
    let key = ring.make_key("gone", "20230101T000000", ["default", "default", "1y"], &[]);
    std::fs::write(install.path("keys/colleague.cert.asc"), ring.export(&key)).expect("written");
    let units = std::fs::read_to_string(repository().join("config/units.toml")).expect("units");
    std::fs::write(install.path("units.toml"), with_second_certificate(&units)).expect("written");
    let install = install.with("registers.units", "units.toml");
    let service = install.start();
    let mut visitor = service.visitor();
    let typed = "一把钥匙过期了";
    let answer = Form::fetch(&mut visitor).poppies(typed).send(&mut visitor);
    assert_error_page("one expired key", &answer, 503);
    assert_kept("one expired key", &answer, &[("what", typed)]);
    assert!(shown_receipt(&answer).is_none());
    assert_eq!(
        Database::of(&install).count("outbox"),
        0,
        "something waits to be sent"
    );
    assert!(install.letters("dongfeng").is_empty());
    let said = service.said();
    assert!(
        said.lines()
            .any(|line| line.contains("ALARM") && line.contains("dongfeng")),
        "no alarm: {said}"
    );
    let page = visitor.get("/tip/").page();
    assert!(
        page.has_text("main", "东丰"),
        "the form does not say who is closed"
    );
}
