//! Everything that goes wrong becomes a page in the site's layout: what happened, what to do, whom to ring.
//! The one place that turns problems into status codes. Never shows a cause from within.

use std::any::Any;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use tower_http::catch_panic::ResponseForPanic;

use super::Door;

/// What went wrong, as far as the visitor needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// No such page.
    NotFound,
    /// A method the address does not take.
    WrongMethod,
    /// Too many or too large headers.
    HeadersTooLarge,
    /// An absurdly long address.
    AddressTooLong,
    /// Posted from another web site.
    CrossSite,
    /// The mailbox was asked too often.
    TooMany,
    /// A body that is too large, where nothing can be given back.
    TooLarge,
    /// No unit can take tips now.
    Closed,
    /// The store or something else within is not working.
    Unavailable,
}

/// Context of `error.html`.
#[derive(Serialize)]
struct View<'a> {
    base: &'a str,
    status: u16,
    title: &'a str,
    text: &'a str,
    todo: &'a [&'a str],
    telephone: &'a str,
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Closed | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn words(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::NotFound => (
                "没有这个页面",
                "网址可能写错了，或者页面已经移走。",
                &["看看网址有没有多写、少写", "从首页重新找"],
            ),
            Self::WrongMethod => (
                "不能这样打开",
                "这个网址不接受这种访问方式。",
                &["从首页或举报页重新进入"],
            ),
            Self::HeadersTooLarge => (
                "请求的附加信息太多",
                "浏览器或插件带来的信息超过了能接收的范围。",
                &["关掉浏览器插件，或换一个浏览器再试", "也可以用无痕窗口打开"],
            ),
            Self::AddressTooLong => (
                "网址太长",
                "这个网址超过了能接收的长度。",
                &["从首页重新进入"],
            ),
            Self::CrossSite => (
                "这次提交来自别的网站",
                "为了您的安全，只接收从本站表单发出的内容，这次什么也没有保存。",
                &["请从本站的举报页重新填写"],
            ),
            Self::TooMany => (
                "查询太频繁",
                "请过一分钟再试。已经寄出的举报不受影响。",
                &["过一分钟再试一次"],
            ),
            Self::TooLarge => (
                "内容太大",
                "发来的内容超过了能接收的大小，这次没有保存。",
                &[
                    "按浏览器的“后退”，写过的字一般还在",
                    "把文字删短，或分几次发送",
                ],
            ),
            Self::Closed => (
                "网上举报暂时关闭",
                "各受理单位的加密钥匙都需要更换，这段时间网上不能收举报。",
                &["请打电话举报", "过几天再来看看"],
            ),
            Self::Unavailable => (
                "服务暂时不能用",
                "这不是您的问题，我们这边暂时收不了信。",
                &["过几分钟再试", "事情紧急就打电话"],
            ),
        }
    }
}

/// Renders a problem as a page.
pub(super) fn page(door: &Door, problem: Problem) -> Response {
    let (title, text, todo) = problem.words();
    let view = View {
        base: &door.loaded.config.site.base_path,
        status: problem.status().as_u16(),
        title,
        text,
        todo,
        telephone: &door.loaded.config.server.telephone,
    };
    let response = (problem.status(), html(door, "error.html", &view)).into_response();
    with_retry_after(response)
}

/// Says when another try makes sense, where it does (RFC 9110, 10.2.3).
pub(super) fn with_retry_after(mut response: Response) -> Response {
    let again = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if again {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// Renders a template; should that fail, says so in plain text with the telephone number.
pub(super) fn html(door: &Door, name: &str, view: &impl Serialize) -> Response {
    match door.pages.render(name, view) {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(template = name, %error, "a page could not be made");
            let text = format!(
                "服务暂时不能用。请拨打 {}。\n",
                door.loaded.config.server.telephone
            );
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
}

/// A panic stays at the door: the visitor gets the page, the log the fact without its text (which may hold
/// what was typed).
#[derive(Clone)]
pub(super) struct PanicPage(pub(super) Arc<Door>);

impl ResponseForPanic for PanicPage {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send + 'static>) -> Response {
        tracing::error!("ALARM: a request handler panicked");
        page(&self.0, Problem::Unavailable)
    }
}
