//! Postfix itself, as a private instance in a temporary folder: own queue, own configuration, own
//! port, TLS from the test's authority, letters into Maildirs, replies into the service's pipe. Root
//! only; the machine's own Postfix, if any, is not touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::install::Install;
use crate::machine::{free_port, missing, repository, run, wait_for, words};
use crate::smtp::transport;
use crate::tls::Authority;

/// `nobody`: owns the delivered letters; the service's files, too, when replies come by the pipe.
pub const OWNER: u32 = 65534;

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
    port: u16,
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

    fn with(names: &[&str], replies: Option<&Install>) -> Self {
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
        let port = free_port();
        let mut master = master_cf(port);
        let mut transport = "";
        if let Some(install) = replies {
            master.push_str(&pipe(install));
            transport = "/^reply\\+[0-9a-f]+@/ replies:\n";
        }
        for (name, text) in [
            ("main.cf", main_cf(root)),
            ("master.cf", master),
            ("transport", transport.to_string()),
            ("maildirs", maildirs(names)),
        ] {
            fs::write(root.join("etc").join(name), text).expect("a configuration file");
        }
        let etc = root.join("etc").display().to_string();
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
        let file = self.folder.path().join("outgoing");
        fs::write(&file, mail).expect("a file");
        let sent = run(Command::new(repository().join("var/tools/venv/bin/python"))
            .args(["-c", SUBMIT, &self.port.to_string()])
            .arg(self.folder.path().join("ca.pem"))
            .args([sender, recipient])
            .stdin(fs::File::open(&file).expect("a file")));
        assert!(sent.status.success(), "{}\n{}", words(&sent), self.log());
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

fn own_by_name(folder: &Path, user: &str) {
    let output = run(Command::new("chown").arg(user).arg(folder));
    assert!(
        output.status.success(),
        "chown {user}: {} (run `make setup`)",
        words(&output)
    );
}

fn main_cf(root: &Path) -> String {
    let root = root.display();
    format!(
        "compatibility_level = 3.6\n\
         config_directory = {root}/etc\n\
         queue_directory = {root}/queue\n\
         data_directory = {root}/data\n\
         maillog_file = {root}/data/log\n\
         maillog_file_prefixes = {root}\n\
         inet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\n\
         myhostname = localhost.invalid\n\
         mydestination =\n\
         mynetworks = 127.0.0.0/8\n\
         alias_maps =\n\
         alias_database =\n\
         virtual_mailbox_domains = static:all\n\
         virtual_mailbox_base = {root}/mail\n\
         virtual_mailbox_maps = regexp:{root}/etc/maildirs\n\
         transport_maps = regexp:{root}/etc/transport\n\
         virtual_uid_maps = static:{OWNER}\n\
         virtual_gid_maps = static:{OWNER}\n\
         smtpd_tls_cert_file = {root}/tls/server.crt\n\
         smtpd_tls_key_file = {root}/tls/server.key\n\
         smtpd_tls_security_level = encrypt\n\
         smtpd_recipient_restrictions = permit_mynetworks, reject\n\
         queue_run_delay = 1s\n\
         minimal_backoff_time = 1s\n\
         maximal_backoff_time = 2s\n"
    )
}

fn maildirs(names: &[&str]) -> String {
    let own = names.iter().map(|name| format!("/^{name}@/ {name}/\n"));
    own.chain(["/./ inbox/\n".to_string()]).collect()
}

/// See pipe(8). The recipient is the envelope's: what a mail's own headers say may be anything.
fn pipe(install: &Install) -> String {
    format!(
        "replies unix - n n - 2 pipe\n  flags=Rq user=nobody argv={} receive-mail --config {} --recipient ${{recipient}}\n",
        Install::binary().display(),
        install.path("tip-service.toml").display()
    )
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd\n\
         pickup unix n - n 60 1 pickup\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         verify unix - - n - 1 verify\n\
         proxymap unix - - n - - proxymap\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         discard unix - - n - - discard\n\
         virtual unix - n n - - virtual\n\
         anvil unix - - n - 1 anvil\n\
         scache unix - - n - 1 scache\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    )
}
