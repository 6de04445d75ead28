//! Starting: what a newcomer's `make run` does in a clean copy, what the terminal says, what
//! `check` finds without serving, what a second start costs.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use e2e::http::Client;
use e2e::install::Install;
use e2e::machine::{free_port, repository, run, wait_for, whole_machine, words};

#[test]
fn in_a_clean_copy_make_run_builds_everything_and_answers() {
    let _alone = whole_machine();
    let copy = CleanCopy::make();
    let (first, said) = copy.make_run();
    for words in ["http://127.0.0.1:", "var/mail", "make inbox"] {
        assert!(
            said.contains(words),
            "the terminal does not say {words}:\n{said}"
        );
    }
    let chinese = said
        .lines()
        .any(|line| line.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)));
    assert!(chinese, "nothing in Chinese:\n{said}");
    let (second, _) = copy.make_run();
    println!("make run: {first:.1?} in a clean copy, {second:.2?} the second time");
    assert!(
        second < Duration::from_secs(30),
        "the second start builds again: {second:?}"
    );
}

/// The files of the working tree as git would hand them on, in a folder of their own. What cargo has
/// built of other people's crates is lent to it by hard links: a newcomer builds that too, but once
/// is enough to see that our part builds.
struct CleanCopy {
    folder: tempfile::TempDir,
}

impl CleanCopy {
    fn make() -> Self {
        let root = repository();
        fs::create_dir_all(root.join("var")).expect("a folder");
        let folder = tempfile::Builder::new()
            .prefix("clean-")
            .tempdir_in(root.join("var"));
        let copy = Self {
            folder: folder.expect("a folder"),
        };
        let listed = run(Command::new("git").current_dir(&root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]));
        assert!(listed.status.success(), "git ls-files: {}", words(&listed));
        for name in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
            let (from, to) = (root.join(name), copy.path().join(name));
            if from.is_file() {
                fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
                fs::copy(&from, &to).expect("a copy");
            }
        }
        copy.lend(&root, "target/release");
        copy.forget_our_own();
        copy.lend(&root, "tools/.zola");
        copy
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn lend(&self, root: &Path, name: &str) {
        let to = self.path().join(name);
        if root.join(name).exists() {
            fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            let lent = run(Command::new("cp").arg("-al").arg(root.join(name)).arg(&to));
            assert!(lent.status.success(), "cp -al {name}: {}", words(&lent));
        }
    }

    /// Takes out what was built of our own crates, so that the copy builds them itself.
    fn forget_our_own(&self) {
        let ours = [
            "tip_service",
            "tip-service",
            "sealed_tip",
            "sealed-tip",
            "e2e",
            "bench",
            "stories",
        ];
        let built = self.path().join("target/release");
        // The lock, too: a build over there must not keep this one waiting.
        fs::remove_file(built.join(".cargo-lock")).expect("the lock's link");
        for folder in [
            built.clone(),
            built.join("deps"),
            built.join(".fingerprint"),
        ] {
            let Ok(entries) = fs::read_dir(folder) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let name = name.strip_prefix("lib").unwrap_or(&name);
                if ours.iter().any(|crate_name| name.starts_with(crate_name)) {
                    let path = entry.path();
                    let gone = if path.is_dir() {
                        fs::remove_dir_all(path)
                    } else {
                        fs::remove_file(path)
                    };
                    gone.expect("a link of the copy's own");
                }
            }
        }
    }

    /// `make run` until it answers; how long that took and what the terminal showed.
    fn make_run(&self) -> (Duration, String) {
        let port = free_port();
        let log = self.path().join("terminal");
        let terminal = fs::File::create(&log).expect("a file");
        let begun = Instant::now();
        let mut make = Command::new("make");
        make.args(["run", &format!("PORT={port}")])
            .current_dir(self.path())
            .env_remove("CARGO_TARGET_DIR")
            // Of the cargo that runs this test: not a newcomer's.
            .env_remove("CARGO_MANIFEST_DIR")
            .stdin(Stdio::null())
            .stdout(terminal.try_clone().expect("a file"))
            .stderr(terminal);
        let mut running = Running(make.spawn().expect("make starts"));
        let said = || fs::read_to_string(&log).unwrap_or_default();
        wait_for(
            "make run to answer /healthz",
            Duration::from_secs(900),
            || {
                let ended = running.0.try_wait().expect("make can be asked");
                assert!(ended.is_none(), "make run ended: {}", said());
                let answer = Client::new(port).try_send("GET", "/healthz", None);
                answer
                    .is_ok_and(|answer| answer.status == 200)
                    .then_some(())
            },
        );
        let took = begun.elapsed();
        let mut visitor = Client::new(port);
        for path in ["/", "/tip/"] {
            let answer = visitor.get(path);
            assert_eq!(answer.status, 200, "{path}");
            answer.page().assert_site_layout(path);
        }
        let shown = said();
        assert!(
            shown.contains(&format!(":{port}")),
            "the terminal does not name the port:\n{shown}"
        );
        drop(running);
        (took, shown)
    }
}

/// `make run` and the service it has started; both end with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // make runs the recipe in a child: the child first, then make itself sees it end.
        let parent = self.0.id().to_string();
        let _ = Command::new("pkill")
            .args(["-KILL", "-P", &parent])
            .status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_service_says_where_to_look_and_starts_again_in_a_moment() {
    let install = Install::new();
    let mut service = install.start();
    let first = service.started_in;
    let said = service.said();
    assert!(
        said.contains(&format!("http://127.0.0.1:{}", service.port)),
        "{said}"
    );
    for words in ["/tip/", "/tip/mailbox/", "已就绪", "is ready"] {
        assert!(said.contains(words), "{words} is not in: {said}");
    }
    service.restart();
    println!(
        "started in {first:.0?}, again in {:.0?}",
        service.started_in
    );
    assert!(service.started_in < Duration::from_secs(5));
    assert!(service.stop().success(), "SIGTERM is a regular end");
}

#[test]
fn check_finds_what_serve_would_find_and_serves_nothing() {
    let install = Install::new();
    for unit in [
        "city",
        "longshan",
        "xian",
        "dongfeng",
        "dongliao",
        "oversight",
    ] {
        install.make_key(unit);
    }
    install.run_well(&["check"], &["--dev"]);
    let broken = install.with("server.max_conections", 100);
    let output = broken.run(&["check"], &["--dev"]);
    let said = words(&output);
    assert!(!output.status.success(), "{said}");
    for part in ["tip-service.toml", "max_conections", "max_connections"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
}

#[test]
fn without_a_mail_server_it_starts_only_for_development() {
    let install = Install::new();
    drop(install.start());
    let config = install.config_file().display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    let output = run(&mut install.command(&["serve", "--config", &config, "--listen", &listen]));
    let said = words(&output);
    assert!(
        !output.status.success(),
        "a Maildir is no mail server: {said}"
    );
    assert!(
        said.contains("mail.transport") || said.contains("--dev"),
        "{said}"
    );
}
