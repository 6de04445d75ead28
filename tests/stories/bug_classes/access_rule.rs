//! Access rule enforced on one branch only: elsewhere a check stood in the encrypted branch and not in the other, so staff read
//! reports that were not theirs. Here every unit, command and state of a thread is tried, and only the unit responsible counts.

use e2e::dialogue::tip_at_dongfeng;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::officer::Officer;

use crate::refused::{assert_refused, assert_taken};

const UNITS: [&str; 6] = [
    "city",
    "longshan",
    "xian",
    "dongfeng",
    "dongliao",
    "oversight",
];

/// One reply of each kind.
const COMMANDS: [&str; 7] = [
    "受理",
    "询问：在哪里？",
    "答复：知道了。",
    "转办：oversight",
    "奖励：请来领。",
    "无关",
    "办结：铲了。",
];

/// Every command of every unit but `responsible` is refused, encrypted or only signed.
fn none_but(install: &Install, letter: &Letter, officers: &[Officer], responsible: &str) {
    let why = "不是现在负责这条线索的单位";
    for (unit, officer) in UNITS.iter().zip(officers) {
        if *unit == responsible {
            continue;
        }
        for (number, command) in COMMANDS.iter().enumerate() {
            let reply = officer.reply(letter).says(command);
            // Each way of sealing for each unit, in turn.
            let mail = match number % 3 {
                0 => reply.sealed(),
                1 => reply.signed_then_encrypted(),
                _ => reply.inline_sealed(command),
            };
            let what = format!("{unit}, {command}, while {responsible} is responsible");
            assert_refused(install, &what, &mail, why);
        }
    }
}

#[test]
fn before_and_after_forwarding_and_when_closed_the_unit_responsible_alone_can_command() {
    let install = Install::new();
    let (dongfeng, tip) = tip_at_dongfeng(&install, "谁说了算");
    let officers = UNITS.map(|unit| Officer::of(&install, unit));
    let take = |officer: &Officer, words: &str| {
        assert_taken(
            &install,
            words,
            &officer.reply(&tip.letter).says(words).sealed(),
        );
    };
    take(&dongfeng, "询问：哪一块地？");
    none_but(&install, &tip.letter, &officers, "dongfeng");
    take(&dongfeng, "转办：xian");
    none_but(&install, &tip.letter, &officers, "xian");
    take(&officers[2], "受理");
    take(&officers[2], "办结：已铲除。");
    none_but(&install, &tip.letter, &officers, "xian");
}
