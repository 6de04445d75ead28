//! From a tip or an answer to sealed letters, one for each responsible unit.

use std::sync::Arc;

use sealed_tip::{Cover, Note, Receipt, SealError, SealedLetter, Text, Tip, UnitCert};

use super::{Intake, SubmitError};
use crate::clock::Clock;
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id::{self, Id};
use crate::store::{NewLetter, ThreadRow};
use crate::units::Unit;

/// A letter's place: which thread, and whether it is the first there.
#[derive(Clone, Copy)]
struct Place {
    token: Id,
    begins: bool,
}

/// What sealing takes, apart from what is sealed.
pub(super) struct Sealer {
    loaded: Arc<Loaded>,
    entropy: Arc<Entropy>,
    clock: Arc<dyn Clock>,
    /// A tip is the canary's: the robot's alone.
    to_robot: bool,
}

/// What all letters of one press have in common.
struct About<'a> {
    reference: &'a str,
    receipt: Option<&'a Receipt>,
}

impl Intake {
    pub(super) fn sealer(&self) -> Sealer {
        Sealer {
            loaded: self.loaded.clone(),
            entropy: self.entropy.clone(),
            clock: self.clock.clone(),
            to_robot: false,
        }
    }
}

impl Sealer {
    /// For a tip of the canary's, if it is one.
    pub(super) fn for_robot(self, to_robot: bool) -> Self {
        Self { to_robot, ..self }
    }

    /// The units that a tip goes to now, or what is added to one that has `threads`.
    fn responsible(&self, tip: &Tip, threads: &[ThreadRow]) -> Vec<&Arc<Unit>> {
        let register = &self.loaded.register;
        let county = tip.county.as_ref().map(|county| county.code.as_str());
        let routed = if self.to_robot {
            register.robot()
        } else {
            register.route(&tip.kind.code, county, tip.officials)
        };
        let has_had = |id: &str| threads.iter().any(|t| t.routed_to == id);
        register.on_duty(routed, self.clock.unix(), has_had)
    }

    /// Whether every unit that a tip would go to now can be written to.
    pub(super) fn is_open(&self, tip: &Tip) -> Result<(), SubmitError> {
        let now = self.clock.unix();
        self.responsible(tip, &[]).into_iter().try_for_each(|unit| {
            let usable = unit.usable(now);
            usable.map_err(|_| SubmitError::Closed(Arc::clone(unit)))
        })
    }

    /// A tip's letters. A supplement follows its thread to whichever unit is responsible by now.
    pub(super) fn tip(
        &self,
        tip: &Tip,
        mailbox_id: &Id,
        threads: &[ThreadRow],
        receipt: Option<&Receipt>,
    ) -> Result<Vec<NewLetter>, SubmitError> {
        let register = &self.loaded.register;
        let about = About {
            reference: &id::reference(mailbox_id),
            receipt,
        };
        let mut letters = Vec::new();
        for routed in self.responsible(tip, threads) {
            let thread = threads.iter().find(|t| t.routed_to == routed.id);
            let unit = thread
                .and_then(|t| register.unit(&t.unit_id))
                .unwrap_or(routed);
            let place = Place {
                token: thread.map_or_else(|| self.entropy.bytes(), |t| t.id),
                begins: thread.is_none(),
            };
            letters.extend(self.of_one_unit(tip, unit, place, &about)?);
        }
        Ok(letters)
    }

    /// The tip's own letter, and one for each further sheet of photographs.
    fn of_one_unit(
        &self,
        tip: &Tip,
        unit: &Arc<Unit>,
        place: Place,
        about: &About<'_>,
    ) -> Result<Vec<NewLetter>, SubmitError> {
        let mut rng = self.entropy.fork();
        let mut letters = vec![self.letter(unit, &place, about, |cover, certs, now| {
            sealed_tip::seal(tip, cover, certs, now, &mut rng)
        })?];
        let place = Place {
            begins: false,
            ..place
        };
        for sheet in tip.sheets().into_iter().skip(1) {
            let note = Note::Photographs {
                first: sheet.start + 1,
                of: tip.photographs.len(),
                photos: tip.photographs.get(sheet).unwrap_or_default(),
            };
            letters.push(self.letter(unit, &place, about, |cover, certs, now| {
                sealed_tip::seal_note(&note, cover, certs, now, &mut rng)
            })?);
        }
        Ok(letters)
    }

    /// An answer's letters: to whoever is responsible for each thread.
    pub(super) fn answer(
        &self,
        text: &Text,
        mailbox_id: &Id,
        threads: &[ThreadRow],
        receipt: &Receipt,
    ) -> Result<Vec<NewLetter>, SubmitError> {
        let about = About {
            reference: &id::reference(mailbox_id),
            receipt: Some(receipt),
        };
        let mut rng = self.entropy.fork();
        threads
            .iter()
            .filter_map(|thread| Some((thread, self.loaded.register.unit(&thread.unit_id)?)))
            .map(|(thread, unit)| {
                let place = Place {
                    token: thread.id,
                    begins: false,
                };
                self.letter(unit, &place, &about, |cover, certs, now| {
                    sealed_tip::seal_note(&Note::Answer { text }, cover, certs, now, &mut rng)
                })
            })
            .collect()
    }

    fn letter(
        &self,
        unit: &Arc<Unit>,
        place: &Place,
        about: &About<'_>,
        seal: impl FnOnce(&Cover<'_>, &[&UnitCert], u64) -> Result<SealedLetter, SealError>,
    ) -> Result<NewLetter, SubmitError> {
        let now = self.clock.unix();
        unit.usable(now)
            .map_err(|_| SubmitError::Closed(unit.clone()))?;
        let certs: Vec<&UnitCert> = unit.certs.iter().collect();
        let id = self.entropy.bytes();
        let names = self.loaded.config.mail.reply_names(&place.token, &id);
        let check = about
            .receipt
            .filter(|_| self.loaded.config.triage.rewards)
            .map(|receipt| receipt.claim_code(&place.token).check());
        let cover = Cover {
            reference: about.reference,
            reply: Some(self.loaded.reply_to(unit, &names, check.as_deref())),
        };
        let sealed =
            seal(&cover, &certs, now).map_err(|error| SubmitError::Seal(error.to_string()))?;
        Ok(NewLetter {
            id,
            unit_id: unit.id.clone(),
            thread_id: Some(place.token),
            begins_thread: place.begins,
            sealed,
        })
    }
}
