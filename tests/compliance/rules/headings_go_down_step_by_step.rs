//! Headings are the table of contents of those who hear a page: the first is its main heading, and
//! none skips a level on the way down.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap("public/about/index.html", "h3>", "h4>"),
            finds: "/about/: h4 别处 comes after h2",
        },
        Fault {
            plants: &swap(
                "public/knowledge/index.html",
                "<header>",
                "<header><h2>先</h2>",
            ),
            finds: "/knowledge/: h2 先 comes first",
        },
        Fault {
            plants: &swap("public/about/index.html", "<h3>别处</h3>", "<h3> </h3>"),
            finds: "/about/: an empty h3",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages();
    let findings = pages.flat_map(|page| {
        let wrong = of_page(page).into_iter();
        wrong.map(|what| Finding::new(&page.address, what))
    });
    findings.collect()
}

fn of_page(page: &WebPage) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut above = 0;
    for heading in page.all("h1, h2, h3, h4, h5, h6") {
        let name = heading.value().name();
        let level: u32 = name[1..].parse().expect("a heading ends in its level");
        let text: String = heading.text().collect();
        if text.trim().is_empty() {
            wrong.push(format!("an empty {name}"));
        }
        if above == 0 && level > 1 {
            wrong.push(format!("{name} {text} comes first"));
        } else if level > above + 1 {
            wrong.push(format!("{name} {text} comes after h{above}"));
        }
        above = level;
    }
    wrong
}
