//! Every page but those that are no articles shows from when it is, the same day its
//! meta element tells, and no day that is still to come. An article without a date counts as never
//! updated; a forged one fails the whole site.

use crate::day::Day;
use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

/// No articles: home, what is not found, and what a web server shows in the place of the form.
const NO_ARTICLES: &[&str] = &["/", "/404.html", "/report/unavailable/"];

const ABOUT: &str = "public/about/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, "<br>发布：2026年11月20日", ""),
            finds: "/about/: does not show 2026年11月20日",
        },
        Fault {
            plants: &swap(ABOUT, "发布：2026年11月20日", "发布：2026年11月2日"),
            finds: "/about/: does not show 2026年11月20日",
        },
        Fault {
            plants: &swap("public/index.html", "2026-11-20", "2026-11-21"),
            finds: "/: is from 2026-11-21, a day to come",
        },
        Fault {
            plants: &swap("public/index.html", "2026-11-20", "2026-02-30"),
            finds: "/: 2026-02-30 is no day",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages().filter(|page| page.name != "404.html");
    let findings = pages.filter_map(|page| {
        let what = fault(site, page)?;
        Some(Finding::new(&page.address, what))
    });
    findings.collect()
}

fn fault(site: &Site, page: &WebPage) -> Option<String> {
    let said = page.attribute("meta[name=PubDate]", "content")?;
    let text = said.split(' ').next().unwrap_or_default();
    let Some(day) = Day::parse(text) else {
        return Some(format!("{text} is no day"));
    };
    if site.today.is_some_and(|today| day > today) {
        return Some(format!("is from {text}, a day to come"));
    }
    let mut parts = text.split('-').map(|part| part.trim_start_matches('0'));
    let mut next = || parts.next().unwrap_or_default();
    let (label, shown) = said_in(page.tongue().0, [next(), next(), next()]);
    let dateline = page.text(".dateline").unwrap_or_default();
    let stands = dateline.contains(&format!("{label}{shown}"));
    (!NO_ARTICLES.contains(&page.place()) && !stands).then(|| format!("does not show {shown}"))
}

/// How a page in this language says when it is from.
fn said_in(language: &str, [year, month, day]: [&str; 3]) -> (&'static str, String) {
    const MONTHS: [&str; 13] = [
        "",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    match language {
        "ko" => ("올린 날: ", format!("{year}년 {month}월 {day}일")),
        "en" => {
            let index = month.parse::<usize>().unwrap_or_default();
            let name = MONTHS.get(index).copied().unwrap_or_default();
            ("Published: ", format!("{day} {name} {year}"))
        }
        _ => ("发布：", format!("{year}年{month}月{day}日")),
    }
}
