//! Page templates, rendered inside the shell that Zola built: header, footer and styles are the site's own. One set of
//! templates, one shell for each language; the texts come from the catalogue.

use std::path::Path;

use minijinja::value::{Kwargs, Rest, Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::sentence;
use crate::catalogue::{self, LANGS, Lang};

/// Templates by name and language, all loaded at start.
pub struct Pages {
    tongues: [Tongue; LANGS.len()],
}

/// The pages of one language.
struct Tongue {
    environment: Environment<'static>,
    /// What comes before the paths of its pages.
    base: String,
}

/// Why the pages could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
pub struct PagesError {
    /// The file or template.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../../templates/", $name)))),+] };
}

const TEMPLATES: &[(&str, &str)] = embedded![
    "tip.html",
    "receipt.html",
    "mailbox.html",
    "statistics.html",
    "error.html",
    "partials/_ask.html",
    "partials/_delete.html",
    "partials/_mailbox.html",
    "partials/_errors.html",
    "partials/_exposure.html",
    "partials/_exit.html",
    "partials/_field.html",
    "partials/_files.html",
    "partials/_kinds.html",
    "partials/_langs.html",
    "partials/_more.html",
    "partials/_own.html",
    "partials/_place.html",
    "partials/_sealing.html",
];

/// What the probe page says.
const PROBE: &str = "d8f1b0a6";

impl Pages {
    /// Loads each language's `_shell/index.html` from the site built for this base path, and the embedded templates.
    ///
    /// # Errors
    /// Site not built, a template that does not parse, a language that lacks a text.
    pub fn load(site_root: &Path, base_path: &str) -> Result<Self, PagesError> {
        catalogue::check().map_err(|why| PagesError {
            what: "templates/catalogue".to_owned(),
            why,
        })?;
        let load = |lang| Tongue::load(lang, site_root, base_path);
        let tongues = [load(Lang::Zh)?, load(Lang::Ko)?, load(Lang::En)?];
        Ok(Self { tongues })
    }

    /// Renders one page.
    ///
    /// # Errors
    /// A template that asks for what the context does not have.
    pub fn render(
        &self,
        lang: Lang,
        name: &str,
        context: &impl Serialize,
    ) -> Result<String, minijinja::Error> {
        let tongue = self.of(lang);
        tongue
            .environment
            .get_template(name)?
            .render(Serde(context))
    }

    /// What comes before the path of a page in this language, such as `/jindu/ko`.
    #[must_use]
    pub fn base(&self, lang: Lang) -> &str {
        &self.of(lang).base
    }

    fn of(&self, lang: Lang) -> &Tongue {
        let [zh, ko, en] = &self.tongues;
        match lang {
            Lang::Zh => zh,
            Lang::Ko => ko,
            Lang::En => en,
        }
    }
}

impl Tongue {
    fn load(lang: Lang, site_root: &Path, base_path: &str) -> Result<Self, PagesError> {
        let file = site_root
            .join(lang.prefix().trim_start_matches('/'))
            .join("_shell/index.html");
        let shell = std::fs::read_to_string(&file).map_err(|e| PagesError {
            what: file.display().to_string(),
            why: e.to_string(),
        })?;
        let mut tongue = Self {
            environment: Environment::new(),
            base: format!("{base_path}{}", lang.prefix()),
        };
        tongue.speak(lang, base_path);
        let all = TEMPLATES
            .iter()
            .map(|(n, s)| (*n, (*s).to_owned()))
            .chain([("shell.html", shell)]);
        for (name, source) in all {
            tongue
                .environment
                .add_template_owned(name, source)
                .map_err(|e| PagesError {
                    what: name.to_owned(),
                    why: format!("{e:#}"),
                })?;
        }
        tongue.probe().map_err(|why| PagesError {
            what: file.display().to_string(),
            why,
        })?;
        Ok(tongue)
    }

    /// What templates have besides their context: the texts `t`, `site` for the paths of Chinese pages, `zh` for what is
    /// in Chinese whatever the page is in, and the filter `fill`.
    fn speak(&mut self, lang: Lang, base_path: &str) {
        let environment = &mut self.environment;
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_global("t", Value::from(Serde(lang.texts())));
        environment.add_global("lang", lang.code());
        environment.add_global("site", base_path);
        let zh = match lang {
            Lang::Zh => "",
            Lang::Ko | Lang::En => " lang=\"zh-CN\"",
        };
        environment.add_global("zh", Value::from_safe_string(zh.to_owned()));
        let own = format!("{}/", self.base);
        self.environment.add_filter(
            "fill",
            move |text: &str, links: Rest<String>, values: Kwargs| {
                sentence::fill(text, &links, &values, &own)
            },
        );
    }

    /// A shell without the place that pages go into would make every one of them an empty frame, receipts too.
    fn probe(&self) -> Result<(), String> {
        let source =
            format!("{{% extends 'shell.html' %}}{{% block main %}}{PROBE}{{% endblock %}}");
        let page = self
            .environment
            .render_str(&source, ())
            .map_err(|e| format!("{e:#}"))?;
        if page.contains(PROBE) && page.trim_end().ends_with("</html>") {
            Ok(())
        } else {
            Err("it is no whole page with a block \"main\"".to_owned())
        }
    }
}
