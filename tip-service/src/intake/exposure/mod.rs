//! Finds places in a text that may tell who wrote it: numbers, own names, ways to be reached, words such as 我家对门.
//! A hint and no judge: what is found is shown to the writer once, who changes it or sends it as it is. Pure; runs in
//! time linear in the text, without patterns that backtrack; never stores, logs or prints what it read.

mod contacts;
mod letters;
mod names;
mod numbers;
mod relations;

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
    /// What the field is called on the page.
    pub label: String,
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

impl Why {
    /// What is wrong with it and what to do, for the person who wrote it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Telephone => "电话号码。如果是您自己的，请去掉；如果是别人的号码，可以照发。",
            Self::Identity => "身份证号码。如果是您自己的，请去掉；如果是别人的号码，可以照发。",
            Self::Contact => {
                "像是您自己的联系方式。请去掉，进展在信箱里看；如果是别人的号码，可以照发。"
            }
            Self::Name => "像是您的姓名或身份。请去掉；如果说的是别人，可以照发。",
            Self::Relation => {
                "说到了您的家、亲友或者做事的地方。换成看得见的地方来写，比如某村东头、某路某楼。"
            }
            Self::Alone => "知道的人很少的事，容易猜到您。可以不写，或者写得宽一点。",
        }
    }
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
    let own = own.map(|answer| (answer.id.as_str(), answer.label.as_str(), &answer.value));
    let what = std::iter::once(("what", "发生了什么", &tip.what));
    let more = [
        ("place", "具体位置", &tip.place),
        ("when", "什么时候看到的", &tip.when),
        ("people", "什么人", &tip.people),
        ("vehicles", "车辆", &tip.vehicles),
        ("danger", "要当心什么", &tip.danger),
    ];
    what.chain(own)
        .chain(more)
        .flat_map(|(field, label, text)| in_text(field, label, text.as_str()))
        .collect()
}

/// Every place in the text of one field, in its order; where two overlap, the first.
#[must_use]
pub fn in_text(field: &str, label: &str, text: &str) -> Vec<Exposure> {
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
            label: label.to_owned(),
            before: letters.excerpt(spot.from.saturating_sub(BESIDE), spot.from),
            found: letters.excerpt(spot.from, spot.to),
            after: letters.excerpt(spot.to, spot.to + BESIDE),
            why: spot.why,
        })
        .collect()
}
