//! A flood and the honest tips in it: attackers send as fast as told, honest visitors file a tip each at a human
//! rate, and every letter is found again at a real mail server. Figures only; what is good enough is for the caller.
//!
//! Addresses are given by `X-Forwarded-For` from a configured proxy, as in production behind one. Nothing is scaled:
//! budgets are an hour's, the clock is the machine's; what is short is the random delay, and it is stated.

mod arrivals;
mod attackers;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::database::Database;
use crate::form::{Form, shown_receipt};
use crate::http::Client;
use crate::install::Install;
use crate::machine::free_port;
use crate::smtp::{MailServer, Mode};
use attackers::Attackers;

/// Where the flood comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// One address.
    OneAddress,
    /// 10,000 addresses, each in a network of its own.
    ManyAddresses,
    /// The 256 households of a /48.
    Prefix,
    /// The onion listener.
    Onion,
}

/// How an attack is made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Where from.
    pub attack: Attack,
    /// Tips in a second, of all attackers together; they may not reach it.
    pub per_second: f64,
    /// Attackers at one time.
    pub workers: usize,
    /// How long.
    pub lasts: Duration,
    /// Time between two honest tips.
    pub honest_every: Duration,
    /// `delivery.delay_max_seconds`.
    pub jitter: u32,
    /// `delivery.letters_per_hour`.
    pub letters_per_hour: u32,
    /// How long to wait for honest letters after the attack.
    pub patience: Duration,
}

/// One honest tip.
#[derive(Clone, Copy, Debug)]
pub struct Honest {
    /// Whether it came through the onion listener.
    pub onion: bool,
    /// From the press of the button to the receipt; nothing when the first press showed none.
    pub answered_in: Option<Duration>,
    /// From the receipt to the letter at the mail server.
    pub delay: Option<Duration>,
}

/// What happened.
#[derive(Debug)]
pub struct Report {
    /// How long the attack lasted.
    pub lasted: Duration,
    /// Attackers' tips by what became of them.
    pub attack: Tally,
    /// Every honest tip.
    pub honest: Vec<Honest>,
    /// Mails the unit got.
    pub mails: usize,
    /// Letters in them.
    pub letters: usize,
    /// Letters waiting at the end of the attack, and at the very end.
    pub waiting: [u64; 2],
    /// The service's largest memory, in MiB.
    pub memory: f64,
}

/// Answers to attackers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Receipts.
    pub taken: usize,
    /// 503: a delay ticket, or full.
    pub put_off: usize,
    /// 429.
    pub refused: usize,
    /// Anything else, broken connections too.
    pub other: usize,
}

impl Tally {
    /// All of them.
    pub fn sent(&self) -> usize {
        self.taken + self.put_off + self.refused + self.other
    }
}

/// A tip of an honest visitor, while it is looked for.
struct Press {
    onion: bool,
    answered_in: Option<Duration>,
    receipt_at: SystemTime,
}

/// The budgets as shipped, a short delay, a proxy that is believed, an onion listener.
pub fn install(server: &MailServer, plan: &Plan, onion: u16) -> Install {
    server
        .configure(Install::new())
        .with("server.trusted_proxies", vec!["127.0.0.1"])
        .with("server.onion_listen", format!("127.0.0.1:{onion}"))
        .with("delivery.delay_max_seconds", i64::from(plan.jitter))
        .with(
            "delivery.letters_per_hour",
            i64::from(plan.letters_per_hour),
        )
        .with("limits.prompt_per_hour", 6)
        .with("limits.network_prompt_per_hour", 60)
        .with("limits.flood_per_hour", 300)
        .with("limits.onion_prompt_per_hour", 60)
        .with("limits.refuse_per_minute", 120)
}

/// Carries a plan out. `change` may weaken the installation, to see that the figures tell.
pub fn run(plan: &Plan, change: impl FnOnce(Install) -> Install) -> Report {
    let mut server = MailServer::down();
    server.up(Mode::Normal);
    let onion = free_port();
    let install = change(install(&server, plan, onion));
    let service = install.start();
    let (over, number) = (AtomicBool::new(false), AtomicUsize::new(0));
    let attackers = Attackers {
        plan,
        port: if plan.attack == Attack::Onion {
            onion
        } else {
            service.port
        },
        number: &number,
        over: &over,
        begun: Instant::now(),
    };
    let (presses, attack) = thread::scope(|scope| {
        let attacking: Vec<_> = (0..plan.workers)
            .map(|_| scope.spawn(|| attackers.one()))
            .collect();
        let presses = honest_visitors(plan, service.port, onion);
        over.store(true, Ordering::Relaxed);
        let tallies = attacking
            .into_iter()
            .map(|one| one.join().expect("an attacker"));
        (presses, tallies.fold(Tally::default(), Tally::plus))
    });
    let lasted = attackers.begun.elapsed();
    let waiting_then = waiting(&install);
    let receipts = presses.iter().filter(|p| p.answered_in.is_some()).count();
    let arrived = arrivals::find(&install, &server, receipts, plan.patience);
    let honest = presses
        .iter()
        .enumerate()
        .map(|(n, press)| Honest {
            onion: press.onion,
            answered_in: press.answered_in,
            delay: arrived
                .honest
                .get(&n)
                .map(|at| at.duration_since(press.receipt_at).unwrap_or_default()),
        })
        .collect();
    Report {
        lasted,
        attack,
        honest,
        mails: arrived.mails,
        letters: arrived.letters,
        waiting: [waiting_then, waiting(&install)],
        memory: service.memory("VmHWM"),
    }
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            taken: self.taken + other.taken,
            put_off: self.put_off + other.put_off,
            refused: self.refused + other.refused,
            other: self.other + other.other,
        }
    }
}

/// One tip each, from an address of its own, whatever became of those before. In an attack on the onion listener
/// every second one comes there.
fn honest_visitors(plan: &Plan, open: u16, onion: u16) -> Vec<Press> {
    let count = (plan.lasts.as_secs_f64() / plan.honest_every.as_secs_f64()) as usize;
    let begun = Instant::now();
    thread::scope(|scope| {
        let visits: Vec<_> = (0..count)
            .map(|n| {
                let at = begun + plan.honest_every * u32::try_from(n).expect("few");
                thread::sleep(at.saturating_duration_since(Instant::now()));
                let through_onion = plan.attack == Attack::Onion && n % 2 == 1;
                let port = if through_onion { onion } else { open };
                scope.spawn(move || visit(n, port, through_onion))
            })
            .collect();
        let end = begun + plan.lasts;
        thread::sleep(end.saturating_duration_since(Instant::now()));
        visits
            .into_iter()
            .map(|visit| visit.join().expect("a visitor"))
            .collect()
    })
}

fn visit(n: usize, port: u16, onion: bool) -> Press {
    let address = format!("10.{}.{}.7", n / 250, n % 250);
    let mut client = Client::new(port).with_header("X-Forwarded-For", &address);
    let mut pressed = Instant::now();
    let answer = Form::try_fetch(&mut client).and_then(|form| {
        pressed = Instant::now();
        form.poppies(&arrivals::words_of(n)).try_send(&mut client)
    });
    let receipt = answer.ok().as_ref().and_then(shown_receipt);
    Press {
        onion,
        answered_in: receipt.map(|_| pressed.elapsed()),
        receipt_at: SystemTime::now(),
    }
}

fn waiting(install: &Install) -> u64 {
    let count = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')";
    Database::of(install)
        .run(count)
        .trim()
        .parse()
        .expect("a number")
}
