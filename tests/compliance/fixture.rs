//! The sound site: as small as a site can be that keeps every rule. `fixtures/sound/pages/` holds
//! what is special of each page, after a first line with its title; `layout.html` puts round it
//! what all pages of the real site share.

use std::collections::BTreeMap;

use e2e::machine::{files_under, repository};

use crate::site::Site;

/// The sound site, put together.
pub(crate) fn sound() -> Site {
    let root = repository().join("tests/compliance/fixtures/sound");
    let mut files = BTreeMap::new();
    let layout = std::fs::read_to_string(root.join("layout.html")).expect("the layout");
    for path in files_under(&root) {
        let name = path.strip_prefix(&root).expect("it lies below");
        let name = name.display().to_string();
        let text = std::fs::read_to_string(&path).expect("a fixture is text");
        if let Some(page) = name.strip_prefix("pages/") {
            files.insert(format!("public/{page}"), whole(&layout, page, &text).into());
        } else if name.starts_with("public/") || name.starts_with("data/") {
            files.insert(name, text.into());
        }
    }
    let seed = std::fs::read_to_string(root.join("seed.txt")).expect("the seed");
    Site::of(files, "").beside(Some(seed))
}

fn whole(layout: &str, page: &str, text: &str) -> String {
    let (title, main) = text.split_once('\n').expect("a title line");
    let report = r#"<li><a href="/report/"><b>举报</b> 把看到的告诉我们</a></li>"#;
    // As on the real site: help leads to no tip.
    let report = if page.starts_with("recovery/") {
        ""
    } else {
        report
    };
    layout
        .replace("{title}", title)
        .replace("{report}", report)
        .replace("{main}", main)
}
