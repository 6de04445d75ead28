//! Words that people read: a line in Chinese, `"像罂粟"`, or one in each language, `{ zh = "像罂粟", ko = "…", en = "…" }`.

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::check;
use crate::kinds::Phrase;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(deserialize_with = "check::text")]
    zh: String,
    #[serde(default, deserialize_with = "check::some_text")]
    ko: Option<String>,
    #[serde(default, deserialize_with = "check::some_text")]
    en: Option<String>,
}

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Phrase;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a line of text, or a table with one in zh and others in ko and en")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Phrase, E> {
        Ok(Phrase {
            zh: check::text(StrDeserializer::new(text))?,
            ko: None,
            en: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Phrase, A::Error> {
        let Keys { zh, ko, en } = Keys::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Phrase { zh, ko, en })
    }
}

/// One line of text in as many languages as are given.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Phrase, D::Error> {
    from.deserialize_any(Words)
}

/// As [`text`], for a key that may be left out.
pub(super) fn some_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Phrase>, D::Error> {
    text(from).map(Some)
}
