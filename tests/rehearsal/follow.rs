//! Follows the steps: types the document's commands, does what its words say between them, and looks at what comes of it.

use std::path::PathBuf;

use e2e::curl::Visitor;
use e2e::dialogue::{PATIENCE, Tip};
use e2e::machine::{wait_for, words};
use e2e::officer::Officer;
use e2e::tls::Authority;

use crate::document::{self, Step, UNITS};
use crate::root::{Network, Root};
use crate::{hands, provider, trial};

const CHECK: &str =
    "runuser -u tip-service -- tip-service check --config /etc/tip-service/tip-service.toml";

const HEALTH: &str = "curl http://127.0.0.1:8080/healthz";

/// Everything that the steps need.
pub(crate) struct Rehearsal {
    root: Root,
    authority: Authority,
    package: PathBuf,
    officer: Option<Officer>,
    tip: Option<Tip>,
}

impl Rehearsal {
    /// Around a root that nothing has been done to.
    pub(crate) fn new(root: Root, package: PathBuf) -> Self {
        Self {
            root,
            authority: Authority::new(),
            package,
            officer: None,
            tip: None,
        }
    }

    /// One step: what comes before its commands, they themselves, what is seen after them.
    pub(crate) fn follow(&mut self, step: &Step) {
        self.before(step);
        let mut said = String::new();
        for command in &step.commands {
            said = self.types(step, command);
        }
        self.after(step, &said);
    }

    /// What an operator does before the commands of a step.
    fn before(&mut self, step: &Step) {
        let root = &self.root;
        match step.number {
            2 => {
                root.say("echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections");
            }
            3 => {
                let name = self.package.file_name().expect("a file");
                std::fs::copy(&self.package, root.path("root").join(name)).expect("copied");
            }
            4 => self.officer = Some(hands::officers(root)),
            5 => hands::configuration(root),
            6 => hands::certificate(root, &self.authority),
            7 => hands::values(root, ""),
            9 => {
                hands::world(root, &self.authority);
                provider::start(root, &self.authority);
            }
            _ => {}
        }
    }

    /// Types one command of the document; what it said.
    fn types(&self, step: &Step, command: &str) -> String {
        let (line, input) = document::typed(command);
        println!("    # {line}");
        // apt alone fetches from the world.
        let network = if line.starts_with("apt ") {
            Network::Mirror
        } else {
            Network::Own
        };
        let folder = if step.number == 7 {
            hands::SHARE
        } else {
            "/root"
        };
        let done = self.root.enter(&line, input, network, folder);
        print_end(&words(&done));
        assert!(
            done.status.success(),
            "step {}: {line}: {}\n{}",
            step.number,
            done.status,
            words(&done)
        );
        words(&done)
    }

    /// What an operator sees after them.
    fn after(&mut self, step: &Step, said: &str) {
        match step.number {
            3 => self.what_is_missing(),
            9 => self.started(said),
            10 => self.onion(step, said),
            11 => self.trial(step),
            12 => self.watch(step),
            _ => {}
        }
    }

    /// Runs a line, shows it and what it said.
    fn asks(&self, line: &str) -> String {
        println!("    # {line}");
        let said = self.root.say(line);
        print_end(&said);
        said
    }

    /// `check` of a package that nobody has configured.
    fn what_is_missing(&self) {
        println!("    # {CHECK}");
        let done = self.root.enter(CHECK, "", Network::Own, "/root");
        print_end(&words(&done));
        assert!(!done.status.success(), "nothing is configured");
        let files = [
            "smtp-password",
            "smtp-ca.pem",
            "service.secret.asc",
            "service.cert.asc",
            "canary-mark",
        ];
        let certificates = UNITS.map(|unit| format!("{unit}.cert.asc"));
        let named = files.map(str::to_string).into_iter().chain(certificates);
        for missing in named {
            assert!(words(&done).contains(&missing), "{missing} is not named");
        }
    }

    fn started(&self, said: &str) {
        wait_for("the journal to say that it is ready", PATIENCE, || {
            let said = self.root.say("journalctl -u tip-service");
            said.contains("已就绪").then_some(())
        });
        assert!(said.contains("配置没有问题"), "{said}");
    }

    fn onion(&self, step: &Step, name: &str) {
        hands::values(&self.root, name.trim());
        self.root.say(&format!(
            "cd {} && tools/deploy my-values out && cp out/nginx/headers.conf /etc/nginx/",
            hands::SHARE
        ));
        self.asks(step.named("systemctl reload nginx"));
        wait_for("the site to name its onion", PATIENCE, || {
            let home = self.visitor().get("/");
            assert_eq!(home.status, 200);
            (home.header("onion-location") == Some(&format!("http://{}/", name.trim())))
                .then_some(())
        });
    }

    fn trial(&mut self, step: &Step) {
        let visitor = self.visitor();
        let officer = self.officer.as_ref().expect("made in step 4");
        let tip = trial::tip(&self.root, &visitor, officer);
        trial::accepted(&self.root, &visitor, officer, &tip);
        trial::refused(&self.root, officer, &tip);
        assert_eq!(self.asks(step.named(HEALTH)).lines().last(), Some("ok"));
        self.asks(step.named("systemctl stop tip-service"));
        trial::down(&visitor);
        self.asks("systemctl start tip-service");
        self.is_ready();
        self.tip = Some(tip);
    }

    fn watch(&self, step: &Step) {
        let alarms = step.named("journalctl -u tip-service -g ALARM");
        println!("    # {alarms}");
        let found = self.root.enter(alarms, "", Network::Own, "/root");
        assert!(!found.status.success(), "alarms: {}", words(&found));
        print_end(&words(&found));
        let metrics = self.root.say(&format!(
            "curl -sS {}",
            step.named("http://127.0.0.1:9464/metrics")
        ));
        for name in [
            "tip_service_store_ok 1",
            "tip_service_unit_open",
            "tip_service_unit_key_days",
            "tip_service_letters_parked",
        ] {
            assert!(metrics.contains(name), "{name}: {metrics}");
        }
    }

    /// All that was started comes back by itself, and the mailbox with it.
    pub(crate) fn reboots(&mut self) {
        self.root.reboot();
        self.asks("systemctl is-active nftables tip-service postfix@- nginx tor@default");
        self.is_ready();
        let receipt = &self.tip.as_ref().expect("filed in step 11").receipt;
        trial::assert_stage(&self.visitor(), receipt, "已受理");
    }

    fn is_ready(&self) {
        wait_for("the service to be ready again", PATIENCE, || {
            let said = self.root.enter(HEALTH, "", Network::Own, "/root");
            said.status.success().then_some(())
        });
    }

    /// What is somebody's stays.
    pub(crate) fn remove(&self) {
        self.asks("apt remove -y tip-service");
        let left = self.asks("find /etc/tip-service /var/lib/tip-service /usr/share/tip-service /srv/tip-service -type f -printf '%p %s\\n' 2>/dev/null | sort; id tip-service; systemctl is-active tip-service || true");
        for kept in [
            "/var/lib/tip-service/tips.sqlite3",
            "/etc/tip-service/secrets/service.secret.asc",
            "/etc/tip-service/units.toml",
        ] {
            assert!(left.contains(kept), "{kept}");
        }
        assert_eq!(
            left.lines().last(),
            Some("inactive"),
            "the service has ended"
        );
        assert!(!self.root.path("usr/bin/tip-service").exists());
    }

    /// A stranger in the root's network.
    fn visitor(&self) -> Visitor {
        let authority = self
            .root
            .path("usr/local/share/ca-certificates/rehearsal.crt");
        Visitor::new(hands::DOMAIN, 443, &authority).in_network_of(self.root.leader())
    }
}

/// The end of what a command said.
fn print_end(said: &str) {
    const LINES: usize = 25;
    let lines: Vec<&str> = said.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(LINES)) {
        // Of a line that was written over, what stood there at last.
        println!("    │ {}", line.rsplit('\r').next().unwrap_or_default());
    }
}
