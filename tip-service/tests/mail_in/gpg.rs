//! A GnuPG of the test's own, in a temporary folder, with one key without passphrase.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) struct Gpg(TempDir);

impl Gpg {
    pub(crate) fn new() -> Self {
        let gpg = Self(tempfile::Builder::new().prefix("gpg").tempdir().unwrap());
        let key = "--quick-generate-key";
        assert!(gpg.runs(&[
            key,
            "desk@unit.example.invalid",
            "default",
            "default",
            "never"
        ]));
        gpg
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs gpg on files of its folder; false when it fails.
    pub(crate) fn runs(&self, args: &[&str]) -> bool {
        let output = Command::new("gpg")
            .current_dir(self.0.path())
            .arg("--homedir")
            .arg(self.0.path())
            .args([
                "--batch",
                "--yes",
                "--no-tty",
                "--quiet",
                "--trust-model",
                "always",
            ])
            .args(["--auto-key-locate", "clear", "--pinentry-mode", "loopback"])
            .args(["--passphrase", ""])
            .args(args)
            .output()
            .expect("gpg is installed (apt-get install gnupg)");
        output.status.success()
    }

    /// Feeds `input` to gpg and reads what it wrote.
    pub(crate) fn makes(&self, args: &[&str], input: &[u8]) -> String {
        std::fs::write(self.file("in"), input).unwrap();
        let args = [args, &["--output", "out", "in"]].concat();
        assert!(self.runs(&[&["-r", "desk@unit.example.invalid"], args.as_slice()].concat()));
        std::fs::read_to_string(self.file("out")).unwrap()
    }

    /// Whether gpg finds the detached signature good.
    pub(crate) fn verifies(&self, content: &[u8], signature: &[u8]) -> bool {
        std::fs::write(self.file("content"), content).unwrap();
        std::fs::write(self.file("signature"), signature).unwrap();
        self.runs(&["--verify", "signature", "content"])
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let home: &Path = self.0.path();
        let _ = Command::new("gpgconf")
            .arg("--homedir")
            .arg(home)
            .args(["--kill", "all"])
            .status();
    }
}
