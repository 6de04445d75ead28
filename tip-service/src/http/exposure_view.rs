//! What `_exposure.html` shows: the places in a text that may tell who wrote it, in a few words each.

use serde::Serialize;

use crate::intake::Exposure;
use crate::intake::exposure::SHOWN_MAX;

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
    pub(super) fn of(places: &'a [Exposure]) -> Self {
        let shown = places.iter().take(SHOWN_MAX).map(|place| PlaceView {
            field: &place.field,
            label: &place.label,
            before: &place.before,
            found: &place.found,
            after: &place.after,
            why: place.why.words(),
        });
        Self {
            places: shown.collect(),
            more: places.len().saturating_sub(SHOWN_MAX),
        }
    }
}
