//! No section is empty: a column without pages must say something itself, a page must say more than
//! its heading, a list must have entries. Five empty columns fail a site.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

/// Fewer characters than this are a heading and a date, no page.
const SHORTEST_PAGE: usize = 30;

const NEWS: &str = "public/news/index.html";
const ENTRY: &str = r#"<li><a href="/news/first/">第一条</a></li>"#;

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(NEWS, ENTRY, "<li>没有</li>"),
            finds: "/news/: leads to none of its pages and says little itself",
        },
        Fault {
            plants: &swap(
                "public/knowledge/index.html",
                "<li>看茎</li><li>看叶</li>",
                "",
            ),
            finds: "/knowledge/: an empty ul",
        },
        Fault {
            plants: &swap("public/news/first/index.html", "<p>今天", "<!-- <p>今天"),
            finds: "/news/first/: says nothing",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in site.pages().filter(|page| page.name != "404.html") {
        let length = own_text(page);
        let links = page.attributes("main a[href]", "href");
        let has_pages = links.iter().any(|link| {
            let below = link.strip_prefix(&site.base).unwrap_or(link);
            let below = below.strip_prefix(&page.address).unwrap_or_default();
            !below.is_empty() && !below.starts_with('#')
        });
        let is_column = page.address.ends_with('/')
            && site.pages().any(|other| {
                other.address != page.address && other.address.starts_with(&page.address)
            });
        if is_column && !has_pages && length < SHORTEST_PAGE {
            let what = "leads to none of its pages and says little itself";
            findings.push(Finding::new(&page.address, what));
        } else if !is_column && length < SHORTEST_PAGE {
            findings.push(Finding::new(&page.address, "says nothing"));
        }
        for list in ["ul", "ol", "dl", "tbody", "table"] {
            let lists = page.all(list).into_iter();
            let empty = lists.filter(|list| list.child_elements().next().is_none());
            findings.extend(empty.map(|_| Finding::new(&page.address, format!("an empty {list}"))));
        }
    }
    findings
}

/// How many characters the page itself says, without heading, date and way back.
fn own_text(page: &WebPage) -> usize {
    let count = |selector: &str| -> usize {
        let found = page.all(selector).into_iter();
        found
            .flat_map(|element| element.text())
            .map(|text| text.trim().chars().count())
            .sum()
    };
    count("main").saturating_sub(count("main h1, main .dateline, main .crumbs, main .turn"))
}
