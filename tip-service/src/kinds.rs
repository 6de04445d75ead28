//! The kinds of tip and the questions each one asks.
//!
//! Filled from `config/kinds.toml` by [`crate::config`], which checks that field names are unique
//! and that every list begins with 不清楚. Must never hold a question about the writer.

use serde::Serialize;

use crate::catalogue::Lang;

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
    "sealed_units",
    "sealed_press",
    "sealed_tag",
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
    pub name: Phrase,
    /// One line that says what belongs here.
    pub hint: Phrase,
    /// The articles of law that apply.
    pub law: Option<Phrase>,
    /// What the writer should not do.
    pub warning: Option<Phrase>,
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
    pub label: Phrase,
    /// One line of help.
    pub hint: Option<Phrase>,
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
    pub label: Phrase,
}

/// Words of the city's in Chinese, and in as many other languages as it has had them put into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phrase {
    pub(crate) zh: String,
    pub(crate) ko: Option<String>,
    pub(crate) en: Option<String>,
}

impl Phrase {
    /// In Chinese: for officers.
    #[must_use]
    pub fn chinese(&self) -> &str {
        &self.zh
    }

    /// In a visitor's language; in Chinese where it was not put into that.
    #[must_use]
    pub fn say(&self, lang: Lang) -> &str {
        let said = match lang {
            Lang::Zh => None,
            Lang::Ko => self.ko.as_deref(),
            Lang::En => self.en.as_deref(),
        };
        said.unwrap_or(&self.zh)
    }

    /// Whether it is there in this language.
    #[must_use]
    pub fn is_in(&self, lang: Lang) -> bool {
        match lang {
            Lang::Zh => true,
            Lang::Ko => self.ko.is_some(),
            Lang::En => self.en.is_some(),
        }
    }
}

impl Kinds {
    /// The question of whichever kind with this name.
    #[must_use]
    pub fn question(&self, name: &str) -> Option<&Question> {
        let mut questions = self.kinds.iter().flat_map(|kind| &kind.questions);
        questions.find(|question| question.name == name)
    }

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
