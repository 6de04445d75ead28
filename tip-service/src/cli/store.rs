//! `store step` and `store downgrade`: which schema the database has, and the way down for an older program. Neither brings a
//! database up to date, as all other commands do.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Subcommand;

use super::serve::{load, runtime};
use super::{ConfigArg, say};
use crate::store::{self, Place};

#[derive(Subcommand)]
pub(super) enum What {
    /// 数据库在第几步，这个程序要第几步 · the step the database is at, and the one this program wants
    Step {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// 退回旧版本以前：把数据库降到旧程序要的那一步（先停服务） · before going back to an older program, its service stopped
    Downgrade {
        #[command(flatten)]
        config: ConfigArg,
        /// 旧程序要的步数（旧程序的 --version）· the step that the older program wants (its --version)
        #[arg(long, value_name = "STEP")]
        to: i64,
    },
}

pub(super) fn run(what: &What) -> Result<()> {
    match what {
        What::Step { config } => runtime()?.block_on(step(&config.config)),
        What::Downgrade { config, to } => runtime()?.block_on(downgrade(&config.config, *to)),
    }
}

async fn step(config: &Path) -> Result<()> {
    let settings = load(config)?.config.store;
    let looked = async { store::steps(&Place::of(&settings)?).await };
    match looked.await {
        Ok(steps) => say(&format!(
            "数据库 database: {}，程序 program: {}",
            steps.database, steps.program
        )),
        Err(error) => bail!("{}: {error}\n  hint: {}", settings.key(), error.hint()),
    }
    Ok(())
}

async fn downgrade(config: &Path, to: i64) -> Result<()> {
    let settings = load(config)?.config.store;
    let led = async { store::downgrade(&Place::of(&settings)?, to).await };
    if let Err(error) = led.await {
        bail!("{}: {error}\n  hint: {}", settings.key(), error.hint());
    }
    say(&format!(
        "数据库降到了第 {to} 步，现在启动旧程序；这个程序一启动又会升上去 · the database is at step {to}: start the older program now, this one would bring it up again"
    ));
    Ok(())
}
