//! GnuPG itself, with a key ring of its own that asks nobody on the network and leaves no agent.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::machine::{missing, words};

/// A key ring in a temporary folder.
pub struct Keyring {
    home: TempDir,
}

impl Keyring {
    /// An empty key ring.
    pub fn new() -> Self {
        // A short path: the agent's socket lies in it, and socket paths are short.
        let home = tempfile::Builder::new()
            .prefix("gpg-")
            .tempdir_in("/tmp")
            .expect("a folder");
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(home.path(), private).expect("permissions");
        Self { home }
    }

    /// A key ring with these keys.
    pub fn with(keys: &[&Path]) -> Self {
        let ring = Self::new();
        for key in keys {
            ring.import(key);
        }
        ring
    }

    /// Takes a key from a file.
    pub fn import(&self, key: &Path) {
        self.must(&["--import", &key.display().to_string()]);
    }

    /// Decrypts; the error is what GnuPG said.
    pub fn decrypt(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        self.well(&["--decrypt"], message)
    }

    /// Whether it has a key that opens this. That GnuPG ends well does not say so: one in a hundred
    /// arbitrary values looks like packets that nothing is wrong with and nothing to be opened in.
    pub fn opens(&self, message: &[u8]) -> bool {
        let output = self.gpg(&["--status-fd", "2", "--decrypt"], message);
        String::from_utf8_lossy(&output.stderr).contains("[GNUPG:] DECRYPTION_OKAY")
    }

    /// Runs GnuPG and returns its standard output; the error is what it said.
    pub fn well(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let output = self.gpg(arguments, input);
        let said = String::from_utf8_lossy(&output.stderr);
        let ended = output.status;
        ended
            .success()
            .then_some(output.stdout)
            .ok_or_else(|| format!("{ended}: {said}"))
    }

    /// The packets of a message, as `gpg --list-packets` tells them without any key.
    pub fn packets(&self, message: &[u8]) -> String {
        words(&self.gpg(&["--list-only", "--list-packets"], message))
    }

    /// Makes a key without passphrase at a given moment (YYYYMMDDThhmmss) and returns its fingerprint;
    /// `like` is algorithm, usage and life as `--quick-generate-key` takes them.
    pub fn make_key(&self, name: &str, made: &str, like: [&str; 3], options: &[&str]) -> String {
        let address = format!("{name} <{name}@example.invalid>");
        let mut all = vec![
            "--faked-system-time",
            made,
            "--passphrase",
            "",
            "--pinentry-mode",
        ];
        all.extend(["loopback"]);
        all.extend(options);
        all.extend(["--quick-generate-key", &address]);
        all.extend(like);
        self.must(&all);
        self.fingerprint(name)
    }

    /// Makes a key that lives this many seconds from now.
    pub fn make_key_for_seconds(&self, name: &str, seconds: u32) -> String {
        let now = crate::machine::run(Command::new("date").args(["-u", "+%Y%m%dT%H%M%S"]));
        let now = words(&now).trim().to_string();
        let life = format!("seconds={seconds}");
        self.make_key(name, &now, ["default", "default", &life], &[])
    }

    /// A file in the key ring's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The fingerprint of the key whose name this is.
    pub fn fingerprint(&self, name: &str) -> String {
        let listed = self.must(&[
            "--with-colons",
            "--list-keys",
            &format!("={name} <{name}@example.invalid>"),
        ]);
        let line = listed
            .lines()
            .find(|line| line.starts_with("fpr:"))
            .expect("a fingerprint");
        line.split(':').nth(9).expect("a fingerprint").to_string()
    }

    /// The public half, armoured.
    pub fn export(&self, fingerprint: &str) -> String {
        self.must(&["--armor", "--export", fingerprint])
    }

    /// The secret half, armoured.
    pub fn export_secret(&self, fingerprint: &str) -> String {
        self.must(&["--armor", "--export-secret-keys", fingerprint])
    }

    /// Runs GnuPG, fails unless it succeeds, and returns its standard output.
    pub fn must(&self, arguments: &[&str]) -> String {
        let output = self.well(arguments, b"");
        let output = output.unwrap_or_else(|said| panic!("gpg {arguments:?}: {said}"));
        String::from_utf8(output).expect("text")
    }

    /// Runs GnuPG with this input, whatever comes of it.
    pub fn gpg(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new("gpg")
            .args([
                "--batch",
                "--no-tty",
                "--yes",
                "--quiet",
                "--no-auto-check-trustdb",
            ])
            .args(["--auto-key-locate", "clear", "--trust-model", "always"])
            .arg("--homedir")
            .arg(self.home.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(Path::new("gpg"), &error));
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        // Written from its own thread: GnuPG may answer before it has read everything.
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().expect("gpg ends");
        let _ = writer.join();
        output
    }
}

impl Default for Keyring {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        // Only this ring's own agents.
        let _ = Command::new("gpgconf")
            .arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}
