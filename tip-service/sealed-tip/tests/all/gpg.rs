//! A GnuPG of our own: its own home in a temporary folder, its own agent, no network, a clock we
//! set. Tests that use it fail when gpg is missing; the letters must open in gpg, so there is
//! nothing to skip.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// 2026-11-24 12:00 UTC: the day the tests live in.
pub(crate) const NOW: u64 = 1_795_521_600;
/// The same for gpg.
pub(crate) const TODAY: &str = "20261124T120000";
/// Long before it.
pub(crate) const THEN: &str = "20240101T000000";

pub(crate) struct Gpg {
    home: TempDir,
}

impl Gpg {
    pub(crate) fn new() -> Self {
        let home = tempfile::Builder::new()
            .prefix("gpg")
            .tempdir()
            .expect("a temporary folder");
        std::fs::set_permissions(home.path(), Permissions::from_mode(0o700)).expect("ours alone");
        Self { home }
    }

    /// Runs gpg at `time` and returns what it prints; panics with its complaint if it fails.
    pub(crate) fn run(&self, time: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("gpg")
            .arg("--homedir")
            .arg(self.home.path())
            .args([
                "--batch",
                "--yes",
                "--no-tty",
                "--quiet",
                "--auto-key-locate",
                "clear",
            ])
            .args([
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
                "--trust-model",
                "always",
            ])
            .args(["--faked-system-time", &format!("{time}!")])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is installed (apt-get install gnupg)");
        let mut stdin = child.stdin.take().expect("piped");
        let input = input.to_vec();
        let feed = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("gpg ends");
        feed.join().expect("fed");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "gpg {args:?}: {complaint}");
        output.stdout
    }

    /// Makes a primary key and gives its fingerprint.
    pub(crate) fn primary(
        &self,
        time: &str,
        user: &str,
        algorithm: &str,
        usage: &str,
        life: &str,
    ) -> String {
        self.primary_with(time, &[], user, algorithm, usage, life)
    }

    /// The same with more options.
    pub(crate) fn primary_with(
        &self,
        time: &str,
        options: &[&str],
        user: &str,
        algorithm: &str,
        usage: &str,
        life: &str,
    ) -> String {
        let args = [options, &["--quick-gen-key", user, algorithm, usage, life]].concat();
        self.run(time, &args, b"");
        self.fingerprint(user)
    }

    /// A key as units have it: ed25519 primary, one cv25519 subkey, both with this life.
    pub(crate) fn unit(&self, time: &str, user: &str, life: &str) -> String {
        let fingerprint = self.primary(time, user, "ed25519", "cert,sign", life);
        self.run(
            time,
            &["--quick-add-key", &fingerprint, "cv25519", "encr", life],
            b"",
        );
        fingerprint
    }

    fn fingerprint(&self, user: &str) -> String {
        let list = self.run(
            TODAY,
            &["--with-colons", "--list-keys", &format!("={user}")],
            b"",
        );
        String::from_utf8(list)
            .expect("utf-8")
            .lines()
            .find_map(|line| line.strip_prefix("fpr:::::::::"))
            .map(|rest| rest.trim_end_matches(':').to_owned())
            .expect("a fingerprint")
    }

    /// Answers to the questions of `--edit-key`.
    pub(crate) fn edit(&self, time: &str, fingerprint: &str, answers: &str) {
        self.edit_with(time, &[], fingerprint, answers);
    }

    /// The same with more options.
    pub(crate) fn edit_with(&self, time: &str, options: &[&str], fingerprint: &str, answers: &str) {
        let mut child = Command::new("gpg")
            .arg("--homedir")
            .arg(self.home.path())
            .args([
                "--no-tty",
                "--quiet",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
            ])
            .args([
                "--faked-system-time",
                &format!("{time}!"),
                "--command-fd",
                "0",
            ])
            .args(options)
            .args(["--status-fd", "2", "--edit-key", fingerprint])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is installed");
        child
            .stdin
            .take()
            .expect("piped")
            .write_all(answers.as_bytes())
            .expect("fed");
        let output = child.wait_with_output().expect("gpg ends");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "gpg --edit-key: {complaint}");
    }

    /// Imports the revocation that gpg laid by when the key was made.
    pub(crate) fn revoke(&self, fingerprint: &str) {
        let path = self
            .home
            .path()
            .join(format!("openpgp-revocs.d/{fingerprint}.rev"));
        let text = std::fs::read_to_string(path).expect("gpg keeps a revocation");
        let armour = text.replace(":-----BEGIN", "-----BEGIN");
        self.run(TODAY, &["--import"], armour.as_bytes());
    }

    pub(crate) fn export(&self, fingerprints: &[&str]) -> String {
        let args = [&["--armor", "--export"], fingerprints].concat();
        String::from_utf8(self.run(TODAY, &args, b"")).expect("armour is ASCII")
    }

    pub(crate) fn export_secret(&self, fingerprint: &str) -> String {
        let args = ["--armor", "--export-secret-keys", fingerprint];
        String::from_utf8(self.run(TODAY, &args, b"")).expect("armour is ASCII")
    }

    pub(crate) fn decrypt(&self, message: &[u8]) -> Vec<u8> {
        self.run(TODAY, &["--decrypt"], message)
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf")
            .arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"])
            .status();
    }
}
