//! The command line. Says what it does in Chinese and English; every command reads the same configuration
//! and refuses the same mistakes.

mod canary;
mod keygen;
mod open;
mod outbox;
mod receive_mail;
mod reward;
mod serve;
mod store;
mod units;

pub use receive_mail::TRY_LATER;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::config::Loaded;
use crate::store::{Capacity, Place, Store, StoreError, newest_steps};

/// What `--version` says: an older program that is to come back must tell which step it wants.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let [sqlite, postgres] = newest_steps();
    format!(
        "{}\n数据库 database: SQLite step {sqlite}, PostgreSQL step {postgres}",
        env!("CARGO_PKG_VERSION")
    )
});

/// 辽源禁毒 举报服务 · takes anonymous tips, seals each at once to the responsible unit, delivers it by mail.
#[derive(Parser)]
#[command(name = "tip-service", version, long_version = LONG_VERSION.as_str())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 运行服务 · run the service
    Serve {
        #[command(flatten)]
        config: ConfigArg,
        /// 演示：缺钥匙就生成，允许 maildir · for trying out: makes missing demo keys, allows maildir
        #[arg(long)]
        dev: bool,
        /// 监听地址，代替配置里的 server.listen · listen here instead
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
    },
    /// 做启动的全部检查，但不运行 · all of start-up without serving
    Check {
        #[command(flatten)]
        config: ConfigArg,
        /// 允许 maildir · allow maildir
        #[arg(long)]
        dev: bool,
    },
    /// 用私钥解开信件（单位和演示用）· decrypt letters with a secret key (for staff and the demo)
    Open(open::Args),
    /// 单位登记表 · the unit register
    Units {
        #[command(subcommand)]
        what: units::What,
    },
    /// 收单位的回信（由邮件服务器的管道调用）· take one reply from the mail server's pipe
    ReceiveMail(receive_mail::Args),
    /// 走一遍：发一条有记号的举报，看它寄到、答复、读到；不通就报警 · file a marked tip, watch it be answered, raise an alarm
    Canary {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// 奖励 · rewards
    Reward {
        #[command(subcommand)]
        what: reward::What,
    },
    /// 看或重发没送到的信 · list or retry letters that are not delivered
    Outbox {
        #[command(subcommand)]
        what: outbox::What,
    },
    /// 数据库的步数；退回旧版本 · the database's step; the way back to an older program
    Store {
        #[command(subcommand)]
        what: store::What,
    },
    /// 按期限删除 · delete what has had its time
    Purge {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// 生成一对演示钥匙 · make a key pair for trying out
    Keygen(keygen::Args),
}

/// Where the configuration is.
#[derive(clap::Args)]
struct ConfigArg {
    /// 配置文件 · the configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// Whatever stands in the way, with a hint.
    pub fn run(self) -> Result<ExitCode> {
        let done = match self.command {
            Command::ReceiveMail(args) => return Ok(receive_mail::run(&args)),
            Command::Canary { config } => return Ok(canary::run(&config.config)),
            Command::Serve {
                config,
                dev,
                listen,
            } => serve::run(&config.config, dev, listen),
            Command::Check { config, dev } => serve::check(&config.config, dev),
            Command::Open(args) => open::run(&args),
            Command::Outbox { what } => outbox::run(&what),
            Command::Store { what } => store::run(&what),
            Command::Units { what } => units::run(&what),
            Command::Purge { config } => outbox::purge(&config.config),
            Command::Keygen(args) => keygen::run(&args),
            Command::Reward { what } => reward::run(&what),
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}

/// Writes one line to standard output. A reader that has gone away (`| head`) is no error.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Opens the store beside the service, which may be running: takes in no tip, recovers nothing.
async fn beside(loaded: &Loaded) -> Result<Store, StoreError> {
    let capacity = Capacity {
        max_waiting: u64::MAX,
        min_free_mib: 0,
    };
    Store::open(&Place::of(&loaded.config.store)?, capacity).await
}
