//! A register as large as a country's and an outbox that was never emptied: 3,000 units with two certificates each, and
//! up to 300,000 letters that wait. How long the service takes to start, what memory it needs, how fast it delivers.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::database::Database;
use e2e::install::Install;
use e2e::machine::wait_for;
use toml::{Table, Value};

/// Besides `city` and `oversight`.
const COUNTY_UNITS: usize = 2998;
/// The letters that wait, round by round.
const WAITING: [usize; 2] = [1_000, 300_000];
/// The rate is that of the first ones, or the service would have to deliver for minutes.
const FIRST: usize = 3_000;
/// Ciphertext of an ordinary tip.
const BYTES: usize = 8_700;

/// Measures and prints each round on an installation of its own.
pub(crate) fn print() {
    println!(
        "scale        {} units with two certificates and a route each; letters of {BYTES} bytes wait, all are due; \
         delivery\n             into Maildirs, each alone",
        COUNTY_UNITS + 2
    );
    let install = install();
    register(&install);
    for waiting in WAITING {
        round(&install, waiting);
    }
}

fn round(install: &Install, waiting: usize) {
    // The first start makes the tables; nothing waits then.
    let service = install.start();
    drop(service);
    fill(install, waiting);
    let service = install.start();
    let count = waiting.min(FIRST);
    let delivered = wait_for("delivery", Duration::from_secs(300), || {
        Some(delivered(install)).filter(|times| times.len() >= count)
    });
    println!(
        "  {waiting:>7} wait   start {:.2?}   memory {:.0} MiB at most   {:.0} letters/s, the first {count}",
        service.started_in,
        service.memory("VmHWM"),
        count as f64 / (delivered[count - 1] - delivered[0]).as_secs_f64(),
    );
    drop(service);
    for folder in ["mail", "store"] {
        fs::remove_dir_all(install.path(folder)).expect("the round is over");
        fs::create_dir(install.path(folder)).expect("room for the next");
    }
}

/// When each delivered letter came to lie where it lies, in order. (What was last written to it is the same for all: the
/// service tells no time.)
fn delivered(install: &Install) -> Vec<Duration> {
    let units = fs::read_dir(install.path("mail")).into_iter().flatten();
    let mut times: Vec<Duration> = units
        .flatten()
        .flat_map(|unit| fs::read_dir(unit.path().join("new")).into_iter().flatten())
        .flatten()
        .filter_map(|letter| letter.metadata().ok())
        .map(|file| Duration::new(file.ctime().unsigned_abs(), file.ctime_nsec() as u32))
        .collect();
    times.sort();
    times
}

fn install() -> Install {
    let install = Install::new();
    let at = |name: &str| install.text_path(name);
    let (units, public, places) = (at("units.toml"), at("public.toml"), at("places.toml"));
    install
        .with("registers.units", units)
        .with("site.units", public)
        .with("registers.places", places)
        .with("store.max_waiting", 1_000_000)
}

fn table(entries: &[(&str, Value)]) -> Table {
    let entries = entries.iter();
    Table::from_iter(entries.map(|(key, value)| (key.to_string(), value.clone())))
}

fn list<const N: usize>(words: [&str; N]) -> Value {
    Value::Array(words.map(Value::from).to_vec())
}

/// Writes the register, the places and the keys.
fn register(install: &Install) {
    let codes: Vec<String> = (0..COUNTY_UNITS)
        .map(|n| format!("{}", 100_000 + n))
        .collect();
    let names = codes.iter().map(|code| format!("u{code}"));
    let names: Vec<String> = names.chain(["city".into(), "oversight".into()]).collect();
    let (mut private, mut public) = (Vec::new(), Vec::new());
    for name in &names {
        let certs = [1, 2].map(|n| format!("{name}.{n}.cert.asc"));
        for file in &certs {
            key(&install.path("keys").join(file));
        }
        let mail = format!("{name}@example.invalid");
        private.push(table(&[
            ("id", name.as_str().into()),
            ("mail", mail.into()),
            ("certs", list([&certs[0], &certs[1]])),
        ]));
        public.push(table(&[
            ("id", name.as_str().into()),
            ("name", name.as_str().into()),
            ("area", name.as_str().into()),
            ("telephone", "110".into()),
            ("fingerprints", Value::Array(Vec::new())),
        ]));
    }
    let oversight = ("units", list(["oversight"]));
    let mut routes = vec![table(&[("officials", true.into()), oversight])];
    let county = |(code, name): (&String, &String)| {
        table(&[("counties", list([code])), ("units", list([name]))])
    };
    routes.extend(codes.iter().zip(&names).map(county));
    routes.push(table(&[("units", list(["city"]))]));
    let counties = codes.iter().zip(&names);
    let counties = counties.map(|(code, name)| {
        table(&[
            ("code", code.as_str().into()),
            ("name", name.as_str().into()),
        ])
    });
    let write = |name: &str, entries: &[(&str, Value)]| {
        fs::write(install.path(name), table(entries).to_string()).expect("written");
    };
    write(
        "units.toml",
        &[("unit", private.into()), ("route", routes.into())],
    );
    write("public.toml", &[("unit", public.into())]);
    write(
        "places.toml",
        &[("county", counties.collect::<Vec<_>>().into())],
    );
}

fn key(path: &PathBuf) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let pair = sealed_tip::generate(
        "scale <scale@example.invalid>",
        now - 60,
        None,
        &mut rand::thread_rng(),
    );
    fs::write(path, pair.expect("a key pair").cert_armored.as_bytes()).expect("written");
}

/// Puts so many letters into the outbox, spread over the county units, each in a thread of its own. Their names are numbers,
/// so that they can be written in the order in which they lie: at random, this would take longer than all the rest.
fn fill(install: &Install, count: usize) {
    let database = Database::of(install);
    database.run(&format!(
        "INSERT INTO outbox (slot, id, mailbox_id, thread_id, unit_id, class, state, sealed, received_day) \
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}), \
         named(i, name) AS (SELECT i, CAST(printf('%016d', i) AS BLOB) FROM n) \
         SELECT i, name, name, name, 'u' || (100000 + i % {COUNTY_UNITS}), 'prompt', 'queued', randomblob({BYTES}), \
         unixepoch() / 86400 FROM named"
    ));
    database.run(
        "INSERT INTO thread (id, mailbox_id, unit_id, routed_to, letter_id, state, since_day) \
         SELECT thread_id, mailbox_id, unit_id, unit_id, id, 'sent', received_day FROM outbox",
    );
    database.run(
        "INSERT INTO mailbox (id, lookup_hash, public_key, ends_day) \
         SELECT mailbox_id, CAST(mailbox_id || mailbox_id AS BLOB), randomblob(32), received_day + 200 FROM outbox",
    );
}
