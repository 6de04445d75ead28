//! Who does not answer is reminded, then the supervisor is told; and every unit gets its digest, of
//! the same size on every day. The service is shown other days, as libfaketime gives them.

use e2e::database::Database;
use e2e::dialogue::{self, PATIENCE, Tip, tip_at_dongfeng, wait_for_letter};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::officer::Officer;

use crate::refused::assert_taken;

/// Lets the service run on that day until it has looked for what is due.
fn a_day_later(install: &Install, shift: &str) {
    install.shift_clock(shift);
    let mut service = install.start();
    wait_for("the service to look for what is due", PATIENCE, || {
        // In this order: what it has written stands in the list that is asked for afterwards.
        if !service.said().contains("reminders") {
            return None;
        }
        let list = install.run_well(&["outbox", "list"], &[]);
        (!list.contains("queued") && !list.contains("sending")).then_some(())
    });
    service.stop();
    std::fs::remove_file(install.path("log/err")).expect("a log");
    install.shift_clock("");
}

#[test]
fn an_unacknowledged_tip_reminds_its_unit_then_tells_its_supervisor_and_then_is_quiet() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "没人受理");
    let city = Officer::of(&install, "city");
    let count = || {
        (
            install.letters("dongfeng").len(),
            install.letters("city").len(),
        )
    };
    a_day_later(&install, "+1d");
    assert_eq!(count(), (1, 0), "reminded too early");
    a_day_later(&install, "+2d");
    let (reminder, opened) = wait_for_letter(&officer, &install.path("mail/dongfeng"), |_, o| {
        o.subject.contains("提醒")
    });
    assert!(opened.text.contains(tip.reference()), "{}", opened.text);
    assert!(!opened.text.contains("没人受理"), "{}", opened.text);
    opened.keep(&reminder, "reminder");
    assert_eq!(reminder.header("In-Reply-To"), Some(tip.thread()));
    assert_eq!(reminder.header("Reply-To"), tip.letter.header("Reply-To"));
    a_day_later(&install, "+2d");
    assert_eq!(count(), (2, 0), "once");
    a_day_later(&install, "+5d");
    let (told, opened) = wait_for_letter(&city, &install.path("mail/city"), |_, o| {
        o.subject.contains("逾期")
    });
    assert!(
        opened.text.contains(tip.reference()) && opened.text.contains("东丰"),
        "{}",
        opened.text
    );
    assert!(!opened.text.contains("没人受理"), "{}", opened.text);
    opened.keep(&told, "escalation");
    assert_eq!(told.header("Reply-To"), None, "nothing to answer");
    a_day_later(&install, "+9d");
    assert_eq!(count(), (2, 1), "quiet from now on");
}

#[test]
fn an_acknowledged_tip_reminds_nobody() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "马上受理");
    assert_taken(
        &install,
        "受理",
        &officer.reply(&tip.letter).says("受理").sealed(),
    );
    a_day_later(&install, "+9d");
    assert_eq!(
        (
            install.letters("dongfeng").len(),
            install.letters("city").len()
        ),
        (1, 0)
    );
}

#[test]
fn every_unit_gets_its_digest_once_a_day_and_busy_or_quiet_has_one_size() {
    let install = Install::new()
        .with("triage.daily_digest", true)
        .with("triage.digest_hour", 0);
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let tips: Vec<Tip> = (0..12)
        .map(|n| Tip::file(&service, &officer, &maildir, &format!("第{n}条")))
        .collect();
    dialogue::assert_settled(&install);
    drop(service);
    std::fs::remove_file(install.path("log/err")).expect("a log");
    let before = Database::of(&install).count("outbox");
    a_day_later(&install, "+1d");
    let units = Database::of(&install).count("digest");
    assert_eq!(
        Database::of(&install).count("outbox") - before,
        units,
        "one each"
    );
    let digest = |unit: &str, reference: &str| {
        wait_for_letter(
            &Officer::of(&install, unit),
            &install.path("mail").join(unit),
            |_, o| o.facts["type"] == "digest" && o.text.contains(reference),
        )
    };
    let (busy, opened) = digest("dongfeng", tips[0].reference());
    for tip in &tips {
        assert!(opened.text.contains(tip.reference()), "{}", opened.text);
    }
    assert!(!opened.text.contains("第3条"), "{}", opened.text);
    let (quiet, nothing) = digest("dongliao", "");
    opened.keep(&busy, "digest-busy");
    nothing.keep(&quiet, "digest-quiet");
    assert_eq!(size(&busy), size(&quiet), "a quiet day shows");
    assert_eq!(busy.header("Reply-To"), None);
    a_day_later(&install, "+1d");
    assert_eq!(
        Database::of(&install).count("outbox") - before,
        units,
        "once a day"
    );
}

fn size(letter: &Letter) -> usize {
    letter.raw.len()
}
