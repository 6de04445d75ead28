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
    "【回复】",
    "【回信办理】",
    "【提醒】线索",
    "【逾期提醒】",
    "【转办】请转发",
    "【转来】",
    "【照片】",
    "【空信】",
    "照片由系统重新保存",
    "拍摄位置是照片里的GPS坐标",
    "同一条线索的照片放不进一封信",
    "本信没有内容",
    "【每日汇总】",
    "【清单】逾期",
    "★涉及",
    "★补充",
    "★疑似",
    "────",
    "本线索为匿名提交",
    "本信是新线索",
    "本信是补充",
    "无法联系举报人",
    "系统无法通知举报人",
    "附件tip.json",
    "竖线“",
    "以下可能暴露举报人身份",
    "点下面的链接",
    "点链接打开的新信",
    "回信须用本单位登记的密钥",
    "有人持领奖码来领奖时",
    "举报人在信箱里回复了",
    "请按编号找到原信",
    "原信只有该单位能解密",
    "系统不留线索原文",
    "转发前请核对指纹",
    "收到原信后请点",
    "本信每天都发",
    "按编号在邮件里查找",
];

/// Openings that an officer may write as well, each with what must follow somewhere.
const PAIRS: &[(&str, &str)] = &[
    ("这件线索已于", "送达"),
    ("送达满", "小时仍未受理"),
    ("这件线索已转给", "今后由该单位"),
    ("“", "把这件线索转给贵单位"),
    ("照片共", "附在本信里"),
    ("照片共", "随后另信寄到"),
    ("照片", "张；原信编号"),
    ("其中逾期", "长期没有进展"),
    ("另有", "件未列出"),
    ("LY-", "自20"),
];

/// Labels that fill a line together with what follows them.
const LABELS: &[&str] = &[
    "种类",
    "地点",
    "问",
    "不清楚",
    "回信地址",
    "奖励核验码",
    "加密公钥指纹",
    "未办结线索",
];

/// Labels of a digest's counts.
const STATES: &[&str] = &["未受理", "已受理", "待补充", "核查中"];

/// Labels that fill a line alone, the words following behind bars.
const LONE: &[&str] = &["时间", "危险"];

/// What a mail program puts, or leaves, in front of a line: marks of quotes, of lists, of bold type,
/// of a character lost.
const MARKS: [char; 10] = ['>', '*', '_', '/', '·', '-', '|', '?', '\u{2022}', '#'];

/// True when the line is, or holds a piece of, one of our letters.
pub(in crate::correspondence) fn is_ours(line: &str) -> bool {
    if line.contains(BARS) {
        return true;
    }
    let close: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let close = bare(&close)
        .trim_start_matches(MARKS)
        .trim_end_matches(['*', '_', '/']);
    let opens = OPENINGS.iter().any(|opening| close.starts_with(opening))
        || PAIRS
            .iter()
            .any(|(opening, more)| close.starts_with(opening) && close.contains(more));
    if opens || holds_address(close) {
        return true;
    }
    let Some((label, rest)) = close.split_once(COLONS) else {
        return false;
    };
    LABELS.contains(&label)
        || (LONE.contains(&label) && rest.is_empty())
        || (is_place_of_photograph(label) && rest.is_empty())
        || (label == "编号" && rest.starts_with("LY-"))
        || (label == "收件地址" && rest.contains('@'))
        || (STATES.contains(&label) && is_count(rest))
}

/// The label above a photograph's place; an officer who asks for one writes on.
fn is_place_of_photograph(label: &str) -> bool {
    label
        .strip_prefix("照片")
        .and_then(|label| label.strip_suffix("的拍摄位置"))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// So many tips.
fn is_count(words: &str) -> bool {
    words
        .strip_suffix('件')
        .is_some_and(|count| !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()))
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
