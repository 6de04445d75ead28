//! A note as it grows: its first lines, what happened, what to do, its parts.
//!
//! Never lets a foreign word stand as the letter's own: names are cleaned, words stand behind a bar.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::cover::{self, Cover, ReplyTo};
use crate::mime;
use crate::page::{Page, RULE};
use crate::photographs::{self, Listed};
use crate::{Photo, Text};

/// Version of the JSON part; goes up when a key changes its meaning or goes away.
pub(crate) const VERSION: u32 = 1;

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
pub(crate) enum Body<'a> {
    Answer {
        text: &'a str,
    },
    Photographs {
        first: usize,
        of: usize,
        photographs: Vec<Listed<'a>>,
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

/// A note as it grows.
pub(crate) struct Notice<'a> {
    subject: String,
    reference: &'a Text,
    page: Page,
}

impl<'a> Notice<'a> {
    /// A note with `words` bytes of foreign text in it.
    pub(crate) fn new(
        cover: &Cover<'_>,
        mark: &str,
        reference: &'a Text,
        words: usize,
    ) -> Notice<'a> {
        let room = 4096 + cover.room() + Page::quoted_room(words);
        let subject = format!("{mark} · {}", reference.as_str());
        let mut page = Page::new(room);
        page.say(mark);
        page.say(&format!("编号：{}", reference.as_str()));
        page.say("");
        Notice {
            subject,
            reference,
            page,
        }
    }

    pub(crate) fn answer(&mut self, text: &Text) {
        self.page.say("举报人在信箱里回复了这件线索。");
        self.page.say("");
        self.page.section("【回复】", text.as_str());
        self.page.say(
            "竖线“│”“┆”后为举报人原话，未经核实：请勿点击其中的链接，勿扫码，勿按其中号码回拨。",
        );
    }

    pub(crate) fn reminder(&mut self, delivered: &str, escalate_hours: Option<u32>) {
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

    pub(crate) fn escalation(&mut self, unit: &str, delivered: &str) {
        self.page.say(&format!(
            "这件线索已于 {} 送达“{}”，逾期未受理。请督促该单位受理。",
            Text::line(delivered).as_str(),
            Text::line(unit).as_str()
        ));
        self.page
            .say("原信只有该单位能解密，本信不含线索内容。本信不需回复。");
    }

    pub(crate) fn forwarded(&mut self, unit: &str, mail: &str, fingerprints: &[String]) {
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

    pub(crate) fn incoming(&mut self, from: &str) {
        let from = Text::line(from);
        self.page.say(&format!(
            "“{}”把这件线索转给贵单位办理。原信由该单位加密转发，系统没有原文。",
            from.as_str()
        ));
        self.page
            .say("收到原信后请点下面“受理”的链接回信；迟迟收不到，请与该单位联系。");
    }

    pub(crate) fn photographs(&mut self, photos: &[Photo], first: usize, of: usize) {
        let here = photographs::run(&photographs::range(photos, first));
        self.page.say(&format!(
            "照片 {here}，共 {of} 张；原信编号 {}",
            self.reference.as_str()
        ));
        self.page
            .say("同一条线索的照片放不进一封信，分开寄出；请与原信一并处理。");
        photographs::places(&mut self.page, photos, first);
    }

    pub(crate) fn quiet(&mut self) {
        self.page
            .say("本信没有内容，可以直接删除。用来让有线索和没有线索的日子看起来一样。");
    }

    /// Actions where there is a way back, then the parts.
    pub(crate) fn finish(
        self,
        kind: &'static str,
        reply: Option<ReplyTo<'_>>,
        body: Body<'_>,
    ) -> Zeroizing<Vec<u8>> {
        self.finish_with(kind, reply, body, &[], 1)
    }

    /// As [`Notice::finish`], with these photographs behind the other parts.
    pub(crate) fn finish_with(
        mut self,
        kind: &'static str,
        reply: Option<ReplyTo<'_>>,
        body: Body<'_>,
        photos: &[Photo],
        first: usize,
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
        let mut json = Zeroizing::new(Vec::with_capacity(
            text.len() * 2 + photographs::room(photos) + 1024,
        ));
        // Writing plain strings to memory cannot fail; were it to, the letter still has every fact.
        let _ = serde_json::to_writer_pretty(&mut *json, &root);
        json.push(b'\n');
        let cert = reply.as_ref().map(cover::certificate);
        let mut parts = cover::parts(text.as_bytes(), &json, cert.as_deref());
        parts.extend(photographs::parts(photos, first));
        mime::entity(&self.subject, &parts)
    }
}
