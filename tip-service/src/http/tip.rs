//! `/tip/`: the form, and the tip it sends. Whatever goes wrong with a post, the form comes back with all that
//! was typed, says what to do, and names a telephone number.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::client::{self, Peer};
use super::decode::{self, Bounds, Fault, Sent};
use super::form_view::{FormView, Notice, closed};
use super::photographs::Album;
use super::{Door, Problem, error, headers, padding, receipt};
use crate::clock;
use crate::intake::{Exposure, FORM_ID_CHARS, FieldError, RawForm, SubmitError};
use crate::limits::Verdict;
use crate::spool::Share;
use crate::store::{Class, StoreError};
use crate::units::Unit;

/// All text together: a tip of 20,000 characters, every field full, is about half of this.
const BODY_MAX: usize = 256 << 10;

/// Parts beside the kinds' own questions: the form's fields, with room for what browsers add.
const OWN_PARTS: usize = 28;

pub(super) async fn form(State(door): State<Arc<Door>>, asked: HeaderMap) -> Response {
    if closed(&door).len() == door.loaded.register.units().len() {
        return error::page(&door, Problem::Closed);
    }
    let form_id = new_form_id(&door);
    let gzip = padding::takes_gzip(&asked);
    match door.form_page.page(&door, &form_id, gzip) {
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
            error::page(&door, Problem::Unavailable)
        }
    }
}

pub(super) async fn submit(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let client = client::key(&door, peer, request.headers());
    let verdict = door.limits.tip(client);
    let Sent { form, files, fault } = decode::read(request, bounds(&door, verdict)).await;
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
        text: BODY_MAX,
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

fn refused(door: &Door, mut form: RawForm, album: &Album, error: &SubmitError) -> Response {
    let (errors, trouble) = match error {
        SubmitError::Invalid(errors) => (errors.as_slice(), Trouble::Fields),
        SubmitError::Exposing(places) => (&[][..], Trouble::Exposing(places)),
        SubmitError::FormUnknown => (&[][..], Trouble::FormUnknown),
        SubmitError::Mark => (&[][..], Trouble::Mark),
        SubmitError::Closed(unit) => (&[][..], Trouble::Closed(unit)),
        SubmitError::Wait { ticket, seconds } => {
            form.set("ticket".to_owned(), ticket.clone());
            (&[][..], Trouble::Wait(*seconds))
        }
        SubmitError::Store(StoreError::Full) => {
            door.alarm("the store is full, tips are refused");
            (&[][..], Trouble::Full)
        }
        error => {
            door.alarm(&format!("a tip could not be kept: {error}"));
            (&[][..], Trouble::Within)
        }
    };
    again(door, &form, album, errors, trouble)
}

/// What is wrong with a post, beyond single fields.
#[derive(Clone, Copy)]
enum Trouble<'a> {
    Fields,
    Exposing(&'a [Exposure]),
    FormUnknown,
    Mark,
    TooOften,
    TooLarge,
    TooSlow,
    Malformed,
    TooManyParts,
    NotMultipart,
    /// Files that were refused; the album says which and why.
    Photographs(StatusCode),
    Closed(&'a Unit),
    /// Seconds.
    Wait(u64),
    Full,
    Within,
}

impl From<Fault> for Trouble<'_> {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooLarge => Self::TooLarge,
            Fault::TooSlow => Self::TooSlow,
            Fault::Broken | Fault::Malformed => Self::Malformed,
            Fault::TooManyParts => Self::TooManyParts,
            Fault::NotMultipart => Self::NotMultipart,
        }
    }
}

impl Trouble<'_> {
    fn status(self) -> StatusCode {
        match self {
            Self::Fields | Self::Exposing(_) | Self::Mark => StatusCode::UNPROCESSABLE_ENTITY,
            Self::FormUnknown | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge | Self::TooManyParts => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Photographs(status) => status,
            Self::NotMultipart => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Closed(_) | Self::Wait(_) | Self::Full | Self::Within => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    fn words(self) -> Option<(&'static str, String)> {
        let (title, text) = match self {
            Self::Fields | Self::Exposing(_) | Self::Photographs(_) => return None,
            Self::FormUnknown => (
                "还没有发出：请再按一次“发送举报”",
                "这张表打开太久，或者服务刚刚重启过。您写的内容都在下面，再按一次发送就好。",
            ),
            Self::Mark => (
                "还没有发出：表里多了一项",
                "这项不是本页的。您写的内容都在下面，再按一次发送就好。",
            ),
            Self::TooOften => (
                "还没有发出：发送得太频繁",
                "您写的内容都在下面。请过一分钟再按一次发送。",
            ),
            Self::TooLarge => (
                "还没有发出：内容太大",
                "发来的内容超过了能接收的大小。能读到的部分在下面；请删短一些，或分几次发送。",
            ),
            Self::TooSlow => (
                "还没有发出：网络太慢，没有收全",
                "收到的部分在下面。请检查是否完整，补上缺的，再按一次发送。",
            ),
            Self::Malformed => (
                "还没有发出：内容没有收全",
                "传送中断了。收到的部分在下面。请检查是否完整，补上缺的，再按一次发送。",
            ),
            Self::TooManyParts => (
                "还没有发出：内容的格式不对",
                "发来的项目比表里的多。能读到的部分在下面，请检查后再按一次发送。",
            ),
            Self::NotMultipart => (
                "还没有发出：浏览器的发送方式不对",
                "能读到的部分在下面，请检查后直接按本页的“发送举报”。",
            ),
            Self::Closed(unit) => {
                return Some((
                    "还没有发出：这个单位的网上举报暂时关闭",
                    format!(
                        "{}暂时不能在网上收举报（加密钥匙需要更换）。您写的内容都在下面，可以先抄下来。请拨打 {}。",
                        unit.name, unit.telephone
                    ),
                ));
            }
            Self::Wait(seconds) => {
                let wait = format!("请过 {seconds} 秒再按一次“发送举报”。");
                let text = format!("现在来信太多。您写的内容都在下面，{wait}着急请打电话。");
                return Some(("还没有发出：要排一会儿队", text));
            }
            Self::Full => (
                "还没有发出：收到的举报太多，暂时存不下了",
                "您写的内容都在下面。请过几分钟再按一次发送；着急请打电话。",
            ),
            Self::Within => (
                "还没有发出：服务出了问题",
                "这不是您的问题。您写的内容都在下面。请过几分钟再按一次发送；着急请打电话。",
            ),
        };
        Some((title, text.to_owned()))
    }

    /// A form whose name was never used keeps it, so a second press cannot make a second tip.
    fn needs_new_form(self) -> bool {
        matches!(self, Self::FormUnknown)
    }
}

/// The form again, filled in.
fn again(
    door: &Door,
    form: &RawForm,
    album: &Album,
    errors: &[FieldError],
    trouble: Trouble<'_>,
) -> Response {
    let kept = form.get("form_id");
    let form_id = if trouble.needs_new_form() || kept.len() != FORM_ID_CHARS {
        new_form_id(door)
    } else {
        kept.to_owned()
    };
    album.hold(door, &form_id);
    let words = trouble.words();
    let notice = words.as_ref().map(|(title, text)| Notice {
        title,
        text,
        tone: "error",
    });
    let errors = [errors, &album.errors].concat();
    let mut view = FormView::new(door, &form_id, form, &errors, notice);
    view.show(&album.kept);
    if let Trouble::Exposing(places) = trouble {
        view.expose(places);
    }
    let page = error::html(door, "tip.html", &view);
    error::with_retry_after((trouble.status(), page).into_response())
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
