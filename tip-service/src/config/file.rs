//! Reads one TOML file and turns every complaint about it into a [`ConfigError`] with key and line.
//!
//! serde says *what* is wrong, `serde_path_to_error` *where*; this module puts the two together and
//! adds "did you mean". Must never guess a value that the file does not give.

use std::path::{Component, Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Fault};

/// A file's text together with the name to complain under.
pub(super) struct File {
    /// Where it lies, as it was asked for.
    pub(super) path: PathBuf,
    text: String,
}

impl File {
    /// Reads a file.
    ///
    /// # Errors
    /// The system's reason, as `why`.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self {
                path: path.to_owned(),
                text,
            }),
            Err(error) => Err(ConfigError {
                file: tidy(path),
                key: String::new(),
                line: None,
                fault: Fault::Unreadable,
                why: format!("cannot be read: {error}"),
                hint: "check the path, the file's owner and its permissions".to_owned(),
            }),
        }
    }

    /// Reads the whole file as a `T`.
    ///
    /// # Errors
    /// The first key that is wrong.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let document =
            toml::Deserializer::parse(&self.text).map_err(|error| self.syntax(&error))?;
        serde_path_to_error::deserialize(document).map_err(|error| {
            let path = match error.path().to_string() {
                path if path == "." => String::new(),
                path => path,
            };
            self.explain(path, error.inner().message())
        })
    }

    /// Makes an error about `key`, with the line it stands on.
    pub(super) fn error(
        &self,
        key: impl Into<String>,
        fault: Fault,
        why: impl Into<String>,
        hint: impl Into<String>,
    ) -> ConfigError {
        let key = key.into();
        ConfigError {
            file: tidy(&self.path),
            line: self.line_of(&key),
            key,
            fault,
            why: why.into(),
            hint: hint.into(),
        }
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        ConfigError {
            line: error.span().map(|span| self.line_at(span.start)),
            ..self.error(
                "",
                Fault::Syntax,
                error.message(),
                "text stands in quotation marks, one key per line: name = \"value\"",
            )
        }
    }

    /// Translates serde's message. Messages of [`super::check`] carry their hint on a second line
    /// and, where the culprit lies deeper than serde saw, its key on a third.
    fn explain(&self, path: String, message: &str) -> ConfigError {
        let mut quoted = message.split('`').skip(1).step_by(2);
        if message.starts_with("unknown field") {
            let known: Vec<&str> = quoted.skip(1).collect();
            let hint = hint_for_unknown(last_name(&path), &known);
            return self.error(path, Fault::Unknown, "there is no such key", hint);
        }
        if message.starts_with("missing field") {
            let key = join(&path, quoted.next().unwrap_or_default());
            let hint = "add it; config/tip-service.toml and the files beside it show every key";
            return self.error(key, Fault::Missing, "is missing", hint);
        }
        let mut lines = message.lines();
        let why = lines.next().unwrap_or_default();
        let hint = lines
            .next()
            .unwrap_or("see the comment beside this key in the reference file");
        let key = lines
            .next()
            .map_or_else(|| path.clone(), |below| join(&path, below));
        self.error(key, Fault::Value, why, hint)
    }

    /// Returns the line of the deepest part of `key` that the file holds.
    fn line_of(&self, key: &str) -> Option<usize> {
        let document = DeTable::parse(&self.text).ok()?;
        let mut table = document.get_ref();
        let mut found = None;
        for segment in key.split('.') {
            let mut parts = segment.split(['[', ']']).filter(|part| !part.is_empty());
            let name = parts.next()?;
            let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else {
                break;
            };
            found = Some(key.span().start);
            let mut value = value;
            for index in parts {
                let element = value.get_ref().as_array().zip(index.parse::<usize>().ok());
                let Some(element) = element.and_then(|(array, index)| array.get(index)) else {
                    break;
                };
                value = element;
                found = Some(element.span().start);
            }
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => break,
            }
        }
        found.map(|at| self.line_at(at))
    }

    fn line_at(&self, offset: usize) -> usize {
        let before = self.text.bytes().take(offset);
        1 + before.filter(|byte| *byte == b'\n').count()
    }
}

fn hint_for_unknown(name: &str, known: &[&str]) -> String {
    let as_file = format!("{name}_file");
    if known.contains(&as_file.as_str()) {
        return format!("secrets stand in files of their own: write {as_file} = \"path\"");
    }
    match nearest(name, known.iter().copied()) {
        Some(close) => format!("did you mean {close}?"),
        None => format!("keys that stand here: {}", known.join(", ")),
    }
}

/// Returns the candidate most like `name`, if any is like it enough to be meant.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Joins the parts of a key's path.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() || key.is_empty() || key.starts_with('[') {
        format!("{path}{key}")
    } else {
        format!("{path}.{key}")
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Takes `x/..` out of a path, for reading only: with symbolic links it could name another file.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        let up = matches!(part, Component::ParentDir);
        let can_go_up = matches!(tidy.components().next_back(), Some(Component::Normal(_)));
        if !(up && can_go_up && tidy.pop()) {
            tidy.push(part);
        }
    }
    tidy
}
