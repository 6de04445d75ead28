//! What passes on the wire: dumpcap takes it down, tshark reads the TLS records, and each visit becomes the sizes of its bursts, up and
//! down. Knows of a visit what an observer sees; its kind is taken from the server name, which the observer's guess never uses.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use e2e::machine::{missing, run, signal, wait_for, words};
use tempfile::TempDir;

use crate::front::DOMAIN;
use crate::nearest::Sample;

/// No request is shorter.
const LEAST_REQUEST: u64 = 250;

/// A running capture.
pub(crate) struct Capture {
    child: Child,
    port: u16,
    folder: TempDir,
}

#[derive(Default)]
struct Stream {
    host: String,
    /// Whether it goes up, and its bytes.
    bursts: Vec<(bool, u64)>,
}

impl Capture {
    /// Takes down what passes on this port of the loopback device.
    pub(crate) fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("wire.pcapng");
        let child = Command::new("dumpcap")
            .args([
                "-q",
                "-i",
                "lo",
                "-s",
                "0",
                "-B",
                "64",
                "-f",
                &format!("tcp port {port}"),
                "-w",
            ])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| missing(Path::new("dumpcap"), &error));
        let capture = Self {
            child,
            port,
            folder,
        };
        // The file is there a moment before the first packet counts: one is sent until it is seen.
        wait_for("dumpcap", Duration::from_secs(20), || {
            let _ = std::net::TcpStream::connect(("127.0.0.1", port));
            std::fs::metadata(&file)
                .ok()
                .filter(|file| file.len() > 800)
        });
        capture
    }

    /// Ends it and hands over the visits.
    pub(crate) fn end(mut self) -> Vec<Sample> {
        signal(&mut self.child, "INT");
        self.child.wait().expect("dumpcap ends");
        let output = run(Command::new("tshark")
            .arg("-r")
            .arg(self.folder.path().join("wire.pcapng"))
            .args([
                "-d",
                &format!("tcp.port=={},tls", self.port),
                "-Y",
                "tls.record",
            ])
            .args([
                "-T",
                "fields",
                "-E",
                "separator=|",
                "-e",
                "tcp.stream",
                "-e",
                "tcp.dstport",
            ])
            .args([
                "-e",
                "tls.record.length",
                "-e",
                "tls.handshake.extensions_server_name",
            ]));
        assert!(output.status.success(), "tshark: {}", words(&output));
        samples(&String::from_utf8_lossy(&output.stdout), self.port)
    }
}

fn samples(lines: &str, port: u16) -> Vec<Sample> {
    let mut streams = BTreeMap::<u32, Stream>::new();
    for line in lines.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [stream, to, lengths, host] = fields[..] else {
            panic!("tshark wrote {line:?}");
        };
        let stream = streams
            .entry(stream.parse().expect("a number"))
            .or_default();
        if !host.is_empty() {
            stream.host = host.to_string();
        }
        let up = to == port.to_string();
        let bytes: u64 = lengths
            .split(',')
            .filter_map(|length| length.parse::<u64>().ok())
            .sum();
        match stream.bursts.last_mut() {
            Some((direction, sum)) if *direction == up => *sum += bytes,
            _ => stream.bursts.push((up, bytes)),
        }
    }
    let mut visits = BTreeMap::<String, Sample>::new();
    for stream in streams.into_values() {
        let Some(name) = stream.host.strip_suffix(&format!(".{DOMAIN}")) else {
            continue;
        };
        let by_chromium = name.starts_with('x');
        let kind = name
            .trim_start_matches('x')
            .chars()
            .next()
            .unwrap_or_default();
        let sample = visits
            .entry(name.to_string())
            .or_insert_with(|| Sample::new(kind, by_chromium));
        // The first burst each way is the handshake: the browser's, not the visit's.
        let mut asked = false;
        for (up, bytes) in stream.bursts.into_iter().skip(2) {
            // A connection opened in advance and never used sends the end of its handshake alone.
            asked = if up { bytes > LEAST_REQUEST } else { asked };
            if asked {
                sample.add(up, bytes);
            }
        }
    }
    visits.into_values().collect()
}
