//! No dead link: every address inside the site is a file of it, or a route of the service, and every
//! anchor stands on its page. A dead link costs points in the inspection of public sites, and a
//! reader in trouble his patience.

use std::collections::BTreeSet;

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

/// What the service answers itself; `routes.rs` in this suite asks the running service for each.
pub(crate) const SERVICE: &[&str] = &[
    "/tip/",
    "/tip/mailbox/",
    "/tip/statistics/",
    "/tip/exit/",
    "/ko/tip/",
    "/ko/tip/mailbox/",
    "/ko/tip/statistics/",
    "/ko/tip/exit/",
    "/en/tip/",
    "/en/tip/mailbox/",
    "/en/tip/statistics/",
    "/en/tip/exit/",
];

/// Where addresses stand.
const TARGETS: &[(&str, &str)] = &[
    ("a[href], area[href], link[href], use[href]", "href"),
    ("img[src], source[src], script[src], input[src]", "src"),
];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(
                "public/about/index.html",
                r#"<h3>"#,
                r#"<a href="/gone/">去</a><h3>"#,
            ),
            finds: "/about/: /gone/ is not there",
        },
        Fault {
            plants: &swap(
                "public/index.html",
                "/knowledge/#plants",
                "/knowledge/#rocks",
            ),
            finds: "/: /knowledge/#rocks: no such place",
        },
        Fault {
            plants: &swap(
                "public/about/index.html",
                "/drawings/flower.svg",
                "/drawings/tree.svg",
            ),
            finds: "/drawings/tree.svg is not there",
        },
        Fault {
            plants: &swap("public/report/index.html", r#""/tip/""#, r#""/tip/new/""#),
            finds: "/tip/new/ is not there",
        },
        Fault {
            plants: &swap("public/report/index.html", r#""/tip/""#, r#""../tip/""#),
            finds: "depends on where the page stands",
        },
        Fault {
            plants: &swap(
                "public/main.css",
                "body {",
                "body { background: url(paper.png);",
            ),
            finds: "main.css: paper.png is not there",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in site.pages_and_shell() {
        let targets: BTreeSet<String> = TARGETS
            .iter()
            .flat_map(|(selector, name)| page.attributes(selector, name))
            .collect();
        let wrong = targets
            .iter()
            .filter_map(|target| fault(site, page, target));
        findings.extend(wrong.map(|what| Finding::new(&page.address, what)));
    }
    let styles: Vec<&str> = site.names().filter(|name| name.ends_with(".css")).collect();
    for name in styles {
        let css = site.text(name).expect("it is listed");
        for rest in css.split("url(").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            let target = target.trim_matches(['"', '\'']);
            let path = target.trim_start_matches('/');
            // Loads from elsewhere are another rule's.
            if !target.contains(':') && !target.starts_with('#') && site.file(path).is_none() {
                findings.push(Finding::new(name, format!("{target} is not there")));
            }
        }
    }
    findings
}

/// What is wrong with an address on a page; nothing for other hosts, mail and telephone.
fn fault(site: &Site, page: &WebPage, target: &str) -> Option<String> {
    let scheme = target.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme.contains(':') || target.starts_with("//") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = path.split('?').next().unwrap_or_default();
    let inside = if path.is_empty() {
        page.address.as_str()
    } else if !path.starts_with('/') {
        return Some(format!("{target} depends on where the page stands"));
    } else if let Some(inside) = path
        .strip_prefix(&site.base)
        .filter(|rest| rest.starts_with('/'))
    {
        inside
    } else {
        return Some(format!("{target} leads out of {}", site.base));
    };
    if SERVICE.contains(&inside) {
        return None;
    }
    if let Some(goal) = site.page(inside) {
        let found = anchor.is_empty() || goal.has(&format!("[id='{anchor}']"));
        return (!found).then(|| format!("{target}: no such place"));
    }
    let is_file = site.file(inside.trim_start_matches('/')).is_some();
    (!is_file).then(|| format!("{target} is not there"))
}
