//! Nothing on the help pages leads to a tip, in text, menu or foot: who looks for help must not fear
//! that this is the way to the police.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

const HELP: &str = "public/recovery/index.html";
const MENU: &str = r#"<li><a href="/about/">关于</a></li>"#;

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(HELP, "陪着去", "<a href=\"/tip/\">陪着去</a>"),
            finds: "/recovery/: leads to /tip/",
        },
        Fault {
            plants: &swap(HELP, MENU, "<li><a href=\"/report/kept/\">举报</a></li>"),
            finds: "/recovery/: leads to /report/kept/",
        },
        Fault {
            plants: &swap(HELP, "陪着去", "<form action=\"/report/\"></form>陪着去"),
            finds: "/recovery/: leads to /report/",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let help = site
        .pages()
        .filter(|page| page.place().starts_with("/recovery/"));
    let findings = help.flat_map(|page| {
        let mut targets = page.attributes("[href]", "href");
        targets.extend(page.attributes("[action]", "action"));
        let tips = targets.into_iter().filter(|target| {
            let inside = target.strip_prefix(&site.base).unwrap_or(target);
            let own = inside.strip_prefix(page.tongue().1).unwrap_or(inside);
            [inside, own]
                .iter()
                .any(|path| path.starts_with("/tip") || path.starts_with("/report"))
        });
        let tips: Vec<String> = tips.collect();
        tips.into_iter()
            .map(|target| Finding::new(&page.address, format!("leads to {target}")))
    });
    findings.collect()
}
