//! The photographs of a form: taken from its uploads and from what was held for it, refused in words, shown again.

use std::fmt::Display;
use std::sync::Arc;

use axum::http::StatusCode;
use photograph::{Refusal, Removed};
use serde::Serialize;

use super::Door;
use super::upload::Upload;
use crate::catalogue::Lang;
use crate::intake::{FieldError, FormId, Kept, PHOTOGRAPHS_MAX, RawForm, Undeveloped};
use crate::spool::SpoolError;
use crate::store::Class;

/// The form's field for files, and its anchor.
const FIELD: &str = "files";
/// Begins the name of a tick that leaves a held photograph out.
const LEAVE: &str = "leave-";

/// What a form has of photographs now.
#[derive(Default)]
pub(super) struct Album {
    /// Cleaned, in the order they came, those held before first.
    pub(super) kept: Vec<Arc<Kept>>,
    /// One sentence for each that was refused.
    pub(super) errors: Vec<FieldError>,
    /// The gravest of the refusals.
    pub(super) status: Option<StatusCode>,
    /// In which they are said.
    lang: Lang,
}

impl Album {
    /// What was held for this form, but for those that its writer leaves out.
    pub(super) fn held(door: &Door, form: &RawForm) -> Self {
        let mut album = Self {
            lang: form.lang,
            ..Self::default()
        };
        if let Some(id) = FormId::parse(form.get("form_id")) {
            album.kept = door.intake.photographs.held().of(&id);
            let stays = |kept: &Arc<Kept>| form.get(&leave(kept)).is_empty();
            album.kept.retain(stays);
        }
        album
    }

    /// Cleans the uploads one after the other and adds what is good.
    pub(super) async fn develop(&mut self, door: &Door, uploads: Vec<Upload>, class: Class) {
        let mut surplus = 0;
        for (index, upload) in uploads.into_iter().enumerate() {
            let refused = match upload {
                Upload::Part => continue,
                Upload::Waits(_) if self.kept.len() >= PHOTOGRAPHS_MAX => None,
                Upload::Surplus => None,
                Upload::TooLong => Some(Undeveloped::Refused(Refusal::TooLong)),
                Upload::NoRoom(error) => Some(Undeveloped::Spool(error)),
                Upload::Waits(upload) => {
                    match door.intake.photographs.develop(upload, class).await {
                        Ok(kept) => {
                            self.add(kept);
                            continue;
                        }
                        Err(why) => Some(why),
                    }
                }
            };
            match refused {
                Some(why) => self.refuse(door, index + 1, &why),
                None => surplus += 1,
            }
        }
        if surplus > 0 {
            let values: [(&str, &dyn Display); 2] =
                [("max", &PHOTOGRAPHS_MAX), ("surplus", &surplus)];
            let text = self.lang.fill("photo.too_many", &values);
            self.complain(StatusCode::PAYLOAD_TOO_LARGE, text);
        }
    }

    /// Waits for the form to come back under this name.
    pub(super) fn hold(&self, door: &Door, form_id: &str) {
        if let Some(id) = FormId::parse(form_id) {
            let held = door.intake.photographs.held();
            held.put(&id, self.kept.clone());
        }
    }

    /// The form was accepted: nothing waits any longer.
    pub(super) fn forget(&self, door: &Door, form: &RawForm) {
        if let Some(id) = FormId::parse(form.get("form_id")) {
            door.intake.photographs.held().forget(&id);
        }
    }

    /// The same picture twice is one.
    fn add(&mut self, kept: Kept) {
        if self.kept.iter().all(|known| known.mark() != kept.mark()) {
            self.kept.push(Arc::new(kept));
        }
    }

    fn refuse(&mut self, door: &Door, number: usize, why: &Undeveloped) {
        let (status, key) = match why {
            Undeveloped::Refused(refusal) => in_words(*refusal),
            Undeveloped::Spool(error) => {
                if !matches!(error, SpoolError::Full) {
                    door.alarm(&format!("photographs cannot wait on disk: {error}"));
                }
                (StatusCode::SERVICE_UNAVAILABLE, "photo.no_room")
            }
        };
        let text = self.lang.fill(key, &[("number", &number)]);
        self.complain(status, text);
    }

    fn complain(&mut self, status: StatusCode, message: String) {
        self.status = self.status.max(Some(status));
        self.errors.push(FieldError {
            field: FIELD.to_owned(),
            message,
        });
    }
}

/// What is wrong with a file, and the key of what to do. True of telephones in general, not of one make alone.
fn in_words(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "photo.too_long"),
        Refusal::TooManyPixels => (StatusCode::UNPROCESSABLE_ENTITY, "photo.too_wide"),
        Refusal::Heic => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.heic"),
        Refusal::Film => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.film"),
        Refusal::Document => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.document"),
        Refusal::Broken => (StatusCode::UNPROCESSABLE_ENTITY, "photo.broken"),
        // Of a kind that is not known, today or later.
        _ => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.unknown"),
    }
}

/// One held photograph on a page.
#[derive(Serialize)]
pub(super) struct KeptView {
    leave: String,
    width: u32,
    height: u32,
    /// What was taken out of it, listed; empty when nothing was.
    removed: String,
    smaller: bool,
    has_place: bool,
}

impl KeptView {
    pub(super) fn of(kept: &Kept, lang: Lang) -> Self {
        let removed: Vec<&str> = kept
            .removed
            .iter()
            .filter_map(name)
            .map(|key| lang.say(key))
            .collect();
        Self {
            leave: leave(kept),
            width: kept.width,
            height: kept.height,
            removed: removed.join(lang.say("common.and")),
            smaller: kept.smaller,
            has_place: kept.has_place(),
        }
    }
}

fn leave(kept: &Kept) -> String {
    format!("{LEAVE}{}", kept.mark())
}

/// The key of its name.
fn name(removed: &Removed) -> Option<&'static str> {
    Some(match removed {
        Removed::Place => "photo.removed_place",
        Removed::Time => "photo.removed_time",
        Removed::Device => "photo.removed_device",
        Removed::Thumbnail => "photo.removed_thumbnail",
        Removed::Words => "photo.removed_words",
        Removed::Profile => "photo.removed_profile",
        Removed::Trailing => "photo.removed_trailing",
        Removed::Frames => "photo.removed_frames",
        _ => return None,
    })
}
