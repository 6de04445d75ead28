//! What the canary is there for: each of these is made to happen.

use std::time::Duration;

use e2e::canary::{Aviary, at_the_robot};
use e2e::disk::Disk;
use e2e::install::Install;
use e2e::machine::{free_port, wait_for};
use e2e::site::lay_frames;
use e2e::smtp::{MailServer, Mode};

use super::assert_alarm;

/// Seconds in which nothing arrives where nothing can.
const IN_VAIN: i64 = 2;

#[test]
fn a_mail_server_that_is_dead_is_found_and_so_is_its_coming_back() {
    let (install, mut aviary) = Aviary::of(Install::new());
    let service = install.start();
    aviary.set("robot.arrive_within_seconds", IN_VAIN);
    let run = aviary.run(&install, service.port);
    assert_alarm(
        &aviary,
        &run,
        "arrive",
        &["no letter within 2 s", "outbox list"],
    );
    let listed = install.run_well(&["outbox", "list"], &[]);
    assert!(
        listed.contains("canary") && listed.contains("queued"),
        "{listed}"
    );
    aviary.server.up(Mode::Normal);
    wait_for("the late letter", Duration::from_secs(60), || {
        aviary.server.letters().pop()
    });
    aviary.set("robot.arrive_within_seconds", 30);
    let run = aviary.run(&install, service.port);
    assert_eq!(run.code, Some(0), "{}", run.said);
    let last = aviary.alarm_letters().pop().expect("a letter");
    assert_eq!(last.subject, "tip-service canary: all is well again");
    assert!(
        at_the_robot(&install).is_empty(),
        "the late letter was taken away"
    );
}

#[test]
fn a_delivery_that_is_stuck_in_a_mail_server_that_never_speaks_is_found() {
    let (install, mut aviary) = Aviary::of(Install::new());
    aviary.server.up(Mode::Silent);
    let service = install.start();
    aviary.set("robot.arrive_within_seconds", IN_VAIN);
    let run = aviary.run(&install, service.port);
    assert_alarm(&aviary, &run, "arrive", &["no letter within 2 s"]);
    assert!(aviary.server.events().contains("CONNECTED"));
}

#[test]
fn a_letter_that_the_mail_server_refused_for_good_is_found() {
    let (install, mut aviary) = Aviary::of(Install::new());
    aviary.server.up(Mode::RecipientNever);
    let service = install.start();
    aviary.set("robot.arrive_within_seconds", IN_VAIN);
    let run = aviary.run(&install, service.port);
    assert_alarm(&aviary, &run, "arrive", &["no letter within 2 s"]);
    let listed = install.run_well(&["outbox", "list"], &[]);
    assert!(listed.contains("canary     parked"), "{listed}");
}

#[test]
fn a_unit_s_key_that_has_expired_is_found_through_the_public_door_and_the_rest_is_tried_all_the_same()
 {
    let install = Install::new();
    install.make_key_for("xian", 1);
    install.shift_clock("+2d");
    let (install, mut aviary) = Aviary::of(install);
    aviary.server.up(Mode::Normal);
    let service = install.start();
    let run = aviary.run(&install, service.port);
    assert_alarm(
        &aviary,
        &run,
        "keys",
        &["西安", "units are closed", "units check"],
    );
}

#[test]
fn a_unit_s_key_that_will_expire_is_found_before_its_form_closes() {
    let port = free_port();
    let metrics = format!("127.0.0.1:{port}");
    let install = Install::new().with("server.metrics_listen", metrics.clone());
    install.make_key_for("xian", 10);
    let (install, mut aviary) = Aviary::of(install);
    aviary.server.up(Mode::Normal);
    aviary.set("door.metrics_url", format!("http://{metrics}/metrics"));
    aviary.set("door.key_days", 10);
    let service = install.start();
    let run = aviary.run(&install, service.port);
    assert_alarm(&aviary, &run, "keys", &["xian", "its key ends in 9 days"]);
}

#[test]
fn a_disk_that_is_full_is_found() {
    let install = Install::new();
    let disk = Disk::under(&install);
    let (install, mut aviary) = Aviary::of(install);
    let service = install.start();
    disk.is("full");
    let run = aviary.run(&install, service.port);
    assert_alarm(
        &aviary,
        &run,
        "file",
        &["503", "还没有发出", "is the disk full?"],
    );
    disk.is("well");
}

#[test]
fn a_template_that_is_broken_is_found_though_the_page_says_200() {
    let install = Install::new();
    let main = "{% block main %}{% endblock %}";
    lay_frames(&install.path("site"), |_, frame| {
        frame.replace(main, &format!("<!-- {main}"))
    });
    let site = install.text_path("site");
    let (install, mut aviary) = Aviary::of(install.with("site.root", site));
    let service = install.start();
    assert_eq!(service.visitor().get("/tip/").status, 200);
    let run = aviary.run(&install, service.port);
    assert_alarm(&aviary, &run, "form", &["no whole form on the page"]);
}

#[test]
fn answers_that_no_mail_server_takes_are_found() {
    let (install, mut aviary) = Aviary::new();
    let dead = MailServer::down();
    aviary.set("mail.transport", dead.transport());
    let service = install.start();
    let run = aviary.run(&install, service.port);
    assert_alarm(&aviary, &run, "answer", &["the answer was not sent"]);
    assert!(
        at_the_robot(&install).is_empty(),
        "its letter was taken away"
    );
}

#[test]
fn replies_that_never_reach_the_service_are_found() {
    let (install, mut aviary) = Aviary::new();
    aviary.loses_replies = true;
    aviary.set("robot.answer_within_seconds", IN_VAIN);
    let service = install.start();
    let run = aviary.run(&install, service.port);
    assert_alarm(&aviary, &run, "mailbox", &["no answer within 2 s"]);
}
