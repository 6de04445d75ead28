//! `/tip/statistics/`: what the service may tell about itself. Whole months that are over, counts under five hidden,
//! so that no number points at anybody and none moves with a single tip.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Serialize;

use super::{Door, Problem, error};
use crate::catalogue::Lang;
use crate::clock::{self, Date};
use crate::store::{Counted, Counter};

/// Smaller counts are not shown.
const LEAST: u32 = 5;

/// Context of `statistics.html`.
#[derive(Serialize)]
struct View<'a> {
    base: &'a str,
    telephone: &'a str,
    kinds: Vec<&'a str>,
    months: Vec<Month>,
    ack_hours: u32,
}

#[derive(Serialize)]
struct Month {
    name: String,
    /// By kind, in the order of `kinds`; `None` is fewer than five.
    counts: Vec<Option<u32>>,
    /// Half of all tips were acknowledged within so many days; `None` for too few.
    median_days: Option<u32>,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    Extension(lang): Extension<Lang>,
) -> Response {
    let counters = match door.store.counters().await {
        Ok(counters) => counters,
        Err(error) => {
            tracing::error!(%error, "no statistics");
            return error::page(&door, lang, Problem::Unavailable);
        }
    };
    let kinds = &door.loaded.kinds.kinds;
    let ids: Vec<&str> = kinds.iter().map(|kind| kind.id.as_str()).collect();
    let this_month = Date::of(clock::day(door.clock.unix())).year_month();
    let view = View {
        base: door.pages.base(lang),
        telephone: &door.loaded.config.server.telephone,
        kinds: kinds.iter().map(|kind| kind.name.say(lang)).collect(),
        months: months(lang, &counters, &ids, this_month),
        ack_hours: door.loaded.config.triage.ack_hours,
    };
    error::html(&door, lang, "statistics.html", &view)
}

/// Newest first. The month that is running is left out: a number that grows would tell when a tip came.
fn months(lang: Lang, counters: &[Counter], kinds: &[&str], this_month: u32) -> Vec<Month> {
    let mut by_month: BTreeMap<u32, Vec<&Counter>> = BTreeMap::new();
    for counter in counters.iter().filter(|c| c.month < this_month) {
        by_month.entry(counter.month).or_default().push(counter);
    }
    let month = |(month, counters): (u32, Vec<&Counter>)| Month {
        name: lang.year_month(month / 100, month % 100),
        counts: kinds
            .iter()
            .map(|kind| enough(received(&counters, kind)))
            .collect(),
        median_days: median_days(&counters),
    };
    by_month.into_iter().rev().map(month).collect()
}

fn received(counters: &[&Counter], kind: &str) -> u32 {
    let of_kind = |c: &&&Counter| matches!(&c.counted, Counted::Received(id) if id == kind);
    counters.iter().filter(of_kind).map(|c| c.n).sum()
}

fn enough(n: u32) -> Option<u32> {
    (n >= LEAST).then_some(n)
}

/// The lower median of whole days, counted as a part of a day begun: 1 is within a day.
fn median_days(counters: &[&Counter]) -> Option<u32> {
    let days: BTreeMap<u32, u32> = counters
        .iter()
        .filter_map(|c| match c.counted {
            Counted::Acknowledged(days) => Some((days, c.n)),
            Counted::Received(_) => None,
        })
        .collect();
    let all = enough(days.values().sum())?;
    let mut seen = 0;
    days.iter()
        .find(|(_, n)| {
            seen += **n;
            seen * 2 >= all
        })
        .map(|(days, _)| days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(month: u32, counted: Counted, n: u32) -> Counter {
        Counter { month, counted, n }
    }

    #[test]
    fn fewer_than_five_and_the_running_month_are_not_told() {
        let received = |kind: &str| Counted::Received(kind.to_owned());
        let counters = [
            counter(202_609, received("venue"), 5),
            counter(202_609, received("other"), 4),
            counter(202_610, received("venue"), 12),
            counter(202_611, received("venue"), 99),
        ];
        let told = months(Lang::Zh, &counters, &["venue", "other"], 202_611);
        let counts: Vec<_> = told
            .iter()
            .map(|m| (m.name.as_str(), m.counts.clone()))
            .collect();
        assert_eq!(
            counts,
            [
                ("2026 年 10 月", vec![Some(12), None]),
                ("2026 年 9 月", vec![Some(5), None]),
            ]
        );
    }

    #[test]
    fn the_median_is_the_day_by_which_half_were_acknowledged() {
        let of = |days: &[(u32, u32)]| {
            let counters: Vec<Counter> = days
                .iter()
                .map(|(days, n)| counter(202_610, Counted::Acknowledged(*days), *n))
                .collect();
            median_days(&counters.iter().collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(0, 4)]), None);
        assert_eq!(of(&[(0, 3), (1, 1), (9, 1)]), Some(1));
        assert_eq!(of(&[(0, 2), (1, 1), (9, 2)]), Some(2));
        assert_eq!(of(&[(0, 2), (3, 2), (9, 2)]), Some(4));
    }
}
