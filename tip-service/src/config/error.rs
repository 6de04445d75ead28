//! What is wrong with a configuration, said so that the reader can mend it: file, key, why, hint.
//!
//! Must never print the contents of a secret file.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file the key stands in.
    pub file: PathBuf,
    /// The key's path in it: `mail.transport.port`, `unit[0].certs`; empty when the file as a whole is wrong.
    pub key: String,
    /// The line, counted from 1, where it can be told.
    pub line: Option<usize>,
    /// What sort of mistake it is.
    pub fault: Fault,
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// The sorts of mistake, each with its line of Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The file cannot be read.
    Unreadable,
    /// The file is not TOML.
    Syntax,
    /// The key is not known.
    Unknown,
    /// A key is missing.
    Missing,
    /// The value is wrong.
    Value,
    /// The value names something twice.
    Duplicate,
    /// The value names something that does not exist.
    Absent,
    /// A certificate cannot be used.
    Certificate,
    /// A tip would have no unit to go to, or the wrong one.
    Routing,
}

impl Fault {
    fn chinese(self) -> &'static str {
        match self {
            Self::Unreadable => "文件读不出来",
            Self::Syntax => "文件不符合 TOML 写法",
            Self::Unknown => "没有这个配置项，请核对拼写",
            Self::Missing => "缺少必填的配置项",
            Self::Value => "配置项的值不对",
            Self::Duplicate => "同一个值写了两次",
            Self::Absent => "所指的对象不存在",
            Self::Certificate => "受理单位的证书不能用",
            Self::Routing => "线索分派表有问题",
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tip-service: {}: ", self.file.display())?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}", self.why)?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        write!(f, "\n  hint: {}\n  {}", self.hint, self.fault.chinese())
    }
}

impl std::error::Error for ConfigError {}
