//! Every item of data that says something about the world names who says so, and those that change
//! with time say as of when. A number without a source is a rumour.

use toml::{Table, Value};

use crate::rule::{Fault, Finding, Ground, Plant, Rule, swap};
use crate::site::Site;

/// Files that say nothing about the world, each with the reason why they need no source.
const NO_CLAIMS: &[(&str, &str)] = &[
    ("nav.toml", "the menu: names and addresses of pages"),
    ("footer.toml", "the publisher about itself"),
    (
        "units.toml",
        "the register of the units, signed by their fingerprints",
    ),
    ("initials.toml", "letters for the list of drugs"),
];

/// Keys that name a source: a law's article is one.
const SOURCES: &[&str] = &["source", "article"];
/// Keys that say as of when.
const DATES: &[&str] = &["date", "updated", "year"];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap("data/figures.toml", "source = \"小站\"\n", ""),
            finds: "figures.toml: set one has no source",
        },
        Fault {
            plants: &swap("data/figures.toml", "date = \"2026年\"", "date = \"\""),
            finds: "figures.toml: set one has no date",
        },
        Fault {
            plants: &swap("data/events.toml", "source = \"小站\"\n", ""),
            finds: "events.toml: event next has no source",
        },
        Fault {
            plants: &swap(
                "data/laws.toml",
                "source = \"公布的法律\"\ndate = \"2026-01-01\"\n",
                "",
            ),
            finds: "laws.toml: law 种植罂粟 has no date",
        },
        Fault {
            plants: &[Plant::Add(
                "data/new.toml",
                "[[phone]]\nnumber = \"110\"\ndate = \"2026\"\n",
            )],
            finds: "new.toml: phone 110 has no source",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, table) in site.data() {
        if NO_CLAIMS.iter().any(|(exempt, _)| *exempt == name) {
            continue;
        }
        for (kind, items) in &table {
            // A list of tables is a list of items; what else stands there is about the file.
            let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
            for item in items.iter().filter_map(Value::as_table) {
                let lacking = [("source", SOURCES), ("date", DATES)].into_iter();
                // What the file, or the table named for all items of a kind, says goes for each.
                let all = table.get(&format!("{kind}s")).and_then(Value::as_table);
                let heads = [Some(item), Some(&table), all].into_iter().flatten();
                let lacking =
                    lacking.filter(|(_, keys)| !heads.clone().any(|head| says(head, keys)));
                findings.extend(lacking.map(|(what, _)| {
                    Finding::new(name, format!("{kind} {} has no {what}", label(item)))
                }));
            }
        }
    }
    findings
}

fn says(table: &Table, keys: &[&str]) -> bool {
    let is_filled = |value: &Value| value.as_str().is_none_or(|text| !text.trim().is_empty());
    keys.iter()
        .any(|key| table.get(*key).is_some_and(is_filled))
}

/// By which name an item is found in its file: the first text in it that names anything.
fn label(item: &Table) -> &str {
    let named = ["id", "conduct", "name", "number", "title"].iter();
    let mut texts = named.filter_map(|key| item.get(*key)?.as_str());
    let first = || item.values().find_map(Value::as_str);
    texts.next().or_else(first).unwrap_or("without a name")
}
