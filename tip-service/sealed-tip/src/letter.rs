//! The letter an officer reads: made for triage, most urgent first, one screen for the essentials.
//!
//! Never states a time, never lets a tipster's words pass for the letter's own: each line of them
//! stands behind a bar. What goes in is cleaned again here, so a name from the configuration or a
//! reference cannot bring a line break either.

use zeroize::Zeroizing;

use crate::{Named, Text, Tip, mime, tip_json};

/// Stands before each line of a tipster's text.
const BAR: &str = "│ ";
/// Stands before what had to go on in a new line.
const BAR_ON: &str = "┆ ";
/// Longest line of content in bytes: RFC 5322 allows 998, the bar takes 4.
const LINE_BYTES: usize = 900;

/// The whole MIME entity, CRLF line ends, exactly one size bucket long.
pub(crate) fn entity(tip: &Tip, reference: &str) -> Zeroizing<Vec<u8>> {
    let reference = Text::line(reference);
    let subject = subject(tip);
    let text = body(tip, &reference, &subject);
    let json = tip_json::write(tip, &reference);
    mime::entity(&subject, text.as_bytes(), &json)
}

/// What an officer sees in the list of mails once the letter is decrypted.
fn subject(tip: &Tip) -> Zeroizing<String> {
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

/// The text as it grows. Room is made once: a string that grew would leave unwiped copies behind.
struct Page {
    out: Zeroizing<String>,
    unclear: Vec<&'static str>,
}

fn body(tip: &Tip, reference: &Text, subject: &str) -> Zeroizing<String> {
    // A bar before each of many short lines triples them at worst (an empty line is 1 byte, with
    // its bar 5); the rest is headings and places, which are counted in too.
    let room = tip.canonical().len() * 5 + subject.len() + reference.as_str().len() + 8192;
    let mut page = Page {
        out: Zeroizing::new(String::with_capacity(room)),
        unclear: Vec::new(),
    };
    page.marks(tip, reference, subject);
    page.essentials(tip);
    page.section("【经过】", tip.what.as_str());
    page.questions(tip);
    page.field("【涉及人员】", "涉及人员", &tip.people);
    page.field("【涉及车辆】", "涉及车辆", &tip.vehicles);
    page.field("【线索来源】", "线索来源", &tip.source);
    page.close(tip);
    page.out
}

impl Page {
    fn say(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// What decides where the letter goes next stands above everything else.
    fn marks(&mut self, tip: &Tip, reference: &Text, subject: &str) {
        self.say(subject);
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
        self.say("");
    }

    fn essentials(&mut self, tip: &Tip) {
        self.say(&format!("种类：{}", Text::line(&tip.kind.name).as_str()));
        let chosen = chosen_place(tip, " ");
        if chosen.is_empty() && tip.place.is_empty() {
            self.unclear.push("地点");
        } else {
            self.say(&format!("地点：{}", chosen.as_str()));
            self.quote(tip.place.as_str());
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
            self.section(heading, text.as_str());
        } else {
            self.say(heading);
            self.quote(text.as_str());
        }
    }

    fn section(&mut self, heading: &str, words: &str) {
        self.say(heading);
        self.quote(words);
        self.say("");
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
            self.quote(answer.value.as_str());
        }
        if !told.is_empty() {
            self.say("");
        }
        if !open.is_empty() {
            self.unclear.push("未答的专项问题");
        }
    }

    /// A tipster's words, verbatim, each line behind a bar. A line too long for mail goes on
    /// behind a broken bar.
    fn quote(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        for line in words.split('\n') {
            self.out.push_str(BAR);
            let mut used = 0;
            for c in line.chars() {
                if used + c.len_utf8() > LINE_BYTES {
                    self.out.push('\n');
                    self.out.push_str(BAR_ON);
                    used = 0;
                }
                self.out.push(c);
                used += c.len_utf8();
            }
            self.out.push('\n');
        }
    }

    fn close(&mut self, tip: &Tip) {
        if !self.unclear.is_empty() {
            let names = self.unclear.join("、");
            self.say(&format!("不清楚：{names}"));
            self.say("");
        }
        self.say("────────");
        self.say("本线索为匿名提交，来信系统未附举报人的身份和联系方式。");
        self.say(if tip.supplement {
            "本信是补充，不是首次来信。"
        } else {
            "本信是新线索，不是补充。"
        });
        self.say("无法联系举报人：系统不留联系方式。");
        self.say(
            "竖线“│”“┆”后为举报人原话，未经核实：请勿点击其中的链接，勿扫码，勿按其中号码回拨。",
        );
        self.say("附件 tip.json 内容与本信相同，供登记使用。");
    }
}
