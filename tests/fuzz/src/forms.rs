//! What browsers send: the body of a form, and what is typed into it.

use std::cell::OnceCell;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use sealed_tip::{LINE_MAX_CHARS, Text, Tip, WHAT_MAX_CHARS};
use tempfile::TempDir;
use tip_service::entropy::Entropy;
use tip_service::http::Upload;
use tip_service::http::decode::{self, Bounds, Fault, Sent};
use tip_service::intake::{PHOTOGRAPHS_MAX, RawForm, exposure, parse};
use tip_service::spool::{Share, Spool};
use tokio::runtime::{Builder, Runtime};

use crate::house::LOADED;

/// Bytes of text, and parts: little, so that an input of some kilobytes meets the limits.
const TEXT: usize = 4096;
const PARTS: usize = 24;

/// An urlencoded body, and from its fields to a tip.
pub(crate) fn form(data: &[u8]) {
    let sent = read(data, "application/x-www-form-urlencoded", data.len(), None);
    check(&sent);
    assert!(sent.files.is_empty());
    tip(&sent.form);
}

/// A first byte says in what pieces the body comes and whether files are kept; a first line is its content type.
pub(crate) fn multipart(data: &[u8]) {
    let Some((&how, rest)) = data.split_first() else {
        return;
    };
    let end = rest.iter().position(|byte| *byte == b'\n');
    let Some((content_type, body)) = end.and_then(|end| rest.split_at_checked(end)) else {
        return;
    };
    let content_type = String::from_utf8_lossy(content_type);
    let piece = 1 + usize::from(how >> 1) * 16;
    let spool = (how & 1 == 1).then(|| (WAITING.1.clone(), Share::Whole));
    let sent = read(
        body.get(1..).unwrap_or_default(),
        &content_type,
        piece,
        spool,
    );
    check(&sent);
    assert!(sent.files.len() <= PHOTOGRAPHS_MAX + 100);
    for upload in sent.files {
        if let Upload::Waits(file) = upload {
            let bytes = file.open().expect("what was put away");
            assert_eq!(bytes.len(), file.length());
            assert!(bytes.len() <= body.len());
        }
    }
    assert_eq!(WAITING.1.bytes(), 0, "all of the room is given back");
}

static WAITING: LazyLock<(TempDir, Arc<Spool>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let entropy = Arc::new(Entropy::from_seed([1; 32]));
    let spool = Arc::new(Spool::new(folder.path(), 1, 0, entropy));
    (folder, spool)
});

fn read(body: &[u8], content_type: &str, piece: usize, spool: Option<(Arc<Spool>, Share)>) -> Sent {
    thread_local! {
        static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
    }
    let pieces: Vec<Result<Bytes, Infallible>> = body
        .chunks(piece.max(1))
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let request = Request::post("/tip/").header(CONTENT_TYPE, content_type);
    let Ok(request) = request.body(body) else {
        return read(b"", "", 1, None); // no HTTP server lets such a header through
    };
    let bounds = Bounds {
        text: TEXT,
        parts: PARTS,
        within: Duration::from_secs(60),
        spool,
    };
    RUNTIME.with(|runtime| {
        let make = || Builder::new_current_thread().enable_time().build();
        let runtime = runtime.get_or_init(|| make().expect("a runtime"));
        runtime.block_on(decode::read(request, bounds))
    })
}

fn check(sent: &Sent) {
    let fault = sent.fault;
    assert!(!matches!(fault, Some(Fault::TooSlow | Fault::Broken)));
    // A byte that is no UTF-8 is kept as a character of three.
    for field in ["what", "place", "people", "kind", "officials"] {
        assert!(sent.form.get(field).len() <= TEXT * 3);
    }
}

/// A tip keeps to its limits, and whatever is hinted at stands in it.
fn tip(form: &RawForm) {
    match parse(form, &LOADED.kinds, &LOADED.places) {
        Ok(tip) => {
            keeps_to_its_limits(&tip);
            assert!(!tip.canonical().is_empty());
            let texts: Vec<&str> = texts(&tip).map(Text::as_str).collect();
            for exposure in exposure::in_tip(&tip) {
                let found = exposure.found.as_str();
                assert!(!found.is_empty() && texts.iter().any(|text| text.contains(found)));
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.message.is_empty()));
        }
    }
}

fn keeps_to_its_limits(tip: &Tip) {
    assert!((1..=WHAT_MAX_CHARS).contains(&tip.what.chars()));
    let lines = [
        &tip.place,
        &tip.when,
        &tip.people,
        &tip.vehicles,
        &tip.danger,
    ];
    assert!(lines.iter().all(|line| line.chars() <= LINE_MAX_CHARS));
    let one_line = [&tip.place, &tip.when, &tip.source, &tip.vehicles];
    assert!(one_line.iter().all(|line| !line.as_str().contains('\n')));
    assert!(LOADED.kinds.get(&tip.kind.code).is_some());
    let county = tip.county.as_ref().map(|county| &county.code);
    assert!(county.is_none_or(|code| LOADED.places.county(code).is_some()));
    assert!(tip.township.is_none() || county.is_some());
}

fn texts(tip: &Tip) -> impl Iterator<Item = &Text> {
    let own = [
        &tip.what,
        &tip.place,
        &tip.when,
        &tip.people,
        &tip.vehicles,
        &tip.danger,
    ];
    let answers = tip.answers.iter().map(|answer| &answer.value);
    own.into_iter().chain(answers)
}
