//! A server made to fetch what somebody else names: elsewhere through the address of a mail server or a picture. Here the service
//! opens no connection but to its mail server, and the program that reads foreign mail opens none at all, as strace sees it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use e2e::dialogue::{PATIENCE, tip_at_dongfeng};
use e2e::form::{file_tip, look_up};
use e2e::http::Client;
use e2e::install::Install;
use e2e::machine::{free_port, missing, run, wait_for};
use e2e::officer::text_part;
use e2e::smtp::{MailServer, Mode};

/// The same program, with every connection it opens and every file it reads written down.
fn traced(command: &Command, into: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=connect,openat", "-o"])
        .arg(into)
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        strace.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            strace.env(name, value);
        }
    }
    strace
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    strace
}

/// Addresses that something reading a text or a mail might be made to fetch.
fn bait(port: u16) -> String {
    [
        format!("http://127.0.0.1:{port}/a"),
        format!("http://[::ffff:127.0.0.1]:{port}/b"),
        format!("http://2130706433:{port}/c"),
        format!("http://localhost:{port}/d"),
        "http://169.254.169.254/latest/meta-data/".to_string(),
        "http://[fd00:ec2::254]/".to_string(),
        "http://192.0.2.1/e".to_string(),
        format!("gopher://127.0.0.1:{port}/_f"),
        "file:///etc/passwd".to_string(),
    ]
    .join(" ")
}

/// Every network connection in the trace that does not go to `allowed` on this machine.
fn strays(trace: &str, allowed: Option<u16>) -> Vec<&str> {
    let ours = allowed.map(|port| format!("htons({port})"));
    trace
        .lines()
        .filter(|line| line.contains("connect(") && line.contains("AF_INET"))
        // To learn its own address the C library "connects" a datagram socket to port 0 or 53's kin.
        .filter(|line| !line.contains("sin_port=htons(0)") && !line.contains("sin6_port=htons(0)"))
        .filter(|line| {
            let is_ours = ours.as_ref().is_some_and(|ours| line.contains(ours));
            let is_here = line.contains("127.0.0.1") || line.contains("::1\"");
            !(is_ours && is_here)
        })
        .collect()
}

#[test]
fn serving_tips_full_of_addresses_the_service_connects_to_its_mail_server_alone() {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let install = server.configure(Install::new());
    let mail_port = server_port(&install);
    let (port, trap) = (
        free_port(),
        TcpListener::bind("127.0.0.1:0").expect("a port"),
    );
    trap.set_nonblocking(true).expect("a trap");
    let bait = bait(trap.local_addr().expect("an address").port());
    let (config, trace) = (install.config_file(), install.path("trace"));
    let mut command = install.command(&["serve", "--dev", "--config"]);
    command
        .arg(config)
        .args(["--listen", &format!("127.0.0.1:{port}")]);
    let mut strace = traced(&command, &trace)
        .spawn()
        .unwrap_or_else(|error| missing(Path::new("strace"), &error));
    wait_for("the traced service", PATIENCE, || {
        let answer = Client::new(port).try_send("GET", "/healthz", None);
        answer
            .is_ok_and(|answer| answer.status == 200)
            .then_some(())
    });
    let mut visitor = Client::new(port)
        .with_header("Referer", "http://192.0.2.1/")
        .with_header("X-Forwarded-Host", "192.0.2.1");
    let receipt = file_tip(&mut visitor, &bait);
    look_up(&mut visitor, &receipt);
    visitor.get("http://192.0.2.1/");
    wait_for("the letter", PATIENCE, || {
        (!server.letters().is_empty()).then_some(())
    });
    end_child_of(strace.id());
    strace.wait().expect("strace ends");
    let seen = std::fs::read_to_string(&trace).expect("a trace");
    assert!(
        seen.contains(&format!("htons({mail_port})")),
        "the trace does not even show the mail server"
    );
    assert_eq!(strays(&seen, Some(mail_port)), Vec::<&str>::new());
    assert!(trap.accept().is_err(), "something was fetched");
    let secret = "service.secret.asc";
    let reads = |line: &&str| line.contains(secret) && line.contains("O_RDONLY");
    assert!(
        !seen.lines().any(|line| reads(&line)),
        "serve reads the key that opens replies"
    );
}

fn server_port(install: &Install) -> u16 {
    let config = std::fs::read_to_string(install.config_file()).expect("a configuration");
    let config: toml::Table = config.parse().expect("TOML");
    let port = config["mail"]["transport"]["port"]
        .as_integer()
        .expect("a port");
    u16::try_from(port).expect("a port")
}

/// Asks the program under strace to end; strace ends with it.
fn end_child_of(strace: u32) {
    let children = std::fs::read_to_string(format!("/proc/{strace}/task/{strace}/children"));
    let child = children.expect("strace lives").trim().to_string();
    assert!(!child.is_empty(), "nothing runs under strace");
    run(Command::new("kill").args(["-TERM", &child]));
}

#[test]
fn reading_mails_full_of_addresses_opens_no_connection_at_all() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "信里有网址");
    let trap = TcpListener::bind("127.0.0.1:0").expect("a port");
    trap.set_nonblocking(true).expect("a trap");
    let bait = bait(trap.local_addr().expect("an address").port());
    let sources: String = bait
        .split(' ')
        .map(|address| format!("<img src=\"{address}\"><link rel=stylesheet href=\"{address}\">"))
        .collect();
    let html = format!("<p>受理</p>{sources}");
    let part = text_part("text/html; charset=UTF-8", html.as_bytes());
    let external = format!(
        "Content-Type: message/external-body; access-type=URL; URL=\"{}\"\r\n\r\n",
        bait.split(' ').next().unwrap_or_default()
    );
    let reply = || officer.reply(&tip.letter).header("List-Post", &bait);
    let mails = [
        reply().says(&format!("询问：{bait}")).sealed(),
        reply().entity(&part).sealed(),
        reply().entity(external.as_bytes()).sealed(),
        reply().mail_of(&part),
        reply()
            .header("Autocrypt", &format!("addr=x; keydata={bait}"))
            .plain(&bait),
    ];
    for (number, mail) in mails.iter().enumerate() {
        let (input, trace) = (install.path("work/mail"), install.path("trace"));
        std::fs::write(&input, mail).expect("a mail");
        let mut command = install.command(&["receive-mail", "--config"]);
        command.arg(install.path("tip-service.toml"));
        let ended = traced(&command, &trace)
            .stdin(std::fs::File::open(&input).expect("a mail"))
            .status()
            .unwrap_or_else(|error| missing(Path::new("strace"), &error));
        assert!(
            [Some(0), Some(65)].contains(&ended.code()),
            "mail {number}: {ended}"
        );
        let seen = std::fs::read_to_string(&trace).expect("a trace");
        assert!(
            seen.contains("service.secret.asc"),
            "mail {number}: an empty trace"
        );
        assert_eq!(strays(&seen, None), Vec::<&str>::new(), "mail {number}");
    }
    assert!(trap.accept().is_err(), "something was fetched");
}

#[test]
fn a_connection_to_elsewhere_would_be_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let trap = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = trap.local_addr().expect("an address").port();
    let trace = folder.path().join("trace");
    let mut program = Command::new("bash");
    program.args(["-c", &format!("exec 3<>/dev/tcp/127.0.0.1/{port}")]);
    let ended = traced(&program, &trace).status().expect("strace");
    assert!(ended.success());
    let seen = std::fs::read_to_string(&trace).expect("a trace");
    assert_eq!(strays(&seen, None).len(), 1, "{seen}");
    assert_eq!(strays(&seen, Some(port)).len(), 0, "{seen}");
}
