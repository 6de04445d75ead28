//! `/metrics` for whoever watches over the service (Prometheus' text format 0.0.4), on a listener of its own that no proxy leads to.
//!
//! What it says of tips is coarse, and stands still for an hour: no change in it tells when somebody wrote.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Door;
use crate::store::{Store, StoreError};
use crate::units::ROBOT;

/// Steady seconds for which numbers that a tip changes stand still.
const STANDS: u64 = 3600;

/// Free space is told in steps of so many MiB.
const SPACE_STEP: u64 = 64;

/// What a tip changes, and since when it stands here (steady seconds).
#[derive(Clone, Copy)]
struct Hourly {
    since: u64,
    free_mib: Option<u64>,
    waiting_at_most: u64,
    some_parked: bool,
}

struct Watched {
    door: Arc<Door>,
    hourly: Mutex<Option<Hourly>>,
}

/// The one route there is.
pub fn router(door: Arc<Door>) -> Router {
    let watched = Watched {
        door,
        hourly: Mutex::default(),
    };
    Router::new()
        .route("/metrics", get(show))
        .with_state(Arc::new(watched))
}

async fn show(State(watched): State<Arc<Watched>>) -> Response {
    match watched.hourly().await {
        Ok(hourly) => {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
            (kind, text(&watched.door, hourly)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "no metrics");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

impl Watched {
    async fn hourly(&self) -> Result<Hourly, StoreError> {
        let now = self.door.clock.steady();
        let known = *self.hourly.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hourly) = known.filter(|hourly| now < hourly.since + STANDS) {
            return Ok(hourly);
        }
        let hourly = Hourly::count(&self.door.store, now).await?;
        *self.hourly.lock().unwrap_or_else(PoisonError::into_inner) = Some(hourly);
        Ok(hourly)
    }
}

impl Hourly {
    async fn count(store: &Store, now: u64) -> Result<Self, StoreError> {
        // The canary says itself how its letters fare.
        let (waiting, parked) = store.backlog(ROBOT).await?;
        Ok(Self {
            since: now,
            free_mib: store.free_mib().map(|free| free / SPACE_STEP * SPACE_STEP),
            waiting_at_most: coarse(waiting),
            some_parked: parked > 0,
        })
    }
}

/// The next of 10, 20, 50, 100, 200, … that is not less.
fn coarse(n: u64) -> u64 {
    let mut ten = 10_u64;
    loop {
        for step in [1, 2, 5] {
            let bound = ten.saturating_mul(step);
            if n <= bound {
                return bound;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

fn text(door: &Door, hourly: Hourly) -> String {
    let mut page = Page::default();
    page.one(
        "store_ok",
        "1 if a tip could be kept now",
        u64::from(door.store.trouble().is_none()),
    );
    if let Some(free) = hourly.free_mib {
        page.one(
            "store_free_mib",
            "free space on the store's disk, at least, MiB",
            free,
        );
    }
    page.one(
        "letters_waiting_at_most",
        "letters on their way, in steps of 10, 20, 50; counted once an hour",
        hourly.waiting_at_most,
    );
    page.one(
        "letters_parked",
        "1 if some letter waits for the operator; looked at once an hour",
        u64::from(hourly.some_parked),
    );
    let service_key = door.loaded.service_cert.lapse.is_none();
    page.one(
        "service_key_ok",
        "1 if units can reply",
        u64::from(service_key),
    );
    let (now, units) = (door.clock.unix(), door.loaded.register.units());
    let open = units
        .iter()
        .map(|unit| (unit.id.as_str(), u64::from(unit.usable(now).is_ok())));
    page.each("unit_open", "1 if the unit's form is open", open);
    let days = units
        .iter()
        .filter_map(|unit| Some((unit.id.as_str(), unit.key_days(now)?)));
    page.each(
        "unit_key_days",
        "days until the first of the unit's keys expires",
        days,
    );
    page.0
}

/// Gauges, one after another.
#[derive(Default)]
struct Page(String);

impl Page {
    fn one(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help);
        let _ = writeln!(self.0, "tip_service_{name} {value}");
    }

    /// One value for each unit.
    fn each<'a>(&mut self, name: &str, help: &str, values: impl Iterator<Item = (&'a str, u64)>) {
        self.head(name, help);
        for (unit, value) in values {
            let _ = writeln!(self.0, "tip_service_{name}{{unit=\"{unit}\"}} {value}");
        }
    }

    fn head(&mut self, name: &str, help: &str) {
        let _ = write!(
            self.0,
            "# HELP tip_service_{name} {help}\n# TYPE tip_service_{name} gauge\n"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_letters_are_as_many_as_none_and_many_are_told_in_steps() {
        let told = [0, 1, 10, 11, 20, 21, 50, 51, 100, 101, 59_999, u64::MAX - 1].map(coarse);
        assert_eq!(
            told,
            [10, 10, 10, 20, 20, 50, 50, 100, 100, 200, 100_000, u64::MAX]
        );
    }
}
