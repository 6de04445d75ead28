//! `config/kinds.toml`: kinds of tip, their questions, and the ways of knowing.
//!
//! Proves that no form field is there twice, and that each list begins with a neutral choice.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::check;
use super::error::{ConfigError, Fault};
use super::file::File;
use super::phrase;
use crate::kinds::{Choice, Input, Kind, Kinds, OTHER, OWN_FIELDS, Phrase, Question};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    source: Vec<ChoiceKeys>,
    kind: Vec<KindKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindKeys {
    #[serde(deserialize_with = "check::id")]
    id: String,
    #[serde(deserialize_with = "phrase::text")]
    name: Phrase,
    #[serde(deserialize_with = "phrase::text")]
    hint: Phrase,
    #[serde(default, deserialize_with = "phrase::some_text")]
    law: Option<Phrase>,
    #[serde(default, deserialize_with = "phrase::some_text")]
    warning: Option<Phrase>,
    #[serde(default, deserialize_with = "check::some_page")]
    look: Option<String>,
    #[serde(default)]
    question: Vec<QuestionKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionKeys {
    #[serde(deserialize_with = "check::field")]
    name: String,
    #[serde(deserialize_with = "phrase::text")]
    label: Phrase,
    #[serde(default, deserialize_with = "phrase::some_text")]
    hint: Option<Phrase>,
    input: InputKey,
    choices: Option<Vec<ChoiceKeys>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum InputKey {
    Choice,
    Line,
    Block,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceKeys {
    #[serde(deserialize_with = "check::value")]
    value: String,
    #[serde(deserialize_with = "phrase::text")]
    label: Phrase,
}

/// Reads the kinds.
///
/// # Errors
/// All ids, fields and lists that are wrong.
pub(super) fn read(file: &File) -> Result<Kinds, Vec<ConfigError>> {
    let keys: Keys = file.parse().map_err(|error| vec![error])?;
    let mut proof = Proof {
        file,
        fields: OWN_FIELDS.iter().map(|field| (*field).to_owned()).collect(),
        errors: Vec::new(),
    };
    let sources = proof.choices("source", keys.source);
    let kinds = proof.kinds(keys.kind);
    if proof.errors.is_empty() {
        Ok(Kinds { kinds, sources })
    } else {
        Err(proof.errors)
    }
}

struct Proof<'a> {
    file: &'a File,
    /// Form fields that are taken.
    fields: BTreeSet<String>,
    errors: Vec<ConfigError>,
}

impl Proof<'_> {
    fn kinds(&mut self, keys: Vec<KindKeys>) -> Vec<Kind> {
        let mut ids = BTreeSet::new();
        let mut kinds = Vec::with_capacity(keys.len());
        for (index, kind) in keys.into_iter().enumerate() {
            let at = format!("kind[{index}]");
            if !ids.insert(kind.id.clone()) {
                let why = format!("the kind \"{}\" is there twice", kind.id);
                self.wrong(
                    &format!("{at}.id"),
                    Fault::Duplicate,
                    &why,
                    "rename one of them",
                );
            }
            kinds.push(self.kind(&at, kind));
        }
        if !ids.contains(OTHER) {
            let why = format!("there is no kind with the id \"{OTHER}\"");
            let hint = "a tip whose writer names no kind is taken as that one";
            self.wrong("kind", Fault::Absent, &why, hint);
        }
        kinds
    }

    fn kind(&mut self, at: &str, keys: KindKeys) -> Kind {
        let questions = keys
            .question
            .into_iter()
            .enumerate()
            .map(|(index, question)| self.question(&format!("{at}.question[{index}]"), question))
            .collect();
        Kind {
            id: keys.id,
            name: keys.name,
            hint: keys.hint,
            law: keys.law,
            warning: keys.warning,
            look: keys.look,
            questions,
        }
    }

    fn question(&mut self, at: &str, keys: QuestionKeys) -> Question {
        if !self.fields.insert(keys.name.clone()) {
            let why = format!("the form already has a field \"{}\"", keys.name);
            let hint = "begin the name with the kind's id, as in cultivation_plant";
            self.wrong(&format!("{at}.name"), Fault::Duplicate, &why, hint);
        }
        let list = format!("{at}.choices");
        let input = match (keys.input, keys.choices) {
            (InputKey::Choice, Some(choices)) => Input::Choice(self.choices(&list, choices)),
            (InputKey::Choice, None) => {
                let hint = "list them, the neutral one first: { value = \"\", label = \"不清楚\" }";
                self.wrong(
                    &list,
                    Fault::Missing,
                    "is missing: input = \"choice\" needs it",
                    hint,
                );
                Input::Line
            }
            (InputKey::Line, None) => Input::Line,
            (InputKey::Block, None) => Input::Block,
            (InputKey::Line | InputKey::Block, Some(_)) => {
                let why = "belongs only to input = \"choice\"";
                self.wrong(
                    &list,
                    Fault::Value,
                    why,
                    "take the list out or change input",
                );
                Input::Line
            }
        };
        Question {
            name: keys.name,
            label: keys.label,
            hint: keys.hint,
            input,
        }
    }

    fn choices(&mut self, at: &str, keys: Vec<ChoiceKeys>) -> Vec<Choice> {
        if keys.len() < 2 {
            let hint = "the neutral 不清楚 and at least one more";
            self.wrong(at, Fault::Value, "must hold at least two choices", hint);
        }
        let mut values = BTreeSet::new();
        for (index, choice) in keys.iter().enumerate() {
            let key = format!("{at}[{index}].value");
            if (index == 0) != choice.value.is_empty() {
                let why = "the first choice, and no other, has the empty value";
                let hint =
                    "nobody should have to guess: { value = \"\", label = \"不清楚\" } is first";
                self.wrong(&key, Fault::Value, why, hint);
            } else if !values.insert(choice.value.as_str()) {
                let why = format!("the value \"{}\" is there twice", choice.value);
                self.wrong(
                    &key,
                    Fault::Duplicate,
                    &why,
                    "give each choice a value of its own",
                );
            }
        }
        keys.into_iter()
            .map(|choice| Choice {
                value: choice.value,
                label: choice.label,
            })
            .collect()
    }

    fn wrong(&mut self, key: &str, fault: Fault, why: &str, hint: &str) {
        self.errors.push(self.file.error(key, fault, why, hint));
    }
}
