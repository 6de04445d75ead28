//! Every page ends with the three doors: know, help, report; those of help with the first two, since
//! help is a door of its own.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

const KNOW: &str = "/knowledge/";
const HELP: &str = "/recovery/";
const REPORT: &str = "/report/";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(
                "public/about/index.html",
                "<li><a href=\"/recovery/\"><b>求助</b> 想戒毒</a></li>",
                "",
            ),
            finds: "/about/: its doors lead to [\"/knowledge/\", \"/report/\"]",
        },
        Fault {
            plants: &swap(
                "public/recovery/index.html",
                "想戒毒</a></li>",
                "想戒毒</a></li><li><a href=\"/report/\">举报</a></li>",
            ),
            finds: "/recovery/: its doors lead to",
        },
        Fault {
            plants: &swap(
                "public/about/index.html",
                "class=\"doors\"",
                "class=\"other\"",
            ),
            finds: "/about/: its doors lead to []",
        },
        Fault {
            plants: &swap(
                "public/about/index.html",
                "</nav>\n<footer",
                "</nav><main>又一段</main><footer",
            ),
            finds: "/about/: its doors are not at its end",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in site.pages_and_shell() {
        let found = page.attributes("main ~ nav.doors a[href]", "href");
        let inside = found
            .iter()
            .map(|link| link.strip_prefix(&site.base).unwrap_or(link));
        let doors: Vec<&str> = inside.collect();
        let is_help = page.place().starts_with(HELP);
        // What there is to know is in Chinese alone.
        let (_, root) = page.tongue();
        let mut due = vec![KNOW.to_string(), format!("{root}{HELP}")];
        if !is_help {
            due.push(format!("{root}{REPORT}"));
        }
        if doors != due {
            let what = format!("its doors lead to {doors:?}");
            findings.push(Finding::new(&page.address, what));
        } else if !page.has("nav.doors + footer") {
            findings.push(Finding::new(&page.address, "its doors are not at its end"));
        }
    }
    findings
}
