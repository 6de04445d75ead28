//! The site says in its own words what the unit's article said: no run of twenty Chinese characters
//! is the same, official names and the captions that are quoted as captions aside. Where the article
//! does not lie beside the repository, this rule says so and checks nothing else.

use std::collections::BTreeSet;

use crate::rule::{Fault, Finding, Ground, Rule, say, swap};
use crate::site::Site;

const LONGEST: usize = 20;
/// Stands for what ends a run.
const BREAK: char = '|';

/// Official names and quoted captions, by their Chinese characters.
const QUOTED: &[&str] = &[
    // The names of the event, of the province and of the city.
    "不忘初心牢记使命禁毒火炬燃动辽源",
    "不忘初心牢记使命禁毒火炬燃动吉林",
    // The captions of the article's pictures.
    "禁毒宣传进校园警校携手护航促学生成长",
    "以禁毒法律法规毒品危害常识社区戒毒康复毒品预防教育等为主要内容开展禁毒知识测试有效提高街道社区工作者的识毒防毒拒毒禁毒的意识和能力",
    "开展禁毒志愿服务弘扬志愿服务精神凝聚全社会参与禁毒的强大合力推进禁毒工作社会化",
    "发挥行业自律监管作用遏制易制毒化学品流入非法渠道",
    "深入开展禁毒宣传提升全民禁毒意识筑牢防毒防线",
];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[Fault {
        // The same words, other marks between them.
        plants: &swap(
            "public/about/index.html",
            "别处</h3>",
            "讲怎样认出换了包装的毒品</h3><p>各学校，一起在广场上，给过路的居民讲怎样认出</p>",
        ),
        finds: "/about/: 各学校一起在广场上给过路的居民讲怎样认",
    }],
};

fn check(site: &Site) -> Vec<Finding> {
    let Some(seed) = &site.seed else {
        say("the article is not beside the repository: nothing was compared with it");
        return Vec::new();
    };
    let seed: Vec<char> = chinese(seed);
    let runs: BTreeSet<&[char]> = seed
        .windows(LONGEST)
        .filter(|run| !run.contains(&BREAK))
        .collect();
    let pages = site.pages();
    let findings = pages.filter_map(|page| {
        let mut text: String = chinese(&page.text("main").unwrap_or_default())
            .iter()
            .collect();
        for quoted in QUOTED {
            text = text.replace(quoted, &BREAK.to_string());
        }
        let text: Vec<char> = text.chars().collect();
        let copied = text.windows(LONGEST).find(|run| runs.contains(run))?;
        Some(Finding::new(
            &page.address,
            copied.iter().collect::<String>(),
        ))
    });
    findings.collect()
}

/// The Chinese characters of a text. Marks between them are left out, since another comma is no other
/// sentence; figures stay as a break, since they are quoted as figures.
fn chinese(text: &str) -> Vec<char> {
    let figures_as_breaks = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { BREAK } else { c });
    let is_kept = |c: &char| *c == BREAK || ('\u{4e00}'..='\u{9fff}').contains(c);
    figures_as_breaks.filter(is_kept).collect()
}
