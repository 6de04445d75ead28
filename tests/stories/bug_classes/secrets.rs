//! A local service open to everybody, and secrets that were copied to another place: elsewhere to the monitor, a backup, a dump. Here
//! planted secrets are looked for in all that the service writes and shows, and it listens where it was told, nowhere else.

use std::process::Command;

use e2e::dialogue::{self, PATIENCE, Tip};
use e2e::install::Install;
use e2e::machine::{files_under, run, wait_for};
use e2e::officer::Officer;
use e2e::pipe::receive;
use e2e::service::Service;

use crate::privacy::{Needle, search, spellings};

const TIP: &str = "暗记句QZX8802：井台边";

/// Lines of a secret key that are in no public one.
fn key_lines(install: &Install, name: &str) -> Vec<Needle> {
    let text = std::fs::read_to_string(install.secret_key(name)).expect("a key");
    let lines = text
        .lines()
        .filter(|line| line.len() > 40 && !line.contains('-'));
    let public = std::fs::read_to_string(install.path(&format!("keys/{name}.cert.asc")))
        .expect("a certificate");
    lines
        .filter(|line| !public.contains(line))
        .map(|line| {
            (
                format!("the secret key of {name}"),
                line.as_bytes().to_vec(),
            )
        })
        .collect()
}

#[test]
fn no_secret_is_found_in_what_the_service_writes_shows_or_leaves_when_it_crashes() {
    let install = Install::new().with("log.level", "debug");
    let mut service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let tip = Tip::file(&service, &officer, &install.path("mail/dongfeng"), TIP);
    let ask = officer.reply(&tip.letter).says("询问：何时？");
    assert_eq!(receive(&install, &ask.sealed()).code, Some(0));
    dialogue::assert_settled(&install);
    let mut needles = spellings("the tip", TIP);
    needles.extend(spellings("the receipt", &tip.receipt));
    let keys = ["service", "dongfeng"].map(|name| key_lines(&install, name));
    assert!(
        keys.iter().all(|lines| !lines.is_empty()),
        "no line of a key to look for"
    );
    needles.extend(keys.into_iter().flatten());
    assert!(
        !search(&install.path("keys"), &needles, &[]).is_empty(),
        "the search finds nothing"
    );
    for shown in ["environ", "cmdline", "comm"] {
        let path = format!("/proc/{}/{shown}", service.pid());
        let bytes = std::fs::read(path).expect("the service lives");
        for (what, needle) in &needles {
            let is_there = bytes
                .windows(needle.len())
                .any(|window| window == needle.as_slice());
            assert!(!is_there, "{shown}: {what}");
        }
    }
    let before = files_under(install.folder()).len();
    let pid = service.pid().to_string();
    run(Command::new("kill").args(["-ABRT", &pid]));
    service.kill9();
    let found = search(install.folder(), &needles, &["keys"]);
    assert!(found.is_empty(), "found afterwards:\n{}", found.join("\n"));
    assert_eq!(
        files_under(install.folder()).len(),
        before,
        "a crash left a file"
    );
}

/// Inodes of the sockets of a process that listen, with their port.
fn listening(service: &Service<'_>) -> Vec<u16> {
    let pid = service.pid();
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .expect("the service lives")
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .filter_map(|target| {
            target
                .to_str()?
                .strip_prefix("socket:[")
                .map(str::to_string)
        })
        .map(|inode| inode.trim_end_matches(']').to_string())
        .collect();
    let mut ports = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = fields.get(3) == Some(&"0A") || table.starts_with("udp");
            if listens
                && fields
                    .get(9)
                    .is_some_and(|inode| sockets.iter().any(|own| own == inode))
            {
                let port = fields[1].rsplit(':').next().unwrap_or_default();
                ports.push(u16::from_str_radix(port, 16).expect("a port"));
            }
        }
    }
    ports
}

#[test]
fn the_service_listens_where_it_was_told_and_nowhere_else() {
    let install = Install::new();
    let service = install.start();
    let ports = wait_for("the listener", PATIENCE, || {
        Some(listening(&service)).filter(|ports| !ports.is_empty())
    });
    assert_eq!(ports, [service.port]);
}
