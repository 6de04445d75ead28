//! `make rehearsal`: OPERATIONS.md followed step by step in a fresh Debian 12, with the package, as far as one machine without the
//! world around it can. The commands are the document's own (`document.rs`), what an operator does between them is in
//! `hands.rs`. Needs root, debootstrap, systemd-nspawn and a mirror of Debian; never part of `make test`. Whatever is missing or
//! goes wrong fails it.
//!
//! usage: rehearsal [--base FOLDER]      (FOLDER: a root that debootstrap made before; it is copied)

mod document;
mod hands;
mod package;
mod provider;
mod root;
mod trial;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::curl::Visitor;
use e2e::dialogue::Tip;
use e2e::machine::{is_root, wait_for, words};
use e2e::officer::Officer;
use e2e::tls::Authority;

use document::Step;
use root::{Network, Root};

/// What the document says and one root cannot do.
const NOT_HERE: [(usize, &str); 6] = [
    (
        1,
        "the build: on this machine, before; the fingerprints are left unpublished",
    ),
    (
        6,
        "certbot: no authority of the world sees this root; the rehearsal's own takes its place",
    ),
    (
        8,
        "SSH in a second session: no network leads here (what the rules close is tried in tests/stories/deploy/firewall.rs)",
    ),
    (
        9,
        "the world's DNS: dnsmasq in the root; the mail server with an account: a second Postfix in the root",
    ),
    (
        10,
        "tor's network: the name is made, the network is not reached",
    ),
    (11, "a telephone: curl, by HTTP/2 over TLS"),
];
const CHECK: &str =
    "runuser -u tip-service -- tip-service check --config /etc/tip-service/tip-service.toml";

/// Everything that the steps need.
struct Rehearsal {
    root: Root,
    authority: Authority,
    package: PathBuf,
    officer: Option<Officer>,
    tip: Option<Tip>,
}

fn main() {
    assert!(
        is_root(),
        "the rehearsal makes and boots a Debian of its own: run it as root"
    );
    let base = base();
    let mut times: Vec<(String, Duration)> = Vec::new();
    let mut timed = |what: String, begun: Instant| {
        println!("    — {:.1} s", begun.elapsed().as_secs_f64());
        times.push((what, begun.elapsed()));
    };
    let begun = Instant::now();
    println!("1. make dist");
    let package = package::of_this_commit();
    timed(
        "1 make dist, or the package it left of this commit".into(),
        begun,
    );
    let begun = Instant::now();
    println!("   a bare Debian 12, by debootstrap, booted by systemd-nspawn");
    let root = Root::boot(base.as_deref());
    timed("  debootstrap, boot".into(), begun);
    let mut rehearsal = Rehearsal {
        root,
        authority: Authority::new(),
        package,
        officer: None,
        tip: None,
    };
    for step in document::steps().iter().filter(|step| step.number > 1) {
        let begun = Instant::now();
        println!("{}. {}", step.number, step.title);
        rehearsal.before(step);
        for command in &step.commands {
            rehearsal.types(step, command);
        }
        rehearsal.after(step);
        timed(format!("{} {}", step.number, step.title), begun);
    }
    let begun = Instant::now();
    println!("   the package removed");
    rehearsal.remove();
    timed("  apt remove".into(), begun);
    print_table(&times);
}

fn base() -> Option<PathBuf> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    match given.as_slice() {
        [] => None,
        [flag, folder] if flag == "--base" => Some(Path::new(folder).into()),
        _ => panic!("usage: rehearsal [--base FOLDER]"),
    }
}

impl Rehearsal {
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

    /// Types one command of the document.
    fn types(&self, step: &Step, command: &str) {
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
    }

    /// What an operator sees after them.
    fn after(&mut self, step: &Step) {
        match step.number {
            3 => self.what_is_missing(),
            9 => assert!(self.asks(CHECK).contains("配置没有问题")),
            10 => self.onion(step),
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
        for missing in ["service.secret.asc", "smtp-password"] {
            assert!(words(&done).contains(missing), "{missing} is not named");
        }
    }

    fn onion(&self, step: &Step) {
        let name = self.root.say("cat /var/lib/tor/tip-service/hostname");
        hands::values(&self.root, name.trim());
        self.root.say(&format!(
            "cd {} && tools/deploy my-values out && cp out/nginx/headers.conf /etc/nginx/",
            hands::SHARE
        ));
        self.asks(step.named("systemctl reload nginx"));
        wait_for(
            "the site to name its onion",
            Duration::from_secs(20),
            || {
                let home = self.visitor().get("/");
                assert_eq!(home.status, 200);
                (home.header("onion-location") == Some(&format!("http://{}/", name.trim())))
                    .then_some(())
            },
        );
    }

    fn trial(&mut self, step: &Step) {
        let visitor = self.visitor();
        let officer = self.officer.as_ref().expect("made in step 4");
        let tip = trial::tip(&self.root, &visitor, officer);
        trial::accepted(&self.root, &visitor, officer, &tip);
        trial::refused(&self.root, officer, &tip);
        assert_eq!(
            self.asks(step.named("curl http://127.0.0.1:8080/healthz"))
                .lines()
                .last(),
            Some("ok")
        );
        self.asks(step.named("systemctl stop tip-service"));
        trial::down(&visitor);
        self.asks("systemctl start tip-service");
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

    fn remove(&self) {
        self.asks("apt remove -y tip-service");
        let left = self.asks("find /etc/tip-service /var/lib/tip-service /usr/share/tip-service /srv/tip-service -type f 2>/dev/null | sort; id tip-service");
        for kept in [
            "/var/lib/tip-service/tips.sqlite3",
            "/etc/tip-service/secrets/service.secret.asc",
            "/etc/tip-service/units.toml",
        ] {
            assert!(left.contains(kept), "{kept}");
        }
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
        println!("    │ {line}");
    }
}

fn print_table(times: &[(String, Duration)]) {
    println!("\n| step | seconds |\n| --- | ---: |");
    for (what, took) in times {
        println!("| {what} | {:.1} |", took.as_secs_f64());
    }
    let all: Duration = times.iter().map(|(_, took)| *took).sum();
    println!("| all | {:.1} |\n\nnot here:", all.as_secs_f64());
    for (step, why) in NOT_HERE {
        println!("  {step:>2}  {why}");
    }
}
