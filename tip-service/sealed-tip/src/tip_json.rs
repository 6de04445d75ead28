//! `tip.json`: the same facts as the letter, for a unit that files tips by machine.
//!
//! The schema is part of `FORMAT.md`. Never carries a time, and never escapes Chinese: the
//! decrypted letter can be searched with grep.

use std::ops::Range;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::photographs::{self, Listed};
use crate::{Named, ReplyTo, Text, Tip};

/// Version of the schema; goes up when a field changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    reference: &'a str,
    kind: Choice<'a>,
    what: &'a str,
    place: Place<'a>,
    when: &'a str,
    source: &'a str,
    people: &'a str,
    vehicles: &'a str,
    danger: &'a str,
    officials: bool,
    answers: Vec<Answered<'a>>,
    photographs: Vec<Listed<'a>>,
    language: Option<Choice<'a>>,
    supplement: bool,
    suspect_robot: bool,
    reply_to: Option<&'a str>,
    reward_check: Option<&'a str>,
}

#[derive(Serialize)]
struct Choice<'a> {
    code: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    county: Option<Choice<'a>>,
    township: Option<Choice<'a>>,
    village: Option<Choice<'a>>,
    detail: &'a str,
}

#[derive(Serialize)]
struct Answered<'a> {
    id: &'a str,
    label: &'a str,
    value: &'a str,
}

/// Pretty JSON with LF line ends. `reference` is cleaned by the caller, `attached` are the photographs in this letter.
pub(crate) fn write(
    tip: &Tip,
    reference: &Text,
    reply: Option<&ReplyTo<'_>>,
    attached: &Range<usize>,
) -> Zeroizing<Vec<u8>> {
    let address = reply.map(|reply| Text::line(reply.address));
    let check = reply.and_then(|reply| reply.reward).map(Text::line);
    let root = Root {
        version: VERSION,
        reference: reference.as_str(),
        kind: choice(&tip.kind),
        what: tip.what.as_str(),
        place: Place {
            county: tip.county.as_ref().map(choice),
            township: tip.township.as_ref().map(choice),
            village: tip.village.as_ref().map(choice),
            detail: tip.place.as_str(),
        },
        when: tip.when.as_str(),
        source: tip.source.as_str(),
        people: tip.people.as_str(),
        vehicles: tip.vehicles.as_str(),
        danger: tip.danger.as_str(),
        officials: tip.officials,
        answers: tip.answers.iter().map(answered).collect(),
        photographs: photographs::listed(&tip.photographs, 1, attached),
        language: tip.language.as_ref().map(choice),
        supplement: tip.supplement,
        suspect_robot: tip.suspect_robot,
        reply_to: address.as_ref().map(Text::as_str),
        reward_check: check.as_ref().map(Text::as_str),
    };
    // An escaped text is at most twice as long (quotes, backslashes, LF; there are no other
    // controls), so the buffer never moves and no unwiped copy is left behind.
    let service = [Some(reference), address.as_ref(), check.as_ref()];
    let service: usize = service
        .into_iter()
        .flatten()
        .map(|t| t.as_str().len())
        .sum();
    let photographs = photographs::room(&tip.photographs);
    let room = tip.length() * 3 + service * 2 + photographs + 2048;
    let mut out = Zeroizing::new(Vec::with_capacity(room));
    // Writing plain strings to memory cannot fail; were it to, the letter still has every fact.
    let _ = serde_json::to_writer_pretty(&mut *out, &root);
    out.push(b'\n');
    out
}

fn choice(named: &Named) -> Choice<'_> {
    Choice {
        code: &named.code,
        name: &named.name,
    }
}

fn answered(answer: &crate::Answer) -> Answered<'_> {
    Answered {
        id: &answer.id,
        label: &answer.label,
        value: answer.value.as_str(),
    }
}
