//! The running service: the real process on a free port, its output kept in files, its death on
//! request and for certain when the test ends.

use std::fs::{File, OpenOptions};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::http::Client;
use crate::install::Install;
use crate::machine::{free_port, missing, signal, wait_for};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The service of one installation.
pub struct Service<'a> {
    install: &'a Install,
    options: Vec<String>,
    child: Child,
    /// The port on 127.0.0.1.
    pub port: u16,
    /// From exec to the first 200 of /healthz.
    pub started_in: Duration,
}

impl<'a> Service<'a> {
    /// Starts `serve` with these options and waits until /healthz answers 200.
    pub fn start(install: &'a Install, options: &[&str]) -> Self {
        install.config_file();
        let options = options.iter().map(ToString::to_string).collect::<Vec<_>>();
        let port = free_port();
        let begun = Instant::now();
        let child = spawn(install, &options, port);
        let mut service = Self {
            install,
            options,
            child,
            port,
            started_in: Duration::ZERO,
        };
        service.await_ready(begun);
        service
    }

    /// A visitor of this service.
    pub fn visitor(&self) -> Client {
        Client::new(self.port)
    }

    /// The process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process as a power cut would: `kill -9`, no chance to tidy up.
    pub fn kill9(&mut self) {
        self.child.kill().expect("the service can be killed");
        self.child.wait().expect("the service is gone");
    }

    /// Starts it again after its death, on the same port.
    pub fn start_again(&mut self) {
        let begun = Instant::now();
        self.child = spawn(self.install, &self.options, self.port);
        self.await_ready(begun);
    }

    /// Kills and starts again.
    pub fn restart(&mut self) {
        self.kill9();
        self.start_again();
    }

    /// Asks the process to end and returns how it did, within the patience of a start.
    pub fn stop(&mut self) -> std::process::ExitStatus {
        signal(&mut self.child, "TERM");
        wait_for("the service to end on SIGTERM", PATIENCE, || {
            self.child.try_wait().expect("the service can be asked")
        })
    }

    /// Where coverage is counted: a process that is killed does not write down what it ran.
    fn end_by_itself(&mut self) {
        signal(&mut self.child, "TERM");
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything it has said, standard output and standard error, over all its lives.
    pub fn said(&self) -> String {
        ["log/out", "log/err"]
            .map(|name| {
                let bytes = std::fs::read(self.install.path(name)).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            })
            .concat()
    }

    fn await_ready(&mut self, begun: Instant) {
        let deadline = begun + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the service can be asked") {
                panic!("the service ended at start with {status}:\n{}", self.said());
            }
            // Whatever it says of its health: a service that starts on damage may say so at once.
            if Client::new(self.port)
                .try_send("GET", "/healthz", None)
                .is_ok()
            {
                break;
            }
            assert!(
                Instant::now() < deadline,
                "not ready in {PATIENCE:?}:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        self.started_in = begun.elapsed();
    }
}

impl Service<'_> {
    /// A figure of /proc/PID/status (`VmRSS`, `VmHWM`) in MiB.
    pub fn memory(&self, figure: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("the service lives");
        let line = status.lines().find(|line| line.starts_with(figure));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        let kib: f64 = kib.and_then(|kib| kib.parse().ok()).expect("a figure");
        kib / 1024.0
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        if std::env::var_os("LLVM_PROFILE_FILE").is_some() {
            self.end_by_itself();
        }
        // Already dead is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the service said:\n{}", self.said());
        }
    }
}

fn spawn(install: &Install, options: &[String], port: u16) -> Child {
    let log = |name: &str| -> Stdio {
        let path = install.path(name);
        let file: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("a log file");
        file.into()
    };
    let config = install.path("tip-service.toml");
    install
        .command(&["serve", "--config"])
        .arg(config)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(options)
        .stdin(Stdio::null())
        .stdout(log("log/out"))
        .stderr(log("log/err"))
        .spawn()
        .unwrap_or_else(|error| missing(&Install::binary(), &error))
}
