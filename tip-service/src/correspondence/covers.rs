//! Cover letters: a unit that got no tip by a moment of the day drawn at random gets an empty letter that looks like
//! one from outside, so that whoever watches its mail sees no quiet days. Off unless the configuration says so.
//! Must never differ from a tip's letter in headers or size; a reply to it finds nobody.

use std::collections::HashMap;

use sealed_tip::{Cover, Note, UnitCert};

use crate::clock::{self, Clock};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id;
use crate::mac::keyed;
use crate::store::{About, NewLetter, Nudge, Store, StoreError};
use crate::units::Unit;

/// Seconds of the day in China between which the moment is drawn, less the delay a letter has anyway.
const FROM: u64 = 7 * 3600;
const UNTIL: u64 = 23 * 3600;

/// What covering works with.
pub struct Covers<'a> {
    /// Units and settings.
    pub loaded: &'a Loaded,
    /// The outbox.
    pub store: &'a Store,
    /// Chance.
    pub entropy: &'a Entropy,
    /// Time.
    pub clock: &'a dyn Clock,
}

/// The moments of this process's days, and which days are done.
pub struct Moments {
    key: [u8; 32],
    done: HashMap<String, u32>,
}

impl Moments {
    /// `key` is fresh randomness: nobody can reckon a moment beforehand.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            done: HashMap::new(),
        }
    }

    /// Seconds after midnight in China; `delay` is the longest a letter waits.
    fn of(&self, unit_id: &str, day: u32, delay: u64) -> u64 {
        let hash = keyed(&self.key, unit_id, &day.to_be_bytes());
        let chance = u64::from_be_bytes(std::array::from_fn(|i| hash.get(i).copied().unwrap_or(0)));
        let until = UNTIL.saturating_sub(delay).max(FROM + 1);
        FROM + chance % (until - FROM)
    }
}

impl Covers<'_> {
    /// Writes every cover letter that is due. Returns how many.
    ///
    /// # Errors
    /// From the database.
    pub async fn run(&self, moments: &mut Moments) -> Result<usize, StoreError> {
        let delivery = &self.loaded.config.delivery;
        if !delivery.cover_letters {
            return Ok(0);
        }
        let now = self.clock.unix();
        let today = clock::day(now);
        let of_day = now.saturating_sub(clock::day_start(today));
        let mut written = 0;
        for unit in self.loaded.register.units() {
            let is_done = moments.done.get(&unit.id) == Some(&today);
            if is_done || of_day < moments.of(&unit.id, today, delivery.delay_max_seconds) {
                continue;
            }
            if self.store.is_quiet(&unit.id, today).await? && self.write(unit, today).await? {
                written += 1;
            }
            moments.done.insert(unit.id.clone(), today);
        }
        Ok(written)
    }

    /// `false`: the unit cannot be written to now (it is said elsewhere), or a letter came in between.
    async fn write(&self, unit: &Unit, today: u32) -> Result<bool, StoreError> {
        let now = self.clock.unix();
        if unit.usable(now).is_err() {
            return Ok(false);
        }
        let (id, token) = (self.entropy.bytes(), self.entropy.bytes());
        let names = self.loaded.config.mail.reply_names(&token, &id);
        let reference = id::reference(&self.entropy.bytes());
        let cover = Cover {
            reference: &reference,
            reply: Some(self.loaded.reply_to(unit, &names, None)),
        };
        let certs: Vec<&UnitCert> = unit.certs.iter().collect();
        let mut rng = self.entropy.fork();
        let sealed = match sealed_tip::seal_note(&Note::Quiet, &cover, &certs, now, &mut rng) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::error!(unit = %unit.id, %error, "ALARM: a cover letter could not be sealed");
                return Ok(false);
            }
        };
        let letter = NewLetter {
            id,
            unit_id: unit.id.clone(),
            thread_id: Some(token),
            begins_thread: false,
            sealed,
        };
        let about = About::Quiet {
            unit_id: unit.id.clone(),
        };
        self.store
            .nudge(Nudge {
                about,
                letters: vec![letter],
                day: today,
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_lie_in_the_waking_day_and_differ_from_unit_to_unit_and_day_to_day() {
        let moments = Moments::new([3; 32]);
        let all: Vec<u64> = (0..200)
            .flat_map(|day| ["city", "xian"].map(|unit| moments.of(unit, day, 900)))
            .collect();
        assert!(all.iter().all(|at| (FROM..UNTIL - 900).contains(at)));
        let distinct: std::collections::BTreeSet<&u64> = all.iter().collect();
        assert!(distinct.len() > 380, "{}", distinct.len());
        assert_eq!(
            moments.of("city", 1, 86_400),
            FROM,
            "a delay of a day leaves one moment"
        );
        assert_ne!(
            moments.of("city", 1, 900),
            Moments::new([4; 32]).of("city", 1, 900)
        );
    }
}
