//! A real SMTP server with STARTTLS and AUTH (aiosmtpd, in the environment `make setup` makes),
//! which fails in a chosen way when a story asks for it.

use std::fs::{File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use toml::{Table, Value};

use crate::install::Install;
use crate::machine::{files_under, free_port, missing, repository};
use crate::tls::{Authority, Identity};

/// The account the service logs in with.
const USER: &str = "tips";
/// Its password; the server lets nobody else send.
const PASSWORD: &str = "correct horse battery staple";

/// How a server behaves.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Takes every letter.
    Normal,
    /// Offers no STARTTLS.
    NoStartTls,
    /// Refuses the recipient for now.
    RecipientLater,
    /// Refuses the recipient for good.
    RecipientNever,
    /// Refuses the message for now.
    DataLater,
    /// Refuses the message for good.
    DataNever,
    /// Accepts the connection and never speaks.
    Silent,
    /// Refuses for good a mail with more than four letters in it, as one that is too large for it.
    Few,
    /// Closes after it has asked for the message.
    CloseInData,
    /// Fails as [`MailServer::fails_at`] says.
    Faulty,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::NoStartTls => "no-starttls",
            Self::RecipientLater => "rcpt-4xx",
            Self::RecipientNever => "rcpt-5xx",
            Self::DataLater => "data-4xx",
            Self::DataNever => "data-5xx",
            Self::Silent => "silent",
            Self::Few => "few",
            Self::CloseInData => "close-in-data",
            Self::Faulty => "faulty",
        }
    }
}

/// A mail server's place in the world: port, certificate, folder. It may be up or down.
pub struct MailServer {
    folder: TempDir,
    authority: Authority,
    identity: Identity,
    port: u16,
    child: Option<Child>,
}

impl MailServer {
    /// A server with a good certificate for `localhost`, not yet up.
    pub fn down() -> Self {
        let authority = Authority::new();
        Self::with_identity(authority, |authority, folder| {
            authority.issue("localhost", folder)
        })
    }

    /// A server whose certificate is another authority's, not yet up.
    pub fn of_unknown_authority() -> Self {
        Self::with_identity(Authority::new(), |_, folder| {
            Authority::new().issue("localhost", folder)
        })
    }

    /// A server whose certificate names another host, not yet up.
    pub fn of_another_name() -> Self {
        Self::with_identity(Authority::new(), |authority, folder| {
            authority.issue("mail.elsewhere.invalid", folder)
        })
    }

    fn with_identity(
        authority: Authority,
        issue: impl FnOnce(&Authority, &Path) -> Identity,
    ) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("smtp-")
            .tempdir()
            .expect("a folder");
        authority.write(&folder.path().join("ca.pem"));
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).expect("a file");
        std::fs::set_permissions(&password, Permissions::from_mode(0o600)).expect("permissions");
        let identity = issue(&authority, folder.path());
        Self {
            folder,
            authority,
            identity,
            port: free_port(),
            child: None,
        }
    }

    /// Starts it.
    pub fn up(&mut self, mode: Mode) {
        let python = repository().join("var/tools/venv/bin/python");
        let mut child = Command::new(&python)
            .arg(repository().join("tests/harness/smtp_server.py"))
            .args(["--port", &self.port.to_string(), "--mode", mode.name()])
            .args(["--user", USER, "--password", PASSWORD])
            .arg("--folder")
            .arg(self.mail())
            .arg("--certificate")
            .arg(&self.identity.certificate)
            .arg("--key")
            .arg(&self.identity.key)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // It tells at length of clients that turn away; what counts is in its events.
            .stderr(File::create(self.complaints()).expect("a file"))
            .spawn()
            .unwrap_or_else(|error| missing(&python, &error));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        self.child = Some(child);
        let complaints = std::fs::read_to_string(self.complaints()).unwrap_or_default();
        assert_eq!(
            line.trim(),
            "ready",
            "the mail server does not start (run `make setup`): {complaints}"
        );
    }

    /// From now on a faulty server fails at this step (`connect`, `ehlo`, `starttls`, `auth`, `mail`, `rcpt`, `data`,
    /// `body`, `end`, `quit`) in this way: `4xx`, `5xx`, `drop`, or a number of seconds.
    pub fn fails_at(&self, step: &str, how: &str) {
        let new = self.mail().join("fault.new");
        std::fs::write(&new, format!("{step} {how}")).expect("a file");
        std::fs::rename(new, self.mail().join("fault")).expect("a rename");
    }

    /// Ends it.
    pub fn go_down(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the mail server can be killed");
            child.wait().expect("the mail server is gone");
        }
    }

    /// Tells an installation to deliver here, by STARTTLS and AUTH, trusting this authority alone.
    pub fn configure(&self, install: Install) -> Install {
        install.with("mail.transport", self.transport())
    }

    /// The `[….transport]` table that leads here.
    pub fn transport(&self) -> Table {
        transport(self.port, self.folder.path(), true)
    }

    /// The letters it has taken.
    pub fn letters(&self) -> Vec<PathBuf> {
        let mut letters = files_under(&self.mail());
        letters.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
        letters
    }

    /// What has happened on its connections, a line each.
    pub fn events(&self) -> String {
        std::fs::read_to_string(self.mail().join("events")).unwrap_or_default()
    }

    /// The authority it lives under.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The port it listens on when it is up.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with the certificate of that authority.
    pub fn trusted(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn complaints(&self) -> PathBuf {
        self.folder.path().join("complaints")
    }

    fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }
}

/// The `[mail.transport]` table for a server on localhost; `folder` holds `ca.pem` and `password`.
pub fn transport(port: u16, folder: &Path, login: bool) -> Table {
    let text = |path: &str| Value::from(folder.join(path).display().to_string());
    let mut table = Table::from_iter([
        ("kind".to_string(), Value::from("smtp")),
        ("host".to_string(), Value::from("localhost")),
        ("port".to_string(), Value::from(i64::from(port))),
        ("tls".to_string(), Value::from("starttls")),
        ("ca_file".to_string(), text("ca.pem")),
        ("timeout_seconds".to_string(), Value::from(5)),
    ]);
    if login {
        table.insert("username".into(), USER.into());
        table.insert("password_file".into(), text("password"));
    }
    table
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.go_down();
    }
}
