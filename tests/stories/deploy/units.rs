//! The unit and the drop-ins, with systemd-analyze: it finds nothing wrong, and rates what is left to the service at two or less.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use e2e::install::Install;
use e2e::machine::{missing, run, words};
use tempfile::TempDir;

use super::files::{rendered, text};

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
        "tip-canary.service",
        "tip-canary.timer",
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
        "tip-canary.service",
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
fn systemd_rates_the_exposure_of_service_and_canary_at_two_or_less() {
    let rendered = rendered();
    let security = |unit: &Path| {
        run(Command::new("systemd-analyze")
            .args(["security", "--no-pager", "--offline=true", "--threshold=20"])
            .arg(unit))
    };
    let canary = rendered.path().join("systemd/tip-canary.service");
    let unit = rendered.path().join("systemd/tip-service.service");
    for unit in [&canary, &unit] {
        let rated = security(unit);
        let said = words(&rated);
        println!("{}", said.lines().last().unwrap_or_default());
        assert!(rated.status.success(), "{said}");
    }
    // The same without what takes privileges away is above it.
    let bare: String = text(rendered.path(), "systemd/tip-service.service")
        .lines()
        .filter(|line| !line.starts_with("SystemCall") && !line.starts_with("Protect"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&unit, bare).expect("written");
    assert!(!security(&unit).status.success());
}
