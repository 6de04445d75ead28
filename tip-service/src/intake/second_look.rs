//! Whether what was written goes back to its writer once, with the places that may tell who it was. Whoever has seen
//! them is not asked again, and what is stored already is not held up: a reload shows its receipt.

use sealed_tip::Tip;

use super::exposure::{self, Exposure};
use super::press::Press;
use super::{FormId, Intake, RawForm, SubmitError};

/// The form's hidden field that says so.
const FIELD: &str = "exposure";
/// What it holds then.
const SEEN: &str = "seen";

impl RawForm {
    /// Whether the writer has seen the places in question, or some earlier ones.
    #[must_use]
    pub fn has_seen_exposure(&self) -> bool {
        self.get(FIELD) == SEEN
    }
}

impl Intake {
    /// A tip before it is sealed.
    pub(super) async fn look_at(
        &self,
        tip: &Tip,
        form: &RawForm,
        press: &Press<'_>,
    ) -> Result<(), SubmitError> {
        if form.has_seen_exposure() {
            return Ok(());
        }
        let places = exposure::in_tip(tip);
        self.second_look(places, press.id, &press.content_hash)
            .await
    }

    /// # Errors
    /// [`SubmitError::Exposing`] with the places, if there are any; of the store.
    pub(super) async fn second_look(
        &self,
        places: Vec<Exposure>,
        form: &FormId,
        content_hash: &[u8; 32],
    ) -> Result<(), SubmitError> {
        if places.is_empty() || self.store.is_stored(&form.hash(), content_hash).await? {
            return Ok(());
        }
        Err(SubmitError::Exposing(places))
    }
}
