//! The sixty questions: each of one kind, for known readers, with answers in range, a reason and a
//! source, none twice. A wrong key teaches sixty thousand pupils the wrong thing.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

const FILE: &str = "quiz.toml";
const MANY: usize = 60;

const QUIZ: &str = "data/quiz.toml";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Built,
    faults: &[
        Fault {
            plants: &swap(
                QUIZ,
                "options = [\"大麻\", \"可卡因\", \"白酒\", \"吗啡\"]\nanswer = [2]",
                "options = [\"大麻\", \"可卡因\", \"白酒\", \"吗啡\"]\nanswer = [4]",
            ),
            finds: "S01: answer 4 is none of its 4 options",
        },
        Fault {
            plants: &swap(QUIZ, "id = \"S02\"", "id = \"S01\""),
            finds: "S01: its id stands twice",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "医院能开的药，绝不可能成为毒品。",
                "国际禁毒日是每年的哪一天？",
            ),
            finds: "S03: its question stands twice",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "\"大麻\", \"可卡因\", \"白酒\", \"吗啡\"",
                "\"大麻\", \"大麻\", \"白酒\", \"吗啡\"",
            ),
            finds: "S01: an option stands twice",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "answer = [2]\nwhy = \"点名的是",
                "answer = [2, 3]\nwhy = \"点名的是",
            ),
            finds: "S01: 2 answers to a 单选",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "id = \"S01\"\naudience = \"students\"",
                "id = \"S01\"\naudience = \"others\"",
            ),
            finds: "S01: audience others is not known",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "why = \"1987年联合国大会第42/112号决议确定为6月26日。\"",
                "why = \"\"",
            ),
            finds: "S03: no why",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "source = \"联合国大会第42/112号决议\"",
                "source = \"\"",
            ),
            finds: "S03: no source",
        },
        Fault {
            plants: &swap(
                QUIZ,
                "id = \"S01\"\naudience = \"students\"\ntype = \"单选\"",
                "id = \"S01\"\naudience = \"students\"\ntype = \"判断\"",
            ),
            finds: "S01: a 判断 with options",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let data = site.data();
    let quiz = data.get(FILE).expect(FILE);
    let tables = |kind: &str| -> Vec<&Table> {
        let items = quiz.get(kind).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Value::as_table)
            .collect()
    };
    let (items, audiences) = (tables("item"), tables("audience"));
    let audiences: BTreeSet<&str> = audiences.iter().map(|table| text(table, "id")).collect();
    let (mut ids, mut questions) = (BTreeSet::new(), BTreeSet::new());
    let mut wrong = Vec::new();
    for item in &items {
        let id = text(item, "id");
        let mut of_item = of_item(item);
        let audience = text(item, "audience");
        if !audiences.contains(audience) {
            of_item.push(format!("audience {audience} is not known"));
        }
        for (what, is_new) in [
            ("id", ids.insert(id)),
            ("question", questions.insert(text(item, "question"))),
        ] {
            if !is_new {
                of_item.push(format!("its {what} stands twice"));
            }
        }
        wrong.extend(of_item.into_iter().map(|what| format!("{id}: {what}")));
    }
    if items.len() != MANY {
        wrong.push(format!("{} questions, {MANY} were promised", items.len()));
    }
    wrong
        .into_iter()
        .map(|what| Finding::new(FILE, what))
        .collect()
}

fn text<'a>(item: &'a Table, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn of_item(item: &Table) -> Vec<String> {
    let list = |key: &str| {
        item.get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let options: Vec<&str> = list("options").iter().filter_map(Value::as_str).collect();
    let answers: Vec<i64> = list("answer")
        .iter()
        .filter_map(Value::as_integer)
        .collect();
    let mut wrong = Vec::new();
    let filled = ["id", "question", "why", "source"].into_iter();
    wrong.extend(
        filled
            .filter(|key| text(item, key).trim().is_empty())
            .map(|key| format!("no {key}")),
    );
    let kind = text(item, "type");
    let is_fitting = match kind {
        "单选" => options.len() >= 3,
        // The page gives their options no letters.
        "判断" => options == ["对", "错"],
        "多选" => options.len() >= 3,
        _ => false,
    };
    if !is_fitting {
        wrong.push(format!("a {kind} with options {options:?}"));
    }
    let is_one = kind != "多选";
    if answers.is_empty() || (is_one && answers.len() != 1) || (!is_one && answers.len() < 2) {
        wrong.push(format!("{} answers to a {kind}", answers.len()));
    }
    let outside = |answer: &&i64| usize::try_from(**answer).map_or(true, |at| at >= options.len());
    let outside = answers.iter().filter(outside);
    wrong.extend(outside.map(|at| format!("answer {at} is none of its {} options", options.len())));
    // The page compares what is ticked, from the top down, with the answers as they stand.
    if !answers.is_sorted_by(|a, b| a < b) {
        wrong.push("its answers are not in order".into());
    }
    if options.iter().collect::<BTreeSet<_>>().len() != options.len() {
        wrong.push("an option stands twice".into());
    }
    wrong
}
