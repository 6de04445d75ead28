//! An identifier stands once on a page, and what refers to one finds it: labels, descriptions and
//! links of the page's own otherwise lead to the wrong place without a word.

use std::collections::BTreeSet;

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

const REFERENCES: &[&str] = &[
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "headers",
];
const KNOWLEDGE: &str = "public/knowledge/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(KNOWLEDGE, "<ul><li>看茎", "<ul id=\"plants\"><li>看茎"),
            finds: "/knowledge/: plants stands twice",
        },
        Fault {
            plants: &swap(
                KNOWLEDGE,
                "<ul><li>看茎",
                "<ul aria-labelledby=\"plants leaves\"><li>看茎",
            ),
            finds: "/knowledge/: aria-labelledby names leaves, which is not there",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell();
    let findings = pages.flat_map(|page| {
        let wrong = of_page(page).into_iter();
        wrong.map(|what| Finding::new(&page.address, what))
    });
    findings.collect()
}

fn of_page(page: &WebPage) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    for id in page.attributes("[id]", "id") {
        if !known.insert(id.clone()) {
            wrong.push(format!("{id} stands twice"));
        }
    }
    for name in REFERENCES {
        for value in page.attributes(&format!("[{name}]"), name) {
            let unknown = value.split_whitespace().filter(|id| !known.contains(*id));
            wrong.extend(unknown.map(|id| format!("{name} names {id}, which is not there")));
        }
    }
    wrong
}
