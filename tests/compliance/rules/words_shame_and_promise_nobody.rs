//! Words that shame people, which keeps them from asking for help, and promises of anonymity that
//! nobody can keep stand nowhere, but where the site itself says that it does not use them.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

const FORBIDDEN: &[&str] = &[
    "绝对匿名",
    "100%匿名",
    "百分之百匿名",
    "完全匿名",
    "保证匿名",
    "绝对保密",
    "绝对安全",
    "瘾君子",
    "吸毒鬼",
    "毒鬼",
    "毒虫",
    "白粉仔",
    "大烟鬼",
    "道友",
    "改邪归正",
    "완전한익명",
    "절대익명",
    "100%익명",
    "마약쟁이",
    "약쟁이",
    "completelyanonymous",
    "absolutelyanonymous",
    "100%anonymous",
    "junkie",
    "drugaddict",
];

/// Sentences that may hold such a word, each with the reason.
const ALLOWED: &[(&str, &str)] = &[];

const ABOUT: &str = "public/about/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "举报绝对匿名</h3>"),
            finds: "/about/: 绝对匿名",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "100% 匿名</h3>"),
            finds: "/about/: 100%匿名",
        },
        Fault {
            plants: &swap(ABOUT, "一句话说清", "给瘾君子看"),
            finds: "/about/: 瘾君子",
        },
        Fault {
            plants: &swap(ABOUT, "alt=\"一朵花\"", "alt=\"毒虫\""),
            finds: "/about/: 毒虫",
        },
        Fault {
            plants: &swap("data/laws.toml", "种植罂粟", "白粉仔种植罂粟"),
            finds: "laws.toml: 白粉仔",
        },
        Fault {
            plants: &swap("public/drawings/flower.svg", "四片花瓣", "瘾君子的花"),
            finds: "drawings/flower.svg: 瘾君子",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell();
    // The source, since readers see descriptions and alternative texts as well.
    let pages = pages.map(|page| (page.address.clone(), page.source.clone()));
    let endings = [".svg", ".xml", ".ics", ".js", ".txt"];
    let files = site
        .names()
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)));
    let files = files.map(|name| (name.to_string(), site.text(name).unwrap_or_default()));
    let data = site
        .data()
        .into_iter()
        .map(|(name, table)| (name.to_string(), table.to_string()));
    let texts: Vec<(String, String)> = pages.chain(files).chain(data).collect();
    let findings = texts.into_iter().flat_map(|(name, text)| {
        let mut text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        for (sentence, _) in ALLOWED {
            text = text.replace(sentence, "");
        }
        let found = FORBIDDEN.iter().filter(move |word| text.contains(**word));
        found
            .map(move |word| Finding::new(&name, *word))
            .collect::<Vec<_>>()
    });
    findings.collect()
}
