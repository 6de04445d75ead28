//! `receive-mail`: one mail on standard input, from the mail server's pipe. Speaks sysexits: 0 taken (or a machine's
//! mail, which nobody answers), 65 refused, with the bounce on standard output, 75 for everything that is wrong here:
//! the mail server keeps the mail and tries again, so that no officer's word is lost by our fault.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use sealed_tip::SecretCert;
use zeroize::Zeroizing;

use super::serve::load;
use super::{beside, say};
use crate::clock::{Clock, SystemClock};
use crate::correspondence::{Desk, Failure, Received, Refusal};
use crate::entropy::Entropy;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 配置文件 · the configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// 信封上的收件地址 · the envelope's recipient, if the mail server tells it
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
}

/// EX_DATAERR of sysexits.h.
const REFUSED: u8 = 65;
/// EX_TEMPFAIL of sysexits.h.
pub const TRY_LATER: u8 = 75;

pub(super) fn run(args: &Args) -> ExitCode {
    match catch_unwind(AssertUnwindSafe(|| receive(args))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => later(&format!("{error:#}")),
        Err(_) => later("panicked"),
    }
}

fn receive(args: &Args) -> Result<ExitCode> {
    let loaded = load(&args.config)?;
    let max_mib = loaded.config.replies.max_mib;
    let Some(mail) = read_all(io::stdin().lock(), max_mib << 20)? else {
        return Ok(refuse(&Refusal::TooLarge { max_mib }));
    };
    let key = secret(&loaded.config.replies.secret_key_file)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let received = runtime.block_on(async {
        let store = beside(&loaded).await?;
        let desk = Desk {
            loaded: &loaded,
            store: &store,
            key: &key,
            entropy: &Entropy::from_system(),
            now: SystemClock.unix(),
        };
        desk.receive(&mail, args.recipient.as_deref()).await
    });
    Ok(match received {
        Ok(Received::Stored) => taken("已放入举报人的信箱 · stored"),
        Ok(Received::Ignored(why)) => taken(&format!("自动邮件，不处理 · ignored: {why}")),
        Ok(Received::CameBack(n)) => {
            taken(&format!("退信：停放 {n} 封 · letters came back, parked"))
        }
        Err(Failure::Refused(refusal)) => refuse(&refusal),
        Err(error) => later(&error.to_string()),
    })
}

/// Reads to the end, so that the mail server's pipe does not break, but keeps no more than `limit`.
fn read_all(mut from: impl Read, limit: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut mail = Zeroizing::new(Vec::with_capacity(limit.min(256 << 10)));
    let kept = from
        .by_ref()
        .take(limit as u64 + 1)
        .read_to_end(&mut mail)?;
    if kept <= limit {
        return Ok(Some(mail));
    }
    io::copy(&mut from, &mut io::sink())?;
    Ok(None)
}

fn secret(file: &Path) -> Result<SecretCert> {
    let named = || format!("replies.secret_key_file: {}", file.display());
    let text = Zeroizing::new(std::fs::read_to_string(file).with_context(named)?);
    SecretCert::parse(&text).with_context(named)
}

fn taken(line: &str) -> ExitCode {
    say(line);
    ExitCode::SUCCESS
}

fn refuse(refusal: &Refusal) -> ExitCode {
    say(&refusal.bounce());
    ExitCode::from(REFUSED)
}

/// To standard error: the mail server logs it, nobody is sent it.
#[expect(clippy::print_stderr, reason = "there is no log in this process")]
fn later(why: &str) -> ExitCode {
    eprintln!("4.3.0 tip-service: {why}");
    ExitCode::from(TRY_LATER)
}
