//! Sealing in the browser, first half: what the service adds to a tip's letters (reference, way back, names, keys), given out
//! before there is a tip, and made again, not remembered, when the sealed letters come.
//!
//! Everything follows from the form's key, the form's name and the browser's own number for this press; a MAC over all of it
//! tells whether what was sealed is still what would be given out now. Writes nothing and must never take a word of a tip.

use std::sync::Arc;

use sealed_tip::Receipt;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{FormId, Intake, RawForm, SubmitError};
use crate::id::{self, Id};
use crate::mac::keyed;
use crate::store::{Mailbox, ThreadRow};
use crate::units::Unit;

/// What a browser needs to seal one tip, beside what is the same for everybody.
#[derive(Serialize)]
pub struct Covers {
    /// See [`sealed_tip::Cover::reference`].
    pub reference: String,
    /// The form was used before: the tip adds to an earlier one.
    pub supplement: bool,
    /// The units that the tip is for at this hour, as the letters are to name them when they come: those asked for or,
    /// while one is off duty, the one that stands in for it.
    pub units: Vec<String>,
    /// One for each of these units, in their order.
    pub letters: Vec<LetterCover>,
    /// Comes back with the letters.
    pub tag: String,
}

/// What goes round one letter.
#[derive(Serialize)]
pub struct LetterCover {
    /// The unit to seal to: the one that the tip is for, or whichever took the thread over.
    unit: String,
    /// Key ids of the subkeys to seal to, one for each of the unit's certificates.
    keys: Vec<String>,
    address: String,
    message_id: String,
    encrypted: bool,
    reward: Option<String>,
}

/// Where one of the letters goes.
pub(super) struct Place {
    pub(super) unit: Arc<Unit>,
    pub(super) token: Id,
    pub(super) letter: Id,
    pub(super) begins: bool,
}

/// What the browser names: its form and its press.
pub(super) struct Asked {
    pub(super) id: FormId,
    pub(super) key: Zeroizing<[u8; 32]>,
    pub(super) press: Id,
}

/// The same letters may belong to a new mailbox or to the one that the form began.
pub(super) struct State {
    pub(super) mailbox: Mailbox,
    threads: Vec<ThreadRow>,
}

/// The ids of units that a form names.
fn named(form: &RawForm) -> Vec<&str> {
    form.get("sealed_units").split(',').collect()
}

impl Intake {
    /// Covers for a tip to `sealed_units` under the form `form_id`, at the press `sealed_press`.
    ///
    /// # Errors
    /// [`SubmitError::FormUnknown`], [`SubmitError::Closed`], [`SubmitError::Sealed`] for units that no tip goes to, or from
    /// the store.
    pub async fn covers(&self, form: &RawForm) -> Result<Covers, SubmitError> {
        let asked = self.asked(form)?;
        let register = &self.loaded.register;
        let routed = register.routed(&named(form)).ok_or(SubmitError::Sealed)?;
        let known = self.store.mailbox_of(&asked.id.hash()).await?;
        let state = match known {
            Some(mailbox_id) => self.continued(mailbox_id).await?,
            None => self.begun_by(&asked),
        };
        let has_had = |id: &str| state.threads.iter().any(|t| t.routed_to == id);
        let units = register.on_duty(routed, self.clock.unix(), has_had);
        Ok(self.covers_for(&asked, &state, &units)?.0)
    }

    pub(super) fn asked(&self, form: &RawForm) -> Result<Asked, SubmitError> {
        let id = FormId::parse(form.get("form_id")).ok_or(SubmitError::FormUnknown)?;
        let key = self.forms.key_of(&id).ok_or(SubmitError::FormUnknown)?;
        let press = id::parse(form.get("sealed_press")).ok_or(SubmitError::Sealed)?;
        Ok(Asked { id, key, press })
    }

    /// The units that sealed letters name, no more than a route has. No look at the clock: the tag fits only what was given
    /// out, and what was sealed in the last minute of a shift is as good in the next.
    pub(super) fn given_units(&self, form: &RawForm) -> Result<Vec<&Arc<Unit>>, SubmitError> {
        let register = &self.loaded.register;
        let named = named(form);
        let mut routes = register.routes().iter();
        if !routes.any(|route| named.len() <= route.units.len()) {
            return Err(SubmitError::Sealed);
        }
        let unit = |id: &str| register.unit(id).ok_or(SubmitError::Sealed);
        named.into_iter().map(unit).collect()
    }

    /// The state in which the form was not used before.
    pub(super) fn begun_by(&self, asked: &Asked) -> State {
        let receipt = Receipt::derive(&asked.key, asked.id.as_bytes());
        State {
            mailbox: self.mailbox_named(&receipt, asked.name("mailbox", "")),
            threads: Vec::new(),
        }
    }

    /// The state in which it began this mailbox.
    pub(super) async fn continued(&self, mailbox_id: Id) -> Result<State, SubmitError> {
        Ok(State {
            mailbox: Mailbox::Known { mailbox_id },
            threads: self.store.threads_of(&mailbox_id).await?,
        })
    }

    /// The covers for a tip to these units, and where each letter goes.
    pub(super) fn covers_for(
        &self,
        asked: &Asked,
        state: &State,
        units: &[&Arc<Unit>],
    ) -> Result<(Covers, Vec<Place>), SubmitError> {
        let receipt = Receipt::derive(&asked.key, asked.id.as_bytes());
        let places: Vec<Place> = units
            .iter()
            .map(|unit| self.place(asked, state, unit))
            .collect();
        let letters = places
            .iter()
            .map(|place| self.letter_cover(place, &receipt))
            .collect::<Result<_, _>>()?;
        let mut covers = Covers {
            reference: id::reference(&state.mailbox.id()),
            supplement: state.mailbox.is_known(),
            units: units.iter().map(|unit| unit.id.clone()).collect(),
            letters,
            tag: String::new(),
        };
        // Plain texts in memory: this cannot fail, and were it to, no tag would fit.
        let all = serde_json::to_vec(&covers).map_err(|_| SubmitError::Sealed)?;
        covers.tag = asked.tag(&all);
        Ok((covers, places))
    }

    /// As `letters.rs` places a letter: a supplement follows its thread to whichever unit is responsible by now.
    fn place(&self, asked: &Asked, state: &State, routed: &Arc<Unit>) -> Place {
        let thread = state.threads.iter().find(|t| t.routed_to == routed.id);
        let unit = thread.and_then(|t| self.loaded.register.unit(&t.unit_id));
        Place {
            unit: unit.unwrap_or(routed).clone(),
            token: thread.map_or_else(|| asked.name("thread", &routed.id), |t| t.id),
            letter: asked.name_of_press("letter", &routed.id),
            begins: thread.is_none(),
        }
    }

    fn letter_cover(&self, place: &Place, receipt: &Receipt) -> Result<LetterCover, SubmitError> {
        let now = self.clock.unix();
        let unit = &place.unit;
        let closed = || SubmitError::Closed(unit.clone());
        unit.usable(now).map_err(|_| closed())?;
        let keys = unit.certs.iter().map(|cert| cert.key_id(now));
        let config = &self.loaded.config;
        let names = config.mail.reply_names(&place.token, &place.letter);
        let rewards = config.triage.rewards;
        Ok(LetterCover {
            unit: unit.id.clone(),
            keys: keys.collect::<Result<_, _>>().map_err(|_| closed())?,
            address: names.address,
            message_id: names.message_id,
            encrypted: !unit.unencrypted_replies,
            reward: rewards.then(|| receipt.claim_code(&place.token).check()),
        })
    }
}

impl Asked {
    /// A name that this form has for something, as good as a random one to whoever has not its key.
    fn name(&self, what: &str, of: &str) -> Id {
        self.derived(what, &[self.id.as_bytes(), of.as_bytes()])
    }

    /// The same for this press alone.
    fn name_of_press(&self, what: &str, of: &str) -> Id {
        self.derived(what, &[self.id.as_bytes(), &self.press, of.as_bytes()])
    }

    fn tag(&self, covers: &[u8]) -> String {
        id::hex(&self.derived("covers", &[self.id.as_bytes(), &self.press, covers]))
    }

    /// Parts but the last have a fixed length, so that none can be taken for another.
    fn derived(&self, what: &str, parts: &[&[u8]]) -> Id {
        let whole = keyed(
            self.key.as_slice(),
            &format!("sealed {what}"),
            &parts.concat(),
        );
        std::array::from_fn(|i| whole.get(i).copied().unwrap_or(0))
    }
}
