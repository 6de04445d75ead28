//! All is well.

use e2e::canary::{Aviary, ROBOT, at_the_robot};
use e2e::database::Database;
use e2e::form::{Form, file_tip, shown_receipt};
use e2e::install::Install;
use e2e::machine::wait_for;
use e2e::nginx::Files;
use e2e::tls::Authority;
use std::time::Duration;

#[test]
fn a_marked_tip_goes_through_the_public_door_to_the_robot_and_back_and_leaves_nothing_and_counts_nowhere()
 {
    let (install, mut aviary) = Aviary::new();
    let mut service = install.start();
    // Through the proxy, by TLS, under an authority that the canary alone was told of.
    let files = Files::before(service.port, &[("DOMAIN", "localhost")]);
    let authority = Authority::new();
    authority.write(&files.path("ca.pem"));
    authority.issue("localhost", &files.path("tls"));
    let ca_file = files.path("ca.pem").display().to_string();
    let nginx = files.start();
    let door = format!("https://localhost:{}/tip/", nginx.files.https);
    let strange = aviary.run_at(&install, &door);
    assert_eq!(strange.code, Some(1), "{}", strange.said);
    assert!(strange.said.contains("TLS failed"), "{}", strange.said);
    aviary.set("door.ca_file", ca_file);
    let run = aviary.run_at(&install, &door);
    assert_eq!(run.code, Some(0), "{}", run.said);
    let subjects: Vec<String> = aviary
        .alarm_letters()
        .into_iter()
        .map(|l| l.subject)
        .collect();
    assert_eq!(subjects.len(), 2, "an alarm and its end: {subjects:?}");
    let again = aviary.run_at(&install, &door);
    assert_eq!(
        (again.code, aviary.alarm_letters().len()),
        (Some(0), 2),
        "{}",
        again.said
    );
    assert!(
        again.said.contains("the whole way is open"),
        "{}",
        again.said
    );
    assert!(
        at_the_robot(&install).is_empty(),
        "{:?}",
        at_the_robot(&install)
    );
    assert!(service.stop().success());
    let database = Database::of(&install);
    for table in ["mailbox", "thread", "entry", "counter"] {
        assert_eq!(database.count(table), 0, "{table}");
    }
    let left = database.run("SELECT DISTINCT unit_id, state FROM outbox");
    assert_eq!(left.trim(), "canary|delivered");
    for to in aviary.recipients() {
        assert!(
            to == ROBOT || to.starts_with("reply+"),
            "a letter went to {to}"
        );
    }
}

#[test]
fn beside_the_canary_a_tip_goes_to_its_unit_and_one_with_a_strange_mark_comes_back_to_its_writer() {
    let (install, mut aviary) = Aviary::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let without = Install::new();
    let no_robot = without.start();
    for mut visitor in [service.visitor(), no_robot.visitor()] {
        let form = Form::fetch(&mut visitor).poppies("带着别人的记号");
        let answer = form.clone().text("canary", "x").send(&mut visitor);
        assert_eq!(answer.status, 422);
        let page = answer.page();
        assert_eq!(page.value("what").as_deref(), Some("带着别人的记号"));
        assert_eq!(
            page.value("form_id").as_deref(),
            Some(form.form_id.as_str())
        );
        assert!(!page.has("[name=canary]"), "no page of ours has that field");
        assert!(
            shown_receipt(&form.send(&mut visitor)).is_some(),
            "pressed once more"
        );
    }
    file_tip(&mut visitor, "真的线索");
    let run = aviary.run(&install, service.port);
    assert_eq!(run.code, Some(0), "{}", run.said);
    wait_for("the letters", Duration::from_secs(60), || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        (!listed.contains("queued") && !listed.contains("sending")).then_some(())
    });
    let to = Database::of(&install).run("SELECT unit_id, count(*) FROM outbox GROUP BY unit_id");
    assert_eq!(to.trim(), "canary|1\ndongfeng|2");
}
