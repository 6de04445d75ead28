//! `/tip/`: the form, and the tip it sends. Whatever goes wrong with a post, the form comes back with all that
//! was typed, says what to do, and names a telephone number.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::again::{Trouble, again, refused};
use super::client::{self, Peer};
use super::decode::{self, Bounds, Sent};
use super::form_view::closed;
use super::photographs::Album;
use super::{Door, Problem, error, headers, padding, receipt, sealing};
use crate::catalogue::Lang;
use crate::clock;
use crate::limits::Verdict;
use crate::spool::Share;
use crate::store::Class;

/// All text together: a tip of 20,000 characters, every field full, is about half of this.
const BODY_MAX: usize = 256 << 10;

/// The same where browsers seal: two letters of 20,000 characters, in base64, are 350 KB. Stranger ones (nothing but line
/// breaks) go the other way.
const SEALED_BODY_MAX: usize = 512 << 10;

/// Parts beside the kinds' own questions: the form's fields, with room for what browsers add.
const OWN_PARTS: usize = 28;

pub(super) async fn form(
    State(door): State<Arc<Door>>,
    Extension(lang): Extension<Lang>,
    asked: HeaderMap,
) -> Response {
    if closed(&door).len() == door.loaded.register.units().len() {
        return error::page(&door, lang, Problem::Closed);
    }
    let form_id = new_form_id(&door);
    let gzip = padding::takes_gzip(&asked);
    match door.form_page.page(&door, lang, &form_id, gzip) {
        Ok(page) => {
            let html = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::VARY, "accept-encoding"),
                // To be found, not to be kept: a copy would give several people one form id.
                (headers::ROBOTS, "noarchive"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    headers::CONTENT_SECURITY_POLICY_OF_SITE,
                ),
            ];
            if gzip {
                (html, [(header::CONTENT_ENCODING, "gzip")], page).into_response()
            } else {
                (html, page).into_response()
            }
        }
        Err(error) => {
            tracing::error!(%error, "no form");
            error::page(&door, lang, Problem::Unavailable)
        }
    }
}

pub(super) async fn submit(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    Extension(lang): Extension<Lang>,
    request: Request,
) -> Response {
    let client = client::key(&door, peer, request.headers());
    let verdict = door.limits.tip(client);
    let Sent {
        mut form,
        files,
        fault,
    } = decode::read(request, bounds(&door, verdict)).await;
    form.lang = lang;
    if door.loaded.scripts.is_some() && form.is_sealed() {
        return sealing::submit(&door, form, files.is_empty(), fault, verdict).await;
    }
    let mut album = Album::held(&door, &form);
    if verdict == Verdict::Refuse {
        return again(&door, &form, &album, &[], Trouble::TooOften);
    }
    let class = class_of(verdict);
    album.develop(&door, files, class).await;
    if let Some(fault) = fault {
        return again(&door, &form, &album, &[], Trouble::from(fault));
    }
    if let Some(status) = album.status {
        return again(&door, &form, &album, &[], Trouble::Photographs(status));
    }
    match door.intake.submit(&form, &album.kept, class).await {
        Ok(accepted) => {
            album.forget(&door, &form);
            receipt::page(&door, &form, &accepted, &album.kept)
        }
        Err(error) => refused(&door, form, &album, &error),
    }
}

fn bounds(door: &Door, verdict: Verdict) -> Bounds {
    let share = match verdict {
        Verdict::Prompt => Some(Share::Whole),
        Verdict::Later => Some(Share::Half),
        Verdict::Refuse => None,
    };
    Bounds {
        text: match door.loaded.scripts {
            Some(_) => SEALED_BODY_MAX,
            None => BODY_MAX,
        },
        parts: parts_max(door),
        within: Duration::from_secs(door.loaded.config.server.body_seconds),
        spool: share.map(|share| (door.intake.photographs.spool().clone(), share)),
    }
}

/// Prompt within budget, later beyond it.
pub(super) fn class_of(verdict: Verdict) -> Class {
    match verdict {
        Verdict::Prompt => Class::Prompt,
        Verdict::Later | Verdict::Refuse => Class::Later,
    }
}

pub(super) fn new_form_id(door: &Door) -> String {
    door.intake
        .forms
        .issue(clock::day(door.clock.unix()), &door.entropy)
}

fn parts_max(door: &Door) -> usize {
    let kinds = door.loaded.kinds.kinds.iter();
    OWN_PARTS + kinds.map(|kind| kind.questions.len()).sum::<usize>()
}
