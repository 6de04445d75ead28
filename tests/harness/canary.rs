//! The canary and the world around it: a robot unit, two mail servers, and the carrier between them and the mailboxes, which
//! does what the mail servers of the world do with a mail that one of them has taken.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mail_parser::MessageParser;
use toml::{Table, Value};

use crate::install::{Install, set};
use crate::letter::Letter;
use crate::machine::{files_under, missing, repository, wait_for};
use crate::pipe;
use crate::smtp::{MailServer, Mode};

/// The robot's address.
pub const ROBOT: &str = "canary@units.example.invalid";

/// How long a run may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A canary, and the mail servers around an installation.
pub struct Aviary {
    /// Takes the service's letters and the robot's answers.
    pub server: MailServer,
    /// Takes the alarms, and nothing else.
    pub alarms: MailServer,
    /// Whether the service's incoming mail is lost on its way.
    pub loses_replies: bool,
    config: Table,
    carried: BTreeSet<PathBuf>,
}

/// How a run of the canary ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: Option<i32>,
    /// What it said.
    pub said: String,
}

/// An alarm letter.
#[derive(Debug)]
pub struct Alarm {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

impl Aviary {
    /// An installation with a robot, and its canary; both mail servers are up.
    pub fn new() -> (Install, Self) {
        let (install, mut aviary) = Self::of(Install::new());
        aviary.server.up(Mode::Normal);
        (install, aviary)
    }

    /// The same for this installation; the server of the alarms alone is up.
    pub fn of(install: Install) -> (Install, Self) {
        let (server, mut alarms) = (MailServer::down(), MailServer::down());
        alarms.up(Mode::Normal);
        install.make_key("canary");
        let mark = install.path("mark");
        std::fs::write(&mark, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").expect("a file");
        std::fs::set_permissions(&mark, PermissionsExt::from_mode(0o600)).expect("permissions");
        let install = server.configure(install).with("canary.mail", ROBOT);
        let (cert, mark) = (
            install.text_path("keys/canary.cert.asc"),
            install.text_path("mark"),
        );
        let install = install
            .with("canary.cert_file", cert)
            .with("canary.mark_file", mark.clone());
        let text = std::fs::read_to_string(repository().join("config/canary.toml"));
        let mut config: Table = text
            .expect("config/canary.toml is readable")
            .parse()
            .expect("TOML");
        let mut with = |key: &str, value: Value| set(&mut config, key, value);
        with("robot.mark_file", mark.into());
        with(
            "robot.secret_key_file",
            install.text_path("keys/canary.secret.asc").into(),
        );
        with("robot.maildir", install.text_path("robot").into());
        with("robot.arrive_within_seconds", 30.into());
        with("robot.answer_within_seconds", 30.into());
        with("alarm.state_file", install.text_path("told.json").into());
        with("mail.transport", server.transport().into());
        with("alarm.transport", alarms.transport().into());
        for key in ["ca_file", "metrics_url"] {
            config["door"]
                .as_table_mut()
                .expect("a section")
                .remove(key);
        }
        std::fs::create_dir_all(install.path("robot/new")).expect("a folder");
        let carried = BTreeSet::new();
        let aviary = Self {
            server,
            alarms,
            loses_replies: false,
            config,
            carried,
        };
        (install, aviary)
    }

    /// Sets a key of the canary's file.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        set(&mut self.config, key, value);
    }

    /// One run at the door on this port of 127.0.0.1, while mail is carried.
    pub fn run(&mut self, install: &Install, port: u16) -> Run {
        self.run_at(install, &format!("http://127.0.0.1:{port}/tip/"))
    }

    /// One run at this form.
    pub fn run_at(&mut self, install: &Install, form: &str) -> Run {
        self.set("door.form_url", form);
        let file = install.path("canary.toml");
        std::fs::write(&file, self.config.to_string()).expect("a file");
        let mut child = install
            .command(&["canary", "--config"])
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(&Install::binary(), &error));
        wait_for("the canary to come back", PATIENCE, || {
            self.carry(install);
            child.try_wait().expect("it can be asked")
        });
        let output = child.wait_with_output().expect("it has ended");
        Run {
            code: output.status.code(),
            said: crate::machine::words(&output),
        }
    }

    /// Carries what the server has taken: the robot's letters into its Maildir, replies into the service's pipe.
    fn carry(&mut self, install: &Install) {
        for path in self.server.letters() {
            if !self.carried.insert(path.clone()) {
                continue;
            }
            let letter = Letter::read(&path);
            let to = letter.header("To").expect("a recipient");
            if to.contains(ROBOT) {
                let name = path.file_name().expect("a name");
                std::fs::write(install.path("robot/new").join(name), &letter.raw).expect("a file");
            } else if to.contains("reply+") && !self.loses_replies {
                let verdict = pipe::receive(install, &letter.raw);
                assert_eq!(verdict.code, Some(0), "{}", verdict.said);
            }
        }
    }

    /// Whom the service and the robot have written to, each once.
    pub fn recipients(&self) -> BTreeSet<String> {
        let letters = self.server.letters().into_iter();
        let to = letters.filter_map(|path| Letter::read(&path).header("To"));
        let parted = to.map(|to| to.trim_matches(['<', '>']).to_string());
        parted.collect()
    }

    /// The alarm letters so far, in the order they came.
    pub fn alarm_letters(&self) -> Vec<Alarm> {
        self.alarms
            .letters()
            .iter()
            .map(|path| alarm(path))
            .collect()
    }
}

/// What lies in the robot's mailbox.
pub fn at_the_robot(install: &Install) -> Vec<PathBuf> {
    files_under(&install.path("robot"))
}

fn alarm(path: &Path) -> Alarm {
    let raw = Letter::read(path).raw;
    let message = MessageParser::default().parse(&raw).expect("a message");
    Alarm {
        subject: message.subject().unwrap_or_default().to_string(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
    }
}
