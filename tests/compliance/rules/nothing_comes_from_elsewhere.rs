//! A page loads nothing from another origin: no font, script, picture, frame or style of somebody
//! who could then see who reads what.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

const LINKS: &str = "link[rel~=stylesheet], link[rel~=icon], link[rel~=preload], \
    link[rel~=manifest], link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch]";
const SOURCES: &str = "script, img, source, iframe, video, audio, embed, track, input, use, image";
const UNWANTED: &[&str] = &[
    "iframe",
    "frame",
    "object",
    "embed",
    "base",
    "meta[http-equiv=refresh]",
];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(
                "public/index.html",
                "\"/site.js",
                "\"https://cdn.example.org/site.js",
            ),
            finds: "/: loads https://cdn.example.org/site.js",
        },
        Fault {
            plants: &swap(
                "public/about/index.html",
                "\"/drawings/",
                "\"//example.org/",
            ),
            finds: "/about/: loads //example.org/flower.svg",
        },
        Fault {
            plants: &swap(
                "public/about/index.html",
                "<h3>",
                "<iframe title=\"图\"></iframe><h3>",
            ),
            finds: "/about/: has iframe",
        },
        Fault {
            plants: &swap(
                "public/main.css",
                "body {",
                "body { background: url(//example.org/a);",
            ),
            finds: "main.css: loads //example.org/a",
        },
        Fault {
            plants: &swap("public/main.css", "body {", "@import \"a.css\"; body {"),
            finds: "main.css: has @import",
        },
        Fault {
            plants: &swap("public/site.js", ";", "; fetch(\"https://example.org/\");"),
            finds: "site.js: names https://example.org/",
        },
        Fault {
            plants: &swap(
                "public/drawings/flower.svg",
                "<circle",
                "<image href=\"//e.org/a\"/><circle",
            ),
            finds: "drawings/flower.svg: loads //e.org/a",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell().flat_map(of_page);
    let files = site.names().flat_map(|name| {
        let text = || site.text(name).unwrap_or_default();
        match name.rsplit_once('.') {
            Some((_, "css")) => of_style(name, &text()),
            // Pagefind's own files and OpenPGP.js stand as npm gave them; the browser's policy keeps them in.
            Some((_, "js")) if !name.starts_with("pagefind/") && name != "seal/openpgp.js" => {
                of_script(name, &text())
            }
            Some((_, "svg")) => of_drawing(name, &text()),
            _ => Vec::new(),
        }
    });
    pages.chain(files).collect()
}

fn is_foreign(target: &str) -> bool {
    target.contains("//") || target.starts_with("data:")
}

fn of_page(page: &WebPage) -> Vec<Finding> {
    let mut loaded = page.attributes(LINKS, "href");
    loaded.extend(page.attributes(SOURCES, "src"));
    loaded.extend(page.attributes("use, image", "href"));
    loaded.extend(page.attributes("img, source", "srcset"));
    loaded.extend(page.attributes("video", "poster"));
    loaded.extend(page.attributes("form", "action"));
    let foreign = loaded.into_iter().filter(|target| is_foreign(target));
    let unwanted = UNWANTED.iter().filter(|selector| page.has(selector));
    foreign
        .map(|target| format!("loads {target}"))
        .chain(unwanted.map(|selector| format!("has {selector}")))
        .map(|what| Finding::new(&page.address, what))
        .collect()
}

fn of_style(name: &str, css: &str) -> Vec<Finding> {
    let targets = css.split("url(").skip(1);
    let targets = targets.filter_map(|rest| rest.split(')').next());
    let mut findings: Vec<Finding> = targets
        .map(|target| target.trim_matches(['"', '\'']))
        .filter(|target| is_foreign(target))
        .map(|target| Finding::new(name, format!("loads {target}")))
        .collect();
    if css.contains("@import") {
        findings.push(Finding::new(name, "has @import"));
    }
    findings
}

fn of_script(name: &str, script: &str) -> Vec<Finding> {
    let quoted = script.split(['"', '\'', '`']).skip(1).step_by(2);
    quoted
        .filter(|text| text.starts_with("http") || text.starts_with("//"))
        .map(|text| Finding::new(name, format!("names {text}")))
        .collect()
}

fn of_drawing(name: &str, svg: &str) -> Vec<Finding> {
    let targets = svg.split("href=\"").skip(1);
    targets
        .filter_map(|rest| rest.split('"').next())
        .filter(|target| is_foreign(target))
        .map(|target| Finding::new(name, format!("loads {target}")))
        .collect()
}
