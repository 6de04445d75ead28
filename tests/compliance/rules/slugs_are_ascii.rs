//! Addresses are small letters, digits and hyphens: they survive being read out, typed, printed on a
//! poster and passed through any program.

use crate::rule::{Fault, Finding, Ground, Plant, Rule};
use crate::site::Site;

const TITLED: &str = "<title>别的</title>";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &[Plant::Add("public/关于/index.html", TITLED)],
            finds: "关于/index.html",
        },
        Fault {
            plants: &[Plant::Add("public/About/index.html", TITLED)],
            finds: "About/index.html",
        },
        Fault {
            plants: &[Plant::Add("public/drawings/big flower.svg", "<svg/>")],
            finds: "drawings/big flower.svg",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/.".contains(c);
    // What is not a page: the service's shell, and the search index, which its own program names.
    let named_by_us = |name: &&str| !name.contains("_shell/") && !name.starts_with("pagefind/");
    let names = site.names().filter(named_by_us);
    let odd = names.filter(|name| !name.chars().all(is_plain));
    odd.map(|name| Finding::new(name, "small letters, digits, hyphens only"))
        .collect()
}
