//! The daily digest: counts first, then what is open, as much as fits.
//!
//! Always in the smallest bucket, so its size tells a watcher of the mail nothing: not on a quiet
//! day, not with 500 open threads. Never holds anything but counts, days, states and references.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::notice::VERSION;
use crate::page::{Page, RULE};
use crate::{DigestLine, Text, cover, mime};

/// More lines than the smallest bucket holds: a line takes 50 bytes at least.
const MOST_LINES: usize = mime::SMALLEST_BUCKET / 50;

/// The JSON part.
#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    r#type: &'static str,
    day: &'a str,
    open: usize,
    overdue: usize,
    overdue_after_hours: u32,
    states: &'a [Count<'a>],
    listed: Vec<&'a str>,
}

/// How many threads are in a state.
#[derive(Serialize)]
struct Count<'a> {
    state: &'a str,
    count: usize,
}

struct Digest<'a> {
    day: &'a str,
    /// Overdue first.
    open: Vec<&'a DigestLine<'a>>,
    overdue: usize,
    hours: u32,
    counts: Vec<Count<'a>>,
}

/// The whole MIME entity: the longest list with which it still is in the smallest bucket.
pub(crate) fn entity(day: &str, open: &[DigestLine<'_>], hours: u32) -> Zeroizing<Vec<u8>> {
    let (mut first, rest): (Vec<_>, Vec<_>) = open.iter().partition(|line| line.overdue);
    let overdue = first.len();
    first.extend(rest);
    let digest = Digest {
        day,
        counts: counts(&first),
        open: first,
        overdue,
        hours,
    };
    let mut lines = digest.open.len().min(MOST_LINES);
    loop {
        let entity = digest.entity(lines);
        if lines == 0 || entity.len() == mime::SMALLEST_BUCKET {
            return entity;
        }
        lines -= 1;
    }
}

/// In the order in which the states occur.
fn counts<'a>(open: &[&'a DigestLine<'a>]) -> Vec<Count<'a>> {
    let mut counts: Vec<Count<'a>> = Vec::new();
    for line in open {
        match counts.iter_mut().find(|count| count.state == line.state) {
            Some(known) => known.count += 1,
            None => counts.push(Count {
                state: line.state,
                count: 1,
            }),
        }
    }
    counts
}

impl Digest<'_> {
    fn entity(&self, lines: usize) -> Zeroizing<Vec<u8>> {
        let day = Text::line(self.day);
        let subject = format!("【每日汇总】 · {}", day.as_str());
        let text = self.text(&subject, lines);
        let json = self.json(&day, lines);
        mime::entity(&subject, &cover::parts(text.as_bytes(), &json, None))
    }

    fn text(&self, subject: &str, lines: usize) -> Zeroizing<String> {
        // Nothing in it is a tip's: a list too long for the bucket may move.
        let mut page = Page::new(mime::SMALLEST_BUCKET);
        page.say(subject);
        page.say("");
        page.say(&format!("未办结线索：{} 件", self.open.len()));
        for Count { state, count } in &self.counts {
            page.say(&format!(
                "  {}\u{ff1a}{count} 件",
                Text::line(state).as_str()
            ));
        }
        page.say(&format!(
            "其中逾期（超过 {} 小时未受理，或长期没有进展）：{} 件",
            self.hours, self.overdue
        ));
        page.say("");
        if lines > 0 {
            page.say("【清单】逾期的在前");
        }
        for line in self.open.iter().take(lines) {
            let mark = if line.overdue { " ★ 逾期" } else { "" };
            page.say(&format!(
                "{} {} 自 {}{mark}",
                Text::line(line.reference).as_str(),
                Text::line(line.state).as_str(),
                Text::line(line.since).as_str()
            ));
        }
        let more = self.open.len() - lines;
        if more > 0 {
            page.say(&format!("另有 {more} 件未列出。"));
        }
        if lines > 0 {
            page.say("");
        }
        page.say(RULE);
        page.say("本信每天都发，没有线索时也发；只有数目和编号，不含线索内容。");
        page.say("按编号在邮件里查找，可找到原信；请回复原信，不要回复本信。");
        page.into_text()
    }

    /// Not pretty: what it saves goes to the list.
    fn json(&self, day: &Text, lines: usize) -> Zeroizing<Vec<u8>> {
        let root = Root {
            version: VERSION,
            r#type: "digest",
            day: day.as_str(),
            open: self.open.len(),
            overdue: self.overdue,
            overdue_after_hours: self.hours,
            states: &self.counts,
            listed: self.open.iter().take(lines).map(|l| l.reference).collect(),
        };
        let mut out = Zeroizing::new(Vec::with_capacity(mime::SMALLEST_BUCKET));
        let _ = serde_json::to_writer(&mut *out, &root);
        out.push(b'\n');
        out
    }
}
