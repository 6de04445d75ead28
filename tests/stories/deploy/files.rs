//! Each file with the checker of its own program, and with each other: what one calls an address, a user or a folder, the
//! others call the same.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use e2e::deploy;
use e2e::install::Install;
use e2e::machine::{files_under, missing, repository, run, words};
use e2e::nginx::Files;
use tempfile::TempDir;

/// The files with the values that come with them.
pub(super) fn rendered() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    deploy::render(folder.path(), &[]);
    folder
}

fn text(folder: &Path, name: &str) -> String {
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

/// A folder that looks to systemd-analyze like a root with the units and their programs in place.
fn systemd_root(rendered: &Path) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let at = |name: &str| root.path().join(name);
    for folder in ["etc/systemd", "usr/bin", "usr/sbin", "usr/lib/systemd"] {
        std::fs::create_dir_all(at(folder)).expect("a folder");
    }
    let copies = [
        (rendered.join("systemd"), at("etc/systemd/system")),
        (
            "/usr/lib/systemd/system".into(),
            at("usr/lib/systemd/system"),
        ),
        (Install::binary(), at("usr/bin/tip-service")),
        ("/usr/sbin/nginx".into(), at("usr/sbin/nginx")),
        ("/usr/sbin/nft".into(), at("usr/sbin/nft")),
        ("/usr/bin/tor".into(), at("usr/bin/tor")),
    ];
    for (from, to) in copies {
        if !from.exists() {
            missing(&from, &std::io::ErrorKind::NotFound.into());
        }
        let copied = run(Command::new("cp").arg("-a").arg(from).arg(to));
        assert!(copied.status.success(), "{}", words(&copied));
    }
    // What the others name, and is not the matter here.
    for program in [
        "usr/sbin/start-stop-daemon",
        "usr/bin/install",
        "usr/bin/kill",
    ] {
        std::fs::write(at(program), "").expect("a file");
        std::fs::set_permissions(at(program), PermissionsExt::from_mode(0o755)).expect("mode");
    }
    for (link, target) in [("lib", "usr/lib"), ("bin", "usr/bin"), ("sbin", "usr/sbin")] {
        std::os::unix::fs::symlink(target, at(link)).expect("a link");
    }
    root
}

fn verify(root: &Path, unit: &str) -> Output {
    run(Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no", "--root"])
        .arg(root)
        .arg(unit))
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit_and_the_drop_ins_and_would_find_a_typing_error() {
    let rendered = rendered();
    let root = systemd_root(rendered.path());
    for unit in [
        "tip-service.service",
        "nginx.service",
        "tor@default.service",
    ] {
        let verified = verify(root.path(), unit);
        let said = words(&verified);
        assert!(
            verified.status.success() && said.is_empty(),
            "{unit}: {said}"
        );
    }
    for file in [
        "tip-service.service",
        "nginx.service.d/tip-service.conf",
        "tor@default.service.d/tip-service.conf",
    ] {
        let path = root.path().join("etc/systemd/system").join(file);
        let good = std::fs::read_to_string(&path).expect("a unit");
        std::fs::write(&path, good.replace("LimitCORE", "LimitCroe")).expect("written");
        let unit = file.split(".d/").next().unwrap_or(file);
        let said = words(&verify(root.path(), unit));
        assert!(said.contains("LimitCroe"), "{file}: {said}");
        std::fs::write(&path, good).expect("written");
    }
}

#[test]
fn systemd_rates_the_service_s_exposure_at_two_or_less() {
    let rendered = rendered();
    let security = |unit: &Path| {
        run(Command::new("systemd-analyze")
            .args(["security", "--no-pager", "--offline=true", "--threshold=20"])
            .arg(unit))
    };
    let unit = rendered.path().join("systemd/tip-service.service");
    let rated = security(&unit);
    let said = words(&rated);
    println!("{}", said.lines().last().unwrap_or_default());
    assert!(rated.status.success(), "{said}");
    // The same without what takes privileges away is above it.
    let bare: String = text(rendered.path(), "systemd/tip-service.service")
        .lines()
        .filter(|line| !line.starts_with("SystemCall") && !line.starts_with("Protect"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&unit, bare).expect("written");
    assert!(!security(&unit).status.success());
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

#[test]
fn addresses_users_and_folders_are_the_same_in_every_file_and_in_the_reference_configuration() {
    let rendered = rendered();
    let at = rendered.path();
    let reference = text(&repository(), "config/tip-service.toml");
    let reference: toml::Table = reference.parse().expect("TOML");
    let value = |key: &str| -> String {
        let mut parts = key.split('.');
        let mut value = &reference[parts.next().expect("a key")];
        for part in parts {
            value = &value[part];
        }
        value
            .as_str()
            .map_or_else(|| value.to_string(), ToString::to_string)
    };
    let (nginx, torrc) = (text(at, "nginx/service.conf"), text(at, "tor/torrc"));
    let (main, unit) = (
        text(at, "postfix/main.cf"),
        text(at, "systemd/tip-service.service"),
    );
    for (file, words) in [
        (
            &nginx,
            format!("proxy_pass http://{};", value("server.listen")),
        ),
        (
            &torrc,
            format!("HiddenServicePort 80 {}\n", value("server.onion_listen")),
        ),
        (
            &main,
            format!("virtual_mailbox_domains = {}\n", value("mail.domain")),
        ),
        (&main, format!("{}=1", value("mail.from"))),
        (
            &main,
            format!("@{}={}", value("mail.domain"), value("mail.operator")),
        ),
        (
            &main,
            format!(
                "relayhost = [{}]:{}\n",
                value("mail.transport.host"),
                value("mail.transport.port")
            ),
        ),
        (
            &text(at, "nginx/site.conf"),
            format!("root {};", value("site.root")),
        ),
        (
            &text(at, "nftables.conf"),
            format!("tcp dport {} accept", value("mail.transport.port")),
        ),
    ] {
        assert!(file.contains(&words), "no {words}");
    }
    for key in ["mail.transport.password_file", "replies.secret_key_file"] {
        let path = value(key);
        let name = path.strip_prefix("/run/credentials/tip-service.service/");
        let name = name.unwrap_or_else(|| panic!("{key}: {path} is no credential of the unit"));
        assert!(
            unit.contains(&format!("LoadCredential={name}:")),
            "{key}: {name}"
        );
    }
    let state = "/var/lib/tip-service/";
    assert!(
        value("store.path").starts_with(state) && unit.contains("StateDirectory=tip-service\n")
    );
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
