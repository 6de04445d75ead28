//! Whoever cannot see a picture is told what it shows, or that it is there for decoration only.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

const ABOUT: &str = "public/about/index.html";
const FLOWER: &str = "public/drawings/flower.svg";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, r#" alt="一朵花""#, ""),
            finds: "/about/: <img",
        },
        Fault {
            plants: &swap(ABOUT, r#"alt="一朵花""#, r#"alt="flower.svg""#),
            finds: "/about/: <img",
        },
        Fault {
            plants: &swap(ABOUT, r#" aria-label="一个点""#, ""),
            finds: "/about/: <svg",
        },
        Fault {
            plants: &swap(ABOUT, r#" aria-hidden="true""#, ""),
            finds: "/about/: <svg",
        },
        Fault {
            plants: &swap(FLOWER, "<title>花</title>", ""),
            finds: "drawings/flower.svg: no title",
        },
        Fault {
            plants: &swap(FLOWER, "<desc>四片花瓣。</desc>", ""),
            finds: "drawings/flower.svg: no desc",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell().flat_map(of_page);
    let drawings = site.names().filter(|name| name.starts_with("drawings/"));
    let drawings = drawings
        .filter(|name| name.ends_with(".svg"))
        .flat_map(|name| {
            let svg = site.text(name).unwrap_or_default();
            let lacking = ["title", "desc"].into_iter();
            lacking
                .filter(move |part| !svg.contains(&format!("<{part}")))
                .map(move |part| Finding::new(name, format!("no {part}")))
        });
    pages.chain(drawings).collect()
}

fn of_page(page: &WebPage) -> Vec<Finding> {
    let silent_images = page.all("img").into_iter().filter(|image| {
        // An empty text is an answer: decoration. A file's name is none.
        image
            .attr("alt")
            .is_none_or(|alt| alt.contains('.') && alt.is_ascii())
    });
    let silent_drawings = page.all("svg").into_iter().filter(|svg| {
        let named = ["aria-label", "aria-labelledby"];
        let is_named = named
            .iter()
            .any(|name| svg.attr(name).is_some_and(|text| !text.is_empty()));
        let is_image = svg.attr("role") == Some("img") && is_named;
        svg.attr("aria-hidden") != Some("true") && !is_image
    });
    silent_images
        .chain(silent_drawings)
        .map(|element| Finding::new(&page.address, format!("{:.120}", element.html())))
        .collect()
}
