//! Who is told, and how often.

use e2e::canary::Aviary;
use e2e::install::Install;
use e2e::machine::free_port;

#[test]
fn a_fault_that_lasts_is_told_once_a_day_and_when_no_letter_goes_out_the_exit_code_says_so() {
    let (install, mut aviary) = Aviary::of(Install::new());
    let nobody = free_port();
    for (hours, code, letters) in [("+0", 1, 1), ("+1h", 1, 1), ("+23h", 1, 1), ("+25h", 1, 2)] {
        install.shift_clock(hours);
        let run = aviary.run(&install, nobody);
        let told = aviary.alarm_letters();
        assert_eq!(
            (run.code, told.len()),
            (Some(code), letters),
            "{hours}: {}",
            run.said
        );
        assert!(run.said.contains("no connection"), "{}", run.said);
        assert!(
            told.iter()
                .all(|letter| letter.subject == "tip-service canary: form")
        );
    }
    aviary.alarms.go_down();
    install.shift_clock("+50h");
    let run = aviary.run(&install, nobody);
    assert_eq!(run.code, Some(3), "{}", run.said);
    assert!(
        run.said
            .contains("the alarm letter itself could not be sent"),
        "{}",
        run.said
    );
    assert!(run.said.contains("nobody was told"), "{}", run.said);
    // Not told is not noted: the next run tells it.
    aviary.alarms.up(e2e::smtp::Mode::Normal);
    let run = aviary.run(&install, nobody);
    assert_eq!(run.code, Some(1), "{}", run.said);
    assert!(run.said.contains("an alarm letter is out"), "{}", run.said);
    let again = aviary.run(&install, nobody);
    assert!(again.said.contains("went out before"), "{}", again.said);
}

#[test]
fn a_canary_that_cannot_begin_names_file_key_and_hint_and_ends_as_one_that_nobody_heard() {
    let (install, mut aviary) = Aviary::of(Install::new());
    aviary.set("alarm.evry_hours", 1);
    let run = aviary.run(&install, free_port());
    assert_eq!(run.code, Some(3), "{}", run.said);
    for words in [
        "canary.toml: alarm.evry_hours: there is no such key",
        "did you mean every_hours?",
        "nobody was told",
    ] {
        assert!(run.said.contains(words), "{words}: {}", run.said);
    }
}
