//! The letter an officer reads: made for triage, most urgent first, one screen for the essentials.
//!
//! Never states a time, never lets a tipster's words pass for the letter's own: each line of them
//! stands behind a bar. What goes in is cleaned again here, so a name from the configuration or a
//! reference cannot bring a line break either. What may tell who the tipster is stands apart, at
//! the very end.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::cover::{self, Cover};
use crate::page::{Page, RULE};
use crate::{Named, Text, Tip, mime, photographs, tip_json};

/// The whole MIME entity, CRLF line ends, exactly one size bucket long.
pub(crate) fn entity(tip: &Tip, cover: &Cover<'_>) -> Zeroizing<Vec<u8>> {
    let reference = Text::line(cover.reference);
    let title = title(tip);
    let mut subject = Zeroizing::new(String::with_capacity(
        title.len() + reference.as_str().len() + 8,
    ));
    subject.push_str(&title);
    subject.push_str(" · ");
    subject.push_str(reference.as_str());
    let attached = tip.sheets().into_iter().next().unwrap_or_default();
    let text = body(tip, cover, &reference, &title, &attached);
    let json = tip_json::write(tip, &reference, cover.reply.as_ref(), &attached);
    let cert = cover.reply.as_ref().map(cover::certificate);
    let mut parts = cover::parts(text.as_bytes(), &json, cert.as_deref());
    let photos = tip.photographs.get(attached).unwrap_or_default();
    parts.extend(photographs::parts(photos, 1));
    mime::entity(&subject, &parts)
}

/// Length of a tip's letter without its photographs and what a cover adds, in bytes: what every run of attached
/// photographs would say is counted in.
pub(crate) fn length(tip: &Tip) -> usize {
    let cover = Cover {
        reference: "",
        reply: None,
    };
    let (reference, title) = (Text::line(""), title(tip));
    let all = 0..tip.photographs.len();
    let text = body(tip, &cover, &reference, &title, &all);
    let json = tip_json::write(tip, &reference, None, &all);
    let breaks = |lf: &[u8]| lf.iter().filter(|b| **b == b'\n').count();
    let crlf = breaks(text.as_bytes()) + breaks(&json);
    // The subject is written three times as long, in words of which each has its frame.
    text.len() + json.len() + crlf + title.len() * 5 + 1024
}

/// What an officer sees first: in the list of mails once the letter is decrypted (there with the
/// reference behind it, which holds the thread together), and above the text.
fn title(tip: &Tip) -> Zeroizing<String> {
    let mark = if tip.supplement {
        "【补充】"
    } else {
        "【线索】"
    };
    let place = chosen_place(tip, "");
    let place = if place.is_empty() {
        "地点不清楚"
    } else {
        &place
    };
    Zeroizing::new(format!(
        "{mark}{} · {place}",
        Text::line(&tip.kind.name).as_str()
    ))
}

/// The places chosen from the lists, widest first.
fn chosen_place(tip: &Tip, between: &str) -> Zeroizing<String> {
    let names: Vec<Text> = [&tip.county, &tip.township, &tip.village]
        .into_iter()
        .flatten()
        .map(|Named { name, .. }| Text::line(name))
        .filter(|name| !name.is_empty())
        .collect();
    let names: Vec<&str> = names.iter().map(Text::as_str).collect();
    Zeroizing::new(names.join(between))
}

/// The text as it grows, and what is left to name at its end.
struct Letter {
    page: Page,
    unclear: Vec<&'static str>,
}

fn body(
    tip: &Tip,
    cover: &Cover<'_>,
    reference: &Text,
    title: &str,
    attached: &Range<usize>,
) -> Zeroizing<String> {
    // The rest is headings and places, which are counted in too.
    let words = tip.length() + title.len() + reference.as_str().len();
    let mut letter = Letter {
        page: Page::new(
            Page::quoted_room(words) + cover.room() + photographs::room(&tip.photographs) + 8192,
        ),
        unclear: Vec::new(),
    };
    letter.marks(tip, reference, title);
    letter.essentials(tip);
    letter.page.section("【经过】", tip.what.as_str());
    letter.questions(tip);
    letter.field("【涉及人员】", "涉及人员", &tip.people);
    letter.field("【涉及车辆】", "涉及车辆", &tip.vehicles);
    photographs::section(&mut letter.page, &tip.photographs, attached);
    letter.close(tip);
    letter.way_back(cover, reference);
    letter.source(tip);
    letter.page.into_text()
}

impl Letter {
    fn say(&mut self, line: &str) {
        self.page.say(line);
    }

    /// What decides where the letter goes next stands above everything else.
    fn marks(&mut self, tip: &Tip, reference: &Text, title: &str) {
        self.say(title);
        self.say(&format!("编号：{}", reference.as_str()));
        if tip.officials {
            self.say("★ 涉及公职人员");
        }
        if tip.supplement {
            self.say("★ 补充：同一举报人对先前线索的补充，请与原线索一并处理");
        }
        if tip.suspect_robot {
            self.say("★ 疑似机器填写：只供机器误填的隐藏栏被填写，请留意甄别");
        }
        if let Some(language) = &tip.language {
            let name = Text::line(&language.name);
            self.say(&format!(
                "★ 语言：表格是在{}页面上填写的，请安排懂这种语言的人阅读和答复",
                name.as_str()
            ));
        }
        self.say("");
    }

    fn essentials(&mut self, tip: &Tip) {
        self.say(&format!("种类：{}", Text::line(&tip.kind.name).as_str()));
        let chosen = chosen_place(tip, " ");
        if chosen.is_empty() && tip.place.is_empty() {
            self.unclear.push("地点");
        } else {
            self.say(&format!("地点：{}", chosen.as_str()));
            self.page.quote(tip.place.as_str());
        }
        self.field("时间：", "时间", &tip.when);
        self.field("危险：", "危险", &tip.danger);
        self.say("");
    }

    /// A heading and the words under it; an empty field is only named, at the end.
    fn field(&mut self, heading: &str, name: &'static str, text: &Text) {
        if text.is_empty() {
            self.unclear.push(name);
        } else if heading.starts_with('【') {
            self.page.section(heading, text.as_str());
        } else {
            self.say(heading);
            self.page.quote(text.as_str());
        }
    }

    fn questions(&mut self, tip: &Tip) {
        let (told, open): (Vec<_>, Vec<_>) = tip
            .answers
            .iter()
            .partition(|answer| !answer.value.is_empty());
        if !told.is_empty() {
            self.say("【专项问题】");
        }
        for answer in &told {
            self.say(&format!("问：{}", Text::line(&answer.label).as_str()));
            self.page.quote(answer.value.as_str());
        }
        if !told.is_empty() {
            self.say("");
        }
        if !open.is_empty() {
            self.unclear.push("未答的专项问题");
        }
    }

    fn close(&mut self, tip: &Tip) {
        if tip.source.is_empty() {
            self.unclear.push("线索来源");
        }
        if !self.unclear.is_empty() {
            let names = self.unclear.join("、");
            self.say(&format!("不清楚：{names}"));
            self.say("");
        }
        self.say(RULE);
        self.say("本线索为匿名提交，来信系统未附举报人的身份和联系方式。");
        self.say(if tip.supplement {
            "本信是补充，不是首次来信。"
        } else {
            "本信是新线索，不是补充。"
        });
    }

    /// Whether and how the tipster can be reached, and what goes for every letter.
    fn way_back(&mut self, cover: &Cover<'_>, reference: &Text) {
        self.say(if cover.reply.is_some() {
            "系统无法通知举报人：回信存入加密信箱，举报人自己用回执打开时才看到，也可在那里回复。"
        } else {
            "无法联系举报人：系统不留联系方式。"
        });
        self.say(
            "竖线“│”“┆”后为举报人原话，未经核实：请勿点击其中的链接，勿扫码，勿按其中号码回拨。",
        );
        self.say("附件 tip.json 内容与本信相同，供登记使用。");
        if let Some(reply) = &cover.reply {
            self.say("");
            cover::actions(&mut self.page, reference, reply);
        }
    }

    /// How the tipster knows: last, so that it is easily left out.
    fn source(&mut self, tip: &Tip) {
        if tip.source.is_empty() {
            return;
        }
        self.say(RULE);
        self.say("以下可能暴露举报人身份：打印、转发时请略去。");
        self.page.section("【线索来源】", tip.source.as_str());
    }
}
