//! Page templates, rendered inside the shell that Zola built: header, footer and styles are the site's own.

use std::path::Path;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// Templates by name, all loaded at start.
pub struct Pages {
    environment: Environment<'static>,
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
    "partials/_more.html",
    "partials/_own.html",
    "partials/_place.html",
];

/// What the probe page says.
const PROBE: &str = "d8f1b0a6";

impl Pages {
    /// Loads `_shell/index.html` from the built site, and the embedded templates.
    ///
    /// # Errors
    /// Site not built, or a template that does not parse.
    pub fn load(site_root: &Path) -> Result<Self, PagesError> {
        let file = site_root.join("_shell/index.html");
        let shell = std::fs::read_to_string(&file).map_err(|e| PagesError {
            what: file.display().to_string(),
            why: e.to_string(),
        })?;
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let all = TEMPLATES
            .iter()
            .map(|(n, s)| (*n, (*s).to_owned()))
            .chain([("shell.html", shell)]);
        for (name, source) in all {
            environment
                .add_template_owned(name, source)
                .map_err(|e| PagesError {
                    what: name.to_owned(),
                    why: format!("{e:#}"),
                })?;
        }
        let pages = Self { environment };
        pages.probe().map_err(|why| PagesError {
            what: file.display().to_string(),
            why,
        })?;
        Ok(pages)
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

    /// Renders one page.
    ///
    /// # Errors
    /// A template that asks for what the context does not have.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, minijinja::Error> {
        self.environment
            .get_template(name)?
            .render(minijinja::value::Serde(context))
    }
}
