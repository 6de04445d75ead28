//! Every line of the table of contents has its page: what was promised, by its addresses, and what
//! each must carry that can be told by a selector.

use crate::rule::{Fault, Finding, Ground, Plant, Rule, swap};
use crate::site::Site;

/// A line of the contents: what it is, where it is.
const LINES: &[(&str, &[&str])] = &[
    ("home", &["/"]),
    (
        "in Korean and English",
        &[
            "/ko/",
            "/ko/recovery/",
            "/ko/report/",
            "/ko/report/anonymity/",
            "/ko/report/unavailable/",
            "/en/",
            "/en/recovery/",
            "/en/report/",
            "/en/report/anonymity/",
            "/en/report/unavailable/",
        ],
    ),
    (
        "campaigns",
        &[
            "/campaigns/",
            "/campaigns/four-battles/",
            "/campaigns/enforcement/",
            "/campaigns/demonstration-city/",
            "/campaigns/outreach/",
            "/campaigns/foundations/",
            "/campaigns/youth-627/",
            "/campaigns/schools/",
            "/campaigns/contest/",
            "/campaigns/zero-planting/",
            "/campaigns/precursors/",
            "/campaigns/self-discipline/",
            "/campaigns/medicines/",
            "/campaigns/venues/",
            "/campaigns/community-recovery/",
            "/campaigns/community-quiz/",
            "/campaigns/volunteers/",
            "/campaigns/outlook-2019/",
        ],
    ),
    ("torch relay", &["/torch-relay/"]),
    (
        "knowledge",
        &[
            "/knowledge/",
            "/knowledge/drugs/",
            "/knowledge/disguised/",
            "/knowledge/plants/",
            "/knowledge/law/",
            "/knowledge/emergency/",
            "/knowledge/myths/",
            "/knowledge/timeline/",
            "/knowledge/figures/",
        ],
    ),
    (
        "filters without script",
        &["/knowledge/drugs/kinds/", "/knowledge/drugs/looks/"],
    ),
    (
        "prevention for nine",
        &[
            "/prevention/",
            "/prevention/students/",
            "/prevention/parents/",
            "/prevention/teachers/",
            "/prevention/venues/",
            "/prevention/couriers/",
            "/prevention/pharmacies/",
            "/prevention/precursor-enterprises/",
            "/prevention/drivers/",
            "/prevention/villages/",
        ],
    ),
    ("help", &["/recovery/"]),
    (
        "quiz, its paper and its answers",
        &["/quiz/", "/quiz/paper/", "/quiz/answers/"],
    ),
    (
        "posters and lessons",
        &[
            "/resources/",
            "/resources/posters/",
            "/resources/lessons/",
            "/resources/posters/report/",
        ],
    ),
    ("news", &["/news/"]),
    (
        "report",
        &[
            "/report/",
            "/report/what-to-report/",
            "/report/how-it-works/",
            "/report/kept/",
            "/report/anonymity/",
            "/report/rewards/",
            "/report/private-browsing/",
            "/report/unavailable/",
        ],
    ),
    (
        "house",
        &[
            "/about/",
            "/privacy/",
            "/accessibility/",
            "/sitemap/",
            "/search/",
            "/404.html",
        ],
    ),
];

/// What a page must carry: its address, a selector, how many at the least.
const CARRIED: &[(&str, &str, usize)] = &[
    ("/", "main .season", 1),
    ("/", "main .doors .door", 3),
    ("/", "main svg.chart", 1),
    ("/", "main a[href$='/knowledge/disguised/']", 1),
    ("/", "main a[href$='/knowledge/plants/']", 1),
    ("/", "main a[href$='/torch-relay/']", 1),
    ("/", "main a[href*='/news/']", 2),
    ("/quiz/", "fieldset.q details", 60),
    ("/quiz/paper/", "ol.paper > li", 60),
    ("/quiz/answers/", "tbody tr", 60),
    ("/torch-relay/", "main .event", 1),
    ("/knowledge/law/", "main table tbody tr", 12),
    ("/knowledge/plants/", "main img, main svg[role=img]", 3),
    ("/knowledge/plants/", "main table", 2),
    ("/knowledge/figures/", "main svg.chart", 5),
    ("/recovery/", "main a[href='tel:12356']", 1),
    ("/report/", "main a[href='tel:110']", 1),
    ("/report/what-to-report/", "main a[href='tel:12389']", 1),
    ("/news/", "main a[href$='/news/atom.xml']", 1),
];

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Built,
    faults: &[
        Fault {
            plants: &[Plant::Drop("public/campaigns/contest/index.html")],
            finds: "campaigns: /campaigns/contest/ is not there",
        },
        Fault {
            plants: &[Plant::Drop("public/prevention/drivers/index.html")],
            finds: "prevention for nine: /prevention/drivers/ is not there",
        },
        Fault {
            plants: &swap("public/recovery/index.html", "tel:12356", "tel:12355"),
            finds: "/recovery/: 0 of main a[href='tel:12356']",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let missing = LINES.iter().flat_map(|(line, addresses)| {
        let missing = addresses
            .iter()
            .filter(|address| site.page(address).is_none());
        missing.map(|address| Finding::new(*line, format!("{address} is not there")))
    });
    let bare = CARRIED.iter().filter_map(|(address, selector, least)| {
        // A page that is not there has been found above.
        let count = site.page(address)?.all(selector).len();
        let what = format!("{count} of {selector}, at least {least} were promised");
        (count < *least).then(|| Finding::new(*address, what))
    });
    missing.chain(bare).collect()
}
