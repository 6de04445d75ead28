//! The public clock: how far a tip has come at one unit, what happens next, and by when.

use std::fmt::Display;

use serde::Serialize;

use crate::catalogue::Lang;
use crate::clock::Date;
use crate::config::Triage;
use crate::store::{State, ThreadRow};

/// How a tip stands at one unit.
#[derive(Serialize)]
pub(super) struct Progress {
    /// The unit's public name.
    pub(super) unit: String,
    steps: Vec<Step>,
    /// What happens next, and by when.
    next: String,
    /// When to come back, in days.
    come_back: u32,
}

/// One stage of a tip's way.
#[derive(Serialize)]
struct Step {
    name: &'static str,
    reached: bool,
    current: bool,
    note: String,
}

/// Days after which looking again makes sense while a unit is at work.
const COME_BACK: u32 = 7;

pub(super) fn progress(
    lang: Lang,
    thread: &ThreadRow,
    unit: String,
    supervisor: Option<&str>,
    triage: &Triage,
) -> Progress {
    let at = stage(thread);
    let names = [
        "clock.sent",
        "clock.delivered",
        "clock.accepted",
        if thread.state == State::Asked {
            "clock.asked"
        } else {
            "clock.checking"
        },
        if thread.state == State::Unrelated {
            "clock.unrelated"
        } else {
            "clock.closed"
        },
    ];
    let steps = names
        .into_iter()
        .enumerate()
        .map(|(index, name)| Step {
            name: lang.say(name),
            reached: index <= at,
            current: index == at,
            note: if index == at {
                note(lang, thread)
            } else {
                String::new()
            },
        })
        .collect();
    Progress {
        unit,
        steps,
        next: next(lang, thread, supervisor, triage),
        come_back: match thread.state {
            State::Sent | State::Forwarded => triage.ack_hours.div_ceil(24) + 1,
            _ => COME_BACK,
        },
    }
}

/// The index of the stage that a thread has reached.
fn stage(thread: &ThreadRow) -> usize {
    match thread.state {
        State::Sent if thread.delivered_day.is_none() => 0,
        State::Sent | State::Forwarded => 1,
        State::Accepted => 2,
        State::Asked | State::Checking => 3,
        State::Closed | State::Unrelated => 4,
    }
}

fn note(lang: Lang, thread: &ThreadRow) -> String {
    let (key, day) = match (thread.state, thread.delivered_day) {
        (State::Sent, None) => return lang.say("clock.note_sent").to_owned(),
        (State::Sent, Some(day)) => ("clock.note_delivered", day),
        (State::Forwarded, _) => ("clock.note_forwarded", thread.since_day),
        (State::Accepted, _) => ("clock.note_accepted", thread.since_day),
        (State::Asked, _) => ("clock.note_asked", thread.since_day),
        (State::Checking, _) => ("clock.note_checking", thread.since_day),
        (State::Closed, _) => ("clock.note_closed", thread.since_day),
        (State::Unrelated, _) => ("clock.note_unrelated", thread.since_day),
    };
    let date = Date::of(day);
    lang.fill(key, &[("date", &lang.day(date.month, date.day))])
}

fn next(lang: Lang, thread: &ThreadRow, supervisor: Option<&str>, triage: &Triage) -> String {
    let hours: (&str, &dyn Display) = ("hours", &triage.ack_hours);
    match thread.state {
        State::Sent if thread.delivered_day.is_none() => lang.say("clock.next_sent").to_owned(),
        State::Sent | State::Forwarded => match supervisor {
            Some(unit) => lang.fill(
                "clock.next_escalated",
                &[hours, ("more", &triage.escalate_hours), ("unit", &unit)],
            ),
            None => lang.fill("clock.next_reminded", &[hours]),
        },
        State::Asked => lang.say("clock.next_asked").to_owned(),
        State::Accepted | State::Checking => {
            lang.fill("clock.next_checking", &[("days", &triage.overdue_days)])
        }
        State::Closed | State::Unrelated => lang.say("clock.next_closed").to_owned(),
    }
}
