//! PostgreSQL itself, a server of the test's own: in a temporary folder, on a socket in it, without a port. It is owned by
//! `nobody` when the test runs as root, since PostgreSQL refuses to be root. Knows nothing of the other parts of this folder,
//! for the service's own tests take it in too.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// `nobody`.
const USER: u32 = 65534;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server and its folder, gone when dropped.
pub struct Postgres {
    folder: TempDir,
    server: Child,
    settings: Vec<String>,
}

impl Postgres {
    /// Makes a new server and starts it. It is durable, as production is.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with further settings, `name=value` each.
    pub fn start_with(settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pg-")
            .tempdir_in("/tmp")
            .expect("a folder");
        if is_root() {
            chown(folder.path(), Some(USER), Some(USER)).expect("an owner");
        }
        let data = folder.path().join("data");
        let made = as_user("initdb")
            .args([
                "--username=tips",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("--pgdata")
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb starts").success(), "initdb");
        let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
        let server = spawn(folder.path(), &settings);
        let mut postgres = Self {
            folder,
            server,
            settings,
        };
        postgres.await_ready();
        postgres
    }

    /// The folder with its socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("postgres://tips@localhost/{database}?host={folder}")
    }

    /// Makes an empty database and returns its address.
    pub fn create(&self, database: &str) -> String {
        self.run("postgres", &format!("CREATE DATABASE {database}"));
        self.url(database)
    }

    /// Runs statements by `psql`, other hands than the service's; returns rows, a line each, values parted by `|`.
    pub fn run(&self, database: &str, sql: &str) -> String {
        let said = self
            .psql(database)
            .args(["-v", "ON_ERROR_STOP=1", "-c", sql])
            .output()
            .expect("psql starts");
        let error = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{sql}: {error}");
        String::from_utf8(said.stdout).expect("text")
    }

    /// Ends it in order (`INT`) or as a crash would (`QUIT`), and waits until it is gone.
    pub fn stop(&mut self, signal: &str) {
        self.signal(signal);
        self.server.wait().expect("it can be waited for");
    }

    /// Starts it again.
    pub fn start_again(&mut self) {
        self.server = spawn(self.folder.path(), &self.settings);
        self.await_ready();
    }

    /// What it has written to its log.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// To the server while it runs: one that has been waited for has no number any more.
    fn signal(&mut self, name: &str) {
        if let Ok(None) = self.server.try_wait() {
            let pid = self.server.id().to_string();
            let sent = Command::new("kill").args(["-s", name, &pid]).status();
            assert!(sent.expect("kill starts").success(), "kill -s {name}");
        }
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(program("psql"));
        psql.arg("-h")
            .arg(self.folder.path())
            .args(["-U", "tips", "-d", database, "-XAtq"]);
        psql
    }

    fn await_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut asked = self.psql("postgres");
            asked.args(["-c", "SELECT 1"]).stderr(Stdio::null());
            if asked.output().expect("psql starts").status.success() {
                return;
            }
            let ended = self.server.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "it ended: {}", self.said());
            assert!(Instant::now() < deadline, "not ready: {}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its children end with it, as they would not if it were killed. Already gone is as good.
        self.signal("QUIT");
        let _ = self.server.wait();
    }
}

fn spawn(folder: &Path, settings: &[String]) -> Child {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a log file");
    let mut server = as_user("postgres");
    server.arg("-D").arg(folder.join("data"));
    server
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses="]);
    for setting in settings {
        server.args(["-c", setting]);
    }
    server
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("postgres starts")
}

fn as_user(name: &str) -> Command {
    let mut command = Command::new(program(name));
    command.current_dir("/");
    if is_root() {
        command.uid(USER).gid(USER);
    }
    command
}

/// The newest of Debian's, which are not in the path.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut versions: Vec<PathBuf> = versions.flatten().map(|version| version.path()).collect();
    versions.sort();
    let found = versions.pop().map(|newest| newest.join("bin").join(name));
    found.unwrap_or_else(|| panic!("PostgreSQL is not there: run `make setup`"))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id starts");
    id.stdout.trim_ascii() == b"0"
}
