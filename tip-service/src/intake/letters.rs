//! From a tip or an answer to sealed letters, one for each responsible unit.

use sealed_tip::{Cover, Note, Receipt, SealError, SealedLetter, Text, Tip, UnitCert};

use super::{Intake, SubmitError};
use crate::id::{self, Id};
use crate::store::{NewLetter, ThreadRow};
use crate::units::Unit;

/// A letter's place: which thread, and whether it is the first there.
struct Place {
    token: Id,
    begins: bool,
}

impl Intake {
    /// A tip's letters. A supplement follows its thread to whichever unit is responsible by now.
    pub(super) fn seal(
        &self,
        tip: &Tip,
        mailbox_id: &Id,
        threads: &[ThreadRow],
        receipt: Option<&Receipt>,
    ) -> Result<Vec<NewLetter>, SubmitError> {
        let county = tip.county.as_ref().map(|county| county.code.as_str());
        let register = &self.loaded.register;
        let units = register.route(&tip.kind.code, county, tip.officials);
        let reference = id::reference(mailbox_id);
        let mut rng = self.entropy.fork();
        units
            .iter()
            .map(|routed| {
                let thread = threads.iter().find(|t| t.routed_to == routed.id);
                let unit = thread
                    .and_then(|t| register.unit(&t.unit_id))
                    .unwrap_or(routed);
                let place = Place {
                    token: thread.map_or_else(|| self.entropy.bytes(), |t| t.id),
                    begins: thread.is_none(),
                };
                self.letter(unit, &reference, &place, receipt, |cover, certs, now| {
                    sealed_tip::seal(tip, cover, certs, now, &mut rng)
                })
            })
            .collect()
    }

    /// An answer's letters: to whoever is responsible for each thread.
    pub(super) fn seal_answer(
        &self,
        text: &Text,
        mailbox_id: &Id,
        threads: &[ThreadRow],
        receipt: &Receipt,
    ) -> Result<Vec<NewLetter>, SubmitError> {
        let reference = id::reference(mailbox_id);
        let mut rng = self.entropy.fork();
        threads
            .iter()
            .filter_map(|thread| Some((thread, self.loaded.register.unit(&thread.unit_id)?)))
            .map(|(thread, unit)| {
                let place = Place {
                    token: thread.id,
                    begins: false,
                };
                self.letter(
                    unit,
                    &reference,
                    &place,
                    Some(receipt),
                    |cover, certs, now| {
                        sealed_tip::seal_note(&Note::Answer { text }, cover, certs, now, &mut rng)
                    },
                )
            })
            .collect()
    }

    fn letter(
        &self,
        unit: &std::sync::Arc<Unit>,
        reference: &str,
        place: &Place,
        receipt: Option<&Receipt>,
        seal: impl FnOnce(&Cover<'_>, &[&UnitCert], u64) -> Result<SealedLetter, SealError>,
    ) -> Result<NewLetter, SubmitError> {
        let now = self.clock.unix();
        unit.usable(now)
            .map_err(|_| SubmitError::Closed(unit.clone()))?;
        let certs: Vec<&UnitCert> = unit.certs.iter().collect();
        let id = self.entropy.bytes();
        let names = self.loaded.config.mail.reply_names(&place.token, &id);
        let check = receipt
            .filter(|_| self.loaded.config.triage.rewards)
            .map(|receipt| receipt.claim_code(&place.token).check());
        let cover = Cover {
            reference,
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
