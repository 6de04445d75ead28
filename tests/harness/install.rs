//! One installation of the service in a temporary folder of its own: its configuration, its keys,
//! its store, its mail, its temporary files. Built on `config/dev.toml`, so the stories live with
//! the configuration that `make run` uses, every path of it moved into the folder.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use tempfile::TempDir;
use toml::{Table, Value};

use crate::machine::{clock_library, missing, repository, run, words};
use crate::service::Service;
use crate::{maildir, site};

/// The folder and the configuration in it.
pub struct Install {
    folder: TempDir,
    config: Table,
    owner: Option<u32>,
    clock: Mutex<Option<String>>,
    loaded: Mutex<Loaded>,
}

/// What programs started from now on load before themselves, and find in their environment.
#[derive(Default)]
struct Loaded {
    libraries: Vec<PathBuf>,
    environment: Vec<(String, String)>,
}

impl Install {
    /// A fresh installation that delivers at once, as a Maildir, and limits nobody.
    pub fn new() -> Self {
        let repository = repository();
        let text = std::fs::read_to_string(repository.join("config/dev.toml"))
            .expect("config/dev.toml is readable");
        let config = text.parse().expect("config/dev.toml is TOML");
        let folder = tempfile::Builder::new()
            .prefix("tip-")
            .tempdir()
            .expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let ours = |name: &str| repository.join(name).display().to_string();
        let (store, keys, mail) = (at("store/tips.db"), at("keys"), at("mail"));
        for name in ["store", "keys", "mail", "tmp", "work", "log"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        site::built();
        let (owner, clock, loaded) = (None, Mutex::new(None), Mutex::default());
        Self {
            folder,
            config,
            owner,
            clock,
            loaded,
        }
        .with("site.root", ours("site/public"))
        .with("site.units", ours("site/data/units.toml"))
        .with("registers.units", ours("config/units.toml"))
        .with("registers.kinds", ours("config/kinds.toml"))
        .with("registers.places", ours("config/places.toml"))
        .with(
            "replies.secret_key_file",
            format!("{keys}/service.secret.asc"),
        )
        .with("replies.cert_file", format!("{keys}/service.cert.asc"))
        .with("registers.keys", keys)
        .with("store.path", store)
        .with(
            "mail.transport",
            Table::from_iter([
                ("kind".to_string(), Value::from("maildir")),
                ("dir".to_string(), Value::from(mail)),
            ]),
        )
        .with("delivery.delay_max_seconds", 0)
        .with("delivery.retry_min_seconds", 1)
        .with("delivery.retry_max_seconds", 2)
        .with("delivery.letters_per_hour", 10_000_000)
        .with("limits.prompt_per_hour", 100_000)
        .with("limits.network_prompt_per_hour", 1_000_000)
        .with("limits.flood_per_hour", 1_000_000)
        .with("limits.onion_prompt_per_hour", 1_000_000)
        .with("limits.refuse_per_minute", 1_000_000)
    }

    /// Sets a key such as `limits.prompt_per_hour`.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        set(&mut self.config, key, value);
        self
    }

    /// Gives 东丰县 duty hours, from eight to eight on every day; else `city` stands in.
    pub fn with_duty_hours(self) -> Self {
        let shipped = std::fs::read_to_string(repository().join("config/units.toml"));
        let certs = "certs = [\"dongfeng.cert.asc\"]\n";
        let hours = "duty = { days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"], \
                     from = \"08:00\", to = \"20:00\", otherwise = \"city\" }\n";
        let text = shipped.expect("it is readable");
        let text = text.replace(certs, &format!("{certs}{hours}"));
        assert!(text.contains(hours), "no {certs}");
        let units = self.text_path("units.toml");
        std::fs::write(&units, text).expect("written");
        self.with("registers.units", units)
    }

    /// Puts a PostgreSQL database with this address in the place of the SQLite file.
    pub fn sharing(mut self, url: &str) -> Self {
        let file = self.path("store-url");
        std::fs::write(&file, url).expect("written");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("permissions");
        let store = self.config.get_mut("store").and_then(Value::as_table_mut);
        store.expect("a section").remove("path");
        let spool = self.text_path("store");
        self.with("store.url_file", file.display().to_string())
            .with("store.spool", spool)
    }

    /// Hands the installation to another user of this machine, who runs the service from now on. Only
    /// root can do so.
    pub fn owned_by(mut self, user: u32) -> Self {
        let given = run(Command::new("chown")
            .args(["-R", &format!("{user}:{user}")])
            .arg(self.folder()));
        assert!(given.status.success(), "chown: {}", words(&given));
        self.owner = Some(user);
        self
    }

    /// The clock that programs started from now on see: the machine's, shifted by so much, as
    /// libfaketime writes it (`-2d`, `+30d`, `-90`). Empty: the machine's own.
    pub fn shift_clock(&self, by: &str) {
        let shift = Some(by.to_string()).filter(|by| !by.is_empty());
        *self.clock.lock().expect("nobody panicked") = shift;
    }

    /// Puts a library between the programs started from now on and the system.
    pub fn preload(&self, library: PathBuf, environment: &[(&str, String)]) {
        let mut loaded = self.loaded.lock().expect("nobody panicked");
        loaded.libraries.push(library);
        let named = environment.iter().map(|(n, v)| (n.to_string(), v.clone()));
        loaded.environment.extend(named);
    }

    /// A file or folder inside the installation.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The whole installation's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the configuration and returns its path; the service's own key is made the first time.
    pub fn config_file(&self) -> PathBuf {
        if !self.secret_key("service").exists() {
            self.make_key("service");
        }
        let path = self.path("tip-service.toml");
        std::fs::write(&path, self.config.to_string()).expect("the configuration is written");
        path
    }

    /// The binary under test.
    pub fn binary() -> PathBuf {
        repository().join("target/release/tip-service")
    }

    /// The binary with these arguments, in the installation's own working and temporary folders.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let binary = Self::binary();
        if !binary.exists() {
            missing(&binary, &std::io::ErrorKind::NotFound.into());
        }
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env("TMPDIR", self.path("tmp"));
        if let Some(user) = self.owner {
            command.uid(user).gid(user);
        }
        let loaded = self.loaded.lock().expect("nobody panicked");
        let mut libraries = loaded.libraries.clone();
        command.envs(loaded.environment.iter().map(|(n, v)| (n, v)));
        if let Some(shift) = &*self.clock.lock().expect("nobody panicked") {
            libraries.push(clock_library());
            command
                .env("FAKETIME", shift)
                // Waiting is not shifted, only the date.
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("DONT_FAKE_MONOTONIC", "1");
        }
        if !libraries.is_empty() {
            let all = std::env::join_paths(libraries).expect("paths without colons");
            command.env("LD_PRELOAD", all);
        }
        command
    }

    /// Runs a subcommand that takes `--config`, with further arguments.
    pub fn run(&self, subcommand: &[&str], further: &[&str]) -> Output {
        let config = self.config_file();
        run(self
            .command(subcommand)
            .arg("--config")
            .arg(config)
            .args(further))
    }

    /// Runs a subcommand and fails unless it succeeds; returns what it said.
    pub fn run_well(&self, subcommand: &[&str], further: &[&str]) -> String {
        let output = self.run(subcommand, further);
        assert!(
            output.status.success(),
            "{subcommand:?}: {}",
            words(&output)
        );
        words(&output)
    }

    /// Starts the service with demo keys and waits until it is ready.
    pub fn start(&self) -> Service<'_> {
        Service::start(self, &["--dev"])
    }

    /// Starts the service as in production, on the keys that are there.
    pub fn start_for_real(&self) -> Service<'_> {
        Service::start(self, &[])
    }

    /// Makes a key pair for a unit with the program's own `keygen`.
    pub fn make_key(&self, unit: &str) {
        self.keygen(unit, &[]);
    }

    /// The same, to expire after so many days.
    pub fn make_key_for(&self, unit: &str, days: u32) {
        self.keygen(unit, &["--expires-days", &days.to_string()]);
    }

    fn keygen(&self, unit: &str, further: &[&str]) {
        let keys = self.text_path("keys");
        let arguments = [&["keygen", "--out", &keys, "--id", unit], further].concat();
        let output = run(&mut self.command(&arguments));
        assert!(output.status.success(), "keygen {unit}: {}", words(&output));
    }

    /// The secret key of a demo unit, as exported.
    pub fn secret_key(&self, unit: &str) -> PathBuf {
        self.path(&format!("keys/{unit}.secret.asc"))
    }

    /// The letters that lie in a unit's mailbox.
    pub fn letters(&self, unit: &str) -> Vec<PathBuf> {
        maildir::letters(&self.path("mail").join(unit))
    }

    /// A path inside the installation as text, for an argument or a configuration value.
    pub fn text_path(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

/// Sets a key such as `limits.prompt_per_hour` in a configuration.
pub fn set(config: &mut Table, key: &str, value: impl Into<Value>) {
    let mut path: Vec<&str> = key.split('.').collect();
    let last = path.pop().expect("a key");
    let mut table = config;
    for name in path {
        let inner = table.entry(name).or_insert_with(|| Table::new().into());
        table = inner
            .as_table_mut()
            .unwrap_or_else(|| panic!("{key}: {name} is no table"));
    }
    table.insert(last.into(), value.into());
}

impl Default for Install {
    fn default() -> Self {
        Self::new()
    }
}
