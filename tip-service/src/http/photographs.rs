//! The photographs of a form: taken from its uploads and from what was held for it, refused in words, shown again.

use std::sync::Arc;

use axum::http::StatusCode;
use photograph::{Refusal, Removed};
use serde::Serialize;

use super::Door;
use super::upload::Upload;
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
}

impl Album {
    /// What was held for this form, but for those that its writer leaves out.
    pub(super) fn held(door: &Door, form: &RawForm) -> Self {
        let mut album = Self::default();
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
            let text = format!(
                "照片最多 {PHOTOGRAPHS_MAX} 张，多出的 {surplus} 张没有收。想换，先勾掉一张，再选"
            );
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
        let (status, text) = match why {
            Undeveloped::Refused(refusal) => in_words(*refusal),
            Undeveloped::Spool(error) => {
                if !matches!(error, SpoolError::Full) {
                    door.alarm(&format!("photographs cannot wait on disk: {error}"));
                }
                (StatusCode::SERVICE_UNAVAILABLE, NO_ROOM)
            }
        };
        self.complain(status, format!("新选的第 {number} 张{text}"));
    }

    fn complain(&mut self, status: StatusCode, message: String) {
        self.status = self.status.max(Some(status));
        self.errors.push(FieldError {
            field: FIELD.to_owned(),
            message,
        });
    }
}

const NO_ROOM: &str = "现在收不下，不是照片的问题。可以先发文字，过几分钟再补照片";

/// What is wrong with a file, and what to do. True of telephones in general, not of one make alone.
fn in_words(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::TooLong => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "超过 10 MB。请打开照片截一张屏，选截屏；或者在相册里裁小",
        ),
        Refusal::TooManyPixels => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "的画面太大，这里打不开。请打开照片截一张屏，选截屏；或者在相册里裁小",
        ),
        Refusal::Heic => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "是 HEIC 格式，这里打不开。请打开照片截一张屏，选截屏；苹果手机也可以在“设置”的“相机”里把“格式”改成“兼容性最佳”，再拍一张",
        ),
        Refusal::Film => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "是录像，这里不收。请写下看到了什么；或者停在要紧的画面，截一张屏",
        ),
        Refusal::Document => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "是文档，不是照片。请拍成照片，或者把内容写成文字",
        ),
        Refusal::Broken => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "已经损坏，打不全。请在相册里打开看看；看得到，就截一张屏，选截屏",
        ),
        // Of a kind that is not known, today or later.
        _ => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "不是 JPEG、PNG 或 WebP 照片。请换一张照片，或者写成文字",
        ),
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
    pub(super) fn of(kept: &Kept) -> Self {
        let removed: Vec<&str> = kept.removed.iter().filter_map(name).collect();
        Self {
            leave: leave(kept),
            width: kept.width,
            height: kept.height,
            removed: removed.join("、"),
            smaller: kept.smaller,
            has_place: kept.has_place(),
        }
    }
}

fn leave(kept: &Kept) -> String {
    format!("{LEAVE}{}", kept.mark())
}

fn name(removed: &Removed) -> Option<&'static str> {
    Some(match removed {
        Removed::Place => "拍摄地点",
        Removed::Time => "拍摄时间",
        Removed::Device => "手机型号",
        Removed::Thumbnail => "缩略图",
        Removed::Words => "说明文字",
        Removed::Profile => "颜色配置",
        Removed::Trailing => "藏在末尾的数据",
        Removed::Frames => "动画里其余的画面",
        _ => return None,
    })
}
