//! Postfix itself, as a private instance in a temporary folder: own queue, own configuration, own
//! port, TLS from the test's authority, letters into Maildirs, replies into the service's pipe. Root
//! only; the machine's own Postfix, if any, is not touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::deploy;
use crate::install::Install;
use crate::machine::{free_port, missing, repository, run, wait_for, words};
pub use crate::mail_server::OWNER;
use crate::mail_server::{self, master_cf, private, replaced};
use crate::smtp::transport;
use crate::tls::Authority;

/// Hands one mail to a server, by STARTTLS, as a mail program does.
const SUBMIT: &str = "\
import smtplib, ssl, sys
port, ca, sender, recipient = sys.argv[1:]
server = smtplib.SMTP('localhost', int(port))
server.starttls(context=ssl.create_default_context(cafile=ca))
server.sendmail(sender, [recipient], sys.stdin.buffer.read())
server.quit()
";

/// A running private Postfix.
pub struct Postfix {
    folder: TempDir,
    /// The port it listens on.
    pub port: u16,
    master: Child,
}

impl Postfix {
    /// Starts one that takes mail for every domain into one Maildir.
    pub fn start() -> Self {
        Self::with(&[], None)
    }

    /// Starts one that has a Maildir for each of these addresses' local parts, and pipes replies into
    /// `receive-mail` of an installation that belongs to [`OWNER`].
    pub fn both_ways(install: &Install, names: &[&str]) -> Self {
        Self::with(names, Some(install))
    }

    /// Starts one from the files of `config/deploy/postfix/`: replies into `receive-mail` of an installation that belongs to
    /// [`OWNER`], bounces to a mail server at this port of `localhost`, whose authority is the one in `trusted`.
    pub fn deployed(install: &Install, relay: u16, trusted: &Path) -> Self {
        let folder = new_folder();
        let root = folder.path();
        let port = free_port();
        let tls = |name: &str| root.join("tls").join(name).display().to_string();
        let relay = relay.to_string();
        let files = root.join("deploy");
        fs::create_dir(&files).expect("a folder");
        let values = [
            ("CERTIFICATE", tls("server.crt")),
            ("CERTIFICATE_KEY", tls("server.key")),
            ("CONFIG", install.text_path("tip-service.toml")),
            ("RELAY", "localhost".into()),
            ("RELAY_PORT", relay),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        deploy::render(&files, &values);
        let main = fs::read_to_string(files.join("postfix/main.cf")).expect("main.cf");
        let ours = format!(
            "{}smtp_tls_CAfile = {}\nsmtp_host_lookup = native\n\
             smtp_sasl_password_maps = inline:{{ none=none }}\n",
            private(root),
            trusted.display()
        );
        let main = replaced(&main, &ours);
        let master = master_cf(port, Some(install));
        write(root, &[("main.cf", main), ("master.cf", master)]);
        Self::run(folder, port)
    }

    fn with(names: &[&str], replies: Option<&Install>) -> Self {
        let folder = new_folder();
        let root = folder.path();
        let port = free_port();
        let piped = "/^reply\\+[0-9a-f]+@/ tip-service:\n";
        let transport = replies.map_or("", |_| piped).to_string();
        write(root, &mail_server::files(root, names));
        write(
            root,
            &[
                ("master.cf", master_cf(port, replies)),
                ("transport", transport),
            ],
        );
        Self::run(folder, port)
    }

    fn run(folder: TempDir, port: u16) -> Self {
        let etc = folder.path().join("etc").display().to_string();
        let checked = run(Command::new("/usr/sbin/postfix").args(["-c", &etc, "check"]));
        assert!(
            checked.status.success(),
            "postfix check: {}",
            words(&checked)
        );
        let master = Command::new("/usr/sbin/postfix")
            .args(["-c", &etc, "start-fg"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| missing(Path::new("/usr/sbin/postfix"), &error));
        let postfix = Self {
            folder,
            port,
            master,
        };
        wait_for("Postfix to listen", Duration::from_secs(30), || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        postfix
    }

    /// Tells an installation to deliver here.
    pub fn configure(&self, install: Install) -> Install {
        install.with(
            "mail.transport",
            transport(self.port, self.folder.path(), false),
        )
    }

    /// The Maildir of everybody who has none of their own.
    pub fn maildir(&self) -> PathBuf {
        self.maildir_of("inbox")
    }

    /// The Maildir of the address with this local part.
    pub fn maildir_of(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail").join(name)
    }

    /// Submits a mail, as the mail program of `sender` does.
    pub fn submit(&self, sender: &str, recipient: &str, mail: &[u8]) {
        let sent = self.try_submit(sender, recipient, mail);
        assert!(sent.is_ok(), "{sent:?}\n{}", self.log());
    }

    /// Submits a mail that may be refused, and then returns what was said.
    pub fn try_submit(&self, sender: &str, recipient: &str, mail: &[u8]) -> Result<(), String> {
        let file = self.folder.path().join("outgoing");
        fs::write(&file, mail).expect("a file");
        let sent = run(Command::new(repository().join("var/tools/venv/bin/python"))
            .args(["-c", SUBMIT, &self.port.to_string()])
            .arg(self.authority())
            .args([sender, recipient])
            .stdin(fs::File::open(&file).expect("a file")));
        sent.status.success().then_some(()).ok_or(words(&sent))
    }

    /// The authority that its certificate is of.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Its log, for a failing test.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("data/log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let etc = self.folder.path().join("etc").display().to_string();
        // `stop` ends master and its children; the handle below only collects them.
        let _ = Command::new("/usr/sbin/postfix")
            .args(["-c", &etc, "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = self.master.kill();
        let _ = self.master.wait();
    }
}

/// A folder with what every instance has: queue, data, TLS from an authority of its own.
fn new_folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("postfix-")
        .tempdir_in("/tmp")
        .expect("folder");
    let root = folder.path();
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).expect("permissions");
    for name in ["etc", "queue", "data", "mail", "tls"] {
        fs::create_dir(root.join(name)).expect("a folder");
    }
    chown(root.join("mail"), Some(OWNER), Some(OWNER)).expect("an owner");
    own_by_name(&root.join("data"), "postfix");
    let authority = Authority::new();
    authority.write(&root.join("ca.pem"));
    authority.issue("localhost", &root.join("tls"));
    folder
}

fn write(root: &Path, files: &[(&str, String)]) {
    for (name, text) in files {
        fs::write(root.join("etc").join(name), text).expect("a configuration file");
    }
}

fn own_by_name(folder: &Path, user: &str) {
    let output = run(Command::new("chown").arg(user).arg(folder));
    assert!(
        output.status.success(),
        "chown {user}: {} (run `make setup`)",
        words(&output)
    );
}
