//! `open`: decrypts letters with a secret key. For staff without a mail program at hand, and for the demo;
//! has no business on the server.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use sealed_tip::SecretCert;
use zeroize::Zeroizing;

use super::say;
use crate::mail::messages_in;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 私钥文件，可以给几个 · secret key file, may be given several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// 打开整个演示信箱：每个单位一个文件夹 · a whole demo mail folder, one folder a unit
    #[arg(long, value_name = "FOLDER", requires = "keys", conflicts_with_all = ["key", "letters"])]
    inbox: Option<PathBuf>,
    /// 演示私钥所在文件夹 · folder of the demo secret keys
    #[arg(long, value_name = "FOLDER", requires = "inbox")]
    keys: Option<PathBuf>,
    /// 连同 tip.json 一起显示 · show tip.json too
    #[arg(long)]
    json: bool,
    /// 照片存到这个文件夹 · write the photographs into this folder
    #[arg(long, value_name = "FOLDER")]
    photographs: Option<PathBuf>,
    /// 信件文件 · letter files
    letters: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    if let (Some(inbox), Some(keys)) = (&args.inbox, &args.keys) {
        return open_inbox(inbox, keys, args);
    }
    if args.key.is_empty() || args.letters.is_empty() {
        bail!("nothing to open\n  hint: tip-service open --key SECRET.asc LETTER…");
    }
    let keys = args
        .key
        .iter()
        .map(|file| secret(file))
        .collect::<Result<Vec<_>>>()?;
    let keys: Vec<&SecretCert> = keys.iter().collect();
    args.letters
        .iter()
        .try_for_each(|file| show(file, &keys, args))
}

fn open_inbox(inbox: &Path, keys: &Path, args: &Args) -> Result<()> {
    let mut shown = 0;
    for unit in entries(inbox)? {
        let name = unit
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let key_file = keys.join(format!("{name}.secret.asc"));
        if !key_file.exists() {
            continue;
        }
        let key = secret(&key_file)?;
        for file in entries(&unit.join("new"))?
            .into_iter()
            .chain(entries(&unit.join("cur"))?)
        {
            say(&format!("════ {name} · {}", file.display()));
            show(&file, &[&key], args)?;
            shown += 1;
        }
    }
    if shown == 0 {
        say(
            "还没有信。先运行 make run，在 /tip/ 发一条试试 · no letters yet: run the service and file a tip at /tip/",
        );
    }
    Ok(())
}

fn show(file: &Path, keys: &[&SecretCert], args: &Args) -> Result<()> {
    let mail = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let letters = messages_in(&mail);
    for (n, letter) in letters.iter().enumerate() {
        let name = match letters.len() {
            1 => file.display().to_string(),
            all => format!("{} ({}/{all})", file.display(), n + 1),
        };
        let entity =
            sealed_tip::open(letter, keys).with_context(|| format!("cannot open {name}"))?;
        let text = sealed_tip::letter_text(&entity)
            .ok_or_else(|| anyhow!("{name}: opened, but it is no letter of this service"))?;
        if letters.len() > 1 {
            say(&format!("──── {name}"));
        }
        say(&text);
        if args.json {
            say(&sealed_tip::letter_json(&entity).unwrap_or_default());
        }
        let photographs = sealed_tip::letter_photos(&entity);
        match &args.photographs {
            Some(folder) => write_out(folder, file, n, &photographs)?,
            None if photographs.is_empty() => {}
            None => say(&format!(
                "（附照片 {0} 张，加 --photographs 文件夹 存出来 · {0} photographs, --photographs FOLDER writes them out）",
                photographs.len()
            )),
        }
    }
    Ok(())
}

/// Writes a letter's photographs, named after its file, and says where. Never over a file that is something else.
fn write_out(folder: &Path, letter: &Path, n: usize, all: &[Zeroizing<Vec<u8>>]) -> Result<()> {
    let name = letter.file_name().unwrap_or_default().to_string_lossy();
    for (photograph, jpeg) in (1..).zip(all) {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let path = folder.join(format!("{name}-{}-{photograph}.jpg", n + 1));
        let written = fs::read(&path).is_ok_and(|there| there == **jpeg);
        if !written {
            File::create_new(&path)
                .and_then(|mut file| file.write_all(jpeg))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        say(&format!("照片 photograph · {}", path.display()));
    }
    Ok(())
}

fn secret(file: &Path) -> Result<SecretCert> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    SecretCert::parse(&text).with_context(|| file.display().to_string())
}

/// What is in a folder, by name; nothing if there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let Ok(listing) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut paths = listing
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
