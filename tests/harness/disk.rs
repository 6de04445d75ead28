//! Disks in trouble: a library between the service and the kernel that delays, refuses or records (disk.c), and small
//! file systems of their own where the test may mount them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::install::Install;
use crate::machine::{clock_library, is_root, repository, run, words};

/// The disk under an installation's store.
pub struct Disk {
    control: PathBuf,
    record: PathBuf,
}

impl Disk {
    /// Puts the library under all programs of the installation that start from now on; the disk is well.
    pub fn under(install: &Install) -> Self {
        let disk = Self::control_of(install);
        let environment = [
            ("DISK_STORE", install.text_path("store")),
            ("DISK_CONTROL", install.text_path("disk")),
        ];
        install.preload(library(), &environment);
        disk
    }

    /// As [`Disk::under`], and records what is written.
    pub fn recording(install: &Install) -> Self {
        let disk = Self::under(install);
        let record = install.text_path("record");
        install.preload(library(), &[("DISK_RECORD", record)]);
        disk
    }

    fn control_of(install: &Install) -> Self {
        let disk = Self {
            control: install.path("disk"),
            record: install.path("record"),
        };
        disk.is("well");
        disk
    }

    /// From now on the disk is like this: `delay N`, `full`, `readonly`, `broken` or `well`.
    pub fn is(&self, how: &str) {
        // In one step: the service reads it at any moment.
        let new = self.control.with_extension("new");
        std::fs::write(&new, how).expect("a file");
        std::fs::rename(&new, &self.control).expect("a rename");
    }

    /// The record so far.
    pub fn record(&self) -> &Path {
        &self.record
    }
}

fn library() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let folder = repository().join("target");
        let (new, library) = (
            folder.join(format!("disk-{}.so", std::process::id())),
            folder.join("disk.so"),
        );
        let built = run(Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-pthread", "-o"])
            .arg(&new)
            .arg(repository().join("tests/harness/disk.c")));
        assert!(built.status.success(), "cc: {}", words(&built));
        std::fs::rename(new, &library).expect("a rename");
        library
    };
    BUILT.get_or_init(build).clone()
}

/// A clock that the test sets while the service runs. Programs that start from now on see it.
pub struct Clock(PathBuf);

impl Clock {
    /// Puts the clock under an installation; it goes right.
    pub fn under(install: &Install) -> Self {
        let clock = Self(install.path("clock"));
        clock.shift("+0");
        let environment = [
            ("FAKETIME_TIMESTAMP_FILE", install.text_path("clock")),
            ("FAKETIME_NO_CACHE", "1".into()),
            // Waiting is not shifted, only the date.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("DONT_FAKE_MONOTONIC", "1".into()),
        ];
        install.preload(clock_library(), &environment);
        clock
    }

    /// Sets it off by so much from now on, as libfaketime writes it: `+400d`, `-1d`, `+0`.
    pub fn shift(&self, by: &str) {
        let new = self.0.with_extension("new");
        std::fs::write(&new, format!("{by}\n")).expect("a file");
        std::fs::rename(&new, &self.0).expect("a rename");
    }

    /// Sets it to so many hours after the next midnight in China: 12 is noon, 23 the night behind it.
    pub fn show_in_china(&self, hours: u64) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.expect("a date").as_secs();
        let to_midnight = 86_400 - (now + 8 * 3600) % 86_400;
        self.shift(&format!("+{}", to_midnight + hours * 3600));
    }
}

/// A small file system in memory, mounted over a folder as long as this lives. Only root can.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of so many MiB; nothing when this process may not mount.
    pub fn over(folder: &Path, mib: u32) -> Option<Self> {
        if !is_root() {
            return None;
        }
        let size = format!("size={mib}m,mode=700");
        mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder);
        Some(Self(folder.into()))
    }

    /// Mounts it again without the right to write.
    pub fn read_only(&self) {
        mount(&["-o", "remount,ro"], &self.0);
    }

    /// Mounts it again as it was.
    pub fn writable(&self) {
        mount(&["-o", "remount,rw"], &self.0);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the service may be about to end.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn mount(options: &[&str], folder: &Path) {
    let done = run(Command::new("mount").args(options).arg(folder));
    assert!(done.status.success(), "mount: {}", words(&done));
}
