//! The empty form, rendered and compressed once: two visitors' forms differ in the form id alone, so each
//! answer is the same two halves around 48 characters. Rendering and compressing it for every visitor would
//! take most of the time a tip takes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use flate2::Compression;

use super::Door;
use super::form_view::{ClosedView, FormView, closed};
use super::padding::{self, Member};
use crate::catalogue::Lang;
use crate::intake::RawForm;

/// Stands for the form id while the page is rendered; as long as one, and found nowhere else.
const PLACE: &str = "FORMIDFORMIDFORMIDFORMIDFORMIDFORMIDFORMIDFORMID";

/// A form page in halves.
struct Halves {
    /// What the page said about closed units when it was made.
    closed: Vec<(String, String, String)>,
    plain: (Bytes, Bytes),
    /// Raw deflate (RFC 1951): each ends on a byte boundary without being final.
    packed: (Bytes, Bytes),
    crc: (crc32fast::Hasher, crc32fast::Hasher),
}

/// The last page made in each language; made anew when a unit's form closes.
#[derive(Default)]
pub struct Cache(RwLock<HashMap<Lang, Arc<Halves>>>);

/// Why there is no page: the template failed.
#[derive(Debug, thiserror::Error)]
#[error("the form page could not be made: {0}")]
pub(super) struct FormPageError(String);

impl Cache {
    /// The page for one visitor, gzipped (RFC 1952) or plain.
    pub(super) fn page(
        &self,
        door: &Door,
        lang: Lang,
        form_id: &str,
        gzip: bool,
    ) -> Result<Bytes, FormPageError> {
        let halves = self.current(door, lang)?;
        Ok(if gzip {
            halves.gzip(form_id)
        } else {
            halves.plain(form_id)
        })
    }

    fn current(&self, door: &Door, lang: Lang) -> Result<Arc<Halves>, FormPageError> {
        let closed = closed(door);
        let cached = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&lang)
            .cloned();
        if let Some(halves) = cached.filter(|halves| halves.says(&closed)) {
            return Ok(halves);
        }
        let fresh = Arc::new(Halves::render(door, lang, &closed)?);
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(lang, fresh.clone());
        Ok(fresh)
    }
}

impl Halves {
    fn render(door: &Door, lang: Lang, closed: &[ClosedView<'_>]) -> Result<Self, FormPageError> {
        let empty = RawForm::written_in(lang);
        let mut view = FormView::new(door, PLACE, &empty, &[], None);
        view.bring_sealing(door);
        let page = door
            .pages
            .render(lang, "tip.html", &view)
            .map_err(|e| FormPageError(format!("{e:#}")))?;
        let (head, tail) = page
            .split_once(PLACE)
            .filter(|(_, tail)| !tail.contains(PLACE))
            .ok_or_else(|| FormPageError("form_id must stand in it exactly once".to_owned()))?;
        let pack = |e: std::io::Error| FormPageError(e.to_string());
        Ok(Self {
            closed: closed.iter().map(ClosedView::owned).collect(),
            plain: (
                Bytes::copy_from_slice(head.as_bytes()),
                Bytes::copy_from_slice(tail.as_bytes()),
            ),
            packed: (
                padding::deflate(head.as_bytes(), Compression::best()).map_err(pack)?,
                padding::deflate(tail.as_bytes(), Compression::best()).map_err(pack)?,
            ),
            crc: (
                padding::checksum(head.as_bytes()),
                padding::checksum(tail.as_bytes()),
            ),
        })
    }

    fn says(&self, closed: &[ClosedView<'_>]) -> bool {
        self.closed.len() == closed.len()
            && self
                .closed
                .iter()
                .zip(closed)
                .all(|(then, now)| *then == now.owned())
    }

    fn plain(&self, form_id: &str) -> Bytes {
        [&self.plain.0, form_id.as_bytes(), &self.plain.1]
            .concat()
            .into()
    }

    fn gzip(&self, form_id: &str) -> Bytes {
        let mut member = Member::new();
        member.packed(&self.packed.0, &self.crc.0, self.plain.0.len());
        member.stored(form_id.as_bytes());
        member.packed(&self.packed.1, &self.crc.1, self.plain.1.len());
        member.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_spliced_page_unpacks_to_the_plain_one() {
        let (head, tail) = ("甲".repeat(5000), "乙尾".repeat(5000));
        let halves = Halves {
            closed: Vec::new(),
            plain: (Bytes::from(head.clone()), Bytes::from(tail.clone())),
            packed: (
                padding::deflate(head.as_bytes(), Compression::best()).unwrap(),
                padding::deflate(tail.as_bytes(), Compression::best()).unwrap(),
            ),
            crc: (
                padding::checksum(head.as_bytes()),
                padding::checksum(tail.as_bytes()),
            ),
        };
        let mut unpacked = Vec::new();
        let packed = halves.gzip("an-id");
        flate2::read::GzDecoder::new(packed.as_ref())
            .read_to_end(&mut unpacked)
            .unwrap();
        let page = String::from_utf8(unpacked).unwrap();
        assert_eq!(page.trim_end_matches(' ').as_bytes(), halves.plain("an-id"));
        assert_eq!(page.trim_end_matches(' '), format!("{head}an-id{tail}"));
    }
}
