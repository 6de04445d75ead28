//! nginx itself, from the files of `config/deploy/nginx/`, in a temporary folder and on ports of its own, without privileges.
//! Touches no nginx of the machine.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::curl::Visitor;
use crate::deploy;
use crate::machine::{files_under, free_port, is_root, missing, run, signal, wait_for, words};
use crate::site;
use crate::tls::Authority;

/// The site's name in the test's values.
pub const DOMAIN: &str = "tips.example.invalid";

/// `nobody`, when the test runs as root.
const USER: u32 = 65534;

const PROGRAM: &str = "/usr/sbin/nginx";

/// The files with the test's values, not yet running.
pub struct Files {
    folder: TempDir,
    /// The port of plain HTTP.
    pub http: u16,
    /// The port of HTTPS.
    pub https: u16,
}

/// A running nginx.
pub struct Nginx {
    /// Its files.
    pub files: Files,
    child: Child,
}

impl Files {
    /// Writes them, for a service on this port, with these values besides.
    pub fn before(service: u16, further: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("nginx-")
            .tempdir_in("/tmp")
            .expect("a folder");
        let root = folder.path();
        std::fs::set_permissions(root, PermissionsExt::from_mode(0o755)).expect("permissions");
        for name in ["tls", "state", "acme/.well-known/acme-challenge"] {
            std::fs::create_dir_all(root.join(name)).expect("a folder");
        }
        let authority = Authority::new();
        authority.write(&root.join("ca.pem"));
        let identity = authority.issue(DOMAIN, &root.join("tls"));
        // A copy: the repository may lie where nobody else may look.
        let site = root.join("site");
        let copied = run(Command::new("cp").arg("-r").arg(site::built()).arg(&site));
        assert!(copied.status.success(), "{}", words(&copied));
        let (http, https) = (free_port(), free_port());
        let at = |name: &str| root.join(name).display().to_string();
        let mut ours = vec![
            ("DOMAIN", DOMAIN.to_string()),
            ("HTTP_PORT", http.to_string()),
            ("HTTPS_PORT", https.to_string()),
            ("CERTIFICATE", identity.certificate.display().to_string()),
            ("CERTIFICATE_KEY", identity.key.display().to_string()),
            ("SITE", at("site")),
            ("ACME", at("acme")),
            ("NGINX", at("nginx")),
            ("RUN", at("state")),
            ("STATE", at("state")),
            ("SERVICE", format!("127.0.0.1:{service}")),
        ];
        ours.extend(further.iter().map(|(name, value)| (*name, (*value).into())));
        let ours: Vec<_> = ours.iter().map(|(n, v)| (*n, v.as_str())).collect();
        deploy::render(root, &ours);
        // Debian's, which the configuration takes in from beside itself.
        std::fs::copy("/etc/nginx/mime.types", root.join("nginx/mime.types"))
            .unwrap_or_else(|error| missing(Path::new(PROGRAM), &error));
        let files = Self {
            folder,
            http,
            https,
        };
        files.give_away();
        files
    }

    /// Replaces words that must be there exactly once in a file: a fault, planted.
    pub fn replace(&self, name: &str, old: &str, new: &str) {
        let path = self.path(name);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(text.matches(old).count(), 1, "{name}: {old}");
        std::fs::write(path, text.replacen(old, new, 1)).expect("written");
    }

    /// A file or folder of this nginx.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it writes to: its state, and what it says. Not the files it was given.
    pub fn written(&self) -> Vec<PathBuf> {
        let mut written = files_under(&self.path("state"));
        written.push(self.path("said"));
        written
    }

    /// `nginx -t` on these files.
    pub fn test(&self) -> std::process::Output {
        run(self.command().arg("-t"))
    }

    /// Starts nginx and waits until it listens.
    pub fn start(self) -> Nginx {
        let said = std::fs::File::create(self.path("said")).expect("a file");
        let child = self
            .command()
            .args(["-g", "daemon off;"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .unwrap_or_else(|error| missing(Path::new(PROGRAM), &error));
        let mut nginx = Nginx { files: self, child };
        wait_for("nginx to listen", Duration::from_secs(20), || {
            if let Some(status) = nginx.child.try_wait().expect("nginx can be asked") {
                panic!("nginx ended with {status}: {}", nginx.said());
            }
            std::net::TcpStream::connect(("127.0.0.1", nginx.files.https)).ok()
        });
        nginx
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .arg("-c")
            .arg(self.path("nginx/nginx.conf"))
            .arg("-e")
            .arg("stderr")
            .current_dir(self.folder.path());
        if is_root() {
            command.uid(USER).gid(USER);
        }
        command
    }

    fn give_away(&self) {
        if is_root() {
            for path in [self.path("state"), self.path("tls/server.key")] {
                chown(path, Some(USER), Some(USER)).expect("an owner");
            }
        }
    }
}

impl Nginx {
    /// A visitor who comes by HTTPS over IPv4.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(DOMAIN, self.files.https, &self.files.path("ca.pem"))
    }

    /// What it has said on standard error: in production, to the journal.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.files.path("said")).unwrap_or_default()
    }

    /// The process numbers of master and workers.
    pub fn processes(&self) -> Vec<u32> {
        let master = self.child.id();
        let path = format!("/proc/{master}/task/{master}/children");
        let children = std::fs::read_to_string(path).expect("nginx lives");
        let workers = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(master).chain(workers).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its master ends its workers when it is asked to, not when it is killed.
        signal(&mut self.child, "TERM");
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("nginx said:\n{}", self.said());
        }
    }
}
