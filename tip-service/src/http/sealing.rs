//! `/tip/sealing/`: what the script on the form's page needs to seal a tip where it is written. A GET has what is the same for
//! everybody: kinds, places, routes, certificates; a POST has what goes round one tip's letters. Not there unless sealing in
//! the browser is on. Then the letters come to `/tip/`, as tips do.
//!
//! Must never be given a word of a tip: the browser chooses the units itself, out of the whole table.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sealed_tip::UnitCert;
use serde::Serialize;

use super::client::Peer;
use super::decode::Fault;
use super::photographs::Album;
use super::{Door, Problem, again, error, receipt, small, tip};
use crate::catalogue::Lang;
use crate::intake::{RawForm, SubmitError, exposure};
use crate::kinds::{Choice, Input, Question};
use crate::limits::Verdict;
use crate::places::County;
use crate::sealing::{Script, Scripts};
use crate::units::Route;

/// A form's name, a press's, and the ids of some units.
const BODY_MAX: usize = 4 << 10;
const PARTS_MAX: usize = 4;

/// The same for everybody who asks in one language.
#[derive(Serialize)]
struct Book<'a> {
    kinds: Vec<KindEntry<'a>>,
    sources: BTreeMap<&'a str, &'a str>,
    places: &'a [County],
    routes: Vec<RouteEntry<'a>>,
    /// A unit's id → its certificates.
    units: BTreeMap<&'a str, Vec<&'a str>>,
    service_cert: &'a str,
    language: Option<Language>,
    /// What the page says in its language: name → words, with the catalogue's `{names}`.
    words: BTreeMap<&'static str, &'static str>,
    /// The guard's word lists.
    lists: BTreeMap<&'static str, &'static str>,
    letter: ScriptEntry<'a>,
    guard: ScriptEntry<'a>,
    openpgp: ScriptEntry<'a>,
}

#[derive(Serialize)]
struct ScriptEntry<'a> {
    address: String,
    integrity: &'a str,
}

#[derive(Serialize)]
struct KindEntry<'a> {
    id: &'a str,
    name: &'a str,
    questions: Vec<QuestionEntry<'a>>,
}

#[derive(Serialize)]
struct QuestionEntry<'a> {
    id: &'a str,
    label: &'a str,
    block: bool,
    choices: Option<BTreeMap<&'a str, &'a str>>,
}

/// As [`Route`]: `null` lets everything pass.
#[derive(Serialize)]
struct RouteEntry<'a> {
    kinds: Option<Vec<&'a str>>,
    counties: Option<Vec<&'a str>>,
    officials: Option<bool>,
    units: Vec<&'a str>,
}

#[derive(Serialize)]
struct Language {
    code: &'static str,
    name: &'static str,
}

/// Names of what the page says, and where in the catalogue it stands.
const WORDS: [(&str, &str); 19] = [
    ("here", "sealing.here"),
    ("photographs", "sealing.photographs"),
    ("unsent", "sealing.unsent"),
    ("empty", "field.what_empty"),
    ("what_long", "field.what_long"),
    ("long", "field.long"),
    ("elsewhere", "field.elsewhere"),
    ("heading", "exposure.heading"),
    ("lead", "exposure.lead"),
    ("more", "exposure.more"),
    ("once", "exposure.once"),
    ("change", "exposure.change"),
    ("send", "exposure.send"),
    ("telephone", "exposure.telephone"),
    ("identity", "exposure.identity"),
    ("contact", "exposure.contact"),
    ("name", "exposure.name"),
    ("relation", "exposure.relation"),
    ("alone", "exposure.alone"),
];

/// The book.
pub(super) async fn book(
    State(door): State<Arc<Door>>,
    Extension(lang): Extension<Lang>,
) -> Response {
    match &door.loaded.scripts {
        Some(scripts) => json(&door, lang, &Book::of(&door, scripts, lang)),
        None => error::page(&door, lang, Problem::NotFound),
    }
}

/// Covers for the units asked for; where there can be none, the page that a tip would get.
pub(super) async fn covers(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    Extension(lang): Extension<Lang>,
    request: Request,
) -> Response {
    if door.loaded.scripts.is_none() {
        return error::page(&door, lang, Problem::NotFound);
    }
    let form = match small::form(&door, peer, lang, request, (BODY_MAX, PARTS_MAX)).await {
        Ok((_, sent)) => sent.form,
        Err(refused) => return refused,
    };
    match door.intake.covers(&form).await {
        Ok(covers) => json(&door, lang, &covers),
        Err(error) => {
            let album = Album::held(&door, &form);
            again::refused(&door, form, &album, &error)
        }
    }
}

/// Takes letters that a browser sealed. `is_alone`: no file came with them.
pub(super) async fn submit(
    door: &Door,
    form: RawForm,
    is_alone: bool,
    fault: Option<Fault>,
    verdict: Verdict,
) -> Response {
    let album = Album::held(door, &form);
    if verdict == Verdict::Refuse {
        return again::again(door, &form, &album, &[], again::Trouble::TooOften);
    }
    if let Some(fault) = fault {
        return again::again(door, &form, &album, &[], again::Trouble::from(fault));
    }
    if !is_alone {
        return again::refused(door, form, &album, &SubmitError::Sealed);
    }
    let done = door
        .intake
        .submit_sealed(&form, tip::class_of(verdict))
        .await;
    match done {
        Ok(accepted) => receipt::page(door, &form, &accepted, &[]),
        Err(error) => again::refused(door, form, &album, &error),
    }
}

impl<'a> Book<'a> {
    fn of(door: &'a Door, scripts: &'a Scripts, lang: Lang) -> Self {
        let loaded = &door.loaded;
        let kinds = loaded.kinds.kinds.iter().map(|kind| KindEntry {
            id: &kind.id,
            name: kind.name.chinese(),
            questions: kind.questions.iter().map(QuestionEntry::of).collect(),
        });
        let units = loaded.register.units().iter().map(|unit| {
            let certs = unit.certs.iter().map(UnitCert::armored);
            (unit.id.as_str(), certs.collect())
        });
        Self {
            kinds: kinds.collect(),
            sources: labels(&loaded.kinds.sources),
            places: &loaded.places.counties,
            routes: loaded
                .register
                .routes()
                .iter()
                .map(RouteEntry::of)
                .collect(),
            units: units.collect(),
            service_cert: &loaded.service_cert.armored,
            language: lang.chinese_name().map(|name| Language {
                code: lang.code(),
                name,
            }),
            words: WORDS.map(|(name, key)| (name, lang.say(key))).into(),
            lists: exposure::lists(),
            letter: ScriptEntry::of(door, &scripts.letter),
            guard: ScriptEntry::of(door, &scripts.guard),
            openpgp: ScriptEntry::of(door, &scripts.openpgp),
        }
    }
}

impl<'a> ScriptEntry<'a> {
    fn of(door: &Door, script: &'a Script) -> Self {
        Self {
            address: format!("{}{}", door.loaded.config.site.base_path, script.path),
            integrity: &script.integrity,
        }
    }
}

impl<'a> QuestionEntry<'a> {
    fn of(question: &'a Question) -> Self {
        Self {
            id: &question.name,
            label: question.label.chinese(),
            block: matches!(question.input, Input::Block),
            choices: match &question.input {
                Input::Choice(choices) => Some(labels(choices)),
                Input::Line | Input::Block => None,
            },
        }
    }
}

impl<'a> RouteEntry<'a> {
    fn of(route: &'a Route) -> Self {
        let list = |set: &'a std::collections::BTreeSet<String>| set.iter().map(String::as_str);
        Self {
            kinds: route.kinds.as_ref().map(|kinds| list(kinds).collect()),
            counties: route.counties.as_ref().map(|some| list(some).collect()),
            officials: route.officials,
            units: route.units.iter().map(|unit| unit.id.as_str()).collect(),
        }
    }
}

fn json(door: &Door, lang: Lang, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => error::page(door, lang, Problem::Unavailable),
    }
}

/// Values with their Chinese labels.
fn labels(choices: &[Choice]) -> BTreeMap<&str, &str> {
    let pairs = choices.iter();
    pairs
        .map(|choice| (choice.value.as_str(), choice.label.chinese()))
        .collect()
}
