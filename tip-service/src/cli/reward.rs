//! `reward verify`: tells whether a claim code belongs to a letter, without the service and without a network. The
//! check stands in the letter; the code comes from the receipt alone.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use sealed_tip::ClaimCode;

use super::say;

#[derive(Subcommand)]
pub(super) enum What {
    /// 核对领奖码（离线）· check a claim code, offline
    Verify(Verify),
}

#[derive(clap::Args)]
pub(super) struct Verify {
    /// 来人出示的 24 位数字 · the 24 digits that were shown
    #[arg(long, value_name = "CODE")]
    code: String,
    /// 线索信里的奖励核验码 · the check in the letter
    #[arg(long, value_name = "CHECK")]
    check: String,
    /// 已领登记册：记下这次，再来就拒绝 · a file of claims made; a second claim is refused
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

pub(super) fn run(what: &What) -> Result<()> {
    let What::Verify(args) = what;
    let code = ClaimCode::parse(&args.code).context("--code")?;
    let check = args.check.trim().to_ascii_lowercase();
    if code.check() != check {
        bail!(
            "领奖码和这封信对不上 · the code does not belong to this letter\n  hint: 核对两边的数字；一封信一个码 · compare both; each letter has its own"
        );
    }
    if let Some(file) = &args.ledger {
        enter(file, &check)?;
    }
    say("领奖码有效 · the code is good");
    Ok(())
}

/// One line a claim: the check, which leads neither to the code nor to the receipt.
fn enter(file: &Path, check: &str) -> Result<()> {
    let named = || format!("--ledger {}", file.display());
    let known = match fs::read_to_string(file) {
        Ok(known) => known,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(named),
    };
    if known.lines().any(|line| line == check) {
        bail!("这个码已经领过 · this code was claimed before");
    }
    let mut ledger = OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .with_context(named)?;
    writeln!(ledger, "{check}").with_context(named)?;
    ledger.sync_all().with_context(named)
}
