//! `/tip/mailbox/`: the holder of a receipt sees how far the tip has come. Found or not, the database is asked
//! the same question and the answer has the same size.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use sealed_tip::{Receipt, ReceiptError};
use serde::Serialize;

use super::body::{self, End};
use super::client::{self, Peer};
use super::tip::content_type;
use super::{Door, Problem, decode, error};

/// Twelve characters, generously.
const BODY_MAX: usize = 8 << 10;
const PARTS_MAX: usize = 8;
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// Context of `mailbox.html`.
#[derive(Serialize)]
struct View<'a> {
    base: &'a str,
    telephone: &'a str,
    receipt: &'a str,
    /// `ask`, `typo`, `unknown` or `found`.
    state: &'a str,
    message: &'a str,
    steps: &'a [Step],
    mailbox_days: u32,
}

/// One stage of a tip's way.
#[derive(Serialize)]
struct Step {
    name: &'static str,
    reached: bool,
    current: bool,
    note: &'static str,
}

pub(super) async fn ask(State(door): State<Arc<Door>>) -> Response {
    show(&door, StatusCode::OK, "", "ask", "", &[])
}

pub(super) async fn look(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    if !door
        .limits
        .request(client::key(&door, peer, request.headers()))
    {
        return error::page(&door, Problem::TooMany);
    }
    let content_type = content_type(request.headers());
    let read = body::read(request.into_body(), BODY_MAX, BODY_WITHIN).await;
    if read.end != End::Whole {
        return error::page(&door, Problem::TooLarge);
    }
    let form = if content_type.starts_with("multipart/") {
        decode::multipart(&content_type, &read.bytes, PARTS_MAX)
            .await
            .0
    } else {
        decode::urlencoded(&content_type, &read.bytes, PARTS_MAX)
    };
    let typed = form.get("receipt");
    let receipt = match Receipt::parse(typed) {
        Ok(receipt) => receipt,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&door, status, typed, "typo", &explain(&wrong), &[]);
        }
    };
    match door.store.mailbox_progress(&receipt.lookup_hash()).await {
        Ok(None) => show(&door, StatusCode::OK, typed, "unknown", UNKNOWN, &[]),
        Ok(Some((all, delivered))) => show(
            &door,
            StatusCode::OK,
            typed,
            "found",
            "",
            &steps(all == delivered),
        ),
        Err(error) => {
            tracing::error!(%error, "a mailbox could not be looked up");
            error::page(&door, Problem::Unavailable)
        }
    }
}

const UNKNOWN: &str = "没有找到这个回执对应的信箱。可能抄错了字，也可能信箱已经到期删除。请对照抄下的十二个字再试一次。";

fn steps(delivered: bool) -> [Step; 2] {
    [
        Step {
            name: "已收到",
            reached: true,
            current: !delivered,
            note: "举报已加密保存，正等待寄给负责单位。",
        },
        Step {
            name: "已送达",
            reached: delivered,
            current: delivered,
            note: "加密信已到负责单位的邮箱，只有他们能打开。",
        },
    ]
}

fn explain(wrong: &ReceiptError) -> String {
    match wrong {
        ReceiptError::Empty => "请输入回执上的十二个汉字".to_owned(),
        ReceiptError::Length { found } => {
            format!("回执应是十二个汉字，现在是 {found} 个，请对照看看多了还是少了")
        }
        ReceiptError::UnknownCharacter { position, found } => {
            format!("第 {position} 个字“{found}”不是回执里会用的字，请对照改正")
        }
        _ => {
            "十二个字都认得，但合在一起不对：可能有一个字抄错，或前后颠倒了，请对照改正".to_owned()
        }
    }
}

fn show(
    door: &Door,
    status: StatusCode,
    receipt: &str,
    state: &str,
    message: &str,
    steps: &[Step],
) -> Response {
    let view = View {
        base: &door.loaded.config.site.base_path,
        telephone: &door.loaded.config.server.telephone,
        receipt,
        state,
        message,
        steps,
        mailbox_days: door.loaded.config.retention.mailbox_days,
    };
    match door.pages.render("mailbox.html", &view) {
        Ok(page) => (status, Html(padded(page))).into_response(),
        Err(error) => {
            tracing::error!(%error, "no mailbox page");
            error::page(door, Problem::Unavailable)
        }
    }
}

/// Answers are as long as this, or a multiple: found, unknown and mistyped look alike on the wire.
const ANSWER_BYTES: usize = 16 << 10;

/// Fills up with spaces after the end of the page.
fn padded(mut page: String) -> String {
    let missing = page.len().next_multiple_of(ANSWER_BYTES) - page.len();
    page.extend(std::iter::repeat_n(' ', missing));
    page
}
