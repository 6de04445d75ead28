//! What an operator does between the commands, as the words of a step say: edits a file, brings a key, reads an answer.

use std::os::unix::fs::PermissionsExt;

use e2e::gpg::Keyring;
use e2e::machine::{run, words};
use e2e::officer::Officer;
use e2e::tls::Authority;

use crate::document::UNITS;
use crate::root::{Network, Root};

/// The site's name, and the domain of its mail.
pub(crate) const DOMAIN: &str = "tips.rehearsal.test";
/// Where the officer of 东丰县 writes from.
const OFFICER: &str = "dongfeng@units.rehearsal.test";
/// Where `tools/deploy` lies.
pub(crate) const SHARE: &str = "/usr/share/tip-service";

/// What is around the server in the world: names, and an authority that everybody trusts.
pub(crate) fn world(root: &Root, authority: &Authority) {
    let done = root.enter(
        "apt install -y sasl2-bin dnsmasq-base",
        "",
        Network::Mirror,
        "/root",
    );
    assert!(done.status.success(), "{}", words(&done));
    // Another address for each, or Postfix would see its mail come back to itself.
    root.write(
        "etc/hosts",
        format!("127.0.0.1 localhost\n127.0.0.2 {DOMAIN}\n127.0.0.1 smtp.rehearsal.test\n"),
    );
    root.write("etc/resolv.conf", "nameserver 127.0.0.1\n");
    authority.write(&root.path("usr/local/share/ca-certificates/rehearsal.crt"));
    root.write("root/.curlrc", "silent\nshow-error\n");
    root.say("update-ca-certificates");
    root.say(&format!(
        "dnsmasq --no-resolv --listen-address=127.0.0.1 --bind-interfaces --local=/test/ --mx-host={DOMAIN},{DOMAIN}"
    ));
}

/// Makes each unit's key, lays the certificates into the folder where the operator is, and returns who reads for 东丰县.
pub(crate) fn officers(root: &Root) -> Officer {
    let now = words(&run(
        std::process::Command::new("date").args(["-u", "+%Y%m%dT%H%M%S"])
    ));
    let mut of_dongfeng = None;
    for unit in UNITS {
        let ring = Keyring::new();
        let key = ring.make_key(unit, now.trim(), ["default", "default", "2y"], &[]);
        root.write(&format!("root/{unit}.cert.asc"), ring.export(&key));
        if unit == "dongfeng" {
            of_dongfeng = Some(ring);
        }
    }
    let service = root.path("var/lib/tip-service/keys/service.cert.asc");
    Officer::at(OFFICER, of_dongfeng.expect("one of the units"), service)
}

/// Step 5: all that says `example.invalid`, without `ca_file` and `[canary]`; and a shorter delay, or the rehearsal would
/// wait a quarter of an hour for each letter.
pub(crate) fn configuration(root: &Root) {
    for name in ["tip-service.toml", "units.toml"] {
        named(root, &format!("etc/tip-service/{name}"), |text| text);
    }
    named(root, "etc/tip-service/tip-service.toml", |text| {
        let (before, rest) = text.split_once("[canary]").expect("a section");
        let (_, after) = rest.split_once("\n[").expect("another behind it");
        let text = format!("{before}[{after}");
        let text = without(&text, "ca_file = ");
        without(&text, "delay_max_seconds = ")
            .replace("[delivery]\n", "[delivery]\ndelay_max_seconds = 5\n")
    });
}

/// Step 6.
pub(crate) fn certificate(root: &Root, authority: &Authority) {
    let folder = root.path("etc/ssl/tips");
    std::fs::create_dir_all(&folder).expect("a folder");
    let made = authority.issue(DOMAIN, &folder);
    std::fs::rename(made.certificate, folder.join("fullchain.pem")).expect("renamed");
    std::fs::rename(made.key, folder.join("key.pem")).expect("renamed");
    std::fs::set_permissions(folder.join("key.pem"), PermissionsExt::from_mode(0o600))
        .expect("permissions");
}

/// Step 7: the values, with this as the onion's name.
pub(crate) fn values(root: &Root, onion: &str) {
    root.say(&format!(
        "cp {SHARE}/config/deploy/values {SHARE}/my-values"
    ));
    named(root, "usr/share/tip-service/my-values", |text| {
        assert_eq!(text.matches("\nONION=\n").count(), 1, "ONION in the values");
        text.replace("\nONION=\n", &format!("\nONION={onion}\n"))
    });
}

/// Changes a file, and puts our names into it.
fn named(root: &Root, file: &str, change: impl Fn(String) -> String) {
    let text = std::fs::read_to_string(root.path(file)).expect("a file of the package");
    let text = change(text).replace("example.invalid", "rehearsal.test");
    root.write(file, text);
}

fn without(text: &str, start: &str) -> String {
    let kept = text.lines().filter(|line| !line.starts_with(start));
    let less: String = kept.map(|line| format!("{line}\n")).collect();
    assert_ne!(less.len(), text.len(), "{start}");
    less
}
