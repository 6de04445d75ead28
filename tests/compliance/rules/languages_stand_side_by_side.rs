//! A page in Korean or English has its Chinese twin, and each leads to the others by plain links that name the language, so that
//! nobody has to find the way by guessing an address. Where such a page leads to one in Chinese, it says so.

use crate::rule::{Fault, Finding, Ground, Plant, Rule, swap};
use crate::site::{Site, TONGUES, WebPage};

const HOME: &str = "public/ko/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Built,
    faults: &[
        Fault {
            plants: &swap(
                "public/recovery/index.html",
                r#"<a href="/en/recovery/" lang="en" hreflang="en">English</a>"#,
                "",
            ),
            finds: "/recovery/: does not lead to /en/recovery/",
        },
        Fault {
            plants: &swap(HOME, r#"<a href="/" lang="zh" hreflang="zh">中文</a>"#, ""),
            finds: "/ko/: does not lead to /",
        },
        Fault {
            plants: &swap(HOME, r#"<a href="/" hreflang="zh">"#, r#"<a href="/">"#),
            finds: "/ko/: does not say that / is in Chinese",
        },
        Fault {
            plants: &swap(
                HOME,
                r#"<link rel="alternate" hreflang="en" href="/en/">"#,
                "",
            ),
            finds: "/ko/: names no alternate /en/",
        },
        Fault {
            plants: &[Plant::Add(
                "public/ko/lonely/index.html",
                r#"<!doctype html><html lang="ko"><title>홀로</title>"#,
            )],
            finds: "/ko/lonely/: has no Chinese twin",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let findings = site.pages().flat_map(|page| {
        let wrong = match page.tongue() {
            (_, "") => of_chinese(site, page),
            (_, root) => of_other(site, page, root),
        };
        let findings = wrong.into_iter();
        findings.map(|what| Finding::new(&page.address, what))
    });
    findings.collect()
}

/// The addresses of the same page in the languages it is in, but for its own.
fn twins(site: &Site, page: &WebPage) -> Vec<(&'static str, String)> {
    let place = page.place();
    let all = [("zh", "")].iter().chain(TONGUES);
    let all = all.map(|(language, root)| (*language, format!("{root}{place}")));
    all.filter(|(_, address)| *address != page.address && site.page(address).is_some())
        .collect()
}

fn of_chinese(site: &Site, page: &WebPage) -> Vec<String> {
    let twins = twins(site, page);
    let missing = twins.iter().filter(|twin| !leads_to(site, page, twin));
    missing
        .map(|(_, address)| format!("does not lead to {address}"))
        .collect()
}

fn of_other(site: &Site, page: &WebPage, root: &str) -> Vec<String> {
    let mut wrong = of_chinese(site, page);
    let twins = twins(site, page);
    if twins.iter().all(|(language, _)| *language != "zh") {
        return vec!["has no Chinese twin".to_string()];
    }
    for (language, address) in &twins {
        let link = format!(
            "link[rel=alternate][hreflang={language}][href$='{}{address}']",
            site.base
        );
        if !page.has(&link) {
            wrong.push(format!("names no alternate {address}"));
        }
    }
    let (files, own) = (format!("{}/", site.base), format!("{}{root}/", site.base));
    for link in page.all("body a[href]:not([hreflang])") {
        let target = link.attr("href").unwrap_or_default();
        if target.starts_with(&files) && !target.starts_with(&own) {
            wrong.push(format!("does not say that {target} is in Chinese"));
        }
    }
    wrong
}

fn leads_to(site: &Site, page: &WebPage, (language, address): &(&str, String)) -> bool {
    page.has(&format!(
        ".langs a[hreflang={language}][href='{}{address}']",
        site.base
    ))
}
