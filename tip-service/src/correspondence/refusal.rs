//! Why a mail is not taken, and how to do it right. The mail server puts these words into the bounce, so each is one
//! line, Chinese before English, and quotes nothing of the mail.

use sealed_tip::SignatureError;

use super::command::WordsError;

/// A refusal: nothing of the mail is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than `replies.max_mib`.
    TooLarge {
        /// That many MiB.
        max_mib: usize,
    },
    /// Cannot be taken apart as a mail.
    Broken,
    /// No reply address of ours, or several.
    Address,
    /// The token belongs to nothing, or to what has ended.
    UnknownThread,
    /// The tip is closed.
    Ended,
    /// Another unit is responsible.
    OtherUnit,
    /// No OpenPGP in it.
    NotSigned,
    /// Signed only, and this unit's replies must be encrypted.
    NotEncrypted,
    /// Encrypted to another key than the service's.
    NotForUs,
    /// Text or parts beside the signed one.
    Outside,
    /// The signature is missing, wrong, or not this unit's.
    Signature(String),
    /// The signed text is about another tip.
    OtherTip,
    /// The charset is not known or the text is not in it.
    Charset(String),
    /// Holds an attachment.
    Attachment,
    /// HTML with something in it that a letter does not need.
    Html(String),
    /// The command or the text.
    Words(WordsError),
    /// 转办 to a unit that is not there, cannot be written to, or has the tip already.
    ForwardTo(String),
    /// 奖励 where rewards are off.
    RewardsOff,
    /// This very message was taken before.
    Seen,
    /// The mailbox holds as much as it may.
    MailboxFull,
}

impl Refusal {
    /// The bounce: an enhanced status code (RFC 3463) and one line of text.
    #[must_use]
    pub fn bounce(&self) -> String {
        let (code, chinese, english) = self.words();
        format!("{code} 没有处理：{chinese} Not processed: {english}")
    }

    fn words(&self) -> Words {
        self.about_the_mail()
            .or_else(|| self.about_the_thread())
            .unwrap_or_else(|| self.about_the_signature())
    }

    /// What is wrong with the mail as such.
    fn about_the_mail(&self) -> Option<Words> {
        Some(match self {
            Self::TooLarge { max_mib } => (
                "5.3.4",
                format!("邮件超过 {max_mib} MiB。请删去附件和引文再发。"),
                format!(
                    "the mail is larger than {max_mib} MiB; send it without attachments and quote."
                ),
            ),
            Self::Broken => said(
                "5.6.0",
                "邮件格式损坏，读不出来。请重新写一封再发。",
                "the mail is damaged; write it again.",
            ),
            Self::Charset(name) => (
                "5.6.1",
                format!("文字编码 {name} 认不出或有乱码。请用 UTF-8 编码再发。"),
                format!("unknown or broken character set {name}; send as UTF-8."),
            ),
            Self::Attachment => said(
                "5.6.1",
                "附件不能转给举报人。请删去附件，只发文字。",
                "attachments cannot be passed on; send text only.",
            ),
            Self::Html(what) => (
                "5.6.1",
                format!("网页格式的信里有 {what}。请改用纯文本格式再发。"),
                format!("the HTML holds {what}; send plain text."),
            ),
            Self::Words(error) => words_of(error),
            _ => return None,
        })
    }

    /// What is wrong with whom it is about.
    fn about_the_thread(&self) -> Option<Words> {
        Some(match self {
            Self::Address => said(
                "5.1.1",
                "收件地址不对。请用线索信里的回复地址（reply+……），一封信只写一个。",
                "wrong address; use the one reply address in the letter (reply+...).",
            ),
            Self::UnknownThread => said(
                "5.1.1",
                "这个回复地址不存在，或信箱已到期、已由举报人删除。您写的内容没有转给举报人。",
                "no such reply address, or its mailbox has ended; the tipster cannot be reached any more.",
            ),
            Self::Ended => said(
                "5.7.0",
                "这条线索已经办结。举报人再次来信后可以继续；办结后只能发“奖励”。",
                "this tip is closed; only a reward can follow until the tipster writes again.",
            ),
            Self::OtherUnit => said(
                "5.7.1",
                "这条线索现在由别的单位负责，贵单位不能再处理。",
                "another unit is responsible for this tip now.",
            ),
            Self::OtherTip => said(
                "5.7.0",
                "信里的编号（LY-…）是另一条线索的，和回复地址对不上。请打开那条线索的信再回复。",
                "the reference LY-... in the mail is another tip's; reply from the right letter.",
            ),
            Self::ForwardTo(why) => (
                "5.7.0",
                format!("不能转办：{why}"),
                "cannot be forwarded there.".to_owned(),
            ),
            Self::RewardsOff => said("5.7.0", "没有开通奖励。", "rewards are not enabled."),
            Self::Seen => said(
                "5.7.0",
                "这封信先前已经处理过，这次没有重复登记。如果想再说一次，请重新写一封。",
                "this very message was processed before; nothing was done twice.",
            ),
            Self::MailboxFull => said(
                "5.2.2",
                "举报人的信箱已满，不能再放。",
                "the tipster's mailbox is full.",
            ),
            _ => return None,
        })
    }

    /// What is wrong with signature and encryption: all that is left.
    fn about_the_signature(&self) -> Words {
        match self {
            Self::NotEncrypted => said(
                "5.7.0",
                "邮件没有加密。请用线索信附带的服务公钥（service.asc）加密并签名再发；这封信的内容在路上可能被人看到。",
                "not encrypted; encrypt to the service's key (service.asc in the letter) and sign.",
            ),
            Self::NotForUs => said(
                "5.7.5",
                "邮件不是用举报服务的公钥加密的，打不开。请导入线索信附带的 service.asc 再发。",
                "not encrypted to the service's key; import service.asc from the letter.",
            ),
            Self::Outside => said(
                "5.7.0",
                "签名只覆盖了邮件的一部分，签名以外还有文字或附件。请去掉页脚、附件，整封信签名后再发。",
                "text or parts stand outside the signed part; sign the whole mail, without footers.",
            ),
            Self::Signature(why) => ("5.7.0", format!("签名不能接受：{why}"), "the signature is not acceptable (missing, damaged, expired, or not by a certificate of the unit responsible).".to_owned()),
            _ => said(
                "5.7.0",
                "邮件没有 OpenPGP 签名。请在写信窗口打开“加密”和“数字签名”再发。",
                "no OpenPGP signature; turn on encryption and digital signing, then send again.",
            ),
        }
    }
}

/// An enhanced status code (RFC 3463), Chinese, English.
type Words = (&'static str, String, String);

fn said(code: &'static str, chinese: &str, english: &str) -> Words {
    (code, chinese.to_owned(), english.to_owned())
}

const FORMS: &str = "正文第一行写命令：受理、询问：、答复：、转办：单位、办结：结果、无关。";

fn words_of(error: &WordsError) -> Words {
    let english = "the first line must be one command: accept, ask:, answer:, forward: UNIT, close:, spam; above the quote, plain text.";
    let chinese = match error {
        WordsError::Empty => format!("信里没有您写的文字。{FORMS}"),
        WordsError::NoCommand => format!("第一行不是命令。{FORMS}"),
        WordsError::CommandLast => {
            "命令写在了话的后面。命令要在第一行最前面，话写在冒号后面；点链接打开的信，请先按 End 键再写。"
                .to_owned()
        }
        WordsError::SeveralCommands => "一封信里有两个命令。请分成两封发，一封一个命令。".to_owned(),
        WordsError::TextMissing(verb) => format!(
            "“{}”后面要写给举报人看的话，例如“{}：……”。",
            verb.name(),
            verb.name()
        ),
        WordsError::UnitMissing => "转办后面要写单位的名称或代号，例如“转办：city”。".to_owned(),
        WordsError::QuotedTip => {
            "您写的话里夹着线索原文。请删去引文，只留您自己的话再发，原文不能回到举报人信箱里。"
                .to_owned()
        }
        WordsError::TextAfterQuote => {
            "引文下面还有文字，不知道要不要给举报人看。请把话都写在命令下面、引文上面，或者删去引文。"
                .to_owned()
        }
        WordsError::Doubtful => {
            "有几行分不清是您写的还是邮件程序加的，不敢转给举报人。请删去引文、免责声明和多余的签名，只留命令和要说的话再发。"
                .to_owned()
        }
        WordsError::TooLong { chars } => format!("写得太长：最多 4000 字，现在 {chars} 字。"),
    };
    ("5.6.0", chinese, english.to_owned())
}

/// In the officer's words: what is wrong with the signature.
pub(super) fn signature(error: &SignatureError, lapse: Option<&str>) -> Refusal {
    let why = match error {
        SignatureError::Missing => {
            "信只加密、没有签名。请在写信窗口打开“数字签名”再发。".to_owned()
        }
        SignatureError::Stranger { .. } if lapse.is_some() => {
            "贵单位的证书已过期、被吊销或还没有登记，请联系系统管理员更换。".to_owned()
        }
        SignatureError::Stranger { .. } => "不是现在负责这条线索的单位登记的钥匙。".to_owned(),
        SignatureError::Bad => "签名和内容对不上，邮件可能在路上被改过。请重新发一次。".to_owned(),
        SignatureError::Lapsed { .. } => {
            "签名的钥匙已过期或被吊销。请延长有效期或换新钥匙，并把新证书交给系统管理员。"
                .to_owned()
        }
        SignatureError::WeakHash => {
            "签名用的算法太旧（SHA-1 一类）。请更新邮件程序或换新钥匙。".to_owned()
        }
        SignatureError::FromTheFuture => {
            "签名的日期在将来。请校准电脑的时钟，重新发一次。".to_owned()
        }
        SignatureError::TooOld => "签名是很久以前的。请重新写一封再发。".to_owned(),
        _ => "签名读不出来。请重新发一次。".to_owned(),
    };
    Refusal::Signature(why)
}
