//! From a body to a [`RawForm`]: multipart (the tip form) or urlencoded (the mailbox form). What could be read
//! before a fault is kept, so the page can come back filled in.

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::intake::RawForm;

/// What was wrong with a body that should be a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not multipart although the tip form is.
    NotMultipart,
    /// Broken off, or not what its boundary promises.
    Malformed,
    /// More parts than the form has fields.
    TooManyParts,
    /// Holds a file: the form takes none.
    File,
}

/// Longest field name of ours, generously.
const NAME_MAX: usize = 64;

/// Decodes a multipart body of at most `max_parts` parts.
pub(super) async fn multipart(
    content_type: &str,
    body: &[u8],
    max_parts: usize,
) -> (RawForm, Option<Fault>) {
    let mut form = RawForm::default();
    let Ok(boundary) = multer::parse_boundary(content_type) else {
        urlencoded_into(&mut form, content_type, body, max_parts);
        return (form, Some(Fault::NotMultipart));
    };
    let whole = Bytes::copy_from_slice(body);
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(whole)]);
    let mut parts = multer::Multipart::new(stream, boundary);
    for _ in 0..max_parts {
        match parts.next_field().await {
            Ok(None) => return (form, None),
            Ok(Some(field)) => {
                if let Some(fault) = take(&mut form, field).await {
                    return (form, Some(fault));
                }
            }
            Err(_) => return (form, Some(Fault::Malformed)),
        }
    }
    let fault = match parts.next_field().await {
        Ok(None) => None,
        Ok(Some(_)) => Some(Fault::TooManyParts),
        Err(_) => Some(Fault::Malformed),
    };
    (form, fault)
}

async fn take(form: &mut RawForm, mut field: multer::Field<'_>) -> Option<Fault> {
    let name = field.name().unwrap_or_default().to_owned();
    let is_file = field.file_name().is_some_and(|name| !name.is_empty());
    let mut raw = Zeroizing::new(Vec::new());
    let fault = loop {
        match field.chunk().await {
            Ok(None) => break None,
            Ok(Some(chunk)) => raw.extend_from_slice(&chunk),
            Err(_) => break Some(Fault::Malformed),
        }
    };
    if is_file {
        return Some(Fault::File);
    }
    if !name.is_empty() && name.len() <= NAME_MAX {
        form.set(name, text(&raw));
    }
    fault
}

/// Decodes an urlencoded body; other content gives an empty form.
pub(super) fn urlencoded(content_type: &str, body: &[u8], max_parts: usize) -> RawForm {
    let mut form = RawForm::default();
    urlencoded_into(&mut form, content_type, body, max_parts);
    form
}

fn urlencoded_into(form: &mut RawForm, content_type: &str, body: &[u8], max_parts: usize) {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return;
    }
    for (name, value) in form_urlencoded::parse(body).take(max_parts) {
        if name.len() <= NAME_MAX {
            form.set(name.into_owned(), Zeroizing::new(value.into_owned()));
        }
    }
}

/// UTF-8 is what the page asks for; anything else is kept as far as it can be read.
fn text(raw: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(String::from_utf8_lossy(raw).into_owned())
}
