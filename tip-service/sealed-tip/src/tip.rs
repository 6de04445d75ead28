//! A tip: what somebody told, field by field, nothing about who told it.
//!
//! Never holds an address, a time of arrival or anything else the visitor did not write, and has
//! neither `Debug` nor `Clone`: there is one copy, and it is wiped.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Text, photographs};

/// Longest `what`, in characters; the form is checked against it before a [`Tip`] is made.
pub const WHAT_MAX_CHARS: usize = 20_000;
/// Longest of every other field, in characters.
pub const LINE_MAX_CHARS: usize = 500;

/// A thing with a code for machines and a name for people: a kind of tip, a county, a township.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Stable code from the configuration, e.g. `cultivation`.
    pub code: String,
    /// Chinese name, e.g. 非法种植.
    pub name: String,
}

/// An answer to one of a kind's own questions.
pub struct Answer {
    /// Code of the question, from the configuration.
    pub id: String,
    /// The question in Chinese, as the tipster saw it.
    pub label: String,
    /// What was answered.
    pub value: Text,
}

/// A cleaned photograph. No Debug: it is evidence.
pub struct Photo {
    /// JPEG without metadata; wiped when dropped.
    pub jpeg: Zeroizing<Vec<u8>>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Where it was taken, as one line for the officer, if the tipster wants it told.
    pub place: Option<Text>,
}

/// Everything a tipster told. Every text but `what` may be empty: 不清楚 is an honest answer.
pub struct Tip {
    /// Kind of tip.
    pub kind: Named,
    /// What happened: the one required field, a block of text.
    pub what: Text,
    /// County or district, if chosen.
    pub county: Option<Named>,
    /// Township or street office, if chosen.
    pub township: Option<Named>,
    /// Village or neighbourhood, if chosen.
    pub village: Option<Named>,
    /// The place in the tipster's own words.
    pub place: Text,
    /// When it happened, in the tipster's own words.
    pub when: Text,
    /// How the tipster knows of it.
    pub source: Text,
    /// The people concerned.
    pub people: Text,
    /// The vehicles concerned.
    pub vehicles: Text,
    /// Danger to whoever goes there: weapons, dogs, lookouts.
    pub danger: Text,
    /// Public officials are concerned: the tip goes past the unit named.
    pub officials: bool,
    /// The kind's own questions.
    pub answers: Vec<Answer>,
    /// Cleaned photographs, in the order they were sent.
    pub photographs: Vec<Photo>,
    /// The language of the page it was written on, named in Chinese, unless that was Chinese.
    pub language: Option<Named>,
    /// A later addition to a tip already sent.
    pub supplement: bool,
    /// The honeypot field was filled in: perhaps no human being wrote this.
    pub suspect_robot: bool,
}

impl Tip {
    /// A tip in which nothing but the one required field was filled in.
    #[must_use]
    pub fn bare(kind: Named, what: Text) -> Self {
        Self {
            kind,
            what,
            county: None,
            township: None,
            village: None,
            place: Text::line(""),
            when: Text::line(""),
            source: Text::line(""),
            people: Text::line(""),
            vehicles: Text::line(""),
            danger: Text::line(""),
            officials: false,
            answers: Vec::new(),
            photographs: Vec::new(),
            language: None,
            supplement: false,
            suspect_robot: false,
        }
    }

    /// Which photographs travel together: the first run in the tip's own letter (it may be empty), each further run in
    /// a letter of its own ([`crate::Note::Photographs`]). Together they are all photographs, in order, as many in each
    /// as fit into 4 MiB with any cover; [`crate::seal()`] attaches the first run.
    #[must_use]
    pub fn sheets(&self) -> Vec<std::ops::Range<usize>> {
        photographs::sheets(self)
    }

    /// Unambiguous bytes of everything the tipster said: each field tagged with its name and
    /// length-prefixed (64 bit, big-endian), absent ones distinct from empty ones.
    ///
    /// A keyed hash of this tells a repeat from a supplement, so `language`, `supplement` and
    /// `suspect_robot`, which the tipster did not say, are left out.
    #[must_use]
    pub fn canonical(&self) -> Zeroizing<Vec<u8>> {
        let mut parts = self.words();
        let digests: Vec<[u8; 32]> = self
            .photographs
            .iter()
            .map(|photo| Sha256::digest(&photo.jpeg[..]).into())
            .collect();
        for (photo, digest) in self.photographs.iter().zip(&digests) {
            parts.extend([&b"photograph"[..], digest]);
            match &photo.place {
                None => parts.push(b"none"),
                Some(place) => parts.extend([&b"some"[..], place.as_str().as_bytes()]),
            }
        }
        prefixed(&parts)
    }

    /// Length of all that is written, without photographs, in bytes: at least.
    pub(crate) fn length(&self) -> usize {
        self.words().iter().map(|part| part.len() + 8).sum()
    }

    /// Everything that was written, each piece behind its name.
    fn words(&self) -> Vec<&[u8]> {
        let mut parts: Vec<&[u8]> = vec![b"sealed-tip canonical v1"];
        named(&mut parts, "kind", Some(&self.kind));
        named(&mut parts, "county", self.county.as_ref());
        named(&mut parts, "township", self.township.as_ref());
        named(&mut parts, "village", self.village.as_ref());
        for (name, text) in [
            ("what", &self.what),
            ("place", &self.place),
            ("when", &self.when),
            ("source", &self.source),
            ("people", &self.people),
            ("vehicles", &self.vehicles),
            ("danger", &self.danger),
        ] {
            parts.extend([name.as_bytes(), text.as_str().as_bytes()]);
        }
        parts.extend([&b"officials"[..], if self.officials { b"1" } else { b"0" }]);
        for answer in &self.answers {
            let value = answer.value.as_str().as_bytes();
            parts.extend([
                &b"answer"[..],
                answer.id.as_bytes(),
                answer.label.as_bytes(),
                value,
            ]);
        }
        parts
    }
}

/// An absent choice is one part fewer than a present one, so the two never meet.
fn named<'a>(parts: &mut Vec<&'a [u8]>, name: &'a str, value: Option<&'a Named>) {
    parts.push(name.as_bytes());
    match value {
        None => parts.push(b"none"),
        Some(v) => parts.extend([&b"some"[..], v.code.as_bytes(), v.name.as_bytes()]),
    }
}

/// Room is made once: a vector that grew would leave unwiped copies behind.
fn prefixed(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let total = parts.iter().map(|p| p.len() + 8).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(total));
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}
