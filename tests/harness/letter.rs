//! A letter as the mail program of an officer takes it apart: RFC 3156 outside, the MIME entity
//! with the Chinese text and `tip.json` inside. Read by other code than wrote it.

use std::path::Path;

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;

use crate::gpg::Keyring;
use crate::machine::repository;

/// A letter as it arrived.
pub struct Letter {
    /// Every byte of it.
    pub raw: Vec<u8>,
}

/// What a key of the unit shows.
#[derive(Debug)]
pub struct Opened {
    /// The protected subject.
    pub subject: String,
    /// The Chinese text.
    pub text: String,
    /// The same facts for programs; null in a letter that is no tip.
    pub facts: Value,
    /// The service's certificate, that answers are encrypted to.
    pub certificate: Option<Vec<u8>>,
    /// Other attached files: name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// The whole decrypted entity.
    pub raw: Vec<u8>,
}

impl Letter {
    /// Reads a letter from a file.
    pub fn read(path: &Path) -> Self {
        Self {
            raw: std::fs::read(path).expect("a letter is readable"),
        }
    }

    /// The letters in a mail: of a batch each one inside, as an officer's mail program opens them; else this one.
    pub fn apart(self) -> Vec<Self> {
        let message = MessageParser::default().parse(&self.raw);
        let inside: Vec<Self> = message
            .iter()
            .flat_map(|message| &message.parts)
            .filter(|part| part.is_content_type("message", "rfc822"))
            .map(|part| {
                let (from, to) = (part.raw_body_offset(), part.raw_end_offset());
                Self {
                    raw: self.raw[from as usize..to as usize].to_vec(),
                }
            })
            .collect();
        if inside.is_empty() {
            vec![self]
        } else {
            inside
        }
    }

    /// The outer headers, name and value, in order.
    pub fn headers(&self) -> Vec<(String, String)> {
        let message = MessageParser::default()
            .parse(&self.raw)
            .expect("a letter is a message");
        message
            .headers_raw()
            .map(|(name, value)| (name.to_string(), value.trim().to_string()))
            .collect()
    }

    /// One outer header, by its name.
    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.headers();
        headers
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    }

    /// Whether it looks like one of ours: what else lies in a mailbox are bounces and alarms.
    pub fn is_sealed(&self) -> bool {
        let kind = self.header("Content-Type").unwrap_or_default();
        kind.starts_with("multipart/encrypted")
    }

    /// The armoured payload, after checking that the letter is what RFC 3156 says.
    pub fn payload(&self) -> Vec<u8> {
        let message = MessageParser::default()
            .parse(&self.raw)
            .expect("a letter is a message");
        let root = message.root_part();
        let kind = root.content_type().expect("a content type");
        assert_eq!(
            (kind.ctype(), kind.subtype()),
            ("multipart", Some("encrypted"))
        );
        assert_eq!(
            kind.attribute("protocol"),
            Some("application/pgp-encrypted")
        );
        let parts = root.sub_parts().expect("two parts");
        assert_eq!(parts.len(), 2, "RFC 3156 knows two parts");
        let part = |index: usize| message.part(parts[index]).expect("a part");
        assert!(part(0).is_content_type("application", "pgp-encrypted"));
        assert_eq!(
            String::from_utf8_lossy(part(0).contents()).trim(),
            "Version: 1"
        );
        assert!(part(1).is_content_type("application", "octet-stream"));
        assert_eq!(part(1).attachment_name(), Some("encrypted.asc"));
        part(1).contents().to_vec()
    }

    /// Opens it with GnuPG; the error is what GnuPG said.
    pub fn open(&self, ring: &Keyring) -> Result<Opened, String> {
        ring.decrypt(&self.payload()).map(Opened::of)
    }
}

impl Opened {
    /// Keeps a letter, outside and inside, as `var/screenshots/<name>.txt`, to be read by eye.
    pub fn keep(&self, letter: &Letter, name: &str) {
        let folder = repository().join("var/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let headers = letter.headers().into_iter();
        let head: String = headers.map(|(name, v)| format!("{name}: {v}\n")).collect();
        let text = format!("{head}\n— {}\n\n{}", self.subject, self.text);
        std::fs::write(folder.join(format!("{name}.txt")), text).expect("a file");
    }

    /// Takes the decrypted entity apart.
    pub fn of(raw: Vec<u8>) -> Self {
        let message = MessageParser::default()
            .parse(&raw)
            .expect("the inside is MIME");
        let subject = message.subject().unwrap_or_default().to_string();
        let text = message.body_text(0).expect("a text part").into_owned();
        let mut files: Vec<(String, Vec<u8>)> = message
            .attachments()
            .map(|part| {
                let name = part.attachment_name().unwrap_or_default().to_string();
                (name, part.contents().to_vec())
            })
            .collect();
        let facts = match files.iter().position(|(name, _)| name == "tip.json") {
            Some(at) => serde_json::from_slice(&files.remove(at).1).expect("tip.json is JSON"),
            None => Value::Null,
        };
        let certificate = files.iter().position(|(name, _)| name == "service.asc");
        let certificate = certificate.map(|at| files.remove(at).1);
        Self {
            subject,
            text,
            facts,
            certificate,
            files,
            raw,
        }
    }
}
