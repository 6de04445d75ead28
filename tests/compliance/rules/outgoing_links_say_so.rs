//! A link to a host that is no public body's tells that it leaves the site (政府网站发展指引): it
//! carries the class `leaves`, which the style sheet writes out, and tells the other host nothing.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap("public/about/index.html", r#" class="leaves""#, ""),
            finds: "/about/: https://www.example.org/ does not say that it leaves",
        },
        Fault {
            plants: &swap("public/about/index.html", r#" rel="noreferrer""#, ""),
            finds: "/about/: https://www.example.org/ tells where the reader comes from",
        },
        Fault {
            plants: &swap("public/main.css", ".leaves::after", ".left::after"),
            finds: "main.css: does not write out what .leaves means",
        },
        Fault {
            plants: &swap(
                "public/about/index.html",
                "https://flk.npc.gov.cn/",
                "https://npc.gov.cn.example.com/",
            ),
            finds: "https://npc.gov.cn.example.com/ does not say that it leaves",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in site.pages_and_shell() {
        for link in page.all("a[href*='//']") {
            let target = link.attr("href").unwrap_or_default();
            let host = target.split("//").nth(1).unwrap_or_default();
            let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
            if host.ends_with(".gov.cn") {
                continue;
            }
            if !link.value().classes().any(|class| class == "leaves") {
                findings.push(Finding::new(
                    &page.address,
                    format!("{target} does not say that it leaves the site"),
                ));
            } else if !link.attr("rel").unwrap_or_default().contains("noreferrer") {
                findings.push(Finding::new(
                    &page.address,
                    format!("{target} tells where the reader comes from"),
                ));
            }
        }
    }
    let css = site.text("main.css").unwrap_or_default();
    if !css.contains(".leaves::after") {
        findings.push(Finding::new(
            "main.css",
            "does not write out what .leaves means",
        ));
    }
    findings
}
