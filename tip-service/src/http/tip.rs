//! `/tip/`: the form, and the tip it sends. Whatever goes wrong with a post, the form comes back with all that
//! was typed, says what to do, and names a telephone number.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::body::{self, End};
use super::client::{self, Peer};
use super::decode::{self, Fault};
use super::form_view::{FormView, Notice, closed};
use super::{Door, Problem, error, form_page, headers};
use crate::clock;
use crate::intake::{Accepted, FORM_ID_CHARS, FieldError, News, RawForm, SubmitError};
use crate::limits::Verdict;
use crate::store::{Class, StoreError};
use crate::units::Unit;

/// A tip of 20,000 characters, every field full, is about half of this.
const BODY_MAX: usize = 256 << 10;

/// Parts beside the kinds' own questions: the form's fields, with room for what browsers add.
const OWN_PARTS: usize = 20;

pub(super) async fn form(State(door): State<Arc<Door>>, asked: HeaderMap) -> Response {
    if closed(&door).len() == door.loaded.register.units().len() {
        return error::page(&door, Problem::Closed);
    }
    let form_id = new_form_id(&door);
    let gzip = form_page::takes_gzip(&asked);
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
    let content_type = content_type(request.headers());
    let within = Duration::from_secs(door.loaded.config.server.body_seconds);
    let read = body::read(request.into_body(), BODY_MAX, within).await;
    let (form, fault) = decode::multipart(&content_type, &read.bytes, parts_max(&door)).await;
    if verdict == Verdict::Refuse {
        return again(&door, &form, &[], Trouble::TooOften);
    }
    let class = class_of(verdict);
    if let Some(trouble) = trouble_with(read.end, fault) {
        return again(&door, &form, &[], trouble);
    }
    match door.intake.submit(&form, class).await {
        Ok(accepted) => receipt(&door, &accepted),
        Err(error) => refused(&door, form, error),
    }
}

/// Prompt within budget, later beyond it.
pub(super) fn class_of(verdict: Verdict) -> Class {
    match verdict {
        Verdict::Prompt => Class::Prompt,
        Verdict::Later | Verdict::Refuse => Class::Later,
    }
}

fn refused(door: &Door, mut form: RawForm, error: SubmitError) -> Response {
    match error {
        SubmitError::Invalid(errors) => again(door, &form, &errors, Trouble::Fields),
        SubmitError::FormUnknown => again(door, &form, &[], Trouble::FormUnknown),
        SubmitError::Closed(unit) => again(door, &form, &[], Trouble::Closed(&unit)),
        SubmitError::Wait { ticket, seconds } => {
            form.set("ticket".to_owned(), ticket);
            again(door, &form, &[], Trouble::Wait(seconds))
        }
        SubmitError::Store(StoreError::Full) => {
            door.alarm("the store is full, tips are refused");
            again(door, &form, &[], Trouble::Full)
        }
        error => {
            door.alarm(&format!("a tip could not be kept: {error}"));
            again(door, &form, &[], Trouble::Within)
        }
    }
}

/// What is wrong with a post, beyond single fields.
#[derive(Clone, Copy)]
enum Trouble<'a> {
    Fields,
    FormUnknown,
    TooOften,
    TooLarge,
    TooSlow,
    Malformed,
    TooManyParts,
    NotMultipart,
    File,
    Closed(&'a Unit),
    /// Seconds.
    Wait(u64),
    Full,
    Within,
}

fn trouble_with(end: End, fault: Option<Fault>) -> Option<Trouble<'static>> {
    match (end, fault) {
        (End::TooLarge, _) => Some(Trouble::TooLarge),
        (End::TooSlow, _) => Some(Trouble::TooSlow),
        (End::Broken, _) | (_, Some(Fault::Malformed)) => Some(Trouble::Malformed),
        (_, Some(Fault::TooManyParts)) => Some(Trouble::TooManyParts),
        (_, Some(Fault::NotMultipart)) => Some(Trouble::NotMultipart),
        (_, Some(Fault::File)) => Some(Trouble::File),
        (End::Whole, None) => None,
    }
}

impl Trouble<'_> {
    fn status(self) -> StatusCode {
        match self {
            Self::Fields => StatusCode::UNPROCESSABLE_ENTITY,
            Self::FormUnknown | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge | Self::TooManyParts => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NotMultipart | Self::File => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Closed(_) | Self::Wait(_) | Self::Full | Self::Within => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    fn words(self) -> Option<(&'static str, String)> {
        let (title, text) = match self {
            Self::Fields => return None,
            Self::FormUnknown => (
                "还没有发出：请再按一次“发送举报”",
                "这张表打开太久，或者服务刚刚重启过。您写的内容都在下面，再按一次发送就好。",
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
            Self::File => (
                "还没有发出：现在不能收照片和文件",
                "您写的文字都在下面。请用文字说明，再按一次发送；照片请先自己留好。",
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
fn again(door: &Door, form: &RawForm, errors: &[FieldError], trouble: Trouble<'_>) -> Response {
    let kept = form.get("form_id");
    let form_id = if trouble.needs_new_form() || kept.len() != FORM_ID_CHARS {
        new_form_id(door)
    } else {
        kept.to_owned()
    };
    let words = trouble.words();
    let notice = words.as_ref().map(|(title, text)| Notice {
        title,
        text,
        tone: "error",
    });
    let view = FormView::new(door, &form_id, form, errors, notice);
    let page = error::html(door, "tip.html", &view);
    error::with_retry_after((trouble.status(), page).into_response())
}

/// Context of `receipt.html`.
#[derive(Serialize)]
struct ReceiptView<'a> {
    base: &'a str,
    telephone: &'a str,
    groups: Vec<String>,
    repeated: bool,
    supplement: bool,
    shown: bool,
    later: bool,
    mailbox_days: u32,
}

/// The answer to the post itself: no redirect, so the receipt is in no address and no history.
fn receipt(door: &Door, accepted: &Accepted) -> Response {
    let groups = match &accepted.receipt {
        Some(receipt) => receipt
            .groups()
            .iter()
            .map(|group| group.to_string())
            .collect(),
        None => Vec::new(),
    };
    let view = ReceiptView {
        base: &door.loaded.config.site.base_path,
        telephone: &door.loaded.config.server.telephone,
        shown: !groups.is_empty(),
        groups,
        repeated: accepted.news == News::Repeat,
        supplement: accepted.news == News::Supplement,
        later: accepted.class == Class::Later,
        mailbox_days: door.loaded.config.retention.mailbox_days,
    };
    error::html(door, "receipt.html", &view)
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

pub(super) fn content_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    value.unwrap_or_default().to_owned()
}
