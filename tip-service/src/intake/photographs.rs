//! Photographs on their way in: cleaned one at a time, then waiting in the spool, cleaned and encrypted, until the form
//! they came with is accepted or a quarter of an hour is over.
//!
//! Must never pass on a byte of an original, nor keep one when cleaning has ended.

mod held;

pub use held::Held;

use std::sync::Arc;

use photograph::{Coordinates, Refusal, Removed};
use sealed_tip::{Photo, Text, Tip};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{FormId, RawForm};
use crate::clock::Clock;
use crate::mac::keyed;
use crate::spool::{Share, Spool, SpoolError, Waiting};
use crate::store::Class;

/// Most photographs of one form.
pub const PHOTOGRAPHS_MAX: usize = 5;

/// A cleaned photograph that waits in the spool.
pub struct Kept {
    jpeg: Waiting,
    digest: [u8; 32],
    coordinates: Option<Coordinates>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What the original held besides the picture.
    pub removed: Vec<Removed>,
    /// It was made smaller.
    pub smaller: bool,
}

/// Why a file is no photograph of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Undeveloped {
    /// Not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing wrong with it, but with us.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// All photographs that are on their way.
pub struct Photographs {
    spool: Arc<Spool>,
    held: Held,
    /// One thing at a time that needs much memory: a picture being decoded, a tip with photographs being sealed.
    turn: Arc<Semaphore>,
    /// Those beyond their budget wait for each other first, so at most one of them stands in the way.
    later: Semaphore,
}

impl Kept {
    /// Where it was taken is known, and can be told at the sender's wish.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.coordinates.is_some()
    }

    /// A name for a field of the form: leads to nothing but this very picture.
    #[must_use]
    pub fn mark(&self) -> String {
        let head = self.digest.iter().take(6);
        head.map(|byte| format!("{byte:02x}")).collect()
    }

    fn photo(&self, with_place: bool) -> Result<Photo, SpoolError> {
        Ok(Photo {
            jpeg: self.jpeg.open()?,
            width: self.width,
            height: self.height,
            place: self.coordinates.filter(|_| with_place).map(line),
        })
    }
}

impl Photographs {
    /// None yet.
    #[must_use]
    pub fn new(spool: Arc<Spool>, clock: Arc<dyn Clock>) -> Self {
        Self {
            spool,
            held: Held::new(clock),
            turn: Arc::new(Semaphore::new(1)),
            later: Semaphore::new(1),
        }
    }

    /// Where uploads wait.
    #[must_use]
    pub fn spool(&self) -> &Arc<Spool> {
        &self.spool
    }

    /// Cleans one upload when its turn comes. Only the clean copy is there afterwards.
    ///
    /// # Errors
    /// [`Undeveloped`].
    pub async fn develop(&self, upload: Waiting, class: Class) -> Result<Kept, Undeveloped> {
        let turn = self.turn(class).await;
        let spool = self.spool.clone();
        let work = move || {
            let kept = develop(&spool, upload, share(class));
            drop(turn);
            kept
        };
        // A panic in a decoder is a picture that cannot be read.
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or(Err(Undeveloped::Refused(Refusal::Broken)))
    }

    /// Puts photographs into a tip, opened. What is returned must be kept until the tip is stored.
    pub(super) async fn put_into(
        &self,
        tip: &mut Tip,
        photographs: &[Arc<Kept>],
        with_place: bool,
        class: Class,
    ) -> Result<Option<OwnedSemaphorePermit>, SpoolError> {
        if photographs.is_empty() {
            return Ok(None);
        }
        let turn = self.turn(class).await;
        let photographs = photographs.to_vec();
        let work = move || {
            let opened = photographs.iter().map(|kept| kept.photo(with_place));
            opened.collect::<Result<Vec<_>, _>>()
        };
        let opened = tokio::task::spawn_blocking(work).await;
        tip.photographs = opened.map_err(|_| SpoolError::Changed)??;
        Ok(turn)
    }

    /// Those held for forms that went back to their writers.
    #[must_use]
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// `None` only when the process ends.
    async fn turn(&self, class: Class) -> Option<OwnedSemaphorePermit> {
        let _among_later = match class {
            Class::Later => Some(self.later.acquire().await),
            Class::Prompt => None,
        };
        self.turn.clone().acquire_owned().await.ok()
    }
}

fn develop(spool: &Spool, upload: Waiting, share: Share) -> Result<Kept, Undeveloped> {
    let raw = upload.open()?;
    // Its room in the spool is free for others from here on.
    drop(upload);
    let clean = photograph::clean(&raw)?;
    drop(raw);
    Ok(Kept {
        digest: Sha256::digest(clean.jpeg.as_slice()).into(),
        jpeg: spool.put(&clean.jpeg, share)?,
        coordinates: clean.coordinates,
        width: clean.width,
        height: clean.height,
        removed: clean.removed,
        smaller: clean.smaller,
    })
}

fn share(class: Class) -> Share {
    match class {
        Class::Prompt => Share::Whole,
        Class::Later => Share::Half,
    }
}

/// The sender wants the units to know where the photographs were taken.
pub(super) fn with_place(form: &RawForm) -> bool {
    !form.get("photo_place").trim().is_empty()
}

/// Of words and photographs together; of the words alone when there are none.
pub(super) fn content_hash(
    form: &FormId,
    words: [u8; 32],
    photographs: &[Arc<Kept>],
    with_place: bool,
) -> [u8; 32] {
    if photographs.is_empty() {
        return words;
    }
    let mut all = vec![u8::from(with_place)];
    all.extend(words);
    for kept in photographs {
        all.extend(kept.digest);
    }
    keyed(form.as_bytes(), "photographs", &all)
}

/// Five decimals are about a metre.
fn line(place: Coordinates) -> Text {
    let north = if place.latitude < 0.0 {
        "南纬"
    } else {
        "北纬"
    };
    let east = if place.longitude < 0.0 {
        "西经"
    } else {
        "东经"
    };
    Text::line(&format!(
        "{north} {:.5}°，{east} {:.5}°（手机定位，WGS 84 坐标）",
        place.latitude.abs(),
        place.longitude.abs()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;
    use crate::entropy::Entropy;

    #[tokio::test]
    async fn whoever_is_within_a_budget_waits_for_one_at_most_of_those_beyond() {
        let folder = tempfile::tempdir().unwrap();
        let entropy = Arc::new(Entropy::from_seed([1; 32]));
        let spool = Arc::new(Spool::new(folder.path(), 8, 0, entropy));
        let all = Arc::new(Photographs::new(spool, Arc::new(FixedClock::new(0))));
        let busy = all.turn(Class::Prompt).await;
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let classes = [Class::Later; 5].into_iter().chain([Class::Prompt; 2]);
        for class in classes {
            let (all, tell) = (all.clone(), tell.clone());
            tokio::spawn(async move {
                let _turn = all.turn(class).await;
                tell.send(class).unwrap();
                tokio::task::yield_now().await;
            });
            tokio::task::yield_now().await;
        }
        drop(busy);
        let mut order = Vec::new();
        for _ in 0..7 {
            order.push(told.recv().await.unwrap());
        }
        let last_prompt = order.iter().rposition(|class| *class == Class::Prompt);
        assert_eq!(last_prompt, Some(2), "{order:?}");
    }

    #[test]
    fn a_place_is_a_line_that_a_person_can_type_into_a_map() {
        let place = |latitude, longitude| {
            let place = Coordinates {
                latitude,
                longitude,
            };
            line(place).as_str().to_owned()
        };
        assert!(place(42.681_234, 125.512_345).starts_with("北纬 42.68123°，东经 125.51234°"));
        assert!(place(-1.5, -0.25).starts_with("南纬 1.50000°，西经 0.25000°"));
    }
}
