//! The public clock: how far a tip has come at one unit, what happens next, and by when.

use serde::Serialize;

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
    thread: &ThreadRow,
    unit: String,
    supervisor: Option<&str>,
    triage: &Triage,
) -> Progress {
    let at = stage(thread);
    let names = [
        "已收到",
        "已送达",
        "已受理",
        if thread.state == State::Asked {
            "待您补充"
        } else {
            "核查中"
        },
        if thread.state == State::Unrelated {
            "已结束"
        } else {
            "已办结"
        },
    ];
    let steps = names
        .into_iter()
        .enumerate()
        .map(|(index, name)| Step {
            name,
            reached: index <= at,
            current: index == at,
            note: if index == at {
                note(thread)
            } else {
                String::new()
            },
        })
        .collect();
    Progress {
        unit,
        steps,
        next: next(thread, supervisor, triage),
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

fn note(thread: &ThreadRow) -> String {
    let since = Date::of(thread.since_day);
    let since = format!("{} 月 {} 日", since.month, since.day);
    match (thread.state, thread.delivered_day) {
        (State::Sent, None) => "举报已加密保存，正等待寄给负责单位。".to_owned(),
        (State::Sent, Some(day)) => {
            let day = Date::of(day);
            format!(
                "{} 月 {} 日，加密信已到负责单位的邮箱，只有他们能打开。",
                day.month, day.day
            )
        }
        (State::Forwarded, _) => format!("{since}转给了这个单位，等他们受理。"),
        (State::Accepted, _) => format!("{since}受理。"),
        (State::Asked, _) => format!("{since}，受理单位有问题想问您，请看下面。"),
        (State::Checking, _) => format!("从 {since}起核查。"),
        (State::Closed, _) => format!("{since}办结，结果见下面。"),
        (State::Unrelated, _) => format!("{since}，受理单位认为这不属于他们处理的线索。"),
    }
}

fn next(thread: &ThreadRow, supervisor: Option<&str>, triage: &Triage) -> String {
    match thread.state {
        State::Sent if thread.delivered_day.is_none() => {
            "信件错开时间寄出，一般不到一小时；邮件服务器有故障时会反复重寄，不会丢。".to_owned()
        }
        State::Sent | State::Forwarded => {
            let reminded = format!(
                "送达后超过 {} 小时没有受理，系统提醒这个单位",
                triage.ack_hours
            );
            match supervisor {
                Some(name) => format!(
                    "{reminded}；超过 {} 小时，报告{name}。",
                    triage.escalate_hours
                ),
                None => format!("{reminded}。"),
            }
        }
        State::Asked => "请在下面写回复。写之前可以先看一遍，不要写出您是谁。".to_owned(),
        State::Accepted | State::Checking => format!(
            "核查要多久由受理单位决定；超过 {} 天没有新情况，系统每天提醒他们。",
            triage.overdue_days
        ),
        State::Closed | State::Unrelated => {
            "如果又有新情况，仍可以在下面补充，受理单位会收到。".to_owned()
        }
    }
}
