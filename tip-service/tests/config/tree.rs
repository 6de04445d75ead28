//! Walks and changes TOML documents key by key. Must never know what a key means.

use toml::Value;

/// One step down a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// The way to a value.
pub(crate) type Path = Vec<Step>;

/// Returns the ways to all values: tables, lists, their elements and the leaves.
pub(crate) fn every_key(value: &Value) -> Vec<Path> {
    let children: Vec<(Step, &Value)> = match value {
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (Step::Key(key.clone()), value))
            .collect(),
        Value::Array(array) => array
            .iter()
            .enumerate()
            .map(|(at, value)| (Step::Index(at), value))
            .collect(),
        _ => Vec::new(),
    };
    let mut paths = Vec::new();
    for (step, child) in children {
        paths.push(vec![step.clone()]);
        for mut below in every_key(child) {
            below.insert(0, step.clone());
            paths.push(below);
        }
    }
    paths
}

/// Writes a way as messages do: `unit[0].certs[1]`.
pub(crate) fn key(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(name) if text.is_empty() => text.push_str(name),
            Step::Key(name) => text.push_str(&format!(".{name}")),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// Returns the name of the key that holds the value, also for an element of a list.
pub(crate) fn last_name(path: &[Step]) -> &str {
    let names = path.iter().rev().find_map(|step| match step {
        Step::Key(name) => Some(name.as_str()),
        Step::Index(_) => None,
    });
    names.unwrap_or_default()
}

/// Says whether every list on the way is entered at its first element.
pub(crate) fn is_first_of_its_sort(path: &[Step]) -> bool {
    path.iter()
        .all(|step| !matches!(step, Step::Index(index) if *index > 0))
}

pub(crate) fn get<'a>(document: &'a Value, path: &[Step]) -> &'a Value {
    path.iter().fold(document, |value, step| match step {
        Step::Key(name) => &value[name.as_str()],
        Step::Index(index) => &value[*index],
    })
}

fn get_mut<'a>(document: &'a mut Value, path: &[Step]) -> &'a mut Value {
    path.iter().fold(document, |value, step| match step {
        Step::Key(name) => &mut value[name.as_str()],
        Step::Index(index) => &mut value[*index],
    })
}

/// Returns the document with another value at the end of the way.
pub(crate) fn insert(document: &Value, path: &[Step], value: Value) -> Value {
    let mut changed = document.clone();
    *get_mut(&mut changed, path) = value;
    changed
}

/// Returns the document without the key; `None` where the way ends at an element of a list.
pub(crate) fn remove(document: &Value, path: &[Step]) -> Option<Value> {
    let (Step::Key(name), parent) = path.split_last()? else {
        return None;
    };
    let mut changed = document.clone();
    get_mut(&mut changed, parent).as_table_mut()?.remove(name);
    Some(changed)
}

/// Returns the document with the key misspelt, and how the key is then written.
pub(crate) fn misspelt(document: &Value, path: &[Step]) -> Option<(Value, String)> {
    let (Step::Key(name), parent) = path.split_last()? else {
        return None;
    };
    let mut changed = remove(document, path)?;
    let wrong = format!("{name}x");
    let value = get(document, path).clone();
    get_mut(&mut changed, parent)
        .as_table_mut()?
        .insert(wrong.clone(), value);
    let mut path = parent.to_vec();
    path.push(Step::Key(wrong));
    Some((changed, key(&path)))
}
