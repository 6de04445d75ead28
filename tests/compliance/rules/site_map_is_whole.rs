//! The site map for machines is well-formed and names every page, each once, and nothing else. The
//! page that stands in for a form that is down, the one for what is not found and the shell are no
//! goals.

use std::collections::BTreeSet;

use roxmltree::Document;

use crate::day::Day;
use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

const FILE: &str = "sitemap.xml";
const SPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
/// Pages that are no goals.
const NO_GOALS: &[&str] = &["/404.html", "/report/unavailable/"];

const MAP: &str = "public/sitemap.xml";
const ABOUT: &str = "<url><loc>/about/</loc><lastmod>2026-11-20</lastmod></url>";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(MAP, "</urlset>", ""),
            finds: "is no XML",
        },
        Fault {
            plants: &swap(MAP, ABOUT, ""),
            finds: "does not name /about/",
        },
        Fault {
            plants: &swap(MAP, ABOUT, "<url><loc>/about/</loc></url>"),
            finds: "/about/ without a day",
        },
        Fault {
            plants: &swap(
                MAP,
                "</urlset>",
                "<url><loc>/gone/</loc><lastmod>2026-11-20</lastmod></url></urlset>",
            ),
            finds: "names /gone/, which is no page",
        },
        Fault {
            plants: &swap(
                MAP,
                "<url><loc>/quiz/</loc><lastmod>2026-11-20</lastmod></url>",
                "<url><loc>/about/</loc><lastmod>2026-11-20</lastmod></url><url><loc>/quiz/</loc><lastmod>2026-11-20</lastmod></url>",
            ),
            finds: "names /about/ twice",
        },
        Fault {
            plants: &swap(MAP, "sitemap/0.9", "sitemap/1.0"),
            finds: "is no site map",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let wrong = match site.text(FILE) {
        None => vec!["is not there".to_string()],
        Some(text) => match Document::parse(&text) {
            Err(error) => vec![format!("is no XML: {error}")],
            Ok(document) => of_map(site, &document),
        },
    };
    wrong
        .into_iter()
        .map(|what| Finding::new(FILE, what))
        .collect()
}

fn of_map(site: &Site, document: &Document<'_>) -> Vec<String> {
    let root = document.root_element();
    if !root.has_tag_name((SPACE, "urlset")) {
        return vec!["is no site map".into()];
    }
    let goals = site
        .pages()
        .filter(|page| !NO_GOALS.contains(&page.place()));
    let pages: BTreeSet<&str> = goals.map(|page| page.address.as_str()).collect();
    let (mut named, mut wrong) = (BTreeSet::new(), Vec::new());
    for url in root
        .children()
        .filter(|child| child.has_tag_name((SPACE, "url")))
    {
        let text = |name| {
            let child = url
                .children()
                .find(|child| child.has_tag_name((SPACE, name)));
            child.and_then(|child| child.text()).unwrap_or_default()
        };
        // Absolute once the site knows its own address.
        let place = text("loc");
        let path = place.split_once("//").map_or(place, |(_, rest)| {
            rest.find('/').map_or("/", |at| &rest[at..])
        });
        let address = path.strip_prefix(&site.base).unwrap_or(path);
        if Day::parse(text("lastmod")).is_none() {
            wrong.push(format!("{address} without a day"));
        }
        if !pages.contains(address) {
            wrong.push(format!("names {address}, which is no page"));
        }
        if !named.insert(address) {
            wrong.push(format!("names {address} twice"));
        }
    }
    let missing = pages.difference(&named);
    wrong.extend(missing.map(|address| format!("does not name {address}")));
    wrong
}
