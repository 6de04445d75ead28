//! Posts of a few words and no files: who asks is counted against the limits before a byte of the body is read.

use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;

use super::client::{self, Peer};
use super::decode::{self, Bounds, Sent};
use super::{Door, Problem, error};
use crate::catalogue::Lang;
use crate::limits::ClientKey;

const WITHIN: Duration = Duration::from_secs(60);

/// Reads a form of at most `text` bytes in `parts` parts, in the language of the page it was sent to.
///
/// # Errors
/// The page for whoever asked too often.
pub(super) async fn form(
    door: &Door,
    peer: Peer,
    lang: Lang,
    request: Request,
    (text, parts): (usize, usize),
) -> Result<(ClientKey, Sent), Response> {
    let client = client::key(door, peer, request.headers());
    if !door.limits.request(client) {
        return Err(error::page(door, lang, Problem::TooMany));
    }
    let bounds = Bounds {
        text,
        parts,
        within: WITHIN,
        spool: None,
    };
    let mut sent = decode::read(request, bounds).await;
    sent.form.lang = lang;
    Ok((client, sent))
}
