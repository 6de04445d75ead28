//! Each file with the checker of its own program, and with each other: what one calls an address, a user or a folder, the
//! others call the same.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use e2e::deploy;
use e2e::machine::{files_under, repository, run, words};
use e2e::nginx::Files;
use tempfile::TempDir;

/// The files with the values that come with them.
pub(super) fn rendered() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    deploy::render(folder.path(), &[]);
    folder
}

pub(super) fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_value_that_is_missing_empty_unknown_or_dangerous_is_refused_by_name() {
    let good = deploy::values(&[]);
    let without = |name: &str| -> String {
        let kept = good.lines().filter(|line| !line.starts_with(name));
        kept.map(|line| format!("{line}\n")).collect()
    };
    for (values, said) in [
        (without("DOMAIN="), "@DOMAIN@"),
        (
            good.replace("RELAY=smtp.example.invalid", "RELAY="),
            "RELAY",
        ),
        (format!("{good}COLOUR=red\n"), "@COLOUR@"),
        (format!("{good}a line\n"), "a line"),
        (
            good.replace("RELAY=smtp", "RELAY=x;include /etc/passwd"),
            "x;include",
        ),
        (good.replace("DOMAIN=tips", "DOMAIN=${IFS}tips"), "${IFS}"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let output = deploy::write(&values, folder.path());
        assert_eq!(output.status.code(), Some(65), "{said}");
        assert!(words(&output).contains(said), "{said}: {}", words(&output));
    }
}

#[test]
fn nginx_takes_its_files_without_a_warning_that_counts() {
    let tested = Files::before(8080, &[("ONION", "a2a2.onion")]).test();
    let said = words(&tested);
    assert!(tested.status.success(), "{said}");
    for line in said.lines() {
        // From 1.25 on nginx would rather read `http2 on`, which 1.22 (Debian 12) does not know.
        let expected = [
            "syntax is ok",
            "test is successful",
            "\"user\" directive makes sense only",
            "\"listen ... http2\" directive is deprecated",
        ];
        assert!(expected.iter().any(|words| line.contains(words)), "{line}");
    }
}

#[test]
fn tor_takes_its_file_and_was_built_with_proof_of_work() {
    let rendered = rendered();
    let state = rendered.path().join("state");
    std::fs::create_dir(&state).expect("a folder");
    std::fs::set_permissions(&state, PermissionsExt::from_mode(0o700)).expect("mode");
    let state = state.display().to_string();
    let files = tempfile::tempdir().expect("a folder");
    deploy::render(files.path(), &[("TOR_STATE", &state)]);
    let torrc = files.path().join("tor/torrc");
    let verify = || {
        let mut tor = Command::new("tor");
        tor.args([
            "--verify-config",
            "--defaults-torrc",
            "/dev/null",
            "--DataDirectory",
            &state,
        ]);
        run(tor.arg("-f").arg(&torrc))
    };
    let good = verify();
    assert!(good.status.success(), "{}", words(&good));
    assert!(
        words(&good).contains("Configuration was valid"),
        "{}",
        words(&good)
    );
    let said = text(files.path(), "tor/torrc");
    assert!(
        said.lines()
            .any(|line| line == "HiddenServicePoWDefensesEnabled 1")
    );
    let modules = words(&run(Command::new("tor").arg("--list-modules")));
    assert!(modules.contains("pow: yes"), "{modules}");
    std::fs::write(
        &torrc,
        said.replace("HiddenServicePoWQueueRate", "HiddenServicePowerRate"),
    )
    .expect("written");
    assert!(!verify().status.success());
}

/// The configuration that an operator begins with, key by key.
struct Reference(toml::Table);

impl Reference {
    fn read() -> Self {
        Self::of("config/tip-service.toml")
    }

    fn of(file: &str) -> Self {
        Self(text(&repository(), file).parse().expect("TOML"))
    }

    fn value(&self, key: &str) -> String {
        let mut parts = key.split('.');
        let first = &self.0[parts.next().expect("a key")];
        let value = parts.fold(first, |value, part| &value[part]);
        let text = value.as_str().map(ToString::to_string);
        text.unwrap_or_else(|| value.to_string())
    }
}

#[test]
fn addresses_are_the_same_in_every_file_and_in_the_reference_configuration() {
    let rendered = rendered();
    let reference = Reference::read();
    let value = |key: &str| reference.value(key);
    let (relay, port) = (value("mail.transport.host"), value("mail.transport.port"));
    let (domain, main) = (value("mail.domain"), "postfix/main.cf");
    for (file, words) in [
        (
            "nginx/service.conf",
            format!("proxy_pass http://{};", value("server.listen")),
        ),
        ("nginx/site.conf", format!("root {};", value("site.root"))),
        (
            "tor/torrc",
            format!("HiddenServicePort 80 {}\n", value("server.onion_listen")),
        ),
        ("nftables.conf", format!("tcp dport {port} accept")),
        (main, format!("virtual_mailbox_domains = {domain}\n")),
        (main, format!("{}=1", value("mail.from"))),
        (main, format!("@{domain}={}", value("mail.operator"))),
        (main, format!("relayhost = [{relay}]:{port}\n")),
    ] {
        let said = text(rendered.path(), file);
        assert!(said.contains(&words), "{file}: no {words}");
    }
}

#[test]
fn the_unit_has_each_secret_as_a_credential_and_its_folder_is_the_one_of_the_reference_configuration()
 {
    let secrets = ["mail.transport.password_file", "replies.secret_key_file"];
    secrets_are_credentials("tip-service", &Reference::read(), &secrets, &["store.path"]);
}

#[test]
fn the_canary_s_unit_has_each_secret_as_a_credential_and_its_folder_is_the_one_of_its_reference() {
    let secrets = [
        "robot.mark_file",
        "robot.secret_key_file",
        "mail.transport.password_file",
        "alarm.transport.password_file",
    ];
    let state = ["robot.maildir", "alarm.state_file"];
    let reference = Reference::of("config/canary.toml");
    secrets_are_credentials("tip-canary", &reference, &secrets, &state);
}

fn secrets_are_credentials(name: &str, reference: &Reference, secrets: &[&str], state: &[&str]) {
    let rendered = rendered();
    let unit = text(rendered.path(), &format!("systemd/{name}.service"));
    for key in secrets {
        let path = reference.value(key);
        let credential = path.strip_prefix(&format!("/run/credentials/{name}.service/"));
        let credential =
            credential.unwrap_or_else(|| panic!("{key}: {path} is no credential of the unit"));
        let line = format!("LoadCredential={credential}:");
        assert!(unit.contains(&line), "{key}: no {line}");
    }
    for key in state {
        let path = reference.value(key);
        assert!(
            path.starts_with(&format!("/var/lib/{name}/")),
            "{key}: {path}"
        );
    }
    assert!(unit.contains(&format!("StateDirectory={name}\n")));
}

#[test]
fn every_file_has_its_place_in_the_steps_of_operations_md() {
    let rendered = rendered();
    let steps = text(&repository(), "tip-service/OPERATIONS.md");
    for path in files_under(rendered.path()) {
        let name = path
            .strip_prefix(rendered.path())
            .expect("inside")
            .display()
            .to_string();
        let folder = name.split('/').next().unwrap_or_default();
        let named = steps.contains(&name) || steps.contains(&format!("/{folder}/"));
        assert!(named || name == "values", "{name} is in no step");
    }
}
