//! Housekeeping. Every ten seconds: forgets idle clients and photographs nobody came back for, looks at the clock, the key
//! files and a store in trouble, writes cover letters. Hourly: reminds units. Daily: purges, writes the month's counts, and
//! warns of keys that are about to lapse.

use std::sync::Arc;
use std::time::Duration;

use super::AppError;
use super::lookout::{KeyFiles, Pace, Steadiness};
use crate::clock;
use crate::config::Loaded;
use crate::correspondence::{Covers, Moments, Reminders};
use crate::http::Door;
use crate::purge;
use crate::units::{self, Unit};

/// How often the house looks around.
const ROUND: Duration = Duration::from_secs(10);

/// Seconds until what failed is tried again.
const AGAIN: u64 = 60;

/// Runs until `stop` resolves.
pub(super) async fn keep(
    door: Arc<Door>,
    mut keys: KeyFiles,
    stop: impl Future<Output = ()>,
) -> Result<&'static str, AppError> {
    let mut rounds = tokio::time::interval(ROUND);
    let mut agenda = Agenda::default();
    let mut clock = Steadiness::at(door.clock.unix(), door.clock.steady());
    let mut moments = Moments::new(door.entropy.bytes());
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = rounds.tick() => {}
        }
        door.limits.prune();
        door.intake.photographs.held().prune();
        keys.look();
        // How it went is in the log, and in the store's health.
        let _ = door.store.beat().await;
        if door.store.trouble().is_some() {
            // How it went is in the log: the store says when trouble begins and ends.
            let _ = door.store.probe().await;
        }
        let (now, steady) = (door.clock.unix(), door.clock.steady());
        let pace = clock.pace(now, steady);
        // By a date that may be wrong nothing is deleted and nobody is reminded.
        if pace == Pace::Sound && steady >= agenda.not_before {
            agenda.work(&door, now, steady).await;
        }
        if pace == Pace::JustSet {
            tracing::error!(
                "ALARM: the clock was set by more than six hours; for a day nothing is deleted and nobody is reminded. Is the date right?"
            );
        }
        cover(&door, &mut moments).await;
    }
    count(&door).await;
    Ok("housekeeping")
}

/// What goes by the date: the day that was swept, the hour in which units were reminded, and when to try again what
/// failed.
#[derive(Default)]
struct Agenda {
    swept: u32,
    reminded: Option<u64>,
    not_before: u64,
}

impl Agenda {
    async fn work(&mut self, door: &Door, now: u64, steady: u64) {
        let (day, hour) = (clock::day(now), now / 3600);
        let swept = day == self.swept || daily(door, now).await;
        if swept {
            self.swept = day;
        }
        let reminded = self.reminded == Some(hour) || remind(door).await;
        if reminded {
            self.reminded = Some(hour);
        }
        self.not_before = if swept && reminded { 0 } else { steady + AGAIN };
    }
}

/// Says whether all of it was done; if not, a minute later is soon enough.
async fn daily(door: &Door, now: u64) -> bool {
    warn_of_keys(&door.loaded, now);
    count(door).await;
    match purge::run(&door.store, &door.loaded.config, now).await {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "ALARM: purge failed, trying again in a minute");
            false
        }
    }
}

async fn remind(door: &Door) -> bool {
    let reminders = Reminders {
        loaded: &door.loaded,
        store: &door.store,
        entropy: &door.entropy,
        clock: door.clock.as_ref(),
    };
    match reminders.run().await {
        Ok(written) => {
            tracing::info!(written, "reminders");
            true
        }
        Err(error) => {
            tracing::error!(%error, "ALARM: reminders failed, trying again in a minute");
            false
        }
    }
}

/// What fails is tried again in a minute.
async fn cover(door: &Door, moments: &mut Moments) {
    let covers = Covers {
        loaded: &door.loaded,
        store: &door.store,
        entropy: &door.entropy,
        clock: door.clock.as_ref(),
    };
    // How many went out is nobody's business: in the log it would tell them apart.
    if let Err(error) = covers.run(moments).await {
        tracing::error!(%error, "ALARM: cover letters failed, trying again in a minute");
    }
}

async fn count(door: &Door) {
    if let Err(error) = door.intake.tally.write(&door.store).await {
        tracing::warn!(%error, "the month's counts wait for the next time");
    }
}

/// Days before its end from which a certificate is an alarm.
const KEY_WARNING_DAYS: u64 = 30;

fn warn_of_keys(loaded: &Loaded, now: u64) {
    if let Some(why) = &loaded.service_cert.lapse {
        tracing::error!(%why, "ALARM: the service's own certificate cannot be used, no unit can reply");
    }
    for unit in loaded.register.all() {
        warn_of_unit(unit, now);
    }
}

fn warn_of_unit(unit: &Unit, now: u64) {
    if let Err(why) = unit.usable(now) {
        tracing::error!(unit = %unit.id, %why, "ALARM: the unit's form is closed");
    }
    for cert in &unit.certs {
        if let Some(days) = units::cert_days(cert, now).filter(|days| *days < KEY_WARNING_DAYS) {
            tracing::error!(unit = %unit.id, days, "ALARM: a certificate is about to expire");
        }
    }
}
