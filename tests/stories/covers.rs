//! Cover letters: on a quiet day a unit gets a letter that nobody outside can tell from a tip.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::form::file_tip;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::maildir::{letters, wait_for_letters};
use e2e::officer::Officer;

use crate::refused::assert_refused;

const UNITS: [&str; 6] = [
    "city",
    "longshan",
    "xian",
    "dongfeng",
    "dongliao",
    "oversight",
];

/// Shows the service a clock that stands at two minutes to eleven at night in China.
fn late_in_the_evening(install: &Install) {
    // Keys are made today: GnuPG believes none that is from the future.
    UNITS
        .iter()
        .chain(&["service"])
        .for_each(|key| install.make_key(key));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let of_day = (now + 8 * 3600) % 86_400;
    let shift = (22 * 3600 + 58 * 60 + 86_400 - of_day) % 86_400;
    install.shift_clock(&format!("+{shift}"));
}

/// What an observer can compare: names and values of headers, random names and addresses made alike.
fn outside(letter: &Letter) -> Vec<(String, String)> {
    let alike = |text: String| -> String {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c })
            .collect()
    };
    let headers = letter.headers().into_iter();
    headers
        .map(|(name, value)| match name.as_str() {
            "Message-ID" | "Reply-To" | "Content-Type" => (name, alike(value)),
            _ => (name, value),
        })
        .collect()
}

#[test]
fn a_quiet_day_s_letter_looks_like_a_tip_s_and_a_reply_to_it_finds_nobody() {
    let install = Install::new().with("delivery.cover_letters", true);
    late_in_the_evening(&install);
    let service = install.start();
    let maildir = install.path("mail/dongfeng");
    let cover = Letter::read(&wait_for_letters(&maildir, 1)[0]);
    file_tip(&mut service.visitor(), "一条真的线索");
    let tip = letter_beside(&maildir, &cover);
    assert_eq!(outside(&cover), outside(&tip));
    assert_eq!(cover.raw.len(), tip.raw.len(), "the size tells");
    let lines = |letter: &Letter| {
        letter
            .raw
            .split(|b| *b == b'\n')
            .map(<[u8]>::len)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&cover), lines(&tip), "the shape tells");
    install.shift_clock("");
    let officer = Officer::of(&install, "dongfeng");
    let opened = officer.open(&cover);
    assert!(opened.subject.contains("空信"), "{}", opened.subject);
    let reply = officer.reply(&cover).says("受理").sealed();
    assert_refused(&install, "a cover letter", &reply, "这个回复地址不存在");
}

fn letter_beside(maildir: &Path, known: &Letter) -> Letter {
    wait_for_letters(maildir, 2)
        .iter()
        .map(|path| Letter::read(path))
        .find(|letter| letter.raw != known.raw)
        .expect("another letter")
}

#[test]
fn every_quiet_unit_gets_one_a_day_whatever_is_restarted_and_none_unless_the_city_wants_it() {
    let count =
        |install: &Install| UNITS.map(|unit| letters(&install.path("mail").join(unit)).len());
    let install = Install::new().with("delivery.cover_letters", true);
    late_in_the_evening(&install);
    let mut service = install.start();
    let all = [1; UNITS.len()];
    wait_for("a letter for each unit", Duration::from_secs(60), || {
        (count(&install) == all).then_some(())
    });
    for _ in 0..2 {
        service.restart();
        // Filed after the start: once its letter is there, so would be a second cover letter.
        file_tip(&mut service.visitor(), "之后的一条");
    }
    wait_for_letters(&install.path("mail/dongfeng"), 3);
    assert_eq!(count(&install).iter().sum::<usize>(), UNITS.len() + 2);

    let without = Install::new();
    late_in_the_evening(&without);
    let service = without.start();
    file_tip(&mut service.visitor(), "只有这一条");
    wait_for_letters(&without.path("mail/dongfeng"), 1);
    wait_for(
        "the service to look for what is due",
        Duration::from_secs(60),
        || service.said().contains("reminders").then_some(()),
    );
    assert_eq!(count(&without).iter().sum::<usize>(), 1);
}
