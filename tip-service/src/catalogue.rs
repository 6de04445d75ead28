//! What the service says, in each language it speaks: one file of texts each in `templates/catalogue/`, with the same keys.
//!
//! Must never speak two languages in one sentence, nor fall back from one to another: what a language lacks stops the start.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::LazyLock;

use serde::Serialize;

/// A language of the pages. Which one is a matter of the address alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, at the root of the site.
    #[default]
    Zh,
    /// Korean, below `/ko/`.
    Ko,
    /// English, below `/en/`.
    En,
}

/// Texts by section and key.
pub type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// Every language, Chinese first: it is the measure for the others.
pub const LANGS: [Lang; 3] = [Lang::Zh, Lang::Ko, Lang::En];

static TEXTS: LazyLock<[Result<Texts, String>; 3]> =
    LazyLock::new(|| LANGS.map(|lang| toml::from_str(lang.file()).map_err(|e| e.to_string())));

static NONE: Texts = Texts::new();

impl Lang {
    /// As it stands in addresses and file names: `ko`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// What comes before a path of the pages in this language: nothing, or `/ko`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Zh => "",
            Self::Ko => "/ko",
            Self::En => "/en",
        }
    }

    /// The language of the page at a path below the base path.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let within = |lang: &Self| {
            let rest = path.strip_prefix(lang.prefix());
            *lang != Self::Zh && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        LANGS.into_iter().find(within).unwrap_or_default()
    }

    /// Its name for an officer, in Chinese; `None` for Chinese, which needs no word about it.
    #[must_use]
    pub fn chinese_name(self) -> Option<&'static str> {
        match self {
            Self::Zh => None,
            Self::Ko => Some("朝鲜语（韩语）"),
            Self::En => Some("英语"),
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Zh => include_str!("../templates/catalogue/zh.toml"),
            Self::Ko => include_str!("../templates/catalogue/ko.toml"),
            Self::En => include_str!("../templates/catalogue/en.toml"),
        }
    }

    /// All its texts; empty for a file that cannot be read, which [`check`] tells.
    #[must_use]
    pub fn texts(self) -> &'static Texts {
        let [zh, ko, en] = &*TEXTS;
        let read = match self {
            Self::Zh => zh,
            Self::Ko => ko,
            Self::En => en,
        };
        read.as_ref().unwrap_or(&NONE)
    }

    /// The text of a key, `section.key`. One that is not there says its own name: a test finds each of them.
    #[must_use]
    pub fn say(self, key: &'static str) -> &'static str {
        let text = key
            .split_once('.')
            .and_then(|(section, key)| self.texts().get(section)?.get(key));
        text.map_or(key, String::as_str)
    }

    /// The text of a key with values for its `{names}`.
    #[must_use]
    pub fn fill(self, key: &'static str, values: &[(&str, &dyn Display)]) -> String {
        let mut said = self.say(key).to_owned();
        for (name, value) in values {
            said = said.replace(&format!("{{{name}}}"), &value.to_string());
        }
        said
    }

    /// A day without its year.
    #[must_use]
    pub fn day(self, month: u32, day: u32) -> String {
        self.fill(
            "common.month_day",
            &[("month", &self.month(month)), ("day", &day)],
        )
    }

    /// A month of a year.
    #[must_use]
    pub fn year_month(self, year: u32, month: u32) -> String {
        let month = self.month(month);
        self.fill("common.year_month", &[("year", &year), ("month", &month)])
    }

    fn month(self, month: u32) -> &'static str {
        const MONTHS: [&str; 12] = [
            "month.m1",
            "month.m2",
            "month.m3",
            "month.m4",
            "month.m5",
            "month.m6",
            "month.m7",
            "month.m8",
            "month.m9",
            "month.m10",
            "month.m11",
            "month.m12",
        ];
        let index = usize::try_from(month).unwrap_or_default().wrapping_sub(1);
        MONTHS.get(index).map_or("", |key| self.say(key))
    }
}

/// Holds every language against Chinese.
///
/// # Errors
/// Everything that a language lacks, has besides, or leaves empty, one line each.
pub fn check() -> Result<(), String> {
    let mut wrong = Vec::new();
    for (lang, read) in LANGS.iter().zip(&*TEXTS) {
        match read {
            Ok(texts) => wrong.extend(differences(Lang::Zh.texts(), texts, lang.code())),
            Err(error) => wrong.push(format!("{}.toml: {error}", lang.code())),
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// What `texts` has otherwise than `measure`.
fn differences(measure: &Texts, texts: &Texts, code: &str) -> Vec<String> {
    let (due, there) = (flat(measure), flat(texts));
    let names: BTreeSet<&String> = due.keys().chain(there.keys()).collect();
    let differs = |name: &String| match (due.get(name), there.get(name)) {
        (Some(_), None) => Some("is missing"),
        (None, _) => Some("is in no other language"),
        (Some(_), Some(text)) if text.trim().is_empty() => Some("is empty"),
        (Some(due), Some(text)) if shape(due) != shape(text) => {
            Some("has other {names}, [links] or |parts| than in Chinese")
        }
        _ => None,
    };
    names
        .into_iter()
        .filter_map(|name| Some(format!("{code}.toml: {name} {}", differs(name)?)))
        .collect()
}

fn flat(texts: &Texts) -> BTreeMap<String, &str> {
    let mut flat = BTreeMap::new();
    for (section, keys) in texts {
        for (key, text) in keys {
            flat.insert(format!("{section}.{key}"), text.as_str());
        }
    }
    flat
}

/// What must be the same in each language: the names to be filled in, whatever their order, and how many links and parts.
fn shape(text: &str) -> (BTreeSet<&str>, usize, usize) {
    let names = text.split('{').skip(1);
    let names = names.filter_map(|rest| Some(rest.split_once('}')?.0));
    (
        names.collect(),
        text.matches('[').count(),
        text.matches('|').count(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text() {
        assert_eq!(check(), Ok(()));
    }

    #[test]
    fn what_a_language_lacks_or_has_otherwise_is_found() {
        let read = |text: &str| toml::from_str::<Texts>(text).unwrap();
        let due = read("[a]\nb = \"请打 [{phone}]\"\nc = \"好\"");
        let found = |text: &str| differences(&due, &read(text), "ko");
        assert_eq!(found("[a]\nb = \"[{phone}]번\"\nc = \"네\""), [""; 0]);
        assert_eq!(found("[a]\nb = \"[{phone}]\""), ["ko.toml: a.c is missing"]);
        let other = "ko.toml: a.b has other {names}, [links] or |parts| than in Chinese";
        assert_eq!(found("[a]\nb = \"[{fon}]\"\nc = \"네\""), [other]);
        assert_eq!(found("[a]\nb = \"{phone}\"\nc = \"네\""), [other]);
        assert_eq!(
            found("[a]\nb = \"[{phone}]\"\nc = \" \"\nd = \"또\""),
            [
                "ko.toml: a.c is empty",
                "ko.toml: a.d is in no other language"
            ]
        );
    }

    #[test]
    fn the_address_alone_tells_the_language() {
        for (path, lang) in [
            ("/tip/", Lang::Zh),
            ("/ko/tip/", Lang::Ko),
            ("/en/tip/mailbox/", Lang::En),
            ("/ko", Lang::Ko),
            ("/korea/", Lang::Zh),
            ("/tip/ko/", Lang::Zh),
            ("/", Lang::Zh),
        ] {
            assert_eq!(Lang::of_path(path), lang, "{path}");
        }
    }

    #[test]
    fn a_text_is_filled_and_one_that_is_not_there_names_itself() {
        assert_eq!(Lang::Zh.day(6, 26), "6 月 26 日");
        assert_eq!(Lang::Zh.year_month(2026, 10), "2026 年 10 月");
        assert_eq!(Lang::En.day(6, 26), "26 June");
        assert_eq!(Lang::Zh.say("no.such"), "no.such");
    }
}
