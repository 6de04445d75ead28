//! Home and news are not older than the inspection of public sites allows: two weeks, with a warning
//! from the tenth day on. The age is measured against a day that is passed in. The built site is
//! judged on the day of its last change: who changes anything must look after these two as well.

use crate::day::Day;
use crate::rule::{Fault, Finding, Ground, Plant, Rule, say, swap};
use crate::site::Site;

const WARN_FROM: i64 = 10;
const STALE_AFTER: i64 = 14;

const FEED: &str = "public/news/atom.xml";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(
                "public/sitemap.xml",
                "<loc>/</loc><lastmod>2026-11-20",
                "<loc>/</loc><lastmod>2026-11-05",
            ),
            finds: "/: 15 days old",
        },
        Fault {
            plants: &swap(FEED, "2026-11-20", "2026-11-01"),
            finds: "/news/: 19 days old",
        },
        Fault {
            plants: &[
                Plant::Swap(FEED, "<entry>", "<!-- <entry>"),
                Plant::Swap(FEED, "</entry>", "</entry> -->"),
            ],
            finds: "/news/: no date",
        },
        Fault {
            plants: &[
                Plant::Swap(FEED, "2026-11-20", "2026-12-01"),
                Plant::Today("2026-12-05"),
            ],
            finds: "/: 15 days old",
        },
    ],
};

/// How old something may be called.
#[derive(Debug, PartialEq, Eq)]
enum Age {
    Fresh,
    Warn,
    Stale,
}

fn age(of: Day, today: Day) -> Age {
    match of.age_on(today) {
        days if days > STALE_AFTER => Age::Stale,
        days if days >= WARN_FROM => Age::Warn,
        _ => Age::Fresh,
    }
}

fn check(site: &Site) -> Vec<Finding> {
    let today = site.today.expect("a site knows a day");
    let columns = [("/", home(site)), ("/news/", news(site))];
    let findings = columns.into_iter().filter_map(|(address, day)| {
        let Some(day) = day else {
            return Some(Finding::new(address, "no date"));
        };
        let days = format!("{} days old", day.age_on(today));
        match age(day, today) {
            Age::Stale => return Some(Finding::new(address, days)),
            Age::Warn => {
                say(&format!(
                    "warning: {address}: {days}, stale after {STALE_AFTER}"
                ));
            }
            Age::Fresh => {}
        }
        None
    });
    findings.collect()
}

/// When home was last changed, as the site map says.
fn home(site: &Site) -> Option<Day> {
    let map = site.text("sitemap.xml")?;
    let entry = map.split("<url>").find(|entry| {
        let address = format!("<loc>{}/</loc>", site.base);
        entry.contains(&address)
    })?;
    Day::parse(entry.split("<lastmod>").nth(1)?)
}

/// When the newest item was put up or changed: reports of years ago count on the day they came.
fn news(site: &Site) -> Option<Day> {
    let feed = site.text("news/atom.xml")?;
    let without_comments: String = feed
        .split("<!--")
        .enumerate()
        .map(|(at, part)| {
            if at == 0 {
                part
            } else {
                part.split_once("-->").map_or("", |(_, rest)| rest)
            }
        })
        .collect();
    let entries = without_comments.split("<entry>").skip(1);
    let days = entries.flat_map(|entry| entry.split("<updated>").skip(1).filter_map(Day::parse));
    days.max()
}

#[test]
fn ten_days_warn_and_fifteen_are_too_many() {
    let day = |text| Day::parse(text).expect(text);
    let today = day("2026-06-26");
    for (changed, expected) in [
        ("2026-06-26", Age::Fresh),
        ("2026-06-17", Age::Fresh),
        ("2026-06-16", Age::Warn),
        ("2026-06-12", Age::Warn),
        ("2026-06-11", Age::Stale),
        ("2019-06-26", Age::Stale),
    ] {
        assert_eq!(age(day(changed), today), expected, "{changed}");
    }
}
