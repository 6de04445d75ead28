//! What `_exposure.html` shows: the places in a text that may tell who wrote it, in a few words each.

use serde::Serialize;

use crate::catalogue::Lang;
use crate::intake::exposure::{REPLY, SHOWN_MAX};
use crate::intake::{Exposure, Why};
use crate::kinds::Kinds;

/// Places in the order of the form, of which some may not be shown.
#[derive(Serialize)]
pub(super) struct ExposureView<'a> {
    places: Vec<PlaceView<'a>>,
    /// How many more there are.
    more: usize,
}

#[derive(Serialize)]
struct PlaceView<'a> {
    field: &'a str,
    label: &'a str,
    before: &'a str,
    found: &'a str,
    after: &'a str,
    why: &'static str,
}

impl<'a> ExposureView<'a> {
    pub(super) fn of(places: &'a [Exposure], kinds: &'a Kinds, lang: Lang) -> Self {
        let shown = places.iter().take(SHOWN_MAX).map(|place| PlaceView {
            field: &place.field,
            label: label(&place.field, kinds, lang),
            before: &place.before,
            found: &place.found,
            after: &place.after,
            why: lang.say(why(place.why)),
        });
        Self {
            places: shown.collect(),
            more: places.len().saturating_sub(SHOWN_MAX),
        }
    }
}

/// What a field is called on the page.
fn label<'a>(field: &str, kinds: &'a Kinds, lang: Lang) -> &'a str {
    match field {
        "what" => lang.say("form.what"),
        "place" => lang.say("place.place"),
        "when" => lang.say("exposure.when"),
        "people" => lang.say("more.people"),
        "vehicles" => lang.say("more.vehicles"),
        "danger" => lang.say("exposure.danger"),
        REPLY => lang.say("mailbox.reply"),
        own => kinds.question(own).map_or("", |q| q.label.say(lang)),
    }
}

/// The key of what is wrong with a place and what to do, for the person who wrote it.
fn why(why: Why) -> &'static str {
    match why {
        Why::Telephone => "exposure.telephone",
        Why::Identity => "exposure.identity",
        Why::Contact => "exposure.contact",
        Why::Name => "exposure.name",
        Why::Relation => "exposure.relation",
        Why::Alone => "exposure.alone",
    }
}
