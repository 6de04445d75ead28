//! The bare header block that Outlook, Foxmail, QQ and GMX put above a quote instead of marks.
//!
//! Never takes a lone label for one: an officer may ask who sent a parcel.

use super::line::{bare, is_invisible};
use crate::correspondence::command::COLONS;

const LABELS: &[&str] = &[
    "from",
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "von",
    "gesendet",
    "an",
    "betreff",
    "datum",
    "发件人",
    "发送时间",
    "发送日期",
    "日期",
    "收件人",
    "抄送",
    "抄送人",
    "主题",
    "寄件者",
    "寄件日期",
    "收件者",
    "主旨",
];

/// The label of a header line such as `From: …` or `发件人 ： …`, in lower case.
fn header_label(line: &str) -> Option<String> {
    let (label, _) = bare(line).split_once(COLONS)?;
    let label: String = label
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '*' && !is_invisible(*c))
        .collect();
    let label = label.to_lowercase();
    LABELS.contains(&label.as_str()).then_some(label)
}

/// How much of a bare header block (`From:`, `Sent:`, …, `Subject:`) stands in these lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Headers {
    /// No block: a lone `发件人：` may ask about a parcel.
    No,
    /// A sender, and a date or a subject, not both.
    Some,
    /// Sender, date and subject.
    All,
}

/// Longest header block, blank lines included.
const HEADER_LINES: usize = 9;

/// Whether a header block begins with the first of the lines: with the sender, or, as GMX does it,
/// with the date.
pub(super) fn headers(lines: &[&str]) -> Headers {
    let mut labels = lines
        .iter()
        .take(HEADER_LINES)
        .map(|line| header_label(line));
    let first = labels.next().flatten().and_then(|label| role(&label));
    let sent_first = first == Some(Role::Sender);
    if !sent_first && first != Some(Role::Date) {
        return Headers::No;
    }
    let roles: Vec<Role> = labels.flatten().filter_map(|label| role(&label)).collect();
    let sender = sent_first || roles.contains(&Role::Sender);
    let date = !sent_first || roles.contains(&Role::Date);
    let subject = roles.contains(&Role::Subject);
    if sender && date && subject {
        Headers::All
    } else if sent_first && (date || subject) {
        Headers::Some
    } else {
        Headers::No
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Sender,
    Date,
    Subject,
}

fn role(label: &str) -> Option<Role> {
    match label {
        "from" | "von" | "发件人" | "寄件者" => Some(Role::Sender),
        "sent" | "date" | "gesendet" | "datum" | "发送时间" | "发送日期" | "日期" | "寄件日期" => {
            Some(Role::Date)
        }
        "subject" | "betreff" | "主题" | "主旨" => Some(Role::Subject),
        _ => None,
    }
}
