//! A text of the catalogue made into a sentence on a page: `{name}` becomes a value, `[words]` a link. The filter `fill` of
//! the templates: where the values and links stand in a sentence differs from language to language.
//!
//! Must never let a value through unescaped, unless a template made it.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind, HtmlEscape};

/// Fills `text`. The links are in the order of their brackets; one that leads out of the pages below `own` to others of
/// this site leads to Chinese ones, and says so.
///
/// # Errors
/// A value or a link too few or too many.
pub(super) fn fill(
    text: &str,
    links: &[String],
    values: &Kwargs,
    own: &str,
) -> Result<Value, Error> {
    let mut links = links.iter();
    let mut html = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[', ']']) {
        let (before, mark) = rest.split_at(at);
        escape(before, &mut html);
        rest = match mark.split_at(1) {
            ("{", after) => {
                let (name, after) = after.split_once('}').ok_or_else(|| wrong(text))?;
                put(&values.get::<Value>(name)?, &mut html);
                after
            }
            ("[", after) => {
                let target = links.next().ok_or_else(|| wrong(text))?;
                open(target, own, &mut html);
                after
            }
            (_, after) => {
                html.push_str("</a>");
                after
            }
        };
    }
    escape(rest, &mut html);
    values.assert_all_used()?;
    if links.next().is_some() {
        return Err(wrong(text));
    }
    Ok(Value::from_safe_string(html))
}

fn wrong(text: &str) -> Error {
    Error::new(
        ErrorKind::InvalidOperation,
        format!("names or links do not fit: {text}"),
    )
}

fn escape(text: &str, html: &mut String) {
    html.push_str(&HtmlEscape(text).to_string());
}

fn put(value: &Value, html: &mut String) {
    if value.is_safe() {
        html.push_str(&value.to_string());
    } else {
        escape(&value.to_string(), html);
    }
}

fn open(target: &str, own: &str, html: &mut String) {
    html.push_str("<a href=\"");
    // A path needs no escape but these; HtmlEscape would write out its slashes.
    html.push_str(&target.replace('&', "&amp;").replace('"', "&quot;"));
    html.push('"');
    if target.starts_with('/') && !target.starts_with(own) {
        html.push_str(" hreflang=\"zh\"");
    }
    html.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, links: &[&str], values: &[(&str, &str)]) -> Option<String> {
        let links: Vec<String> = links.iter().map(|link| (*link).to_owned()).collect();
        let values = Kwargs::from_iter(values.iter().map(|(k, v)| (*k, Value::from(*v))));
        let html = fill(text, &links, &values, "/ko/").ok()?;
        Some(html.to_string())
    }

    #[test]
    fn values_are_escaped_and_links_stand_where_the_language_wants_them() {
        assert_eq!(
            filled("请打 [{n}]，<b>", &["tel:110"], &[("n", "<1>")]).as_deref(),
            Some("请打 <a href=\"tel:110\">&lt;1&gt;</a>，&lt;b&gt;")
        );
        assert_eq!(
            filled("[a] [b]", &["/ko/tip/", "/report/"], &[]).as_deref(),
            Some("<a href=\"/ko/tip/\">a</a> <a href=\"/report/\" hreflang=\"zh\">b</a>")
        );
    }

    #[test]
    fn too_few_and_too_many_values_and_links_are_refused() {
        assert_eq!(filled("{n}", &[], &[]), None);
        assert_eq!(filled("n", &[], &[("n", "1")]), None);
        assert_eq!(filled("[n]", &[], &[]), None);
        assert_eq!(filled("n", &["/tip/"], &[]), None);
        assert_eq!(filled("{n", &[], &[("n", "1")]), None);
    }
}
