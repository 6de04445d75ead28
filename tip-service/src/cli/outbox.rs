//! `outbox list|retry` and `purge`: the operator's view of what waits. Shows names, units and codes; there is
//! nothing else to show.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Subcommand;

use super::serve::{load, runtime};
use super::{ConfigArg, beside, say};
use crate::clock::{Clock, SystemClock};
use crate::id::{self, Id};
use crate::store::Row;

#[derive(Subcommand)]
pub(super) enum What {
    /// 列出没送到的信 · list letters that are not delivered
    List {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// 重发停放的信（全部，或一封）· retry parked letters, all or one
    Retry {
        #[command(flatten)]
        config: ConfigArg,
        /// 信的名字（见 list）· the letter's name, as list shows it
        letter: Option<String>,
    },
}

pub(super) fn run(what: &What) -> Result<()> {
    match what {
        What::List { config } => runtime()?.block_on(list(&config.config)),
        What::Retry { config, letter } => {
            runtime()?.block_on(retry(&config.config, letter.as_deref()))
        }
    }
}

async fn list(config: &Path) -> Result<()> {
    let rows = beside(&load(config)?).await?.undelivered().await?;
    if rows.is_empty() {
        say("没有等着送的信 · nothing is waiting");
    }
    for row in &rows {
        say(&line(row));
    }
    Ok(())
}

fn line(row: &Row) -> String {
    format!(
        "{}  {:<10} {:<7} {:<7} tries {:<3} code {}",
        id::hex(&row.id),
        row.unit_id,
        row.state,
        row.class.as_str(),
        row.attempts,
        row.last_code
    )
}

async fn retry(config: &Path, letter: Option<&str>) -> Result<()> {
    let id = letter.map(parse).transpose()?;
    let n = beside(&load(config)?).await?.requeue(id).await?;
    say(&format!("{n} 封信重新排队 · letters queued again"));
    Ok(())
}

pub(super) fn purge(config: &Path) -> Result<()> {
    runtime()?.block_on(async {
        let loaded = load(config)?;
        let store = beside(&loaded).await?;
        let swept = crate::purge::run(&store, &loaded.config, SystemClock.unix()).await?;
        say(&format!(
            "已删除 · deleted: 信件内容 letters {}, 信箱 mailboxes {}, 来往 messages {}, 表 forms {}, 记录 rows {}",
            swept.letters, swept.mailboxes, swept.entries, swept.forms, swept.rows
        ));
        Ok(())
    })
}

fn parse(text: &str) -> Result<Id> {
    match id::parse(text.trim()) {
        Some(id) => Ok(id),
        None => bail!("{text:?} is no letter's name\n  hint: copy it from tip-service outbox list"),
    }
}
