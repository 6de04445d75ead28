//! Letters to a unit that are no tip: an answer, a reminder, a digest.
//!
//! Short and plain: what happened, what to do. Never holds anything of a tip but its reference; the
//! only foreign words are what the holder of a receipt wrote back, each line behind a bar.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::cover::{self, Cover, ReplyTo};
use crate::page::{Page, RULE};
use crate::{Photo, Text, digest, mime};

/// Version of the JSON part; goes up when a key changes its meaning or goes away.
pub(crate) const VERSION: u32 = 1;

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

/// The JSON part; what each kind of note adds stands last.
#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    r#type: &'static str,
    reference: &'a str,
    reply_to: Option<&'a str>,
    reward_check: Option<&'a str>,
    #[serde(flatten)]
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Answer {
        text: &'a str,
    },
    Photographs {
        first: usize,
        of: usize,
    },
    Quiet {},
    Reminder {
        delivered: &'a str,
        escalate_hours: Option<u32>,
    },
    Escalation {
        unit: &'a str,
        delivered: &'a str,
    },
    Forwarded {
        unit: &'a str,
        mail: &'a str,
        fingerprints: &'a [String],
    },
    Incoming {
        from: &'a str,
    },
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
            let mut letter = Letter::new(cover, "【举报人回复】", &reference, text.as_str().len());
            letter.answer(text);
            letter.finish(
                "answer",
                cover.reply,
                Body::Answer {
                    text: text.as_str(),
                },
            )
        }
        Note::Photographs { first, of, .. } => {
            let letter = Letter::new(cover, "【照片】", &reference, 0);
            letter.finish("photographs", cover.reply, Body::Photographs { first, of })
        }
        Note::Quiet => {
            let letter = Letter::new(cover, "【空信】", &reference, 0);
            letter.finish("quiet", cover.reply, Body::Quiet {})
        }
        Note::Reminder {
            delivered,
            escalate_hours,
        } => {
            let mut letter = Letter::new(cover, "【提醒】线索尚未受理", &reference, 0);
            letter.reminder(delivered, escalate_hours);
            let body = Body::Reminder {
                delivered,
                escalate_hours,
            };
            letter.finish("reminder", cover.reply, body)
        }
        Note::Escalation { unit, delivered } => {
            let mut letter = Letter::new(cover, "【逾期提醒】线索逾期未受理", &reference, 0);
            letter.escalation(unit, delivered);
            letter.finish("escalation", None, Body::Escalation { unit, delivered })
        }
        Note::Forwarded {
            unit,
            mail,
            fingerprints,
        } => {
            let foreign = unit.len() + mail.len() + fingerprints.len() * 64;
            let mut letter = Letter::new(cover, "【转办】请转发原信", &reference, foreign);
            letter.forwarded(unit, mail, fingerprints);
            let body = Body::Forwarded {
                unit,
                mail,
                fingerprints,
            };
            letter.finish("forwarded", None, body)
        }
        Note::Incoming { from } => {
            let mut letter = Letter::new(cover, "【转来】线索转由贵单位办理", &reference, 0);
            letter.incoming(from);
            letter.finish("incoming", cover.reply, Body::Incoming { from })
        }
    }
}

/// A note as it grows.
struct Letter<'a> {
    subject: String,
    reference: &'a Text,
    page: Page,
}

impl<'a> Letter<'a> {
    /// A note with `words` bytes of foreign text in it.
    fn new(cover: &Cover<'_>, mark: &str, reference: &'a Text, words: usize) -> Letter<'a> {
        let room = 4096 + cover.room() + Page::quoted_room(words);
        let subject = format!("{mark} · {}", reference.as_str());
        let mut page = Page::new(room);
        page.say(mark);
        page.say(&format!("编号：{}", reference.as_str()));
        page.say("");
        Letter {
            subject,
            reference,
            page,
        }
    }

    fn answer(&mut self, text: &Text) {
        self.page.say("举报人在信箱里回复了这件线索。");
        self.page.say("");
        self.page.section("【回复】", text.as_str());
        self.page.say(
            "竖线“│”“┆”后为举报人原话，未经核实：请勿点击其中的链接，勿扫码，勿按其中号码回拨。",
        );
    }

    fn reminder(&mut self, delivered: &str, escalate_hours: Option<u32>) {
        let delivered = Text::line(delivered);
        self.page.say(&format!(
            "这件线索已于 {} 送达贵单位，尚未受理。",
            delivered.as_str()
        ));
        self.page
            .say("请按编号找到原信阅看，再点下面“受理”的链接回信；如不属贵单位办理，请用“转办”。");
        if let Some(hours) = escalate_hours {
            self.page
                .say(&format!("送达满 {hours} 小时仍未受理，将通知上级单位。"));
        }
    }

    fn escalation(&mut self, unit: &str, delivered: &str) {
        self.page.say(&format!(
            "这件线索已于 {} 送达“{}”，逾期未受理。请督促该单位受理。",
            Text::line(delivered).as_str(),
            Text::line(unit).as_str()
        ));
        self.page
            .say("原信只有该单位能解密，本信不含线索内容。本信不需回复。");
    }

    fn forwarded(&mut self, unit: &str, mail: &str, fingerprints: &[String]) {
        self.page.say(&format!(
            "这件线索已转给“{}”，今后由该单位回信办理，贵单位就此编号的回信不再有效。",
            Text::line(unit).as_str()
        ));
        self.page.say(
            "系统不留线索原文，无法代转。请把原信（连同举报人的补充和回复）加密转发给该单位：",
        );
        self.page
            .say(&format!("收件地址：{}", Text::line(mail).as_str()));
        for fingerprint in fingerprints {
            let fingerprint = Text::line(fingerprint);
            self.page
                .say(&format!("加密公钥指纹：{}", fingerprint.as_str()));
        }
        self.page
            .say("转发前请核对指纹；请略去原信末尾的“线索来源”一段，除非办案确有需要。");
    }

    fn incoming(&mut self, from: &str) {
        let from = Text::line(from);
        self.page.say(&format!(
            "“{}”把这件线索转给贵单位办理。原信由该单位加密转发，系统没有原文。",
            from.as_str()
        ));
        self.page
            .say("收到原信后请点下面“受理”的链接回信；迟迟收不到，请与该单位联系。");
    }

    /// Actions where there is a way back, then the parts.
    fn finish(
        mut self,
        kind: &'static str,
        reply: Option<ReplyTo<'_>>,
        body: Body<'_>,
    ) -> Zeroizing<Vec<u8>> {
        self.page.say("");
        self.page.say(RULE);
        if let Some(reply) = &reply {
            cover::actions(&mut self.page, self.reference, reply);
        }
        self.page.say("附件 tip.json 内容与本信相同，供登记使用。");
        let text = self.page.into_text();
        let reply_to = reply.map(|reply| Text::line(reply.address));
        let check = reply.and_then(|reply| reply.reward).map(Text::line);
        let root = Root {
            version: VERSION,
            r#type: kind,
            reference: self.reference.as_str(),
            reply_to: reply_to.as_ref().map(Text::as_str),
            reward_check: check.as_ref().map(Text::as_str),
            body,
        };
        // No key or cleaned text more than doubles when it is escaped.
        let mut json = Zeroizing::new(Vec::with_capacity(text.len() * 2 + 1024));
        // Writing plain strings to memory cannot fail; were it to, the letter still has every fact.
        let _ = serde_json::to_writer_pretty(&mut *json, &root);
        json.push(b'\n');
        let cert = reply.as_ref().map(cover::certificate);
        mime::entity(
            &self.subject,
            &cover::parts(text.as_bytes(), &json, cert.as_deref()),
        )
    }
}
