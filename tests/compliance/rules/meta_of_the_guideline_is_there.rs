//! The meta elements that 政府网站发展指引 asks for, on every page, with what they must say. What
//! only the publisher knows is empty until it is given, and then the foot of the page says so.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

const FILLED: &[&str] = &[
    "ColumnName",
    "ColumnDescription",
    "ColumnKeywords",
    "ColumnType",
    "ArticleTitle",
    "PubDate",
    "ContentSource",
];

/// What the publisher gives: the element, and its name in `data/footer.toml`.
const GIVEN: &[(&str, &str)] = &[
    ("SiteDomain", "site_domain"),
    ("SiteIDCode", "site_id_code"),
];

const ABOUT: &str = "public/about/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, r#"<meta name="SiteName" content="小站">"#, ""),
            finds: "/about/: no SiteName",
        },
        Fault {
            plants: &swap(ABOUT, r#"<meta name="SiteIDCode" content="">"#, ""),
            finds: "/about/: no SiteIDCode",
        },
        Fault {
            plants: &swap(
                ABOUT,
                r#""SiteDomain" content="""#,
                r#""SiteDomain" content="made.up""#,
            ),
            finds: "/about/: SiteDomain is made.up, given is \"\"",
        },
        Fault {
            plants: &swap(ABOUT, "待发布单位提供</p></footer>", "</p></footer>"),
            finds: "/about/: the foot does not say what is still to be given",
        },
        Fault {
            plants: &swap(
                ABOUT,
                r#""ColumnKeywords" content="栏目""#,
                r#""ColumnKeywords" content="""#,
            ),
            finds: "/about/: no ColumnKeywords",
        },
        Fault {
            plants: &swap(
                ABOUT,
                r#"<meta name="ContentSource" content="小站编写">"#,
                "",
            ),
            finds: "/about/: no ContentSource",
        },
        Fault {
            plants: &swap(ABOUT, "2026-11-20 00:00", "2026-11-20"),
            finds: "/about/: PubDate 2026-11-20 is not of the form YYYY-MM-DD HH:MM",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let data = site.data();
    let given: Vec<(&str, &str)> = GIVEN
        .iter()
        .map(|(meta, key)| {
            let value = data.get("footer.toml").and_then(|table| table.get(*key));
            (
                *meta,
                value.and_then(|value| value.as_str()).unwrap_or_default(),
            )
        })
        .collect();
    let pages = site.pages();
    let findings = pages.flat_map(|page| {
        let wrong = of_page(page, &given).into_iter();
        wrong.map(|what| Finding::new(&page.address, what))
    });
    findings.collect()
}

fn of_page(page: &WebPage, given: &[(&str, &str)]) -> Vec<String> {
    let meta = |name: &str| page.attribute(&format!("meta[name={name}]"), "content");
    let mut wrong = Vec::new();
    // What is not found is no article of any column.
    let filled = if page.name == "404.html" { &[] } else { FILLED };
    for name in ["SiteName"].iter().chain(filled) {
        if meta(name).unwrap_or_default().trim().is_empty() {
            wrong.push(format!("no {name}"));
        }
    }
    for (name, value) in given {
        match meta(name) {
            None => wrong.push(format!("no {name}")),
            Some(said) if said != *value => {
                wrong.push(format!("{name} is {said}, given is {value:?}"));
            }
            Some(_) => {}
        }
    }
    let lacking = given.iter().any(|(_, value)| value.is_empty());
    let foot = page.text("body > footer").unwrap_or_default();
    let to_come = match page.tongue().0 {
        "ko" => "발행 기관이 제공할 예정",
        "en" => "to be given by the publisher",
        _ => "待发布单位提供",
    };
    if lacking && !foot.contains(to_come) {
        wrong.push("the foot does not say what is still to be given".into());
    }
    let date = meta("PubDate").unwrap_or_default();
    let form = date
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c });
    if !date.is_empty() && form.collect::<String>() != "0000-00-00 00:00" {
        wrong.push(format!(
            "PubDate {date} is not of the form YYYY-MM-DD HH:MM"
        ));
    }
    wrong
}
