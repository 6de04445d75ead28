//! `canary`: one run, for a timer. Exit 0: all is well. 1: it is not, and the operator was told by letter, now or within the
//! configured hours. 3: nobody was told (the letter could not be sent, or the canary could not even begin), or what was told
//! cannot be noted; whoever started it must do so by other means.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, anyhow};

use super::say;
use super::serve::runtime;
use crate::canary::{Canary, Fault, Told, Untold};
use crate::clock::SystemClock;
use crate::config;
use crate::entropy::Entropy;

/// Something is wrong and the operator knows.
const NOT_WELL: u8 = 1;
/// The operator does not know.
const UNTOLD: u8 = 3;

pub(super) fn run(file: &Path) -> ExitCode {
    match watch(file) {
        Ok(code) => code,
        Err(error) => {
            for line in format!("{error:#}").lines() {
                say(line);
            }
            let was_sent = matches!(error.downcast_ref(), Some(Untold::State(_)));
            if !was_sent {
                say("没有人被通知 · nobody was told");
            }
            ExitCode::from(UNTOLD)
        }
    }
}

fn watch(file: &Path) -> Result<ExitCode> {
    let (config, mark) = config::canary::load(file).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    })?;
    let entropy = Arc::new(Entropy::from_system());
    let canary = Canary::new(config, mark, entropy, Arc::new(SystemClock))?;
    runtime()?.block_on(async {
        let faults = canary.run().await;
        report(&faults);
        say(match canary.tell(&faults).await? {
            Told::Nothing => "一路都通 · the whole way is open",
            Told::Well => "又都好了，已去信说明 · all is well again, and a letter says so",
            Told::Alarm => "已寄出报警信 · an alarm letter is out",
            Told::Before => "先前已经报过警 · an alarm went out before",
        });
        Ok(if faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(NOT_WELL)
        })
    })
}

fn report(faults: &[Fault]) {
    for fault in faults {
        say(&format!("没有通过 · failed: {fault}"));
    }
}
