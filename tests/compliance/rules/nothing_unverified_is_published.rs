//! What is marked as not verified is a note of those who write, and stands nowhere on the site.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

/// Marks of unfinished text.
const MARKS: &[&str] = &[
    "待核",
    "待查证",
    "待补充",
    "general knowledge",
    "TODO",
    "Lorem",
];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap("public/about/index.html", "别处</h3>", "别处【待核】</h3>"),
            finds: "/about/: 待核",
        },
        Fault {
            plants: &swap("data/laws.toml", "种植罂粟", "种植罂粟（待核）"),
            finds: "laws.toml: 待核",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell();
    let pages = pages.map(|page| (page.address.clone(), page.source.clone()));
    let data = site.data().into_iter();
    let data = data.map(|(name, table)| (name.to_string(), table.to_string()));
    let findings = pages.chain(data).flat_map(|(name, text)| {
        let found = MARKS.iter().filter(move |mark| text.contains(**mark));
        found
            .map(move |mark| Finding::new(&name, *mark))
            .collect::<Vec<_>>()
    });
    findings.collect()
}
