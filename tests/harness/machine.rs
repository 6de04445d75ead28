//! What the machine lends to a test: the repository's folder, free ports, programs, patience.
//! Nothing here sleeps without looking: every wait has a question and a deadline.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The repository's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the repository")
        .into()
}

/// A port on 127.0.0.1 that nobody listens on. Counted upwards from below the range the kernel
/// hands out by itself, so that two tests, or a test and an outgoing connection, never share one.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 18_000 + (std::process::id() % 90) as u16 * 100;
    for _ in 0..5_000 {
        let port = start + NEXT.fetch_add(1, Ordering::Relaxed) % 5_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {start} and {}", start + 5_000);
}

/// Asks `question` until it answers or `patience` is over; the panic says what was awaited.
pub fn wait_for<T>(what: &str, patience: Duration, mut question: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "waited {patience:?} in vain for {what}"
        );
        thread::sleep(Duration::from_millis(15));
    }
}

/// Runs a program to its end; a missing program fails with the hint how to get it.
pub fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| missing(command.get_program().as_ref(), &error))
}

/// Sends a signal (`TERM`) to a process that still runs. One that has been waited for has no number any
/// more: by then it may be somebody else's.
pub fn signal(child: &mut Child, name: &str) {
    if let Ok(None) = child.try_wait() {
        run(Command::new("kill").args(["-s", name, &child.id().to_string()]));
    }
}

/// Fails because a program does not start.
pub fn missing(program: &Path, error: &std::io::Error) -> ! {
    panic!(
        "{} does not start ({error}): run `make setup`",
        program.display()
    )
}

/// libfaketime, which gives a program another date. The program is the same; what it asks the C
/// library for the time is answered by this.
pub fn clock_library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("libfaketime is not there: run `make setup`"))
}

/// Standard output and standard error of a finished program, as text.
pub fn words(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Held by stories that load the whole machine, so that no two of them do at the same time.
pub fn whole_machine() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// True when this process may act as root, as continuous integration does.
pub fn is_root() -> bool {
    let id = run(Command::new("id").arg("-u"));
    id.stdout.trim_ascii() == b"0"
}

/// Every file under `folder`, deepest folders included.
pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}
