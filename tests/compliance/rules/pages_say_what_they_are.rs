//! Every page says what it is, to a reader, a screen reader and a search engine: its language, one
//! title of its own, a description, one main heading, a width that fits a telephone.

use std::collections::BTreeMap;

use crate::rule::{Fault, Finding, Ground, Plant, Rule, swap};
use crate::site::{Site, WebPage};

/// Shorter descriptions tell nothing.
const SHORTEST_DESCRIPTION: usize = 8;

/// What all pages share.
const LAYOUT: &[&str] = &[
    "body > header nav",
    "body > footer",
    "link[rel=stylesheet]",
    "link[rel=icon]",
];

const ABOUT: &str = "public/about/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, r#" lang="zh-CN""#, ""),
            finds: "/about/: lang is \"\"",
        },
        Fault {
            plants: &swap(ABOUT, "<title>关于 - 小站</title>", "<title></title>"),
            finds: "/about/: no title",
        },
        Fault {
            plants: &swap(ABOUT, "<title>关于 - 小站", "<title>知识 - 小站"),
            finds: "/knowledge/: has the title of /about/",
        },
        Fault {
            plants: &swap(ABOUT, "关于：这一页讲什么，一句话说清。", "关于"),
            finds: "/about/: the description tells nothing",
        },
        Fault {
            plants: &swap(ABOUT, "<h2>是谁</h2>", "<h1>是谁</h1><h2>是谁</h2>"),
            finds: "/about/: 2 h1",
        },
        Fault {
            plants: &swap(ABOUT, "<h1>关于</h1>", ""),
            finds: "/about/: 0 h1",
        },
        Fault {
            plants: &swap(ABOUT, r#"name="viewport""#, r#"name="view""#),
            finds: "/about/: no viewport",
        },
        Fault {
            plants: &swap(
                ABOUT,
                "width=device-width, initial-scale=1",
                "width=device-width, user-scalable=no",
            ),
            finds: "/about/: forbids zooming",
        },
        Fault {
            plants: &swap(ABOUT, r#"<meta charset="utf-8">"#, ""),
            finds: "/about/: no charset",
        },
        Fault {
            plants: &swap(ABOUT, "<footer class=\"foot\">", "<div>"),
            finds: "/about/: no body > footer",
        },
        Fault {
            plants: &[
                Plant::Swap(ABOUT, "<main", "<div"),
                Plant::Swap(ABOUT, "</main", "</div"),
            ],
            finds: "/about/: 0 main",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut titles = BTreeMap::<String, &str>::new();
    let mut findings = Vec::new();
    for page in site.pages() {
        let title = page.text("title").unwrap_or_default();
        let mut wrong = of_page(page, &title);
        if let Some(other) = titles.get(&title).filter(|_| !title.is_empty()) {
            wrong.push(format!("has the title of {other}"));
        }
        titles.insert(title, &page.address);
        findings.extend(
            wrong
                .into_iter()
                .map(|what| Finding::new(&page.address, what)),
        );
    }
    findings
}

fn of_page(page: &WebPage, title: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let language = page.attribute("html", "lang").unwrap_or_default();
    if language != page.tongue().0 {
        wrong.push(format!("lang is {language:?}"));
    }
    if title.is_empty() {
        wrong.push("no title".into());
    }
    let description = page.attribute("meta[name=description]", "content");
    if description.unwrap_or_default().chars().count() < SHORTEST_DESCRIPTION {
        wrong.push("the description tells nothing".into());
    }
    for part in LAYOUT {
        if !page.has(part) {
            wrong.push(format!("no {part}"));
        }
    }
    for one in ["h1", "main"] {
        let count = page.all(one).len();
        if count != 1 {
            wrong.push(format!("{count} {one}"));
        }
    }
    if !page.has("meta[charset=utf-8]") {
        wrong.push("no charset".into());
    }
    match page.attribute("meta[name=viewport]", "content") {
        None => wrong.push("no viewport".into()),
        Some(how) if how.contains("user-scalable=no") || how.contains("maximum-scale") => {
            wrong.push("forbids zooming".into());
        }
        Some(_) => {}
    }
    wrong
}
