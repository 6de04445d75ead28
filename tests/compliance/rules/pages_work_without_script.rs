//! Every page is whole without script: none asks to switch it on, nothing is a link or a button by
//! script alone, every question of the quiz has its answer under a disclosure.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

const ABOUT: &str = "public/about/index.html";
const QUIZ: &str = "public/quiz/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "请启用 JavaScript</h3>"),
            finds: "/about/: 启用JavaScript",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "请打开脚本</h3>"),
            finds: "/about/: 打开脚本",
        },
        Fault {
            plants: &swap(ABOUT, "<h3>", "<noscript>看不到</noscript><h3>"),
            finds: "/about/: has noscript",
        },
        Fault {
            plants: &swap(ABOUT, "<h3>", "<a href=\"#\">全部</a><h3>"),
            finds: "/about/: a link to nowhere: 全部",
        },
        Fault {
            plants: &swap(ABOUT, "<h3>", "<button type=\"button\">按</button><h3>"),
            finds: "/about/: a button that only script can answer: 按",
        },
        Fault {
            plants: &swap(QUIZ, "答案：二。", ""),
            finds: "/quiz/: no answer to 一加一？",
        },
        Fault {
            plants: &swap(QUIZ, "<details>", "<details hidden>"),
            finds: "/quiz/: no answer to 一加一？",
        },
    ],
};

/// How pages ask for script.
const ASKS: &[&str] = &["启用", "打开", "开启", "允许"];
const SCRIPT: &[&str] = &["javascript", "脚本", "js"];

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell();
    let findings = pages.flat_map(|page| {
        let wrong = of_page(page).into_iter();
        wrong.map(|what| Finding::new(&page.address, what))
    });
    findings.collect()
}

fn of_page(page: &WebPage) -> Vec<String> {
    let mut wrong = Vec::new();
    let body: String = page.body().chars().filter(|c| !c.is_whitespace()).collect();
    for ask in ASKS {
        let sentences = SCRIPT.iter().map(|script| format!("{ask}{script}"));
        let found = sentences.filter_map(|words| {
            let at = body.to_lowercase().find(&words)?;
            body.get(at..at + words.len()).map(str::to_string)
        });
        wrong.extend(found);
    }
    if page.has("noscript") {
        wrong.push("has noscript".into());
    }
    for link in page.all("a[href='#'], a[href=''], a:not([href])") {
        let text: String = link.text().collect();
        wrong.push(format!("a link to nowhere: {text}"));
    }
    // What script alone can answer is hidden until script shows it.
    for button in page.all("main button[type=button]:not([hidden])") {
        let text: String = button.text().collect();
        wrong.push(format!("a button that only script can answer: {text}"));
    }
    for question in page.all(".q") {
        let children = question.child_elements();
        let answers = children.filter(|element| {
            let is_open_to_all =
                element.value().name() == "details" && element.attr("hidden").is_none();
            is_open_to_all && element.text().any(|text| text.contains("答案："))
        });
        if answers.count() != 1 {
            let legend = question.child_elements().next();
            let text: String = legend.iter().flat_map(|legend| legend.text()).collect();
            wrong.push(format!("no answer to {text}"));
        }
    }
    wrong
}
