//! The kinds of tip and the questions each one asks.
//!
//! Filled from `config/kinds.toml` by [`crate::config`], which checks that field names are unique
//! and that every list begins with 不清楚. Must never hold a question about the writer.

use serde::Serialize;

/// Names of the fields that every tip has. A kind's question may not take one of them.
pub const OWN_FIELDS: &[&str] = &[
    "form_id",
    "kind",
    "what",
    "county",
    "township",
    "place",
    "when",
    "source",
    "people",
    "vehicles",
    "danger",
    "officials",
    "files",
    "website",
    "receipt",
    "reported",
    "reply",
    "text",
    "answer",
    "unit",
    "day",
    "action",
    "page",
];

/// The kind a tip is taken as when its writer names none.
pub const OTHER: &str = "other";

/// Everything the form offers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kinds {
    /// In the order of the form.
    pub kinds: Vec<Kind>,
    /// "How do you know": choices that cannot identify anybody.
    pub sources: Vec<Choice>,
}

/// One kind of tip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// ASCII, the value of the form field `kind`.
    pub id: String,
    /// 非法种植.
    pub name: String,
    /// One line that says what belongs here.
    pub hint: String,
    /// The articles of law that apply.
    pub law: Option<String>,
    /// What the writer should not do.
    pub warning: Option<String>,
    /// Site path of a page that helps to recognise it: `/knowledge/plants/`.
    pub look: Option<String>,
    /// Questions asked for this kind alone.
    pub questions: Vec<Question>,
}

/// One question of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Form field name: ASCII, unique over all kinds.
    pub name: String,
    /// The question as the writer reads it.
    pub label: String,
    /// One line of help.
    pub hint: Option<String>,
    /// How it is answered.
    pub input: Input,
}

/// How a question is answered. All answers are optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// One of a list whose first entry is the neutral 不清楚.
    Choice(Vec<Choice>),
    /// A line of text.
    Line,
    /// Several lines of text.
    Block,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// ASCII; empty for 不清楚.
    pub value: String,
    /// What the writer reads.
    pub label: String,
}

impl Kinds {
    /// Returns the kind with this id.
    pub fn get(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }
}

impl Question {
    /// Returns the label of the choice with this value; `None` for text questions and unknown values.
    pub fn choice(&self, value: &str) -> Option<&Choice> {
        match &self.input {
            Input::Choice(choices) => choices.iter().find(|choice| choice.value == value),
            Input::Line | Input::Block => None,
        }
    }
}
