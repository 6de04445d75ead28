//! What surrounds the words in every letter to a unit: the reference, the way back, the actions.
//!
//! An action is a `mailto:` link (RFC 6068) that opens a reply with the command already in its
//! place. Never lets an address or a reference end a line or a link: both are cleaned, and in a
//! link every byte that is not plain is percent-encoded.

use crate::Text;
use crate::mime::{Content, Part};
use crate::page::Page;

/// What surrounds the words in every letter to a unit.
#[derive(Clone, Copy)]
pub struct Cover<'a> {
    /// What unit and service call the mailbox: `LY-…`, the same in all its letters.
    pub reference: &'a str,
    /// How to answer; `None` for a letter nobody can answer.
    pub reply: Option<ReplyTo<'a>>,
}

/// How a unit answers a letter.
#[derive(Clone, Copy)]
pub struct ReplyTo<'a> {
    /// `reply+<token>@domain`.
    pub address: &'a str,
    /// The letter's own Message-ID with its angle brackets: what a reply made from a link answers to, so that the
    /// officer's mail program keeps the thread together.
    pub message_id: &'a str,
    /// The service's certificate, ASCII-armoured: attached as `service.asc`.
    pub service_cert: &'a str,
    /// The unit's replies must be encrypted as well as signed. Changes the wording only.
    pub encrypted: bool,
    /// [`crate::ClaimCode::check`] of the holder's claim code, when rewards are on.
    pub reward: Option<&'a str>,
}

/// A command, what follows its colon if anything must, and what it is for.
struct Action {
    command: &'static str,
    /// Something must stand after the command: the link ends in a colon.
    words: bool,
    hint: &'static str,
}

const ACTIONS: [Action; 6] = [
    Action {
        command: "受理",
        words: false,
        hint: "已看到，开始办理",
    },
    Action {
        command: "询问",
        words: true,
        hint: "向举报人提问",
    },
    Action {
        command: "答复",
        words: true,
        hint: "告诉举报人一件事",
    },
    Action {
        command: "转办",
        words: true,
        hint: "冒号后写接办单位",
    },
    Action {
        command: "办结",
        words: true,
        hint: "冒号后写结果，举报人看得到",
    },
    Action {
        command: "无关",
        words: false,
        hint: "与禁毒无关或垃圾信息",
    },
];
const REWARD: Action = Action {
    command: "奖励",
    words: true,
    hint: "通知举报人领奖，冒号后写怎样领",
};

impl Cover<'_> {
    /// As many bytes as [`actions`] writes: it is done once to see. Nothing in it is a tip's.
    pub(crate) fn room(&self) -> usize {
        let mut page = Page::new(0);
        if let Some(reply) = &self.reply {
            actions(&mut page, &Text::line(self.reference), reply);
        }
        page.into_text().len()
    }
}

/// The commands with their links, the rule for a reply, and the claim check.
pub(crate) fn actions(page: &mut Page, reference: &Text, reply: &ReplyTo<'_>) {
    page.say("【回信办理】");
    page.say("点下面的链接，或直接回复本信。第一行写指令；只有指令与引文之间的文字会转给举报人。");
    page.say("点链接打开的新信里，指令已经写好：先按 End 键，再接着写。");
    page.say(if reply.encrypted {
        "回信须用本单位登记的密钥签名，并用附件 service.asc 中的系统公钥加密。"
    } else {
        "回信须用本单位登记的密钥签名；最好也用附件 service.asc 中的系统公钥加密。"
    });
    let address = Text::line(reply.address);
    let message_id = Text::line(reply.message_id);
    let reward = reply.reward.map(Text::line);
    for action in ACTIONS.iter().chain(reward.as_ref().map(|_| &REWARD)) {
        let link = link(&address, &message_id, reference, action);
        page.say(&format!(
            "· {}\u{ff08}{}\u{ff09}<{link}>",
            action.command, action.hint
        ));
    }
    page.say(&format!("回信地址：{}", address.as_str()));
    if let Some(check) = reward {
        page.say(&format!("奖励核验码：{}", check.as_str()));
        page.say("有人持领奖码来领奖时，用 tip-service reward verify 与本核验码核对。");
    }
    page.say("");
}

/// A reply with the command in place.
fn link(address: &Text, message_id: &Text, reference: &Text, action: &Action) -> String {
    let colon = if action.words { "\u{ff1a}" } else { "" };
    let mut out = String::from("mailto:");
    push_encoded(&mut out, address.as_str(), "@");
    out.push_str("?subject=");
    push_encoded(&mut out, reference.as_str(), "");
    out.push_str("&In-Reply-To=");
    push_encoded(&mut out, message_id.as_str(), "@");
    out.push_str("&body=");
    push_encoded(&mut out, action.command, "");
    push_encoded(&mut out, colon, "");
    out
}

/// Percent-encodes all but the unreserved characters (RFC 3986 section 2.3) and those in `keep`.
/// The `+` of the address is encoded too: some programs would read it as a blank.
fn push_encoded(out: &mut String, text: &str, keep: &str) {
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || keep.contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// The service's certificate as a part of the letter, LF line ends.
pub(crate) fn certificate(reply: &ReplyTo<'_>) -> Vec<u8> {
    reply.service_cert.bytes().filter(|b| *b != b'\r').collect()
}

/// Text, JSON and, where there is a way back, the certificate, in the order of the letter.
pub(crate) fn parts<'a>(text: &'a [u8], json: &'a [u8], cert: Option<&'a [u8]>) -> Vec<Part<'a>> {
    let mut parts = vec![
        Part {
            content_type: "text/plain; charset=utf-8".into(),
            disposition: "inline".into(),
            content: Content::Text(text),
        },
        Part {
            content_type: "application/json; name=\"tip.json\"".into(),
            disposition: "attachment; filename=\"tip.json\"".into(),
            content: Content::Text(json),
        },
    ];
    parts.extend(cert.map(|content| Part {
        content_type: "application/pgp-keys; name=\"service.asc\"".into(),
        disposition: "attachment; filename=\"service.asc\"".into(),
        content: Content::Text(content),
    }));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_made_for_the_actions_is_what_they_take() {
        let odd = "\u{ad}\u{e007f}字%".repeat(50);
        for text in ["LY-1", &odd] {
            for reward in [None, Some(text)] {
                let reply = ReplyTo {
                    address: text,
                    message_id: text,
                    service_cert: "",
                    encrypted: true,
                    reward,
                };
                let cover = |reply| Cover {
                    reference: text,
                    reply,
                };
                let mut page = Page::new(0);
                actions(&mut page, &Text::line(text), &reply);
                assert_eq!(cover(Some(reply)).room(), page.into_text().len());
                assert_eq!(cover(None).room(), 0);
            }
        }
    }
}
