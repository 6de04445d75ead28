//! No script and no style inside a page: the content security policy refuses them, and a page that
//! needs them is a page that an attacker can write into.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

const ABOUT: &str = "public/about/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, "<h3>", "<script>let a = 1;</script><h3>"),
            finds: "/about/: <script>let a",
        },
        Fault {
            plants: &swap(ABOUT, "</head>", "<style>p { color: red; }</style></head>"),
            finds: "/about/: <style>p",
        },
        Fault {
            plants: &swap(ABOUT, "<h3>", "<h3 style=\"color: red\">"),
            finds: "/about/: <h3 style",
        },
        Fault {
            plants: &swap(ABOUT, "<h3>", "<h3 onclick=\"go()\">"),
            finds: "/about/: onclick",
        },
        Fault {
            plants: &swap(ABOUT, "<h3>", "<a href=\" JavaScript:go()\">去</a><h3>"),
            finds: "/about/:  JavaScript:go()",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell();
    let findings = pages.flat_map(|page| {
        let inside = inside(page).into_iter();
        inside.map(|what| Finding::new(&page.address, what))
    });
    findings.collect()
}

fn inside(page: &WebPage) -> Vec<String> {
    let elements = page.all("script:not([src]), style, [style]").into_iter();
    let mut inside: Vec<String> = elements
        .map(|element| format!("{:.100}", element.html()))
        .collect();
    for element in page.all("*") {
        let attributes = element.value().attrs().map(|(name, _)| name);
        let handlers = attributes.filter(|name| name.starts_with("on"));
        inside.extend(handlers.map(str::to_string));
    }
    let links = page.attributes("[href], [action]", "href").into_iter();
    inside.extend(links.filter(|target| {
        let target = target.trim_start().to_lowercase();
        target.starts_with("javascript:")
    }));
    inside
}
