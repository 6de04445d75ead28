//! A bare Debian 12 in a temporary folder, booted by systemd-nspawn: its own systemd, its own processes, a network of its own with
//! nothing in it but itself. Of the machine around it it sees none.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use e2e::machine::{run, signal, wait_for, words};
use tempfile::TempDir;

/// How long its systemd may take to come up or to go down.
const BOOT: Duration = Duration::from_secs(180);
/// What a minimal root lacks of what Debian's installer brings.
const INCLUDED: &str = "--include=dbus,libpam-systemd";

/// Which network a command sees.
#[derive(Clone, Copy)]
pub(crate) enum Network {
    /// The root's own.
    Own,
    /// That of the machine around it, for Debian's mirror alone.
    Mirror,
}

/// A running Debian.
pub(crate) struct Root {
    nspawn: Child,
    leader: u32,
    folder: TempDir,
}

impl Root {
    /// Makes one from the mirror of this machine, or from a copy of this folder, and boots it.
    pub(crate) fn boot(base: Option<&Path>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("rehearsal-")
            .tempdir_in("/var/tmp")
            .expect("a folder");
        let root = folder.path().join("root");
        match base {
            Some(base) => must(Command::new("cp").arg("-a").arg(base).arg(&root)),
            None => debootstrap(&root),
        }
        lend_sources(&root);
        std::fs::write(root.join("etc/hostname"), "tips\n").expect("a name");
        let nspawn = power_on(&folder);
        let mut machine = Self {
            nspawn,
            leader: 0,
            folder,
        };
        machine.comes_up();
        machine
    }

    fn comes_up(&mut self) {
        let state = wait_for("systemd in the root to be up", BOOT, || self.state());
        assert_eq!(state, "running", "{}", self.say("systemctl --failed"));
    }

    /// Turns it off and on again.
    pub(crate) fn reboot(&mut self) {
        self.power_off();
        self.nspawn = power_on(&self.folder);
        self.comes_up();
    }

    /// Its systemd shuts down as at a power button.
    fn power_off(&mut self) {
        signal(&mut self.nspawn, "TERM");
        let deadline = Instant::now() + BOOT;
        while Instant::now() < deadline && matches!(self.nspawn.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.nspawn.kill();
        let _ = self.nspawn.wait();
    }

    /// What its systemd says of itself, once it is past starting.
    fn state(&mut self) -> Option<String> {
        let ended = self.nspawn.try_wait().expect("a child can be asked");
        let console =
            || std::fs::read_to_string(self.folder.path().join("console")).unwrap_or_default();
        assert!(ended.is_none(), "systemd-nspawn ended: {}", console());
        let nspawn = self.nspawn.id();
        let children =
            std::fs::read_to_string(format!("/proc/{nspawn}/task/{nspawn}/children")).ok()?;
        self.leader = children.split_whitespace().last()?.parse().ok()?;
        let said = self.enter("systemctl is-system-running", "", Network::Own, "/");
        let said = String::from_utf8_lossy(&said.stdout).trim().to_string();
        ["running", "degraded"]
            .contains(&said.as_str())
            .then_some(said)
    }

    /// The process that all others in there come from.
    pub(crate) fn leader(&self) -> u32 {
        self.leader
    }

    /// A file in there, as this machine sees it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("root").join(name)
    }

    /// Writes a file in there.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Runs a line as root in a shell, in this folder, with this typed into it.
    pub(crate) fn enter(&self, line: &str, input: &str, network: Network, folder: &str) -> Output {
        let mut shell = Command::new("nsenter");
        shell.args([
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--root",
            "--target",
            &self.leader.to_string(),
        ]);
        if matches!(network, Network::Own) {
            shell.arg("--net");
        }
        shell
            .args([
                "env",
                "-i",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ])
            .args([
                "HOME=/root",
                "LANG=C.UTF-8",
                "TERM=dumb",
                "DEBIAN_FRONTEND=noninteractive",
            ])
            .args(["bash", "-c", &format!("cd {folder} && {{ {line}\n}} 2>&1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut shell = shell
            .spawn()
            .expect("nsenter starts: `tools/setup rehearsal`");
        let mut stdin = shell.stdin.take().expect("a pipe");
        // Whoever reads nothing has closed it.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        shell.wait_with_output().expect("the shell ends")
    }

    /// Runs a line that must succeed; what it said.
    pub(crate) fn say(&self, line: &str) -> String {
        let output = self.enter(line, "", Network::Own, "/root");
        assert!(output.status.success(), "{line}: {}", words(&output));
        words(&output)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let end = "journalctl --no-pager -n 60; tail -n 40 /srv/provider/data/log";
            println!("{}", words(&self.enter(end, "", Network::Own, "/")));
        }
        self.power_off();
    }
}

fn power_on(folder: &TempDir) -> Child {
    let log = File::create(folder.path().join("console")).expect("a file");
    Command::new("systemd-nspawn")
        .args([
            "--quiet",
            "--boot",
            "--private-network",
            "--register=no",
            "--keep-unit",
            "--directory",
        ])
        .arg(folder.path().join("root"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a file"))
        .stderr(log)
        .spawn()
        .expect("systemd-nspawn starts: `tools/setup rehearsal`")
}

/// In a view of the file system of its own, so that what it mounts into the root is gone with it.
fn debootstrap(root: &Path) {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "debootstrap", INCLUDED, "bookworm"])
        .arg(root)
        .arg(mirror());
    must(&mut command);
}

/// Debian's sources as this machine has them.
fn sources() -> PathBuf {
    let known = [
        "/etc/apt/sources.list.d/debian.sources",
        "/etc/apt/sources.list",
    ];
    let found = known.iter().map(PathBuf::from).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("none of {known:?} is there: no mirror of Debian is known"))
}

fn mirror() -> String {
    let path = sources();
    let text = std::fs::read_to_string(&path).expect("the sources are readable");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut addresses = lines
        .flat_map(str::split_whitespace)
        .filter(|word| word.contains("://"));
    let first = addresses.next().map(str::to_string);
    first.unwrap_or_else(|| panic!("no mirror in {}", path.display()))
}

/// With Debian's security updates, as its installer writes them.
fn lend_sources(root: &Path) {
    let sources = sources();
    std::fs::write(root.join("etc/apt/sources.list"), "").expect("written");
    let to = root.join(sources.strip_prefix("/").expect("an absolute path"));
    std::fs::copy(&sources, to).expect("the sources are copied");
}

fn must(command: &mut Command) {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", words(&output));
}
