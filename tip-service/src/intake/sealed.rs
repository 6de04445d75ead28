//! Sealing in the browser, second half: letters come in as ciphertext, are looked at from outside, and stored.
//!
//! Must never take a form that holds a word beside them, nor a letter that is not sealed to exactly the unit's certificates.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealed_tip::{Receipt, SealedLetter, UnitCert};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::covers::{Asked, Place, State};
use super::press::Press;
use super::ticket::Worth;
use super::{Accepted, Intake, News, RawForm, SubmitError};
use crate::id::Id;
use crate::store::{Class, NewLetter, StoreError, Submitted};

/// What every field of sealed letters begins with.
const PREFIX: &str = "sealed_";
/// What comes with them, beside the letters themselves.
const BESIDE: [&str; 6] = [
    "form_id",
    "ticket",
    "website",
    "sealed_press",
    "sealed_units",
    "sealed_tag",
];

impl RawForm {
    /// Whether it holds letters that were sealed in the browser, or claims to.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.names().any(|name| name.starts_with(PREFIX))
    }

    /// Whether it holds nothing but so many sealed letters and what must come with them.
    fn is_nothing_but(&self, letters: usize) -> bool {
        let is_letter = |name: &str| (0..letters).any(|number| name == field(number));
        self.names()
            .all(|name| BESIDE.contains(&name) || is_letter(name))
    }
}

fn field(number: usize) -> String {
    format!("{PREFIX}{number}")
}

/// A letter's name and the digest of its ciphertext.
fn named(letter: &NewLetter) -> (Id, [u8; 32]) {
    (letter.id, Sha256::digest(letter.sealed.message()).into())
}

impl Intake {
    /// Takes one press of the button in a browser that sealed the letters itself.
    ///
    /// # Errors
    /// [`SubmitError::Sealed`] for anything that is not exactly that; else as [`Intake::submit`].
    pub async fn submit_sealed(
        &self,
        form: &RawForm,
        class: Class,
    ) -> Result<Accepted, SubmitError> {
        let asked = self.asked(form)?;
        let (state, places) = self.given_out(&asked, form).await?;
        if !form.is_nothing_but(places.len()) {
            return Err(SubmitError::Sealed);
        }
        let class = if form.get("website").is_empty() {
            class
        } else {
            Class::Later
        };
        let letters = self.letters(form, &places)?;
        let sent: Vec<_> = letters.iter().map(named).collect();
        // What was said is not known here: the same press is the same tip, and its letters' names are good for one use.
        let content_hash = asked.id.content_hash(&asked.press);
        let ticket = form.get("ticket");
        let worth = self.worth(Some(&asked.key), &asked.id, ticket);
        let receipt = Arc::new(Receipt::derive(&asked.key, asked.id.as_bytes()));
        let press = Press {
            id: &asked.id,
            receipt: Some(receipt.clone()),
            class,
            content_hash,
            words_hash: content_hash,
            waited: worth == Worth::Ripe,
            by_canary: false,
        };
        let supplement = state.mailbox.is_known();
        let done = match self.offer(&press, state.mailbox, letters).await {
            Err(StoreError::Crowded) => {
                return Err(self.wait(&asked.key, &asked.id, worth, ticket));
            }
            // Two presses at once: the other one was first, and these letters do not say that they add to it.
            Ok(Submitted::OtherText { .. }) => return Err(SubmitError::Sealed),
            // A receipt for what is not there would be a lie.
            Ok(Submitted::Repeated) if !self.store.holds(&sent).await? => {
                return Err(SubmitError::Sealed);
            }
            done => done?,
        };
        Ok(Accepted {
            receipt: Some(receipt),
            news: News::of(done, supplement)?,
            class,
        })
    }

    /// The state for which the covers with the form's tag were given out: as it was before a first press, so that a repeat of
    /// it is known for one, or as it is since.
    async fn given_out(
        &self,
        asked: &Asked,
        form: &RawForm,
    ) -> Result<(State, Vec<Place>), SubmitError> {
        let (units, tag) = (self.given_units(form)?, form.get("sealed_tag"));
        let known = self.store.mailbox_of(&asked.id.hash()).await?;
        let mut states = vec![self.begun_by(asked)];
        if let Some(mailbox_id) = known {
            states.push(self.continued(mailbox_id).await?);
        }
        for state in states {
            let (covers, places) = self.covers_for(asked, &state, &units)?;
            if bool::from(covers.tag.as_bytes().ct_eq(tag.as_bytes())) {
                return Ok((state, places));
            }
        }
        Err(SubmitError::Sealed)
    }

    fn letters(&self, form: &RawForm, places: &[Place]) -> Result<Vec<NewLetter>, SubmitError> {
        let now = self.clock.unix();
        let of_place = |(number, place): (usize, &Place)| {
            let message = STANDARD.decode(form.get(&field(number)));
            let message = message.map_err(|_| SubmitError::Sealed)?;
            let certs: Vec<&UnitCert> = place.unit.certs.iter().collect();
            let sealed = SealedLetter::from_outside(message, &certs, now)
                .map_err(|_| SubmitError::Sealed)?;
            Ok(NewLetter {
                id: place.letter,
                unit_id: place.unit.id.clone(),
                thread_id: Some(place.token),
                begins_thread: place.begins,
                sealed,
            })
        };
        places.iter().enumerate().map(of_place).collect()
    }
}
