//! Reads a request's body: bounded in bytes and in time, into memory that is wiped afterwards.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// More than the limit; what fits is here.
    TooLarge,
    /// Not finished in time; what came is here.
    TooSlow,
    /// The connection broke off.
    Broken,
}

/// What came, and how it ended.
pub(super) struct Read {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) end: End,
}

/// Past the limit this much more is read and thrown away, because a browser that is still sending does not
/// look at the answer.
const DRAIN: usize = 32 << 20;

pub(super) async fn read(mut body: Body, limit: usize, within: Duration) -> Read {
    let deadline = Instant::now() + within;
    let expected = usize::try_from(body.size_hint().lower())
        .unwrap_or(limit)
        .min(limit);
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected));
    let mut seen = 0_usize;
    let end = loop {
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) => break End::TooSlow,
            Ok(None) if seen > limit => break End::TooLarge,
            Ok(None) => break End::Whole,
            Ok(Some(Err(_))) => break End::Broken,
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen += data.len();
        let room = limit - bytes.len();
        bytes.extend(data.iter().take(room));
        if seen > limit + DRAIN {
            break End::TooLarge;
        }
    };
    Read { bytes, end }
}
