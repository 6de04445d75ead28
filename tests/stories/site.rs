//! The built site as a visitor's browser finds it: every link leads somewhere, nothing is loaded
//! from elsewhere, nothing needs a looser content security policy, every page says what it is.

use std::collections::{BTreeMap, BTreeSet};

use e2e::install::Install;
use e2e::page::Page;
use e2e::site::{built, pages};

/// Where a page's own address is, as the site serves it.
fn address(name: &str) -> String {
    format!("/{}", name.strip_suffix("index.html").unwrap_or(name))
}

/// Fails with all complaints at once, so that one run tells everything.
fn assert_none(what: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{what}:\n{}", complaints.join("\n"));
}

/// An internal target as path and anchor; nothing for other hosts, mail and telephone.
fn internal(target: &str, from: &str) -> Option<(String, String)> {
    let outside = ["http:", "https:", "//", "mailto:", "tel:", "sms:", "data:"];
    if outside.iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = path.split('?').next().unwrap_or_default();
    let path = match path {
        "" => from.to_string(),
        absolute if absolute.starts_with('/') => absolute.to_string(),
        relative => panic!("{from}: the link {relative} depends on where the page stands"),
    };
    Some((path, anchor.to_string()))
}

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let pages: BTreeMap<String, Page> = pages()
        .into_iter()
        .map(|(name, page)| (address(&name), page))
        .collect();
    let (mut targets, mut dead) = (BTreeMap::<(String, String), String>::new(), Vec::new());
    for (from, page) in pages
        .iter()
        .filter(|(from, _)| !from.starts_with("/_shell"))
    {
        for target in page.attributes("a[href], link[href]", "href") {
            if let Some(found) = internal(&target, from) {
                targets.entry(found).or_insert_with(|| from.clone());
            }
        }
    }
    assert!(targets.len() > 30, "hardly any links: {}", targets.len());
    for ((path, anchor), from) in &targets {
        let answer = visitor.get(path);
        // Quick exit leads away.
        if answer.status != 200 && !(path.ends_with("/tip/exit/") && answer.status == 303) {
            dead.push(format!("{from} → {path}: {}", answer.status));
        } else if !anchor.is_empty() && !answer.page().has(&format!("[id='{anchor}']")) {
            dead.push(format!("{from} → {path}#{anchor}: no such place"));
        }
    }
    assert_none("dead links", &dead);
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let mut foreign = Vec::new();
    let loads = "link[rel=stylesheet], link[rel=icon], link[rel=preload], link[rel=manifest]";
    for (name, page) in pages() {
        let mut loaded = page.attributes(loads, "href");
        loaded.extend(page.attributes("script, img, source, iframe, video, audio, embed", "src"));
        loaded.extend(page.attributes("img, source", "srcset"));
        for target in loaded {
            if target.contains("//") || target.starts_with("data:") {
                foreign.push(format!("{name}: {target}"));
            }
        }
        for selector in [
            "iframe",
            "object",
            "embed",
            "base",
            "meta[http-equiv=refresh]",
        ] {
            if page.has(selector) {
                foreign.push(format!("{name}: has {selector}"));
            }
        }
    }
    for file in e2e::machine::files_under(&built()) {
        if file.extension().is_some_and(|ending| ending == "css") {
            let css = std::fs::read_to_string(&file).expect("CSS is UTF-8");
            let loads = css.split("url(").skip(1).filter(|rest| {
                let target = rest.trim_start_matches(['"', '\'']);
                target.starts_with("http") || target.starts_with("//")
            });
            foreign.extend(loads.map(|rest| format!("{}: {rest:.60}", file.display())));
            if css.contains("@import") {
                foreign.push(format!("{}: @import", file.display()));
            }
        }
    }
    assert_none("loaded from elsewhere", &foreign);
}

#[test]
fn no_page_has_script_or_style_inside() {
    let mut inside = Vec::new();
    for (name, page) in pages() {
        for element in page.all("script:not([src]), style, [style]") {
            inside.push(format!("{name}: {:.100}", element.html()));
        }
        for element in page.all("*") {
            if let Some((handler, _)) = element
                .value()
                .attrs()
                .find(|(name, _)| name.starts_with("on"))
            {
                inside.push(format!("{name}: {handler}"));
            }
        }
        for target in page.attributes("a[href]", "href") {
            if target
                .trim_start()
                .to_lowercase()
                .starts_with("javascript:")
            {
                inside.push(format!("{name}: {target}"));
            }
        }
    }
    assert_none("inline script or style", &inside);
}

#[test]
fn every_page_says_what_it_is() {
    let (mut silent, mut titles) = (Vec::new(), BTreeMap::<String, BTreeSet<String>>::new());
    for (name, page) in pages() {
        if name.starts_with("_shell") {
            continue;
        }
        page.assert_site_layout(&name);
        let title = page.text("title").unwrap_or_default();
        let description = page
            .attribute("meta[name=description]", "content")
            .unwrap_or_default();
        if title.is_empty() || description.chars().count() < 8 {
            silent.push(format!(
                "{name}: title {title:?}, description {description:?}"
            ));
        }
        if page.attribute("meta[name=viewport]", "content").is_none() {
            silent.push(format!("{name}: no viewport"));
        }
        for image in page.all("img:not([alt])") {
            silent.push(format!(
                "{name}: an image without alt: {:.80}",
                image.html()
            ));
        }
        titles.entry(title).or_default().insert(name);
    }
    assert_none("pages that do not say what they are", &silent);
    let double: Vec<String> = titles
        .iter()
        .filter(|(_, names)| names.len() > 1)
        .map(|(title, names)| format!("{title}: {names:?}"))
        .collect();
    assert_none("the same title twice", &double);
}

#[test]
fn the_way_to_report_stands_on_every_page_but_those_of_help() {
    let mut wrong = Vec::new();
    for (name, page) in pages() {
        let links = page.attributes("a[href]", "href");
        let to_report = links
            .iter()
            .any(|to| to.contains("/report/") || to.contains("/tip/"));
        // Who looks for help must not fear that this is the way to the police.
        let is_help = name.starts_with("recovery/");
        if !name.starts_with("_shell") && to_report == is_help {
            wrong.push(format!("{name}: way to report: {to_report}"));
        }
    }
    assert_none("ways to report", &wrong);
}

#[test]
fn the_shell_is_not_a_page() {
    let install = Install::new();
    let service = install.start();
    for path in [
        "/_shell/",
        "/_shell/index.html",
        "/_shell",
        "/%5fshell/",
        "/./_shell/",
    ] {
        let answer = service.visitor().get(path);
        assert!(answer.status != 200, "{path} is served");
        assert!(!answer.text().contains("{%"), "{path} shows a template");
    }
    let sitemap = std::fs::read_to_string(built().join("sitemap.xml")).unwrap_or_default();
    assert!(!sitemap.contains("_shell"), "the site map names the shell");
}
