//! Tells the operator by letter, over a mail server of the canary's own: at most one alarm about a step in the configured hours,
//! and one when all is well again. A letter that was not sent is not noted, so the next run tries again.

use std::io;

use super::memory::Memory;
use super::step::Fault;
use super::{Canary, step::Step};
use crate::clock;
use crate::mail::{Alarm, Recipient, SendError};

/// What the operator was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing: all is well, and was.
    Nothing,
    /// That all is well again.
    Well,
    /// What is wrong.
    Alarm,
    /// Nothing new: an alarm about the same went out within the configured hours.
    Before,
}

/// Why the operator does not know.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Untold {
    /// The letter could not be sent.
    #[error(
        "报警信没有寄出 · the alarm letter itself could not be sent: {0}\n  hint: alarm.transport"
    )]
    Mail(#[from] SendError),
    /// It went out, and cannot be noted: the next run may send it again.
    #[error("alarm.state_file: 写不进去 · cannot be written: {0}")]
    State(#[from] io::Error),
}

impl Canary {
    /// Tells the operator how a run went, if there is anything new to tell.
    ///
    /// # Errors
    /// [`Untold`].
    pub async fn tell(&self, faults: &[Fault]) -> Result<Told, Untold> {
        let alarm = &self.config.alarm;
        let mut memory = Memory::load(&alarm.state_file);
        let now = self.clock.unix();
        let due = |fault: &&Fault| memory.is_due(fault.step, now, alarm.every_hours);
        let (due, before): (Vec<&Fault>, Vec<&Fault>) = faults.iter().partition(due);
        let told = if due.is_empty() && !before.is_empty() {
            return Ok(Told::Before);
        } else if due.is_empty() && memory.is_empty() {
            return Ok(Told::Nothing);
        } else if due.is_empty() {
            self.send(now, "tip-service canary: all is well again", WELL)
                .await?;
            memory = Memory::default();
            Told::Well
        } else {
            let subject = format!("tip-service canary: {}", names(&due));
            self.send(now, &subject, &text(&due, &before, alarm.every_hours))
                .await?;
            memory.note(&due, now);
            Told::Alarm
        };
        memory.save(&alarm.state_file)?;
        Ok(told)
    }

    async fn send(&self, now: u64, subject: &str, text: &str) -> Result<(), SendError> {
        let to = Recipient {
            id: "operator",
            address: &self.config.alarm.to,
        };
        let alarm = Alarm {
            id: &self.entropy.bytes(),
            subject,
            text: &text.replace('\n', "\r\n"),
            day: clock::day(now),
        };
        self.alarm.alarm(to, &alarm).await
    }
}

const WELL: &str = "自动检查又通过了：从举报表到单位，再回到信箱，一路都通。\n\
    The canary came through again: from the form to the unit and back into the mailbox.\n";

fn names(faults: &[&Fault]) -> String {
    let mut steps: Vec<Step> = faults.iter().map(|fault| fault.step).collect();
    steps.sort_unstable();
    steps.dedup();
    let names: Vec<&str> = steps.into_iter().map(Step::name).collect();
    names.join(", ")
}

fn text(due: &[&Fault], before: &[&Fault], hours: u64) -> String {
    let mut text = "自动检查没有通过。\nThe canary did not come through.\n\n".to_owned();
    for fault in due {
        text += &format!("{fault}\n\n");
    }
    if !before.is_empty() {
        let names = names(before);
        text += &format!("先前报告过，还没有好 · told before, still so: {names}\n\n");
    }
    text + &format!(
        "同一步骤 {hours} 小时内只报一次；全部恢复后另寄一封。\n\
         One letter about a step in {hours} hours; another when all is well again.\n"
    )
}
