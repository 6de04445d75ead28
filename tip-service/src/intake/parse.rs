//! From what was typed to a [`Tip`], or to all errors at once. Takes sloppy input: codes or names, full-width
//! blanks, anything optional left out. Says nothing about the writer, because no field asks.

use std::collections::BTreeMap;
use std::fmt::Display;

use sealed_tip::{Answer, LINE_MAX_CHARS, Named, Text, Tip, WHAT_MAX_CHARS};
use zeroize::Zeroizing;

use crate::catalogue::Lang;
use crate::kinds::{Input, Kind, Kinds, OTHER, Question};
use crate::places::Places;

/// The form as it was sent: field name to text, wiped when dropped. No Debug: it holds plaintext.
#[derive(Default)]
pub struct RawForm {
    fields: BTreeMap<String, Zeroizing<String>>,
    /// The language of the page it was on.
    pub lang: Lang,
}

impl RawForm {
    /// An empty form on a page in this language.
    #[must_use]
    pub fn written_in(lang: Lang) -> Self {
        Self {
            lang,
            ..Self::default()
        }
    }

    /// Keeps a field; the last of a name wins, as in a browser's own reset form.
    pub fn set(&mut self, name: String, text: Zeroizing<String>) {
        self.fields.insert(name, text);
    }

    /// The names of the fields that were sent.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The text of a field, empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.as_str())
    }
}

/// What is wrong with a field, in words for the person who filled it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, for the link to it.
    pub field: String,
    /// One sentence that says what to do.
    pub message: String,
}

/// Reads the form against the kinds and places the city has.
///
/// # Errors
/// Every field that needs a change.
pub fn parse(form: &RawForm, kinds: &Kinds, places: &Places) -> Result<Tip, Vec<FieldError>> {
    let mut reader = Reader {
        form,
        errors: Vec::new(),
    };
    let kind = reader.kind(kinds);
    let what = reader.what();
    let (county, township) = reader.area(places);
    let place = reader.text("place", "field.place", Text::line);
    let village = township
        .and_then(|(_, t)| places.village_in(t, place.as_str()))
        .map(|v| Named {
            code: v.code.clone(),
            name: v.name.clone(),
        });
    let tip = Tip {
        county: county.map(|c| Named {
            code: c.code.clone(),
            name: c.name.clone(),
        }),
        township: township.map(|(_, t)| Named {
            code: t.code.clone(),
            name: t.name.clone(),
        }),
        village,
        place,
        when: reader.text("when", "field.when", Text::line),
        source: reader.source(kinds),
        people: reader.text("people", "field.people", Text::block),
        vehicles: reader.text("vehicles", "more.vehicles", Text::line),
        danger: reader.text("danger", "field.danger", Text::block),
        officials: !form.get("officials").trim().is_empty(),
        answers: reader.answers(kinds),
        language: form.lang.chinese_name().map(|name| Named {
            code: form.lang.code().to_owned(),
            name: name.to_owned(),
        }),
        suspect_robot: !form.get("website").trim().is_empty(),
        ..Tip::bare(kind, what)
    };
    if reader.errors.is_empty() {
        Ok(tip)
    } else {
        Err(reader.errors)
    }
}

struct Reader<'a> {
    form: &'a RawForm,
    errors: Vec<FieldError>,
}

impl<'a> Reader<'a> {
    fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// In the language of the form.
    fn say(&mut self, field: &str, key: &'static str) {
        self.wrong(field, self.form.lang.say(key));
    }

    fn kind(&mut self, kinds: &Kinds) -> Named {
        let asked = match self.form.get("kind").trim() {
            "" => OTHER,
            chosen => chosen,
        };
        match kinds.get(asked) {
            Some(kind) => Named {
                code: kind.id.clone(),
                name: kind.name.chinese().to_owned(),
            },
            None => {
                self.say("kind", "field.no_kind");
                Named {
                    code: String::new(),
                    name: String::new(),
                }
            }
        }
    }

    fn what(&mut self) -> Text {
        let what = Text::block(self.form.get("what"));
        let chars = what.chars();
        if what.is_empty() {
            self.say("what", "field.what_empty");
        } else if chars > WHAT_MAX_CHARS {
            let values: [(&str, &dyn Display); 2] = [("max", &WHAT_MAX_CHARS), ("chars", &chars)];
            self.wrong("what", self.form.lang.fill("field.what_long", &values));
        }
        what
    }

    fn text(&mut self, field: &str, label: &'static str, clean: fn(&str) -> Text) -> Text {
        let label = self.form.lang.say(label);
        self.labelled(field, label, clean)
    }

    fn labelled(&mut self, field: &str, label: &str, clean: fn(&str) -> Text) -> Text {
        let text = clean(self.form.get(field));
        let chars = text.chars();
        if chars > LINE_MAX_CHARS {
            let values: [(&str, &dyn Display); 3] = [
                ("max", &LINE_MAX_CHARS),
                ("chars", &chars),
                ("label", &label),
            ];
            self.wrong(field, self.form.lang.fill("field.long", &values));
        }
        text
    }

    /// County and township; a township alone gives its county.
    fn area<'p>(&mut self, places: &'p Places) -> Area<'p> {
        let (county, township) = (
            self.form.get("county").trim(),
            self.form.get("township").trim(),
        );
        let found_county = places.county(county);
        if !county.is_empty() && found_county.is_none() {
            self.say("county", "field.no_county");
        }
        let found_township = places.township(township);
        if !township.is_empty() && found_township.is_none() {
            self.say("township", "field.no_township");
        }
        if let (Some(county), Some((home, township))) = (found_county, found_township)
            && home.code != county.code
        {
            let values: [(&str, &dyn Display); 3] = [
                ("township", &township.name),
                ("home", &home.name),
                ("county", &county.name),
            ];
            let message = self.form.lang.fill("field.elsewhere", &values);
            self.wrong("township", message);
        }
        (
            found_county.or(found_township.map(|(home, _)| home)),
            found_township,
        )
    }

    fn source(&mut self, kinds: &Kinds) -> Text {
        let value = self.form.get("source").trim();
        match kinds.sources.iter().find(|choice| choice.value == value) {
            Some(choice) => Text::line(if value.is_empty() {
                ""
            } else {
                choice.label.chinese()
            }),
            None if value.is_empty() => Text::line(""),
            None => {
                self.say("source", "field.choose_source");
                Text::line("")
            }
        }
    }

    /// Answers to every kind's own questions: a browser that shows all groups may get answers in several,
    /// and none is thrown away. Those of the chosen kind come first.
    fn answers(&mut self, kinds: &Kinds) -> Vec<Answer> {
        let chosen = self.form.get("kind").trim();
        let (own, other): (Vec<&Kind>, Vec<&Kind>) =
            kinds.kinds.iter().partition(|k| k.id == chosen);
        own.into_iter()
            .chain(other)
            .flat_map(|k| &k.questions)
            .filter_map(|q| self.answer(q))
            .collect()
    }

    fn answer(&mut self, question: &Question) -> Option<Answer> {
        let (raw, lang) = (self.form.get(&question.name), self.form.lang);
        if raw.trim().is_empty() {
            return None;
        }
        let value = match &question.input {
            Input::Line => self.labelled(&question.name, question.label.say(lang), Text::line),
            Input::Block => self.labelled(&question.name, question.label.say(lang), Text::block),
            Input::Choice(choices) => match choices.iter().find(|c| c.value == raw.trim()) {
                Some(choice) => Text::line(choice.label.chinese()),
                None => {
                    let values: [(&str, &dyn Display); 1] = [("label", &question.label.say(lang))];
                    self.wrong(&question.name, lang.fill("field.choose", &values));
                    return None;
                }
            },
        };
        Some(Answer {
            id: question.name.clone(),
            label: question.label.chinese().to_owned(),
            value,
        })
    }
}

type Area<'p> = (
    Option<&'p crate::places::County>,
    Option<(&'p crate::places::County, &'p crate::places::Township)>,
);
