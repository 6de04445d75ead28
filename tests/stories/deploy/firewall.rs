//! The firewall in a network of its own: nft takes the file, and then what is not named in it is closed.

use std::path::Path;
use std::process::{Command, Output};

use e2e::machine::{is_root, repository, run, words};

use super::files::rendered;

/// Users that the rules name and this machine may not have.
const USERS: &str = "tip-service:x:60001:60001::/:/bin/false\npostfix:x:60002:60002::/:/bin/false\n\
    debian-tor:x:60003:60003::/:/bin/false\n_apt:x:60004:60004::/:/bin/false\nroot:x:0:0::/:/bin/false\n";

/// Runs a script as root of a fresh network, where these users are there and the rules lie in `$RULES`.
fn within(rules: &Path, script: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let users = folder.path().join("passwd");
    std::fs::write(&users, USERS).expect("a file");
    let script = format!(
        "set -e; mount --bind '{}' /etc/passwd; {script}",
        users.display()
    );
    let mut unshare = Command::new("unshare");
    if !is_root() {
        unshare.arg("--map-root-user");
    }
    run(unshare
        .args(["--net", "--mount", "sh", "-c", &script])
        .env("RULES", rules)
        .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin"))
}

#[test]
fn nft_takes_the_file_and_refuses_one_with_a_fault_as_a_whole() {
    let rendered = rendered();
    let rules = rendered.path().join("nftables.conf");
    let checked = within(&rules, "nft -c -f \"$RULES\"");
    assert!(checked.status.success(), "{}", words(&checked));
    let faulty = rendered.path().join("faulty.conf");
    let text = std::fs::read_to_string(&rules).expect("the rules");
    std::fs::write(&faulty, text.replace("policy drop", "policy perhaps")).expect("written");
    let refused = within(&faulty, "nft -f \"$RULES\" || nft list ruleset");
    assert!(refused.status.success(), "{}", words(&refused));
    assert!(
        !words(&refused).contains("table inet"),
        "{}",
        words(&refused)
    );
}

/// What is open, as knock.py prints it, after this command.
fn knocked(rules: &Path, first: &str) -> Vec<String> {
    let knock = repository().join("tests/stories/deploy/knock.py");
    let done = within(rules, &format!("{first}; python3 '{}'", knock.display()));
    assert!(done.status.success(), "{}", words(&done));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    said.lines().map(ToString::to_string).collect()
}

#[test]
fn web_and_mail_are_open_to_all_ssh_to_the_administrators_and_everything_else_is_closed_both_ways()
{
    if !is_root() {
        println!("not root: no other user can be tried here");
        return;
    }
    let rendered = rendered();
    let rules = rendered.path().join("nftables.conf");
    let without = knocked(&rules, "true");
    assert!(without.len() > 30, "{without:?}");
    assert!(
        without.iter().all(|line| line.ends_with(" open")),
        "without rules: {without:?}"
    );
    let open: Vec<String> = knocked(&rules, "nft -f \"$RULES\"")
        .into_iter()
        .filter(|line| line.ends_with(" open"))
        .collect();
    let mut wanted = Vec::new();
    for (from, is_administrator) in [
        ("192.0.2.9", true),
        ("203.0.113.9", false),
        ("2001:db8::9", true),
        ("fd00:7731::9", false),
    ] {
        let ssh = is_administrator.then_some(22);
        let ports = ssh.into_iter().chain([25, 80, 443]);
        wanted.extend(ports.map(|port| format!("in {from} {port} open")));
    }
    let out = [("tip-service", 587), ("root", 443), ("debian-tor", 4444)];
    wanted.extend(out.map(|(user, port)| format!("out {user} {port} open")));
    assert_eq!(open, wanted);
}
