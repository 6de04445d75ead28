//! The quiz is scored in the page, and rightly: five runs of the three quizzes, with answers that the
//! test takes from the data and scores by itself. Nothing is sent while it goes on.

use e2e::browser::{Browser, DESK};
use e2e::install::Install;
use serde_json::json;
use toml::Value;

use crate::site::Site;

/// One question as the page has it.
struct Question {
    id: String,
    answers: Vec<usize>,
    options: usize,
}

/// One run through a quiz.
struct Run {
    audience: &'static str,
    /// As the page calls it.
    name: &'static str,
    /// Whether the question of this number, from nought, is answered rightly.
    rightly: fn(usize) -> bool,
}

/// All right, all wrong, and three between.
const RUNS: [Run; 5] = [
    Run {
        audience: "students",
        name: "学生",
        rightly: |_| true,
    },
    Run {
        audience: "students",
        name: "学生",
        rightly: |_| false,
    },
    Run {
        audience: "parents",
        name: "家长",
        rightly: |at| at % 2 == 0,
    },
    Run {
        audience: "community",
        name: "社区工作者",
        rightly: |at| at % 3 != 0,
    },
    Run {
        audience: "parents",
        name: "家长",
        rightly: |at| at < 7,
    },
];

/// The questions of one audience, in the order of the page.
fn questions(audience: &str) -> Vec<Question> {
    let site = Site::built();
    let data = site.data();
    let items = data["quiz.toml"]["item"]
        .as_array()
        .expect("questions")
        .clone();
    let of_audience = items
        .into_iter()
        .filter(|item| item["audience"].as_str() == Some(audience));
    of_audience
        .map(|item| {
            let numbers = item["answer"].as_array().into_iter().flatten();
            let numbers = numbers.filter_map(Value::as_integer);
            Question {
                id: item["id"].as_str().expect("an id").to_lowercase(),
                answers: numbers
                    .map(|at| usize::try_from(at).expect("a place"))
                    .collect(),
                options: item["options"].as_array().expect("options").len(),
            }
        })
        .collect()
}

impl Question {
    /// An answer that is wrong: of one choice the next option, of several one too few.
    fn wrong(&self) -> Vec<usize> {
        match self.answers.as_slice() {
            [only] => vec![(only + 1) % self.options],
            [_, rest @ ..] => rest.to_vec(),
            [] => panic!("{} has no answer", self.id),
        }
    }
}

/// Ticks these options as a hand does, one by one, and has several checked.
fn answer(browser: &Browser, question: &Question, chosen: &[usize]) {
    let (id, chosen) = (json!(format!("q-{}", question.id)), json!(chosen));
    browser.evaluate(&format!(
        "const q = document.getElementById({id}); \
         for (const at of {chosen}) q.querySelectorAll('input')[at].click(); \
         const check = q.querySelector('button'); if (check) check.click();"
    ));
}

fn press(browser: &Browser, name: &str) {
    let name = json!(format!("{name}题重新做"));
    browser.evaluate(&format!(
        "[...document.querySelectorAll('button')].find(b => b.textContent === {name}).click()"
    ));
}

#[test]
fn five_runs_are_scored_as_the_key_says() {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(DESK);
    browser.go(&format!("http://127.0.0.1:{}/quiz/", service.port));
    let before = browser.traffic().addresses.len();
    assert!(before > 0, "nothing was loaded");
    for Run {
        audience,
        name,
        rightly,
    } in RUNS
    {
        press(&browser, name);
        let questions = questions(audience);
        let (all, mut right) = (questions.len(), 0);
        for (at, question) in questions.iter().enumerate() {
            let is_right = rightly(at);
            right += usize::from(is_right);
            let chosen = if is_right {
                question.answers.clone()
            } else {
                question.wrong()
            };
            answer(&browser, question, &chosen);
            let verdict = browser.text(&format!("#q-{} .q__verdict", question.id));
            assert_eq!(
                verdict.contains("答对了"),
                is_right,
                "{}: {verdict}",
                question.id
            );
            let done = at + 1;
            if done == 5 {
                let due = format!("{name}题：答了5题，对{right}题，共{all}题");
                assert_eq!(browser.text("#score"), due, "midway");
            }
        }
        let due = format!("{name}题做完了：{all}题对{right}题。");
        let score = browser.text("#score");
        assert!(score.starts_with(&due), "{score}, not {due}");
        assert_eq!(score.contains("全对"), right == all, "{score}");
    }
    // The page's icon is the browser's own affair, and it may come for it late.
    let mut sent = browser.traffic().addresses;
    sent.retain(|(address, _)| !address.ends_with("/mark.svg"));
    assert!(sent.is_empty(), "sent while the quiz went on: {sent:?}");
}
