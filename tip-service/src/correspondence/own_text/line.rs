//! What a single line of a reply is to a mail program: quoted, an attribution, a divider, a footer.
//!
//! Knows the forms that mail programs write. Never decides what becomes of a line.

use crate::correspondence::command::COLONS;

/// Shows nothing and fills no space: ignored at both ends of a line.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The line without the blanks and invisible characters at its ends.
pub(in crate::correspondence) fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// True when the text begins with a blank.
pub(in crate::correspondence) fn begins_blank(text: &str) -> bool {
    text.trim_start_matches(is_invisible)
        .starts_with(char::is_whitespace)
}

/// Marked as quoted: `>` or, as some programs do it, a bar of ASCII; also in full width.
pub(super) fn is_quoted(line: &str) -> bool {
    bare(line).starts_with(['>', '\u{ff1e}', '|', '\u{ff5c}'])
}

/// What stands behind the marks of a quoted line.
pub(super) fn unquoted(line: &str) -> &str {
    let mut line = bare(line);
    while let Some(rest) = line.strip_prefix(['>', '\u{ff1e}', '|', '\u{ff5c}']) {
        line = bare(rest);
    }
    line
}

/// `-- `, or `--` where a program took the blank away.
pub(super) fn is_signature_delimiter(line: &str) -> bool {
    bare(line) == "--"
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '=' | '*' | '\u{2010}'..='\u{2015}' | '\u{ff0d}' | '\u{ff3f}'
    )
}

/// A line drawn across: what HTML calls `hr`, what Foxmail puts above a signature, what Outlook
/// puts above a quote.
pub(super) fn is_rule(line: &str) -> bool {
    let line = bare(line);
    line.chars().all(is_dash) && line.chars().count() >= 5
}

/// The words between two rows of dashes.
pub(super) fn between_dashes(line: &str) -> Option<String> {
    let line = bare(line);
    let inner = bare(line.trim_matches(is_dash));
    let left = line.chars().take_while(|c| is_dash(*c)).count();
    let right = line.chars().rev().take_while(|c| is_dash(*c)).count();
    (left >= 2 && right >= 2 && !inner.is_empty()).then(|| inner.to_lowercase())
}

const DIVIDERS: &[&str] = &[
    "original message",
    "original appointment",
    "forwarded message",
    "reply message",
    "原始邮件",
    "原始郵件",
    "原始信件",
    "邮件原件",
    "原邮件",
    "回复的原邮件",
    "转发的邮件",
    "转发邮件",
    "转发邮件信息",
    "转发的消息",
    "转发的信件",
    "回复邮件原文",
    "ursprüngliche nachricht",
    "urspr. nachricht",
    "weitergeleitete nachricht",
    "originalnachricht",
    "message d'origine",
];

/// The words of a divider after which everything is quote.
pub(super) fn is_divider(words: &str) -> bool {
    DIVIDERS.contains(&words.trim_end_matches(COLONS).trim())
}

const FORWARDS: &[&str] = &[
    "begin forwarded message",
    "anfang der weitergeleiteten nachricht",
    "开始转发的邮件",
    "下面是被转发的邮件",
    "以下是转发的邮件",
    "以下为转发的邮件",
    "邮件原件",
    "转发邮件信息",
];

/// A divider without dashes, with its colon.
pub(super) fn is_forward(line: &str) -> bool {
    let line = bare(line).to_lowercase();
    line.strip_suffix(COLONS)
        .is_some_and(|words| FORWARDS.contains(&words.trim_end()))
}

const WROTE: &[&str] = &[
    "wrote",
    "schrieb",
    "写道",
    "写到",
    "寫道",
    "a écrit",
    "escribió",
    "ha scritto",
    "geschrieben",
];

/// The end of a line such as `On …, … wrote:`.
pub(super) fn ends_attribution(line: &str) -> bool {
    let line = bare(line).to_lowercase();
    let Some(head) = line.strip_suffix(COLONS) else {
        return false;
    };
    let head = bare(head);
    WROTE.iter().any(|verb| head.ends_with(verb))
        || head.contains(" wrote on ")
        || head.contains(" 写于 ")
        || (head.starts_with("am ") && head.contains(" schrieb "))
        || head.starts_with("schrieb ")
}

/// An attribution that stands on its own; one that does not goes back to the line above.
pub(super) fn is_whole_attribution(line: &str) -> bool {
    let line = bare(line);
    if line.starts_with(['<', '于', '\u{65bc}', ',', '\u{ff0c}']) {
        return false;
    }
    let open = line.matches('<').count();
    let shut = line.matches('>').count();
    let lower = line.to_lowercase();
    let verb_only = WROTE
        .iter()
        .any(|verb| bare(lower.trim_end_matches(COLONS)) == *verb);
    shut <= open && !verb_only && !lower.starts_with("schrieb ")
}

/// The first line of an attribution that goes on below: a date after `On`, `在` and their like, or
/// an address that is opened.
pub(super) fn begins_attribution(line: &str) -> bool {
    let lower = bare(line).to_lowercase();
    let digits = lower.chars().filter(char::is_ascii_digit).count();
    let opener = ["on ", "am ", "at ", "le ", "el ", "il ", "在", "于"]
        .iter()
        .any(|opener| lower.starts_with(opener));
    (opener && digits >= 4) || lower.contains('<')
}

const DEVICES: &[&str] = &[
    "手机",
    "平板",
    "iphone",
    "ipad",
    "android",
    "安卓",
    "邮箱",
    "邮件",
    "mail",
    "outlook",
    "windows",
    "mac",
    "华为",
    "小米",
    "oppo",
    "vivo",
    "荣耀",
    "三星",
    "samsung",
    "huawei",
    "xiaomi",
    "redmi",
    "mobile",
    "phone",
    "客户端",
    "thunderbird",
    "blackberry",
    "foxmail",
    "鸿蒙",
];

/// What a telephone writes under every mail.
pub(super) fn is_footer(line: &str) -> bool {
    let line = bare(line).to_lowercase();
    if line.chars().count() > 90 || line.ends_with(['?', '\u{ff1f}', '\u{3002}', '!', '\u{ff01}']) {
        return false;
    }
    let device = DEVICES.iter().any(|device| line.contains(device));
    let ends_device = DEVICES.iter().any(|device| line.ends_with(device));
    let opens = |openers: &[&str]| openers.iter().any(|opener| line.starts_with(opener));
    let from = opens(&["发自", "来自", "发送自"])
        && (line.contains("我的") || ends_device || line.ends_with("应用"));
    let other = opens(&[
        "sent from my",
        "sent from outlook",
        "sent from mail",
        "sent from yahoo",
        "sent with",
        "sent via",
        "gesendet mit",
        "gesendet von",
        "获取 outlook",
        "获取outlook",
        "下载 outlook",
        "get outlook for",
        "outlook für",
        "签名由",
    ]);
    let around = (line.starts_with("从我的") && line.contains("发送"))
        || (line.starts_with("从 ") && line.ends_with("发送"))
        || (line.starts_with("von mei") && line.ends_with("gesendet"));
    device && (from || other || around)
}

/// What an organisation adds to every mail.
pub(super) fn is_disclaimer(line: &str) -> bool {
    let line = bare(line)
        .trim_start_matches(['*', '【', '['])
        .to_lowercase();
    [
        "免责声明",
        "保密声明",
        "保密提示",
        "保密条款",
        "声明\u{ff1a}",
        "声明\u{3a}",
        "本邮件",
        "此邮件",
        "本电子邮件",
        "disclaimer",
        "confidentiality notice",
        "confidential:",
        "this e-mail",
        "this email",
        "this message is intended",
        "the information contained in this",
    ]
    .iter()
    .any(|opener| line.starts_with(opener))
}

/// Nothing but a mail address: Foxmail's signature as it comes out of the box.
pub(super) fn is_address(line: &str) -> bool {
    let line = bare(line).trim_matches(['<', '>']);
    line.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && line
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "@._-+".contains(c))
    })
}
