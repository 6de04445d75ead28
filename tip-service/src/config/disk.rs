//! Checks of the main file, and of the canary's, that need more than one key or a look at the disk.
//!
//! Must never create, change or remove anything.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::canary::Canary;
use super::error::{ConfigError, Fault};
use super::file::{File, tidy};
use super::settings::Config;
use super::store::{Database, Store};
use super::transport::Transport;

/// Returns all that is wrong.
pub(super) fn check(file: &File, config: &Config) -> Vec<ConfigError> {
    let mut look = Look {
        file,
        errors: Vec::new(),
    };
    look.across_keys(config);
    look.folder(
        "site.root",
        &config.site.root,
        "build the site first: make site",
    );
    look.folder(
        "registers.keys",
        &config.registers.keys,
        "make the folder and put the units' public certificates there",
    );
    look.store(&config.store);
    look.transport("mail.transport", &config.mail.transport);
    look.secret("replies.secret_key_file", &config.replies.secret_key_file);
    if let Some(robot) = &config.canary {
        look.secret("canary.mark_file", &robot.mark_file);
    }
    look.errors
}

/// The same for the canary's file.
pub(super) fn check_canary(file: &File, canary: &Canary) -> Vec<ConfigError> {
    let mut look = Look {
        file,
        errors: Vec::new(),
    };
    if let Some(path) = &canary.door.ca_file {
        look.certificates("door.ca_file", path);
    }
    look.secret("robot.secret_key_file", &canary.robot.secret_key_file);
    look.secret("robot.mark_file", &canary.robot.mark_file);
    look.parent("robot.maildir", &canary.robot.maildir);
    look.parent("alarm.state_file", &canary.alarm.state_file);
    look.transport("mail.transport", &canary.mail.transport);
    look.transport("alarm.transport", &canary.alarm.transport);
    look.errors
}

struct Look<'a> {
    file: &'a File,
    errors: Vec<ConfigError>,
}

impl Look<'_> {
    fn across_keys(&mut self, config: &Config) {
        let delivery = &config.delivery;
        if delivery.retry_min_seconds > delivery.retry_max_seconds {
            self.wrong(
                "delivery.retry_min_seconds",
                Fault::Value,
                "is more than retry_max_seconds",
                "the wait grows from the first to the second",
            );
        }
        let retention = &config.retention;
        if retention.mailbox_jitter_days >= retention.mailbox_days {
            self.wrong(
                "retention.mailbox_jitter_days",
                Fault::Value,
                "must be less than mailbox_days",
                "otherwise a mailbox could end before it begins",
            );
        }
        let triage = &config.triage;
        if triage.escalate_hours <= triage.ack_hours {
            self.wrong(
                "triage.escalate_hours",
                Fault::Value,
                "must be more than ack_hours",
                "first the unit is reminded, then its supervisor is told",
            );
        }
        let server = &config.server;
        let further = [
            ("server.onion_listen", server.onion_listen),
            ("server.metrics_listen", server.metrics_listen),
        ];
        let mut taken = vec![server.listen];
        for (key, address) in further {
            let Some(address) = address else { continue };
            if taken.contains(&address) {
                self.wrong(
                    key,
                    Fault::Value,
                    "is the address of another listener",
                    "the doors are told apart by their ports: choose another",
                );
            }
            taken.push(address);
        }
    }

    fn store(&mut self, store: &Store) {
        match &store.database {
            Database::Sqlite(path) => {
                self.parent("store.path", path);
                if path.is_dir() {
                    let hint = "name the SQLite file in it";
                    self.wrong("store.path", Fault::Value, "is a folder", hint);
                }
            }
            Database::Postgres(file) => self.secret("store.url_file", file),
        }
        // Beside the database it was looked for above.
        let beside = matches!(&store.database, Database::Sqlite(path) if path.parent() == Some(&store.spool));
        if !beside {
            let hint = "make the folder, owned by the service's account";
            self.folder("store.spool", &store.spool, hint);
        }
    }

    fn transport(&mut self, section: &str, transport: &Transport) {
        match transport {
            Transport::Maildir { dir } => self.parent(&format!("{section}.dir"), dir),
            Transport::Smtp(smtp) => {
                if let Some(path) = &smtp.password_file {
                    self.secret(&format!("{section}.password_file"), path);
                }
                if let Some(path) = &smtp.ca_file {
                    self.certificates(&format!("{section}.ca_file"), path);
                }
            }
        }
    }

    fn secret(&mut self, key: &str, path: &Path) {
        match std::fs::metadata(path) {
            Err(error) => self.unreadable(key, path, &error),
            Ok(about) if !about.is_file() => {
                self.wrong(
                    key,
                    Fault::Absent,
                    "is not a file",
                    "name the file that holds the secret",
                );
            }
            Ok(about) if about.permissions().mode() & 0o007 != 0 => {
                let why = format!(
                    "{} is open to everybody on the machine",
                    tidy(path).display()
                );
                self.wrong(
                    key,
                    Fault::Value,
                    &why,
                    "chmod 600, owned by the service's account",
                );
            }
            Ok(about) if about.len() == 0 => {
                self.wrong(
                    key,
                    Fault::Value,
                    "is an empty file",
                    "write the secret into it",
                );
            }
            Ok(_) => {}
        }
    }

    fn certificates(&mut self, key: &str, path: &Path) {
        match std::fs::read_to_string(path) {
            Err(error) => self.unreadable(key, path, &error),
            Ok(text) if !text.contains("-----BEGIN CERTIFICATE-----") => {
                let hint = "it begins with -----BEGIN CERTIFICATE-----";
                self.wrong(key, Fault::Value, "holds no PEM certificate", hint);
            }
            Ok(_) => {}
        }
    }

    fn folder(&mut self, key: &str, path: &Path, hint: &str) {
        if !path.is_dir() {
            let why = format!("there is no folder {}", tidy(path).display());
            self.wrong(key, Fault::Absent, &why, hint);
        }
    }

    /// What `path` names may be made later, but the folder around it must be there.
    fn parent(&mut self, key: &str, path: &Path) {
        if let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) {
            let why = format!("there is no folder {}", tidy(parent).display());
            self.wrong(
                key,
                Fault::Absent,
                &why,
                "make the folder, owned by the service's account",
            );
        }
    }

    fn unreadable(&mut self, key: &str, path: &Path, error: &std::io::Error) {
        let why = format!("{} cannot be read: {error}", tidy(path).display());
        self.wrong(
            key,
            Fault::Unreadable,
            &why,
            "check the path, the file's owner and its permissions",
        );
    }

    fn wrong(&mut self, key: &str, fault: Fault, why: &str, hint: &str) {
        self.errors.push(self.file.error(key, fault, why, hint));
    }
}
