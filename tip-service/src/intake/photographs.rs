//! Photographs on their way in: cleaned one at a time, then waiting in the spool, cleaned and encrypted, until the form
//! they came with is accepted or a quarter of an hour is over.
//!
//! Must never pass on a byte of an original, nor keep one when cleaning has ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// Seconds that photographs are held for a form that came back.
const HELD_SECONDS: u64 = 15 * 60;

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
    clock: Arc<dyn Clock>,
    held: Mutex<HashMap<[u8; 32], Held>>,
    /// One thing at a time that needs much memory: a picture being decoded, a tip with photographs being sealed.
    turn: Arc<Semaphore>,
    /// Those beyond their budget wait for each other first, so at most one of them stands in the way.
    later: Semaphore,
}

struct Held {
    until: u64,
    photographs: Vec<Arc<Kept>>,
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
            clock,
            held: Mutex::new(HashMap::new()),
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

    /// Holds photographs for a form that goes back to its writer.
    pub fn hold(&self, form: &FormId, photographs: Vec<Arc<Kept>>) {
        let until = self.clock.unix() + HELD_SECONDS;
        let mut held = self.all();
        if photographs.is_empty() {
            held.remove(&form.hash());
        } else {
            held.insert(form.hash(), Held { until, photographs });
        }
    }

    /// What is held for a form.
    #[must_use]
    pub fn held(&self, form: &FormId) -> Vec<Arc<Kept>> {
        self.prune();
        let held = self.all();
        let found = held.get(&form.hash());
        found.map_or_else(Vec::new, |held| held.photographs.clone())
    }

    /// Lets go of what is held for a form.
    pub fn forget(&self, form: &FormId) {
        self.all().remove(&form.hash());
    }

    /// Lets go of all whose time is over. A clock that was set back ends it too.
    pub fn prune(&self) {
        let now = self.clock.unix();
        self.all()
            .retain(|_, held| (now..=now + HELD_SECONDS).contains(&held.until));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<[u8; 32], Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
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
