//! The site is as large as it was promised: campaigns, drugs, prevention, pages in all.

use crate::rule::{Fault, Finding, Ground, Plant, Rule};
use crate::site::Site;

/// Below which address, how many pages at the least, not counting what filters them.
const AT_LEAST: &[(&str, usize)] = &[
    ("/campaigns/", 16),
    ("/knowledge/drugs/", 18),
    ("/prevention/", 9),
    ("/", 90),
];
/// Lists by kind and by looks are ways to a drug, no drugs.
const FILTERS: &[&str] = &["/knowledge/drugs/kinds/", "/knowledge/drugs/looks/"];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Built,
    faults: &[
        Fault {
            plants: &[Plant::Keep("public/campaigns/", 15)],
            finds: "15 pages below /campaigns/",
        },
        Fault {
            plants: &[Plant::Keep("public/knowledge/drugs/", 17)],
            finds: "pages below /knowledge/drugs/",
        },
        Fault {
            plants: &[
                Plant::Keep("public/campaigns/", 16),
                Plant::Keep("public/resources/posters/", 0),
                Plant::Keep("public/resources/lessons/", 0),
                Plant::Keep("public/knowledge/drugs/looks/", 0),
                Plant::Keep("public/report/", 0),
                Plant::Keep("public/news/", 0),
            ],
            finds: "pages below /,",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let short = AT_LEAST.iter().filter_map(|(folder, least)| {
        let pages = site.pages().filter(|page| {
            let is_filter = *folder != "/"
                && FILTERS
                    .iter()
                    .any(|filter| page.address.starts_with(filter));
            page.address.starts_with(folder) && page.address != *folder && !is_filter
        });
        let count = pages.count();
        let what = format!("{count} pages below {folder}, at least {least} were promised");
        (count < *least).then_some(what)
    });
    short.map(|what| Finding::new("the site", what)).collect()
}
