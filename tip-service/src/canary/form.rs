//! The tip form as a browser without script fills it in: every field of the page goes back, one of them filled.

use super::page::{Element, Page};
use super::step::{Fault, Step};
use crate::mark::{self, Mark};

/// Parts what is sent; in no text of ours.
const BOUNDARY: &str = "----canary-7d1f0c52b8e94a36";

/// How `Content-Type` names the body.
pub(super) const KIND: &str = "multipart/form-data; boundary=----canary-7d1f0c52b8e94a36";

/// The form on a page: names of its fields, with what a browser would send untouched.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Finds the form, and refuses one that a browser could not send.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn on(page: &Page) -> Result<Self, Fault> {
        let missing = |what: &str| Err(Step::Form.fault(format!("页面里没有{what} on the page")));
        let tags = page.within(|element| element.get("id") == Some("tip-form"));
        let Some((form, fields)) = tags.split_first() else {
            return missing("完整的举报表 · no whole form");
        };
        let is = |name: &str, value: &str| form.get(name) == Some(value);
        if form.name != "form" || !is("method", "post") || !is("enctype", "multipart/form-data") {
            return missing("能发送的举报表 · no form that can be sent");
        }
        let found = Self(fields.iter().filter_map(|field| sent(field)).collect());
        if found.form_id().is_empty() {
            return missing("表格编号 · no form_id");
        }
        let kinds = fields
            .iter()
            .filter(|field| field.get("name") == Some("kind"));
        if kinds.count() < 2 || found.get("what").is_none() {
            return missing("“类别”或“发生了什么” · no kinds or no field for what happened");
        }
        if fields
            .iter()
            .all(|field| field.get("type") != Some("submit"))
        {
            return missing("发送按钮 · no button to send it");
        }
        Ok(found)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn form_id(&self) -> &str {
        self.get("form_id").unwrap_or_default()
    }

    /// The body of the post, with these words and this canary's mark.
    pub(super) fn filled(&self, what: &str, mark: &Mark) -> Vec<u8> {
        let mark = mark.of(self.form_id());
        let untouched = self
            .0
            .iter()
            .filter(|(name, _)| name != "what" && name != "kind");
        let untouched = untouched.map(|(name, value)| (name.as_str(), value.as_str()));
        let ours = [("kind", "other"), ("what", what), (mark::FIELD, &mark)];
        let parts = untouched.chain(ours).map(|(name, value)| {
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        });
        let body = parts.collect::<String>() + &format!("--{BOUNDARY}--\r\n");
        body.into_bytes()
    }
}

/// What a browser sends of a field that nobody touched: nothing of boxes that are not ticked, of files and of buttons.
fn sent(field: &Element) -> Option<(String, String)> {
    let name = field.get("name").filter(|name| !name.is_empty())?;
    let value = match (field.name.as_str(), field.get("type").unwrap_or("text")) {
        ("input", "radio" | "checkbox") if field.get("checked").is_none() => return None,
        ("input", "file" | "submit" | "button" | "image" | "reset") => return None,
        ("input", _) => field.get("value").unwrap_or_default(),
        // The first choice is the neutral one.
        ("textarea" | "select", _) => "",
        _ => return None,
    };
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "<form id=tip-form method=post action=/tip/ enctype=multipart/form-data>\
        <input type=hidden name=form_id value=F><input type=text name=website>\
        <input type=radio name=kind value=venue><input type=radio name=kind value=other>\
        <textarea name=what></textarea><select name=county><option value=''></select>\
        <input type=file name=files><input type=checkbox name=officials><button type=submit>发送</button></form>";

    #[test]
    fn every_field_goes_back_untouched_but_the_words_and_the_mark() {
        let mark = Mark::new(&"k".repeat(32)).unwrap();
        let form = Form::on(&Page::read(WHOLE)).unwrap();
        let body = String::from_utf8(form.filled("一句话", &mark)).unwrap();
        for (name, value) in [
            ("form_id", "F"),
            ("website", ""),
            ("kind", "other"),
            ("what", "一句话"),
            ("county", ""),
            ("canary", &mark.of("F")),
        ] {
            let part = format!("name=\"{name}\"\r\n\r\n{value}\r\n");
            assert_eq!(body.matches(&part).count(), 1, "{part}");
        }
        assert!(
            !body.contains("officials") && !body.contains("files"),
            "{body}"
        );
    }

    #[test]
    fn a_form_that_a_browser_could_not_send_is_none() {
        for (old, new) in [
            ("id=tip-form", ""),
            ("</form>", ""),
            ("method=post", "method=get"),
            ("value=F", "value=''"),
            ("name=what", ""),
            ("name=kind", ""),
            ("type=submit", "type=button"),
        ] {
            let broken = WHOLE.replacen(old, new, 1);
            assert!(Form::on(&Page::read(&broken)).is_err(), "{old}");
        }
    }
}
