//! Letters to a unit that are no tip: an answer, a reminder, a digest.
//!
//! Short and plain: what happened, what to do. Never holds anything of a tip but its reference; the
//! only foreign words are what the holder of a receipt wrote back, each line behind a bar.

use zeroize::Zeroizing;

use crate::cover::Cover;
use crate::notice::{Body, Notice};
use crate::photographs;
use crate::{Photo, Text, digest};

/// A letter to a unit that is no tip.
#[derive(Clone, Copy)]
pub enum Note<'a> {
    /// The holder of the receipt wrote back.
    Answer {
        /// The words, a block.
        text: &'a Text,
    },
    /// Photographs of a tip that did not fit into its letter.
    Photographs {
        /// These, a run of the tip's own.
        photos: &'a [Photo],
        /// Number of the first one, from 1.
        first: usize,
        /// How many the tip has.
        of: usize,
    },
    /// Holds nothing: sent so that a quiet day looks like any other.
    Quiet,
    /// The unit has not acknowledged a tip.
    Reminder {
        /// Day of delivery, e.g. `2026-11-24`.
        delivered: &'a str,
        /// Hours after delivery at which the supervisor hears of it, if one does.
        escalate_hours: Option<u32>,
    },
    /// To the supervisor: a unit has not acknowledged a tip.
    Escalation {
        /// Name of that unit.
        unit: &'a str,
        /// Day of delivery.
        delivered: &'a str,
    },
    /// To the unit that forwards: the thread has moved, the letter must be forwarded by hand.
    Forwarded {
        /// Name of the new unit.
        unit: &'a str,
        /// Its mail address.
        mail: &'a str,
        /// Fingerprints of its certificates.
        fingerprints: &'a [String],
    },
    /// To the new unit: the thread is yours.
    Incoming {
        /// Name of the unit that forwards, and that the letter comes from.
        from: &'a str,
    },
    /// Counts and references, sent every day, always in the smallest bucket.
    Digest {
        /// The day, e.g. `2026-11-24`.
        day: &'a str,
        /// Every open thread of the unit, in the order to list them within overdue and not.
        open: &'a [DigestLine<'a>],
        /// Hours after which a thread counts as overdue.
        overdue_after_hours: u32,
    },
}

/// An open thread in a digest.
#[derive(Clone, Copy)]
pub struct DigestLine<'a> {
    /// `LY-…`.
    pub reference: &'a str,
    /// 未受理， 已受理， 待补充， 核查中.
    pub state: &'a str,
    /// Day since when.
    pub since: &'a str,
    /// To be listed first.
    pub overdue: bool,
}

/// The whole MIME entity, CRLF line ends, exactly one size bucket long.
pub(crate) fn entity(note: &Note<'_>, cover: &Cover<'_>) -> Zeroizing<Vec<u8>> {
    let reference = Text::line(cover.reference);
    match *note {
        Note::Digest {
            day,
            open,
            overdue_after_hours,
        } => digest::entity(day, open, overdue_after_hours),
        Note::Answer { text } => {
            let mut letter = Notice::new(cover, "【举报人回复】", &reference, text.as_str().len());
            letter.answer(text);
            let text = text.as_str();
            letter.finish("answer", cover.reply, Body::Answer { text })
        }
        Note::Photographs { photos, first, of } => {
            illustrated(cover, &reference, photos, first, of)
        }
        Note::Quiet => {
            let mut letter = Notice::new(cover, "【空信】", &reference, 0);
            letter.quiet();
            letter.finish("quiet", None, Body::Quiet {})
        }
        Note::Reminder {
            delivered,
            escalate_hours,
        } => {
            let mut letter = Notice::new(cover, "【提醒】线索尚未受理", &reference, 0);
            letter.reminder(delivered, escalate_hours);
            let body = Body::Reminder {
                delivered,
                escalate_hours,
            };
            letter.finish("reminder", cover.reply, body)
        }
        Note::Escalation { unit, delivered } => {
            let mut letter = Notice::new(cover, "【逾期提醒】线索逾期未受理", &reference, 0);
            letter.escalation(unit, delivered);
            letter.finish("escalation", None, Body::Escalation { unit, delivered })
        }
        Note::Forwarded {
            unit,
            mail,
            fingerprints,
        } => {
            let foreign = unit.len() + mail.len() + fingerprints.len() * 64;
            let mut letter = Notice::new(cover, "【转办】请转发原信", &reference, foreign);
            letter.forwarded(unit, mail, fingerprints);
            let body = Body::Forwarded {
                unit,
                mail,
                fingerprints,
            };
            letter.finish("forwarded", None, body)
        }
        Note::Incoming { from } => {
            let mut letter = Notice::new(cover, "【转来】线索转由贵单位办理", &reference, 0);
            letter.incoming(from);
            letter.finish("incoming", cover.reply, Body::Incoming { from })
        }
    }
}

/// A letter of photographs.
fn illustrated(
    cover: &Cover<'_>,
    reference: &Text,
    photos: &[Photo],
    first: usize,
    of: usize,
) -> Zeroizing<Vec<u8>> {
    let room = photographs::room(photos);
    let mut letter = Notice::new(cover, "【照片】", reference, room);
    letter.photographs(photos, first, of);
    let attached = photographs::range(photos, first);
    let body = Body::Photographs {
        first,
        of,
        photographs: photographs::listed(photos, first, &attached),
    };
    letter.finish_with("photographs", cover.reply, body, photos, first)
}
