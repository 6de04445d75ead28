//! From a body to a [`RawForm`]: multipart (the tip form) or urlencoded (the mailbox form), straight from the stream.
//! What could be read before a fault is kept, so the page can come back filled in. Files go to the spool; their names
//! and declared types go nowhere.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use zeroize::Zeroizing;

use super::body::{End, Source};
use super::upload::{self, FILE_MAX, Upload, Upstream};
use crate::intake::{PHOTOGRAPHS_MAX, RawForm};
use crate::spool::{Share, Spool};

/// What was wrong with a body that should be a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not multipart although the tip form is.
    NotMultipart,
    /// Not what its boundary promises.
    Malformed,
    /// More parts than the form has fields.
    TooManyParts,
    /// More text than is taken, or more of everything than is read.
    TooLarge,
    /// Not finished in time.
    TooSlow,
    /// The connection broke off.
    Broken,
}

impl Fault {
    /// Something that was sent is missing here.
    pub(super) fn is_cut(self) -> bool {
        matches!(self, Self::TooLarge | Self::TooSlow | Self::Broken)
    }
}

/// How much of what is taken.
pub struct Bounds {
    /// Bytes of all text together.
    pub text: usize,
    /// Parts that are no files.
    pub parts: usize,
    /// Time for a form without files.
    pub within: Duration,
    /// Where files wait; without it they are read and dropped.
    pub spool: Option<(Arc<Spool>, Share)>,
}

/// What came.
pub struct Sent {
    /// The fields that could be read.
    pub form: RawForm,
    /// Files, in their order; those that could not be taken in too.
    pub files: Vec<Upload>,
    /// What was wrong, if anything was.
    pub fault: Option<Fault>,
}

/// Longest field name of ours, generously.
const NAME_MAX: usize = 64;

/// Past what is taken this much more is read and thrown away.
const DRAIN: usize = 32 << 20;

/// File parts of one form that are looked at: somebody chose a whole album.
const FILE_PARTS_MAX: usize = 100;

/// Reads a posted form.
pub async fn read(request: Request, bounds: Bounds) -> Sent {
    let content_type = content_type(request.headers());
    let files = match bounds.spool {
        Some(_) => PHOTOGRAPHS_MAX * FILE_MAX,
        None => 0,
    };
    let most = bounds.text + files + DRAIN;
    let source = Source::new(request.into_body(), most, bounds.within);
    let mut reader = Reader {
        source: source.clone(),
        bounds,
        text_bytes: 0,
        file_parts: 0,
        sent: Sent {
            form: RawForm::default(),
            files: Vec::new(),
            fault: None,
        },
    };
    let fault = match multer::parse_boundary(&content_type) {
        Ok(boundary) => reader.multipart(&boundary).await,
        Err(_) => reader.urlencoded(&content_type).await,
    };
    let ended = match source.drain().await {
        End::Whole => None,
        End::TooLarge => Some(Fault::TooLarge),
        End::TooSlow => Some(Fault::TooSlow),
        End::Broken => Some(Fault::Broken),
    };
    Sent {
        fault: ended.or(fault),
        ..reader.sent
    }
}

struct Reader {
    source: Source,
    bounds: Bounds,
    text_bytes: usize,
    file_parts: usize,
    sent: Sent,
}

impl Reader {
    async fn multipart(&mut self, boundary: &str) -> Option<Fault> {
        let mut parts = multer::Multipart::new(self.source.clone(), boundary);
        let mut text_parts = 0;
        let mut too_much = None;
        loop {
            self.source.expect_head(true);
            let field = match parts.next_field().await {
                Ok(None) => return too_much,
                Ok(Some(field)) => field,
                Err(_) => return too_much.or(Some(Fault::Malformed)),
            };
            self.source.expect_head(false);
            let is_file = field.file_name().is_some();
            let fault = if is_file {
                self.file(field).await
            } else {
                text_parts += 1;
                self.text(field).await
            };
            too_much = too_much.or(fault.filter(|fault| *fault != Fault::Malformed));
            if fault == Some(Fault::Malformed) {
                return too_much.or(fault);
            }
            if text_parts > self.bounds.parts || self.file_parts > FILE_PARTS_MAX {
                return Some(Fault::TooManyParts);
            }
        }
    }

    async fn text(&mut self, mut field: multer::Field<'_>) -> Option<Fault> {
        let name = field.name().unwrap_or_default().to_owned();
        let mut raw = Zeroizing::new(Vec::new());
        let mut fault = None;
        loop {
            match field.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) => {
                    let room = self.bounds.text - self.text_bytes;
                    raw.extend(chunk.iter().take(room));
                    self.text_bytes += chunk.len().min(room);
                    if chunk.len() > room {
                        fault = Some(Fault::TooLarge);
                    }
                }
                Err(_) => {
                    fault = Some(Fault::Malformed);
                    break;
                }
            }
        }
        self.keep(name, text(&raw));
        fault
    }

    async fn file(&mut self, field: multer::Field<'_>) -> Option<Fault> {
        let room = self.sent.files.len() < PHOTOGRAPHS_MAX;
        let to = match &self.bounds.spool {
            Some(_) if !room => Upstream::Surplus,
            Some((spool, share)) => Upstream::Spool(spool, *share),
            None => Upstream::Nowhere,
        };
        self.file_parts += 1;
        let (upload, is_whole) = upload::take(field, to).await;
        self.sent.files.extend(upload);
        (!is_whole).then_some(Fault::Malformed)
    }

    /// Other content than urlencoded gives an empty form.
    async fn urlencoded(&mut self, content_type: &str) -> Option<Fault> {
        let mut raw = Zeroizing::new(Vec::new());
        let mut fault = Fault::NotMultipart;
        while let Some(piece) = self.source.piece().await {
            let room = self.bounds.text - raw.len();
            raw.extend(piece.iter().take(room));
            if piece.len() > room {
                fault = Fault::TooLarge;
            }
        }
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            for (name, value) in form_urlencoded::parse(&raw).take(self.bounds.parts) {
                self.keep(name.into_owned(), Zeroizing::new(value.into_owned()));
            }
        }
        Some(fault)
    }

    fn keep(&mut self, name: String, text: Zeroizing<String>) {
        if !name.is_empty() && name.len() <= NAME_MAX {
            self.sent.form.set(name, text);
        }
    }
}

/// UTF-8 is what the page asks for; anything else is kept as far as it can be read.
fn text(raw: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(String::from_utf8_lossy(raw).into_owned())
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    value.unwrap_or_default().to_owned()
}
