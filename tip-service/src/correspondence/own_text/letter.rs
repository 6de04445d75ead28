//! How a line of one of our own letters is known again, whatever a mail program did to it.
//!
//! The second defence: a tipster's words stand behind bars that no officer writes, and around them
//! stand lines of known wording. Never looks for the words themselves.

use super::line::bare;
use crate::correspondence::command::COLONS;

/// The bars before a tipster's words and their look-alikes, as character sets lost in between may
/// leave them.
const BARS: [char; 9] = [
    '\u{2502}', '\u{2503}', '\u{2506}', '\u{2507}', '\u{250a}', '\u{254e}', '\u{2551}', '\u{258f}',
    '\u{fe31}',
];

/// A line of tipster's words, behind its bar.
pub(super) fn is_barred(line: &str) -> bool {
    bare(line).starts_with(BARS)
}

const OPENINGS: &[&str] = &[
    "【经过】",
    "【专项问题】",
    "【涉及人员】",
    "【涉及车辆】",
    "【线索来源】",
    "【线索】",
    "【补充】",
    "【举报人回复】",
    "【举报人补充】",
    "【回信办理】",
    "★涉及",
    "★补充",
    "★疑似",
    "────",
    "本线索为匿名提交",
    "本信是新线索",
    "本信是补充",
    "无法联系举报人",
    "附件tip.json",
    "竖线“",
];

/// Labels that fill a line together with what follows them.
const LABELS: &[&str] = &["种类", "地点", "问", "不清楚", "回信地址", "奖励核验码"];

/// Labels that fill a line alone, the words following behind bars.
const LONE: &[&str] = &["时间", "危险"];

/// True when the line is, or holds a piece of, one of our letters.
pub(super) fn is_ours(line: &str) -> bool {
    if line.contains(BARS) {
        return true;
    }
    let close: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let close = bare(&close).trim_start_matches(['>', '*', '·', '-', '|', '?', '\u{2022}', '#']);
    if OPENINGS.iter().any(|opening| close.starts_with(opening)) || holds_address(close) {
        return true;
    }
    let Some((label, rest)) = close.split_once(COLONS) else {
        return false;
    };
    LABELS.contains(&label)
        || (LONE.contains(&label) && rest.is_empty())
        || (label == "编号" && rest.starts_with("LY-"))
}

/// A link of the letter's actions, or the thread's own address.
fn holds_address(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    lower.contains("mailto:")
        || lower.contains("举报人原话")
        || ["reply+", "reply%2b"].iter().any(|local| {
            lower
                .split(local)
                .skip(1)
                .any(|rest| rest.chars().take_while(char::is_ascii_hexdigit).count() >= 16)
        })
}
