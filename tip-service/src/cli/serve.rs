//! `serve` and `check`.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{keygen, say};
use crate::app::{App, Parts};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Loaded};
use crate::store::Store;

pub(super) fn run(file: &Path, dev: bool, listen: Option<SocketAddr>) -> Result<()> {
    if dev {
        make_demo_keys(file)?;
    }
    let mut loaded = load(file)?;
    if let Some(address) = listen {
        loaded.config.server.listen = address;
    }
    start_log(&loaded);
    open_enough_files();
    runtime()?.block_on(async {
        let app = App::build(Parts::build(loaded, dev).await?).await?;
        greet(&app.addresses()?, dev);
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stop = async move {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        };
        Ok(app.run(stop).await?)
    })
}

pub(super) fn check(file: &Path, dev: bool) -> Result<()> {
    let loaded = load(file)?;
    let open = all_open(&loaded);
    runtime()?.block_on(async {
        let parts = Parts::build(loaded, dev).await?;
        examine(&parts.store, parts.loaded.config.store.key()).await?;
        if let Err(error) = parts.transport.probe().await {
            // No reason to refuse: letters wait in the outbox until the mail server is back.
            say(&format!(
                "note: {error}; letters would wait · 邮件服务器现在连不上，信会先存着"
            ));
        }
        if let config::Database::Postgres(_) = parts.loaded.config.store.database {
            say(POSTGRES_KEEPS);
        }
        anyhow::Ok(())
    })?;
    open?;
    say("配置没有问题 · the configuration is good");
    Ok(())
}

/// The public pages are written for SQLite: whoever changes over must change them.
const POSTGRES_KEEPS: &str = "note: the database server keeps the exact time of every tip in its log, and the order in which tips came in its files; the public \
    pages site/content/report/kept.md and anonymity.md (each language) promise that no exact time is kept: say it there (DATA.md, With PostgreSQL) · \
    数据库服务器的日志记着每条举报的准确时间，文件里看得出先后；公开页“留下什么，不留什么”和“一句一句说清楚”说不存准确时间，请在页面上写明";

/// Refuses when some unit cannot take tips, and names all of them.
pub(super) fn all_open(loaded: &Loaded) -> Result<()> {
    let now = SystemClock.unix();
    let units = loaded.register.all();
    let closed: Vec<String> = units
        .filter_map(|unit| Some(format!("unit {}: {}", unit.id, unit.usable(now).err()?)))
        .collect();
    if !closed.is_empty() {
        bail!(
            "these units cannot take tips, their forms are closed · 这些单位的举报表已关闭：\n  {}\n  hint: put a good certificate in place (registers.keys)",
            closed.join("\n  ")
        );
    }
    Ok(())
}

/// Looks through the database and tries a write.
async fn examine(store: &Store, key: &str) -> Result<()> {
    let found = async {
        store.examine().await?;
        store.probe().await
    };
    if let Err(error) = found.await {
        bail!("{key}: {error}\n  hint: {}", error.hint());
    }
    if let Some(trouble) = store.trouble() {
        bail!(
            "{key}: {trouble}, the form takes no tip · 存不下新举报了\n  hint: {}",
            trouble.hint()
        );
    }
    Ok(())
}

pub(super) fn load(file: &Path) -> Result<Loaded> {
    config::load(file, SystemClock.unix()).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    })
}

/// Demo keys for units that have none: only with `--dev`, and the secret halves say what they are.
fn make_demo_keys(file: &Path) -> Result<()> {
    let expected = config::expected_certs(file).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    })?;
    for (unit, certs) in expected {
        let Some(cert) = certs.first().filter(|cert| !cert.exists()) else {
            continue;
        };
        let folder = cert.parent().context("a certificate needs a folder")?;
        keygen::write(folder, &unit, None)?;
    }
    Ok(())
}

/// Only our own events, whatever the level: what libraries log we have not read.
fn start_log(loaded: &Loaded) {
    let level = match loaded.config.log.level {
        config::Level::Error => Level::ERROR,
        config::Level::Warn => Level::WARN,
        config::Level::Info => Level::INFO,
        config::Level::Debug => Level::DEBUG,
    };
    // No times: the journal adds its own, and a file must hold none.
    let lines = tracing_subscriber::fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_writer(std::io::stderr);
    let ours = Targets::new().with_target("tip_service", level);
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(ours)
        .try_init();
}

/// Connections and waiting photographs are open files; where the system hands out few, as many as it allows are taken.
fn open_enough_files() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE)
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, most, most)
    {
        tracing::warn!(%error, "few files can be open at one time");
    }
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
}

fn greet(addresses: &[SocketAddr], dev: bool) {
    let Some(open) = addresses.first() else {
        return;
    };
    say("");
    say("  辽源禁毒 已就绪 · is ready");
    say(&format!("  网站 site      http://{open}/"));
    say(&format!("  举报 tip form  http://{open}/tip/"));
    say(&format!("  信箱 mailbox   http://{open}/tip/mailbox/"));
    if dev {
        say("");
        say(
            "  这是演示：信件以加密形式放在 var/mail/<单位>/new，另开一个终端用 make inbox 解开看。",
        );
        say(
            "  This is a demo: letters lie encrypted in var/mail/<unit>/new; run make inbox in another terminal.",
        );
    }
    say("  停止 stop      Ctrl-C");
    say("");
}
