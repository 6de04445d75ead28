//! Finds places in a text that may tell who wrote it: numbers, own names, ways to be reached, words such as 我家对门.
//! A hint and no judge: what is found is shown to the writer once, who changes it or sends it as it is. Pure; runs in
//! time linear in the text, without patterns that backtrack; never stores, logs or prints what it read.

mod contacts;
mod letters;
mod names;
mod numbers;
mod relations;

use std::collections::BTreeMap;

use sealed_tip::Tip;
use zeroize::Zeroizing;

use letters::Letters;

/// Places shown at most: a page of them would not be read.
pub const SHOWN_MAX: usize = 12;

/// Characters shown on either side of a place.
const BESIDE: usize = 8;

/// What the form field is called when the holder of a receipt writes back.
pub const REPLY: &str = "reply";

/// A place in a text that may tell who wrote it. Wiped when dropped; its Debug tells field and reason, no text.
pub struct Exposure {
    /// The form's field.
    pub field: String,
    /// A few characters before it.
    pub before: Zeroizing<String>,
    /// The place itself, as it was written.
    pub found: Zeroizing<String>,
    /// A few characters after it.
    pub after: Zeroizing<String>,
    /// Why it may tell.
    pub why: Why,
}

impl std::fmt::Debug for Exposure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Exposure");
        shown.field("field", &self.field).field("why", &self.why);
        shown.finish_non_exhaustive()
    }
}

/// Why a place may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A telephone number, mobile or not.
    Telephone,
    /// A number of an identity card.
    Identity,
    /// A way to reach the writer.
    Contact,
    /// The writer's name, or what the writer is.
    Name,
    /// Somebody or something that is the writer's: a neighbour, a husband, a work place.
    Relation,
    /// What nobody else knows.
    Alone,
}

/// The word lists by name, for the script that looks at a tip where it is sealed in the browser (`site/static/seal/guard.js`).
/// A list is of characters, or of words parted by blanks.
#[must_use]
pub fn lists() -> BTreeMap<&'static str, &'static str> {
    let all = numbers::lists().into_iter().chain(contacts::lists());
    all.chain(names::lists())
        .chain(relations::lists())
        .collect()
}

/// A place in a text: characters `from` to `to`.
struct Spot {
    from: usize,
    to: usize,
    why: Why,
}

/// Every place in a tip, field by field in the order of the form.
#[must_use]
pub fn in_tip(tip: &Tip) -> Vec<Exposure> {
    let own = tip.answers.iter();
    let own = own.map(|answer| (answer.id.as_str(), &answer.value));
    let what = std::iter::once(("what", &tip.what));
    let more = [
        ("place", &tip.place),
        ("when", &tip.when),
        ("people", &tip.people),
        ("vehicles", &tip.vehicles),
        ("danger", &tip.danger),
    ];
    what.chain(own)
        .chain(more)
        .flat_map(|(field, text)| in_text(field, text.as_str()))
        .collect()
}

/// Every place in the text of one field, in its order; where two overlap, the first.
#[must_use]
pub fn in_text(field: &str, text: &str) -> Vec<Exposure> {
    let letters = Letters::of(text);
    let mut spots = Vec::new();
    numbers::find(&letters, &mut spots);
    contacts::find(&letters, &mut spots);
    names::find(&letters, &mut spots);
    relations::find(&letters, &mut spots);
    // Only what reads like a letter is signed: the last line about people may well be a name.
    if matches!(field, "what" | REPLY) {
        names::find_signature(&letters, &mut spots);
    }
    spots.sort_by_key(|spot| spot.from);
    let mut end = 0;
    spots.retain(|spot| {
        let is_apart = spot.from >= end;
        if is_apart {
            end = spot.to;
        }
        is_apart
    });
    spots
        .iter()
        .map(|spot| Exposure {
            field: field.to_owned(),
            before: letters.excerpt(spot.from.saturating_sub(BESIDE), spot.from),
            found: letters.excerpt(spot.from, spot.to),
            after: letters.excerpt(spot.to, spot.to + BESIDE),
            why: spot.why,
        })
        .collect()
}
