//! A visitor by HTTPS: curl, with HTTP/2 and TLS from a library that is not nginx's own doing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::http::Answer;
use crate::machine::missing;

/// One visitor of one site.
#[derive(Clone)]
pub struct Visitor {
    domain: String,
    port: u16,
    authority: PathBuf,
    address: String,
    from: Option<String>,
    version: &'static str,
    headers: Vec<String>,
    network: Option<u32>,
}

/// A request whose body is still being sent.
pub struct Sending {
    child: Child,
    body: ChildStdin,
    version: &'static str,
}

impl Visitor {
    /// Who trusts this authority and asks for this name, at 127.0.0.1.
    pub fn new(domain: &str, port: u16, authority: &Path) -> Self {
        Self {
            domain: domain.into(),
            port,
            authority: authority.into(),
            address: "127.0.0.1".into(),
            from: None,
            version: "2",
            headers: Vec::new(),
            network: None,
        }
    }

    /// The same in the network that this process is in.
    pub fn in_network_of(mut self, process: u32) -> Self {
        self.network = Some(process);
        self
    }

    /// The same over IPv6.
    pub fn by_ipv6(mut self) -> Self {
        self.address = "[::1]".into();
        self
    }

    /// The same from this address of the loopback network.
    pub fn at(mut self, address: &str) -> Self {
        self.from = Some(address.into());
        self
    }

    /// The same by HTTP/1.1.
    pub fn by_http1(mut self) -> Self {
        self.version = "1.1";
        self
    }

    /// Sends this header with every request from now on.
    pub fn with_header(mut self, header: &str) -> Self {
        self.headers.push(header.into());
        self
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// Any request; fails the test when no whole answer comes by the version of HTTP that was asked for.
    pub fn send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Answer {
        let mut curl = self.curl(method);
        if let Some((kind, _)) = body {
            curl.args([
                "--data-binary",
                "@-",
                "-H",
                &format!("Content-Type: {kind}"),
            ]);
        }
        let mut sending = self.spawn(curl, path);
        sending.push(body.map_or(&[], |(_, bytes)| bytes));
        sending.end()
    }

    /// Begins a POST whose body is sent piece by piece, its length unknown beforehand.
    pub fn begin(&self, path: &str, content_type: &str) -> Sending {
        let mut curl = self.curl("POST");
        curl.args(["-T", "-", "-H", &format!("Content-Type: {content_type}")]);
        self.spawn(curl, path)
    }

    fn curl(&self, method: &str) -> Command {
        let mut curl = match self.network {
            None => Command::new("curl"),
            Some(process) => {
                let mut nsenter = Command::new("nsenter");
                nsenter
                    .arg(format!("--net=/proc/{process}/ns/net"))
                    .arg("curl");
                nsenter
            }
        };
        curl.args(["-q", "-sS", "-i", "--path-as-is", "--max-time", "120"])
            .args(["-w", "\n%{http_version}", "-H", "Expect:"])
            .arg(format!("--http{}", self.version))
            .arg("--cacert")
            .arg(&self.authority)
            .arg("--resolve")
            .arg(format!("{}:{}:{}", self.domain, self.port, self.address));
        if let Some(from) = &self.from {
            curl.args(["--interface", from]);
        }
        for header in &self.headers {
            curl.args(["-H", header]);
        }
        match method {
            "HEAD" => curl.arg("-I"),
            _ => curl.args(["-X", method]),
        };
        curl
    }

    fn spawn(&self, mut curl: Command, path: &str) -> Sending {
        let mut child = curl
            .arg(format!("https://{}:{}{path}", self.domain, self.port))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(Path::new("curl"), &error));
        let body = child.stdin.take().expect("piped");
        Sending {
            child,
            body,
            version: self.version,
        }
    }
}

impl Sending {
    /// Sends a piece. Whoever is hung up on reads the answer all the same.
    pub fn push(&mut self, piece: &[u8]) {
        let _ = self.body.write_all(piece);
        let _ = self.body.flush();
    }

    /// Breaks it off, as a visitor does who closes the page.
    pub fn break_off(mut self) {
        self.child.kill().expect("curl can be killed");
        self.child.wait().expect("curl is gone");
    }

    /// Ends the body and reads the answer, which must have come by the visitor's version of HTTP.
    pub fn end(self) -> Answer {
        drop(self.body);
        let output = self.child.wait_with_output().expect("curl ends");
        let said = String::from_utf8_lossy(&output.stderr);
        let (answer, spoken) = parse(&output.stdout).unwrap_or_else(|| panic!("curl: {said}"));
        assert_eq!(spoken, self.version, "HTTP's version");
        answer
    }
}

/// Head, body and what `-w` added.
fn parse(said: &[u8]) -> Option<(Answer, String)> {
    let at = said.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(said.get(..at)?).into_owned();
    let rest = said.get(at + 4..)?;
    let end = rest.iter().rposition(|byte| *byte == b'\n')?;
    let version = String::from_utf8_lossy(rest.get(end + 1..)?).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_string()))
        .collect();
    let answer = Answer {
        status,
        headers,
        body: rest.get(..end)?.to_vec(),
        wire: said.len(),
    };
    Some((answer, version))
}
