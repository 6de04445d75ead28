//! Weight over the wire of a first visit, compressed, has a budget for each kind of page.
//! Villages have slow telephones, and help must not wait for decoration.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::rule::{Fault, Finding, Ground, Plant, Rule};
use crate::site::{Site, WebPage};

/// Bytes of HTML, CSS and script of a page.
const PAGE: usize = 50_000;
/// The same with pictures.
const WITH_PICTURES: usize = 150_000;
/// Home, with pictures.
const HOME: usize = 60_000;
const STYLE: usize = 12_000;
const SCRIPT: usize = 8_000;
/// Search loads an index and says so.
const SEARCH: &str = "/search/";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &[Plant::Bulk("public/about/index.html", 66_000)],
            finds: "/about/: page: ",
        },
        Fault {
            plants: &[Plant::Bulk("public/drawings/flower.svg", 200_000)],
            finds: "/about/: page and pictures: ",
        },
        Fault {
            plants: &[
                Plant::Bulk("public/drawings/flower.svg", 79_000),
                Plant::Swap(
                    "public/index.html",
                    "<h1>",
                    "<img src=\"/drawings/flower.svg\" alt=\"花\"><h1>",
                ),
            ],
            finds: "/: page and pictures: ",
        },
        Fault {
            plants: &[Plant::Bulk("public/main.css", 16_500)],
            finds: "main.css: style: ",
        },
        Fault {
            plants: &[
                Plant::Add("public/heavy.js", "\"use strict\";"),
                Plant::Bulk("public/heavy.js", 11_000),
                Plant::Swap("public/quiz/index.html", "\"/site.js\"", "\"/heavy.js\""),
            ],
            finds: "/quiz/: script: ",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in site.pages() {
        let weights = weights(site, page);
        let over = weights.iter().filter(|(_, weight, budget)| weight > budget);
        findings.extend(over.map(|(what, weight, budget)| {
            Finding::new(&page.address, format!("{what}: {weight} of {budget} bytes"))
        }));
    }
    for name in site
        .names()
        .filter(|name| name.ends_with(".css") && !name.contains('/'))
    {
        let weight = compressed(site.file(name).unwrap_or_default());
        if weight > STYLE {
            findings.push(Finding::new(
                name,
                format!("style: {weight} of {STYLE} bytes"),
            ));
        }
    }
    findings
}

/// What is weighed of a page, its weight, its budget.
fn weights(site: &Site, page: &WebPage) -> [(&'static str, usize, usize); 3] {
    let load = |selector: &str, name: &str| -> usize {
        let targets: BTreeSet<String> = page.attributes(selector, name).into_iter().collect();
        targets.iter().map(|target| weigh(site, target)).sum()
    };
    let style = load("link[rel~=stylesheet]", "href");
    let script = load("script[src]", "src");
    let pictures = load("img[src]", "src") + load("link[rel~=icon]", "href");
    let text = compressed(page.source.as_bytes()) + style + script;
    let is_home = page.address == "/";
    let script_budget = if page.address == SEARCH {
        usize::MAX
    } else {
        SCRIPT
    };
    let whole_budget = if is_home { HOME } else { WITH_PICTURES };
    [
        ("script", script, script_budget),
        ("page", text, PAGE),
        ("page and pictures", text + pictures, whole_budget),
    ]
}

fn weigh(site: &Site, target: &str) -> usize {
    let path = target.split('?').next().unwrap_or_default();
    let path = path.strip_prefix(&site.base).unwrap_or(path);
    let bytes = site.file(path.trim_start_matches('/')).unwrap_or_default();
    let is_packed = [".png", ".jpg", ".webp", ".avif", ".woff2"];
    if is_packed.iter().any(|ending| path.ends_with(ending)) {
        bytes.len()
    } else {
        compressed(bytes)
    }
}

fn compressed(bytes: &[u8]) -> usize {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).expect("memory takes all");
    packer.finish().expect("memory takes all").len()
}
