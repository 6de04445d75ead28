//! A folder with everything the shipped configuration names: keys, site, secrets.
//!
//! The files are those of the repository; only the absolute paths of the reference are bent into
//! the folder. Must never write into the repository.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic here is a failed test, which is what is wanted"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealed_tip::KeyPair;
use tempfile::TempDir;
use tip_service::clock::{Clock, FixedClock};
use tip_service::config::{ConfigError, Loaded, canary, load};
use toml::Value;

pub(crate) const REFERENCE: &str = "config/tip-service.toml";
pub(crate) const DEV: &str = "config/dev.toml";
pub(crate) const CANARY: &str = "config/canary.toml";
/// Whoever has a key: the units, the service itself, and the robot.
const HOLDERS: [&str; 8] = [
    "city",
    "longshan",
    "xian",
    "dongfeng",
    "dongliao",
    "oversight",
    "service",
    "canary",
];
const NOW: u64 = 1_800_000_000;
/// What canary and service share.
pub(crate) const MARK: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The folder, gone when dropped.
pub(crate) struct House {
    folder: TempDir,
    clock: FixedClock,
}

/// Key pairs of the units, made once.
pub(crate) fn key_pair(unit: &str) -> &'static KeyPair {
    static PAIRS: OnceLock<Vec<KeyPair>> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| {
        let mut rng = StdRng::seed_from_u64(7);
        let pair = |id| {
            let name = format!("{id} <{id}@units.example.invalid>");
            sealed_tip::generate(&name, NOW - 86_400, Some(30), &mut rng).unwrap()
        };
        HOLDERS.iter().map(pair).collect()
    });
    &pairs[HOLDERS.iter().position(|id| *id == unit).unwrap()]
}

impl House {
    pub(crate) fn new() -> Self {
        let house = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: FixedClock::new(NOW),
        };
        for folder in ["config", "site/data", "site/public", "var/keys"] {
            fs::create_dir_all(house.path(folder)).unwrap();
        }
        let files =
            ["units.toml", "kinds.toml", "places.toml"].map(|name| format!("config/{name}"));
        for file in
            files
                .iter()
                .map(String::as_str)
                .chain([REFERENCE, DEV, CANARY, "site/data/units.toml"])
        {
            house.write(file, &shipped(file));
        }
        house.bend_paths();
        house.publish_a_fingerprint();
        house.give_hours();
        house.write("config/smtp-password", "secret");
        house.close_to_others("config/smtp-password");
        for (file, holder) in [
            ("config/service.secret.asc", "service"),
            ("var/keys/service.secret.asc", "service"),
            ("config/canary.secret.asc", "canary"),
        ] {
            house.write(file, &key_pair(holder).secret_armored);
            house.close_to_others(file);
        }
        for (file, text) in [
            ("config/mail-password", "secret"),
            ("config/alarm-password", "secret"),
            ("config/mark", MARK),
            ("var/canary-mark", MARK),
        ] {
            house.write(file, text);
            house.close_to_others(file);
        }
        for file in ["config/smtp-ca.pem", "config/ca.pem"] {
            house.write(file, "-----BEGIN CERTIFICATE-----\n");
        }
        for unit in HOLDERS {
            house.write(
                &format!("var/keys/{unit}.cert.asc"),
                &key_pair(unit).cert_armored,
            );
        }
        house
    }

    /// The references are written for a server; here its folders are ours.
    fn bend_paths(&self) {
        let folders = [
            ("/srv/tip-service", ""),
            ("/var/lib/tip-service", "/var"),
            ("/etc/tip-service", "/config"),
            ("/run/credentials/tip-service.service", "/config"),
            ("/etc/tip-canary", "/config"),
            ("/run/credentials/tip-canary.service", "/config"),
            ("/var/lib/tip-canary", "/var"),
        ];
        let root = self.folder.path().display();
        for file in [REFERENCE, CANARY] {
            let bent = folders
                .iter()
                .fold(self.text(file), |text, (theirs, ours)| {
                    text.replace(&format!("\"{theirs}/"), &format!("\"{root}{ours}/"))
                        .replace(&format!("\"{theirs}\""), &format!("\"{root}{ours}\""))
                });
            self.write(file, &bent);
        }
    }

    /// None is published in the repository; the key should be covered all the same.
    fn publish_a_fingerprint(&self) {
        let file = "site/data/units.toml";
        let published = format!("fingerprints = [\"{}\"]", key_pair("city").fingerprint);
        self.write(
            file,
            &self.text(file).replacen("fingerprints = []", &published, 1),
        );
    }

    /// The same for duty hours, which stand there as an example in a comment.
    fn give_hours(&self) {
        self.replace("config/units.toml", "# duty = {", "duty = {");
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    pub(crate) fn delete(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    /// Replaces text that must be there exactly once.
    pub(crate) fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.text(file);
        assert_eq!(text.matches(old).count(), 1, "{file}: {old}");
        self.write(file, &text.replace(old, new));
    }

    /// The line, counted from 1, on which `text` stands for the first time.
    pub(crate) fn line(&self, file: &str, text: &str) -> usize {
        1 + self
            .text(file)
            .lines()
            .position(|line| line.contains(text))
            .unwrap()
    }

    pub(crate) fn close_to_others(&self, file: &str) {
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn open_to_others(&self, file: &str) {
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(0o644)).unwrap();
    }

    pub(crate) fn document(&self, file: &str) -> Value {
        Value::Table(self.text(file).parse().unwrap())
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.unix()
    }

    pub(crate) fn later_by_days(&self, days: u64) {
        self.clock.set(self.now() + days * 86_400);
    }

    pub(crate) fn load(&self, main: &str) -> Result<Loaded, Vec<ConfigError>> {
        load(&self.path(main), self.now())
    }

    /// Loads with one file changed, and puts it back.
    pub(crate) fn load_with(
        &self,
        main: &str,
        file: &str,
        document: &Value,
    ) -> Result<Loaded, Vec<ConfigError>> {
        self.changed(file, document, || self.load(main))
    }

    /// What is wrong with a main file and all it names, whichever command it is for.
    pub(crate) fn verdict(&self, main: &str) -> Result<(), Vec<ConfigError>> {
        match main {
            CANARY => canary::load(&self.path(main)).map(drop),
            _ => self.load(main).map(drop),
        }
    }

    /// The same with one file changed, which is put back.
    pub(crate) fn verdict_with(
        &self,
        main: &str,
        file: &str,
        document: &Value,
    ) -> Result<(), Vec<ConfigError>> {
        self.changed(file, document, || self.verdict(main))
    }

    fn changed<T>(&self, file: &str, document: &Value, then: impl FnOnce() -> T) -> T {
        let before = self.text(file);
        self.write(file, &toml::to_string(document).unwrap());
        let done = then();
        self.write(file, &before);
        done
    }

    /// What is said on the terminal, with the folder's own name taken out.
    pub(crate) fn complaint(&self, main: &str) -> String {
        let errors = self.verdict(main).expect_err("should be refused");
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        said.join("\n")
            .replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn shipped(file: &str) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(repository.join(file)).unwrap()
}
