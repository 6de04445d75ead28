//! `keygen`: a key pair for trying out. Real units make theirs in their own mail program, and the secret half
//! never comes near the server.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::say;
use crate::clock::{Clock, SystemClock};
use crate::entropy::Entropy;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 放钥匙的文件夹 · folder for the two files
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// 单位代号 · the unit's id
    #[arg(long, value_name = "UNIT")]
    id: String,
    /// 多少天后过期 · days until it expires
    #[arg(long, value_name = "DAYS")]
    expires_days: Option<u32>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    if !args
        .id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        || args.id.is_empty()
    {
        bail!(
            "--id: {:?} is no unit id\n  hint: letters, digits and hyphens",
            args.id
        );
    }
    let fingerprint = write(&args.out, &args.id, args.expires_days)?;
    say(&fingerprint);
    Ok(())
}

/// Writes `<id>.secret.asc` and `<id>.cert.asc`; never over a secret key that is there.
pub(super) fn write(folder: &Path, id: &str, expires_days: Option<u32>) -> Result<String> {
    let mut rng = Entropy::from_system().fork();
    let user_id = format!("{id} (demo) <{id}@tips.invalid>");
    // A minute back, so that a reader whose clock is a little slow does not find a key from the future.
    let created = SystemClock.unix().saturating_sub(60);
    let pair = sealed_tip::generate(&user_id, created, expires_days, &mut rng)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| at(folder))?;
    let secret = folder.join(format!("{id}.secret.asc"));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&secret)
        .with_context(|| at(&secret))?;
    file.write_all(pair.secret_armored.as_bytes())
        .with_context(|| at(&secret))?;
    let cert = folder.join(format!("{id}.cert.asc"));
    fs::write(&cert, &pair.cert_armored).with_context(|| at(&cert))?;
    Ok(pair.fingerprint)
}

fn at(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
