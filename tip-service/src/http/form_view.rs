//! What `tip.html` shows: the city's kinds and places, what was typed so far, and what is wrong with it.

use std::sync::Arc;

use serde::Serialize;

use super::Door;
use super::exposure_view::ExposureView;
use super::photographs::KeptView;
use crate::catalogue::Lang;
use crate::intake::{Exposure, FieldError, Kept, PHOTOGRAPHS_MAX, RawForm};
use crate::kinds::{Choice, Input, Kind, Question};
use crate::sealing::Scripts;

/// Context of `tip.html`.
#[derive(Serialize)]
pub(super) struct FormView<'a> {
    base: &'a str,
    form_id: &'a str,
    /// Empty, or the delay ticket that goes back with the form.
    ticket: &'a str,
    telephone: &'a str,
    max_chars: usize,
    errors: Vec<ErrorView<'a>>,
    notice: Option<Notice<'a>>,
    exposure: Option<ExposureView<'a>>,
    /// The writer was shown such places before: is not asked a second time.
    has_seen: bool,
    kinds: Vec<KindView<'a>>,
    counties: Vec<CountyView<'a>>,
    sources: Vec<ChoiceView<'a>>,
    values: Values<'a>,
    closed: Vec<ClosedView<'a>>,
    /// Held, cleaned; need not be chosen again.
    photographs: Vec<KeptView>,
    photographs_max: usize,
    /// What seals in the browser; only on the empty form, which holds nothing that the service has seen.
    sealing: Option<&'a Scripts>,
    #[serde(skip)]
    lang: Lang,
}

/// A message above the form that is about no single field.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Notice<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    /// `warn` or `error`.
    pub(super) tone: &'a str,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    field: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct KindView<'a> {
    id: &'a str,
    name: &'a str,
    hint: &'a str,
    law: Option<&'a str>,
    warning: Option<&'a str>,
    look: Option<&'a str>,
    checked: bool,
    questions: Vec<QuestionView<'a>>,
}

#[derive(Serialize)]
struct QuestionView<'a> {
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    r#type: &'a str,
    value: &'a str,
    options: Vec<ChoiceView<'a>>,
}

#[derive(Serialize)]
struct ChoiceView<'a> {
    value: &'a str,
    label: &'a str,
    checked: bool,
}

#[derive(Serialize)]
struct CountyView<'a> {
    code: &'a str,
    name: &'a str,
    selected: bool,
    townships: Vec<AreaView<'a>>,
}

#[derive(Serialize)]
struct AreaView<'a> {
    code: &'a str,
    name: &'a str,
    selected: bool,
}

#[derive(Serialize)]
struct Values<'a> {
    what: &'a str,
    place: &'a str,
    when: &'a str,
    people: &'a str,
    vehicles: &'a str,
    danger: &'a str,
    officials: bool,
    photo_place: bool,
}

/// A unit whose form is closed now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ClosedView<'a> {
    name: &'a str,
    area: &'a str,
    telephone: &'a str,
}

impl ClosedView<'_> {
    /// A copy that outlives the registers.
    pub(super) fn owned(&self) -> (String, String, String) {
        (
            self.name.to_owned(),
            self.area.to_owned(),
            self.telephone.to_owned(),
        )
    }
}

impl<'a> FormView<'a> {
    pub(super) fn new(
        door: &'a Door,
        form_id: &'a str,
        form: &'a RawForm,
        errors: &'a [FieldError],
        notice: Option<Notice<'a>>,
    ) -> Self {
        let loaded = &door.loaded;
        Self {
            base: door.pages.base(form.lang),
            form_id,
            ticket: form.get("ticket"),
            telephone: &loaded.config.server.telephone,
            max_chars: sealed_tip::WHAT_MAX_CHARS,
            errors: errors
                .iter()
                .map(|e| ErrorView {
                    field: &e.field,
                    message: &e.message,
                })
                .collect(),
            notice,
            exposure: None,
            has_seen: form.has_seen_exposure(),
            kinds: loaded
                .kinds
                .kinds
                .iter()
                .map(|kind| kind_view(kind, form))
                .collect(),
            counties: counties(door, form),
            sources: choices(&loaded.kinds.sources, form.get("source"), form.lang),
            values: Values {
                what: form.get("what"),
                place: form.get("place"),
                when: form.get("when"),
                people: form.get("people"),
                vehicles: form.get("vehicles"),
                danger: form.get("danger"),
                officials: !form.get("officials").is_empty(),
                photo_place: !form.get("photo_place").is_empty(),
            },
            closed: closed(door),
            photographs: Vec::new(),
            photographs_max: PHOTOGRAPHS_MAX,
            sealing: None,
            lang: form.lang,
        }
    }

    /// Brings the script that seals in the browser, if that is on.
    pub(super) fn bring_sealing(&mut self, door: &'a Door) {
        self.sealing = door.loaded.scripts.as_ref();
    }

    /// Shows places that may tell who wrote it.
    pub(super) fn expose(&mut self, door: &'a Door, places: &'a [Exposure]) {
        self.exposure = Some(ExposureView::of(places, &door.loaded.kinds, self.lang));
    }

    /// Shows the photographs that are held.
    pub(super) fn show(&mut self, photographs: &[Arc<Kept>]) {
        self.photographs = photographs
            .iter()
            .map(|kept| KeptView::of(kept, self.lang))
            .collect();
    }
}

/// Units whose certificates cannot be used at this moment.
pub(super) fn closed(door: &Door) -> Vec<ClosedView<'_>> {
    let now = door.clock.unix();
    door.loaded
        .register
        .units()
        .iter()
        .filter(|unit| unit.usable(now).is_err())
        .map(|unit| ClosedView {
            name: &unit.name,
            area: &unit.area,
            telephone: &unit.telephone,
        })
        .collect()
}

fn kind_view<'a>(kind: &'a Kind, form: &'a RawForm) -> KindView<'a> {
    let lang = form.lang;
    KindView {
        id: &kind.id,
        name: kind.name.say(lang),
        hint: kind.hint.say(lang),
        law: kind.law.as_ref().map(|law| law.say(lang)),
        warning: kind.warning.as_ref().map(|warning| warning.say(lang)),
        look: kind.look.as_deref(),
        checked: form.get("kind") == kind.id,
        questions: kind
            .questions
            .iter()
            .map(|q| question_view(q, form))
            .collect(),
    }
}

fn question_view<'a>(question: &'a Question, form: &'a RawForm) -> QuestionView<'a> {
    let value = form.get(&question.name);
    let (r#type, options) = match &question.input {
        Input::Choice(list) => ("choice", choices(list, value, form.lang)),
        Input::Line => ("line", Vec::new()),
        Input::Block => ("block", Vec::new()),
    };
    QuestionView {
        name: &question.name,
        label: question.label.say(form.lang),
        hint: question.hint.as_ref().map(|hint| hint.say(form.lang)),
        r#type,
        value,
        options,
    }
}

fn choices<'a>(list: &'a [Choice], chosen: &str, lang: Lang) -> Vec<ChoiceView<'a>> {
    list.iter()
        .map(|c| ChoiceView {
            value: &c.value,
            label: c.label.say(lang),
            checked: c.value == chosen,
        })
        .collect()
}

fn counties<'a>(door: &'a Door, form: &RawForm) -> Vec<CountyView<'a>> {
    let (county, township) = (form.get("county"), form.get("township"));
    let chosen = |asked: &str, code: &str, name: &str| asked == code || asked == name;
    door.loaded
        .places
        .counties
        .iter()
        .map(|c| CountyView {
            code: &c.code,
            name: &c.name,
            selected: chosen(county, &c.code, &c.name),
            townships: c
                .townships
                .iter()
                .map(|t| AreaView {
                    code: &t.code,
                    name: &t.name,
                    selected: chosen(township, &t.code, &t.name),
                })
                .collect(),
        })
        .collect()
}
