//! The words of the mailbox page that depend on what happened.

use axum::http::StatusCode;
use sealed_tip::ReceiptError;

use super::view::Notice;
use crate::intake::{ANSWER_MAX_CHARS, AnswerError};
use crate::store::StoreError;

/// What is wrong with a receipt as typed.
pub(super) fn explain(wrong: &ReceiptError) -> String {
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

pub(super) fn sent(is_new: bool) -> Notice {
    if is_new {
        Notice::good("已经发出", "您写的话已加密保存，会转给负责的单位。")
    } else {
        Notice::good("这段话先前已经收到", "没有重复发送。")
    }
}

type Refusal = (StatusCode, Notice);

pub(super) fn too_often() -> Refusal {
    (
        StatusCode::TOO_MANY_REQUESTS,
        Notice::bad(
            "还没有发出：发送得太频繁",
            "您写的内容在下面。请过一分钟再按一次发送。",
        ),
    )
}

pub(super) fn cut_off() -> Refusal {
    (
        StatusCode::PAYLOAD_TOO_LARGE,
        Notice::bad(
            "还没有发出：内容太长，或者没有收全",
            "收到的部分在下面。请检查、删短一些，再按一次发送。",
        ),
    )
}

pub(super) fn unreadable() -> Refusal {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Notice::bad(
            "还没有发出：信箱暂时打不开",
            "这不是您的问题。您写的内容在下面。请过几分钟再按一次查看，打开信箱后再发送。",
        ),
    )
}

/// Why an answer was not kept, and what to do.
pub(super) fn not_sent(error: &AnswerError) -> Refusal {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    match error {
        AnswerError::Empty => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Notice::bad("还没有发出", "请先写下要说的话，一句也可以。"),
        ),
        AnswerError::TooLong { chars } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Notice::bad(
                "还没有发出：写得太长了",
                &format!(
                    "一次最多 {ANSWER_MAX_CHARS} 字，现在 {chars} 字。您写的内容在下面，请分几次发送。"
                ),
            ),
        ),
        AnswerError::FormUnknown => (
            StatusCode::BAD_REQUEST,
            Notice::bad("还没有发出", "您写的内容在下面，请再按一次发送。"),
        ),
        AnswerError::Nobody => (
            unavailable,
            Notice::bad(
                "还没有发出：这封举报不能在网上补充",
                "您写的内容在下面。可以重新写一封举报，或者打电话。",
            ),
        ),
        AnswerError::MailboxFull => (
            unavailable,
            Notice::bad(
                "还没有发出：这个信箱已经放满",
                "您写的内容在下面。可以重新写一封举报，或者打电话。",
            ),
        ),
        AnswerError::Closed(unit) => (
            unavailable,
            Notice::bad(
                "还没有发出：负责的单位暂时不能在网上接收",
                &format!(
                    "加密钥匙需要更换。您写的内容在下面，可以先抄下来。请拨打 {}，或过几天再试。",
                    unit.telephone
                ),
            ),
        ),
        AnswerError::Store(StoreError::Full) => (
            unavailable,
            Notice::bad(
                "还没有发出：收到的太多，暂时存不下了",
                "您写的内容在下面。请过几分钟再按一次发送；着急请打电话。",
            ),
        ),
        _ => (
            unavailable,
            Notice::bad(
                "还没有发出：服务出了问题",
                "这不是您的问题。您写的内容在下面，请过几分钟再按一次发送。",
            ),
        ),
    }
}
