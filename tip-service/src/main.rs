//! Entry point: hardens the process, then does what the command line asks.

use std::process::ExitCode;

use clap::Parser;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::stat::{Mode, umask};
use tip_service::cli::{Cli, TRY_LATER};

/// Gives back at once what a large photograph took (`.cargo/config.toml` says from which size on); the C library's keeps
/// it for the rest of its days.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    say_only_where_it_panicked();
    if let Err(error) = harden() {
        let failed = fail(&format!("cannot forbid core dumps: {error}"));
        return if is_pipe() {
            ExitCode::from(TRY_LATER)
        } else {
            failed
        };
    }
    match Cli::try_parse() {
        Ok(cli) => cli
            .run()
            .unwrap_or_else(|error| fail(&format!("{error:#}"))),
        // A mail server that calls us wrongly must keep the mail.
        Err(error) if error.use_stderr() && is_pipe() => {
            let _ = error.print();
            ExitCode::from(TRY_LATER)
        }
        Err(error) => error.exit(),
    }
}

fn is_pipe() -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == "receive-mail")
}

/// No core dump may hold plaintext, nobody else may look into the process, and new files are ours alone.
fn harden() -> nix::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    nix::sys::prctl::set_dumpable(false)?;
    umask(Mode::from_bits_truncate(0o077));
    Ok(())
}

/// A panic's own message may quote the text it choked on: only its place is told.
#[expect(clippy::print_stderr, reason = "the log may not be there yet")]
fn say_only_where_it_panicked() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            eprintln!("tip-service: panic at {}:{}", place.file(), place.line());
        }
    }));
}

#[expect(
    clippy::print_stderr,
    reason = "the one place where an error ends the process"
)]
fn fail(message: &str) -> ExitCode {
    for (i, line) in message.lines().enumerate() {
        if i == 0 && !line.starts_with("tip-service:") {
            eprintln!("tip-service: {line}");
        } else {
            eprintln!("{line}");
        }
    }
    ExitCode::FAILURE
}
