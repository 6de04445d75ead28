//! What nginx leaves: no word of a tip and no byte of a photograph in any file, not even while they pass; no visitor's address
//! and no address of a page in anything it writes, whatever goes wrong. Each search is tried on an nginx that does leave it.

use std::io::Write;
use std::path::{Path, PathBuf};

use e2e::form::{FORM, Form, shown_receipt};
use e2e::http::Answer;
use e2e::install::Install;
use e2e::machine::wait_for;
use e2e::nginx::{DOMAIN, Files, Nginx};
use e2e::picture::{jpeg, of_a_telephone};

use super::door::{fetch, install, send};
use crate::privacy::{Needle, spellings};

const WORDS: &str = "暗记句QZX7731经过代理";
const VISITOR: &str = "127.83.77.31";

/// The files that nginx has written and those that its processes hold open, named or not.
fn files(nginx: &Nginx) -> Vec<PathBuf> {
    let mut files = nginx.files.written();
    for process in nginx.processes() {
        let Ok(open) = std::fs::read_dir(format!("/proc/{process}/fd")) else {
            continue;
        };
        for entry in open.flatten() {
            let Ok(target) = std::fs::read_link(entry.path()) else {
                continue;
            };
            // A deleted file is read by its descriptor; the site's own files may be open, being sent.
            let is_file = target.starts_with("/") && !target.starts_with("/dev");
            if is_file && !target.starts_with(nginx.files.path("site")) {
                files.push(entry.path());
            }
        }
    }
    files
}

fn found(files: &[PathBuf], needles: &[Needle]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files {
        // Gone in the meantime: it is looked at again and again.
        let hay = std::fs::read(path).unwrap_or_default();
        for (what, needle) in needles {
            if hay
                .windows(needle.len())
                .any(|window| window == needle.as_slice())
            {
                found.push(format!("{}: {what}", path.display()));
            }
        }
    }
    found
}

/// Sends a tip with a photograph in pieces, looks at nginx's files in the middle of it and afterwards; what was found.
fn found_on_the_way(nginx: &Nginx) -> (Vec<String>, Answer) {
    let picture = of_a_telephone(&jpeg(2400, 1800, 120, 3));
    let middle = picture.len() / 4;
    let mut needles = spellings("words", WORDS);
    needles.push(("photograph".into(), picture[middle..middle + 64].to_vec()));
    let visitor = nginx.visitor();
    let form = fetch(&visitor).poppies(WORDS);
    let body = form.file("a.jpg", "image/jpeg", &picture).body();
    let (first, second) = body.split_at(body.len() / 2);
    let mut sending = visitor.begin(FORM, &Form::content_type());
    sending.push(first);
    let mut seen = Vec::new();
    // Half of it stands in the middle of nginx for a while: what is on a disk then is seen.
    for _ in 0..20 {
        seen.extend(found(&files(nginx), &needles));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    sending.push(second);
    let answer = sending.end();
    seen.extend(found(&files(nginx), &needles));
    (seen, answer)
}

fn nginx_before(install: &Install, port: u16, change: impl FnOnce(&Files)) -> Nginx {
    assert!(install.folder().exists());
    let files = Files::before(port, &[]);
    change(&files);
    files.start()
}

#[test]
fn no_word_of_a_tip_and_no_byte_of_a_photograph_touches_a_file_of_nginx() {
    let install = install();
    let service = install.start();
    let nginx = nginx_before(&install, service.port, |_| {});
    let (seen, answer) = found_on_the_way(&nginx);
    assert!(shown_receipt(&answer).is_some(), "{}", answer.page().body());
    assert_eq!(seen, Vec::<String>::new());
    // The page that gives the words back goes through memory as well.
    let form = fetch(&nginx.visitor())
        .text("kind", "none")
        .text("what", WORDS);
    let back = send(&nginx.visitor(), &form);
    assert_eq!(back.status, 422);
    assert!(back.text().contains(WORDS));
    assert_eq!(
        found(&files(&nginx), &spellings("words", WORDS)),
        Vec::<String>::new()
    );
    let kept = nginx.files.written();
    let of_state = |path: &&PathBuf| !path.ends_with("said") && !path.ends_with("nginx.pid");
    assert_eq!(kept.iter().find(of_state), None, "a file is left");
}

#[test]
fn an_nginx_that_buffers_would_be_seen_to_write_the_photograph_to_its_disk() {
    let install = install();
    let service = install.start();
    let buffered = |files: &Files| {
        let line = "proxy_request_buffering off;";
        files.replace("nginx/service.conf", line, "proxy_request_buffering on;");
    };
    let nginx = nginx_before(&install, service.port, buffered);
    let (seen, _) = found_on_the_way(&nginx);
    assert!(
        seen.iter().any(|line| line.ends_with(": photograph")),
        "{seen:?}"
    );
    assert!(seen.iter().any(|line| line.contains(": words")), "{seen:?}");
}

/// Does all that makes a web server write a line: good, bad, broken and refused requests, TLS that is none, a service that is gone.
fn make_trouble(nginx: &Nginx, end_service: impl FnOnce()) {
    let visitor = nginx.visitor().at(VISITOR);
    for path in [
        "/",
        "/tip/",
        "/verirrt7731",
        "/_shell/",
        "/tip/verirrt7731",
        "/%",
    ] {
        visitor.get(path);
    }
    let large = vec![b'x'; 300 << 10];
    visitor.send("POST", "/tip/mailbox/", Some(("text/plain", &large)));
    let form = fetch(&visitor).poppies("无");
    for bytes in [
        b"GET /verirrt7731 HTTP/1.1\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x00\x05verirrt7731".to_vec(),
        b"\xff\xfe verirrt7731\r\n\r\n".to_vec(),
    ] {
        for port in [nginx.files.https, nginx.files.http] {
            raw(port, &bytes);
        }
    }
    end_service();
    assert_eq!(send(&visitor, &form).status, 503);
    assert_eq!(visitor.get("/tip/verirrt7731").status, 503);
}

/// Sends bytes from the visitor's address and waits for the connection to end.
fn raw(port: u16, bytes: &[u8]) {
    let socket =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    let from: std::net::SocketAddr = format!("{VISITOR}:0").parse().expect("an address");
    socket.bind(&from.into()).expect("bound");
    socket
        .connect(&std::net::SocketAddr::from(([127, 0, 0, 1], port)).into())
        .expect("connected");
    let mut stream: std::net::TcpStream = socket.into();
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

fn needles_of_the_visitor() -> Vec<Needle> {
    let mut needles = spellings("address", VISITOR);
    needles.push(("address in binary".into(), vec![127, 83, 77, 31]));
    needles.extend(spellings("page", "verirrt7731"));
    needles
}

#[test]
fn whatever_goes_wrong_nginx_writes_down_neither_who_asked_nor_what_for() {
    let install = install();
    let mut service = install.start();
    let nginx = nginx_before(&install, service.port, |_| {});
    make_trouble(&nginx, || service.kill9());
    let seen = found(&nginx.files.written(), &needles_of_the_visitor());
    assert_eq!(seen, Vec::<String>::new());
    assert!(!nginx.said().contains("client:"), "{}", nginx.said());
}

#[test]
fn an_nginx_with_an_error_log_or_an_access_log_would_be_seen_to_write_it_down() {
    for (name, line, log) in [
        ("access", "access_log off;", "access_log FILE;"),
        (
            "error",
            "error_log /dev/null emerg;",
            "error_log FILE error;",
        ),
    ] {
        let change = |files: &Files| {
            let file = files.path(&format!("state/{name}")).display().to_string();
            files.replace("nginx/nginx.conf", line, &log.replace("FILE", &file));
        };
        let install = install();
        let mut service = install.start();
        let nginx = nginx_before(&install, service.port, change);
        make_trouble(&nginx, || service.kill9());
        let log = nginx.files.path(&format!("state/{name}"));
        wait_for("the log", std::time::Duration::from_secs(10), || {
            let seen = found(std::slice::from_ref(&log), &needles_of_the_visitor());
            let both = ["address as UTF-8", "page as UTF-8"];
            both.iter()
                .all(|what| seen.iter().any(|line| line.ends_with(what)))
                .then_some(())
        });
    }
}

#[test]
fn what_nginx_says_to_the_journal_is_about_itself() {
    let install = install();
    let service = install.start();
    let files = Files::before(service.port, &[]);
    let pem = files.path("tls/server.crt");
    std::fs::write(&pem, "no certificate").expect("written");
    let said = files.test();
    assert!(!said.status.success());
    let words = e2e::machine::words(&said);
    assert!(words.contains(&pem.display().to_string()), "{words}");
    assert!(
        Path::new(&pem).exists() && !words.contains(DOMAIN),
        "{words}"
    );
}
