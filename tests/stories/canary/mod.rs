//! The canary: a marked tip that goes the whole way each hour, and whoever is told when it does not. Each fault it is there for
//! is made to happen, and found within one run.

mod alarms;
mod faults;
mod well;

use e2e::canary::{Aviary, Run};

/// Fails unless the run found a fault at these steps and at no other, and told of it by one letter.
fn assert_alarm(aviary: &Aviary, run: &Run, steps: &str, words: &[&str]) {
    assert_eq!(run.code, Some(1), "{}", run.said);
    let letters = aviary.alarm_letters();
    let subjects: Vec<&str> = letters
        .iter()
        .map(|letter| letter.subject.as_str())
        .collect();
    assert_eq!(
        subjects,
        [format!("tip-service canary: {steps}")],
        "{}",
        run.said
    );
    for words in words {
        assert!(
            run.said.contains(words),
            "{words} is not said: {}",
            run.said
        );
        assert!(
            letters[0].text.contains(words),
            "{words} is not in {}",
            letters[0].text
        );
    }
}
