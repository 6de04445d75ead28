//! No telephone and no identity card of a person is published, and no service number that nobody has
//! checked: a wrong digit on a help page leaves somebody alone.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

/// National numbers, each with who answers it.
const ANSWERED: &[(&str, &str)] = &[
    ("110", "police"),
    ("119", "fire"),
    ("120", "ambulance"),
    ("122", "traffic accidents"),
    ("12338", "rights of women and children"),
    ("12348", "legal advice"),
    ("12355", "young people"),
    ("12356", "psychological help"),
    ("12389", "complaints about police"),
];

/// Numbers that may be read but not called: the wrong answers of the quiz.
const WRONG_ANSWERS: &[&str] = &[
    "12123", "12301", "12306", "12315", "12366", "12393", "12580",
];
/// Where the wrong answers stand.
const QUIZ: &str = "/quiz/";

const ABOUT: &str = "public/about/index.html";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "找小王 13812345678</h3>"),
            finds: "/about/: 13812345678",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "138-1234-5678</h3>"),
            finds: "/about/: 138-1234-5678",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "0437-3123456</h3>"),
            finds: "/about/: 0437-3123456",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "400-810-1234</h3>"),
            finds: "/about/: 400-810-1234",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "22040219900307123X</h3>"),
            finds: "/about/: 22040219900307123X",
        },
        Fault {
            plants: &swap(ABOUT, "别处</h3>", "打12306</h3>"),
            finds: "/about/: 12306",
        },
        Fault {
            plants: &swap("public/index.html", "tel:110", "tel:114"),
            finds: "/: 114",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let pages = site.pages_and_shell();
    let findings = pages.flat_map(|page| {
        let numbers = numbers(page).into_iter();
        numbers.map(|number| Finding::new(&page.address, number))
    });
    findings.collect()
}

fn numbers(page: &WebPage) -> Vec<String> {
    let mut texts = vec![page.body()];
    texts.extend(page.attributes("meta[content]", "content"));
    texts.extend(page.attributes("[alt]", "alt"));
    let is_wrong_answer =
        |number: &str| page.address.starts_with(QUIZ) && WRONG_ANSWERS.contains(&number);
    let mut wrong: Vec<String> = texts
        .iter()
        .flat_map(|text| runs(text))
        .filter(|run| is_dialled(run) && !is_answered(run) && !is_wrong_answer(run))
        .map(str::to_string)
        .collect();
    let called = page.attributes("a[href^='tel:'], a[href^='sms:']", "href");
    let called = called.iter().map(|target| &target[4..]);
    wrong.extend(
        called
            .filter(|number| !is_answered(number))
            .map(str::to_string),
    );
    wrong
}

fn is_answered(number: &str) -> bool {
    ANSWERED.iter().any(|(answered, _)| *answered == number)
}

/// The runs of digits, with the hyphens and the letter X that telephones and cards have inside.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || "-xX".contains(c)));
    parts.map(|run| run.trim_matches('-'))
}

/// Whether a run reads like a telephone number or an identity card.
fn is_dialled(run: &str) -> bool {
    let digits: String = run.chars().filter(|c| *c != '-').collect();
    // 2026-11-24 is a day.
    let is_day = run.len() == 10 && run.matches('-').count() == 2;
    match digits.len() {
        _ if is_day => false,
        // Service numbers; years and amounts of five digits that begin so are written with 万.
        5 => {
            ["100", "121", "123", "125", "95", "96"]
                .iter()
                .any(|head| digits.starts_with(head))
                && !run.ends_with("00")
        }
        10 => digits.starts_with("400") || digits.starts_with("800"),
        11 => digits.starts_with('1') || digits.starts_with('0'),
        12 => digits.starts_with('0'),
        15 | 18 => true,
        _ => false,
    }
}
