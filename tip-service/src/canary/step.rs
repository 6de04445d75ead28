//! The steps of a run, and what is wrong with one: said so that whoever reads the letter at night knows where to look first.

use std::fmt;

/// A step of the way, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The form page is there and whole.
    Form,
    /// Each unit's key, and the service's, can be used for a while yet.
    Keys,
    /// The service says of itself that it is well.
    Service,
    /// The tip is kept: a receipt came.
    File,
    /// The letter came to the robot unit, which could open it.
    Arrive,
    /// The robot's answer was signed, encrypted and handed to its mail server.
    Answer,
    /// The mailbox shows the answer.
    Mailbox,
    /// The mailbox was deleted.
    Delete,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where the run noticed it.
    pub step: Step,
    /// In a line.
    pub what: String,
}

impl Step {
    /// One word, for the alarm's subject and the state file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Keys => "keys",
            Self::Service => "service",
            Self::File => "file",
            Self::Arrive => "arrive",
            Self::Answer => "answer",
            Self::Mailbox => "mailbox",
            Self::Delete => "delete",
        }
    }

    pub(super) fn fault(self, what: impl Into<String>) -> Fault {
        Fault {
            step: self,
            what: what.into(),
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Form => "打开举报表",
            Self::Keys => "单位的钥匙",
            Self::Service => "服务自己的状况",
            Self::File => "提交",
            Self::Arrive => "寄到单位",
            Self::Answer => "单位答复",
            Self::Mailbox => "信箱里看到答复",
            Self::Delete => "删除信箱",
        }
    }

    /// What to do about it, in both languages.
    fn advice(self) -> [&'static str; 2] {
        match self {
            Self::Form => [
                "从外面打开举报表看看；journalctl -u tip-service -u nginx；证书是否到期。",
                "Open the form from outside; journalctl -u tip-service -u nginx; has the site's certificate expired?",
            ],
            Self::Keys => [
                "tip-service units check 列出每把钥匙；到期的，请单位换新证书（OPERATIONS.md，Keys）。",
                "tip-service units check lists every key; get a new certificate from the unit (OPERATIONS.md, Keys).",
            ],
            Self::Service => [
                "curl 127.0.0.1:8080/healthz 说明原因；tip-service outbox list 列出停放的信；df 看磁盘。",
                "curl 127.0.0.1:8080/healthz says why; tip-service outbox list shows parked letters; df shows the disk.",
            ],
            Self::File => [
                "公众现在很可能也发不出举报。journalctl -u tip-service -g ALARM；磁盘是否已满。",
                "The public most likely cannot file tips now either. journalctl -u tip-service -g ALARM; is the disk full?",
            ],
            Self::Arrive => [
                "举报存着，没有丢，但没有寄到。tip-service outbox list；邮件服务器和机器单位的信箱是否正常。",
                "Tips are kept but do not arrive. tip-service outbox list; look at the mail server and at the robot's mailbox.",
            ],
            Self::Answer => [
                "看 canary.toml 的 [mail]，以及服务自己的证书是否到期。",
                "Look at [mail] in canary.toml, and whether the service's own certificate has expired.",
            ],
            Self::Mailbox => [
                "单位的回信进不来。postqueue -p；journalctl -u postfix@-；机器单位的信箱里可能有退信，写着原因。",
                "Units' replies do not come in. postqueue -p; journalctl -u postfix@-; a bounce in the robot's Maildir says why.",
            ],
            Self::Delete => [
                "journalctl -u tip-service -g ALARM；磁盘是否只读。",
                "journalctl -u tip-service -g ALARM; is the disk read-only?",
            ],
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [chinese, english] = self.step.advice();
        let (name, step) = (self.step.name(), self.step.chinese());
        write!(f, "{step} {name}: {}\n  {chinese}\n  {english}", self.what)
    }
}
