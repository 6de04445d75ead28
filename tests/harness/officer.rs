//! An officer at the mail program: opens letters and writes replies, signed and encrypted by GnuPG,
//! in the forms that mail programs make (RFC 3156 and inline). Nothing here is the service's code.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::gpg::Keyring;
use crate::install::Install;
use crate::letter::{Letter, Opened};

/// One person at a unit, with a key ring.
pub struct Officer {
    /// The keys at hand; the first secret one signs.
    pub ring: Keyring,
    /// The mail address.
    pub address: String,
    key: String,
    /// The certificate that replies are encrypted to.
    pub service: PathBuf,
}

impl Officer {
    /// Who holds the demo key of a unit.
    pub fn of(install: &Install, unit: &str) -> Self {
        Self::with(install, unit, Keyring::with(&[&install.secret_key(unit)]))
    }

    /// Who holds the only secret key of this ring, and writes from the address of `unit`.
    pub fn with(install: &Install, unit: &str, ring: Keyring) -> Self {
        let address = format!("{unit}@units.example.invalid");
        Self::at(&address, ring, install.path("keys/service.cert.asc"))
    }

    /// The same at any address, of any service, whose certificate is in this file.
    pub fn at(address: &str, ring: Keyring, service: PathBuf) -> Self {
        let listed = ring.must(&["--with-colons", "--list-secret-keys"]);
        let line = listed.lines().find(|line| line.starts_with("fpr:"));
        let key = line.and_then(|line| line.split(':').nth(9));
        Self {
            key: key.expect("a secret key").to_string(),
            ring,
            address: address.into(),
            service,
        }
    }

    /// Fingerprint of the signing key.
    pub fn fingerprint(&self) -> &str {
        &self.key
    }

    /// Opens a letter.
    pub fn open(&self, letter: &Letter) -> Opened {
        letter.open(&self.ring).expect("the officer's key opens it")
    }

    /// A reply to a letter, addressed and threaded as a mail program does it, still without words.
    pub fn reply(&self, letter: &Letter) -> Draft<'_> {
        let to = letter
            .header("Reply-To")
            .expect("a letter that can be answered");
        let to = to.trim_start_matches('<').trim_end_matches('>');
        let first = letter.header("Message-ID").expect("a Message-ID");
        self.write(to)
            .header("In-Reply-To", &first)
            .header("References", &first)
    }

    /// A new mail to any address.
    pub fn write(&self, to: &str) -> Draft<'_> {
        let number: u64 = rand::random();
        let draft = Draft {
            officer: self,
            headers: Vec::new(),
            entity: Vec::new(),
            options: Vec::new(),
        };
        draft
            .header("From", &format!("<{}>", self.address))
            .header("To", &format!("<{to}>"))
            .header("Date", "Tue, 24 Nov 2026 10:00:00 +0800")
            .header("Message-ID", &format!("<{number:x}@units.example.invalid>"))
            .header("Subject", "...")
            .header("MIME-Version", "1.0")
    }
}

/// A mail being written.
#[derive(Clone)]
pub struct Draft<'a> {
    officer: &'a Officer,
    headers: Vec<(String, String)>,
    entity: Vec<u8>,
    options: Vec<String>,
}

impl Draft<'_> {
    /// Sets an outer header; an earlier one of this name goes.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The address it goes to.
    pub fn recipient(&self) -> &str {
        let to = self.headers.iter().find(|(name, _)| name == "To");
        to.map_or("", |(_, to)| to.trim_matches(['<', '>']))
    }

    /// The words, as most programs send them: UTF-8 in base64, the subject protected inside.
    pub fn says(self, words: &str) -> Self {
        let part = text_part("text/plain; charset=UTF-8", words.as_bytes());
        self.entity(&protected("Re: 线索", &part))
    }

    /// The whole MIME entity that is signed.
    pub fn entity(mut self, entity: &[u8]) -> Self {
        self.entity = entity.to_vec();
        self
    }

    /// Signs as if it were this moment (YYYYMMDDThhmmss, UTC).
    pub fn at(self, moment: &str) -> Self {
        self.option("--faked-system-time")
            .option(moment)
            .option("--ignore-time-conflict")
            .option("--ignore-valid-from")
    }

    /// A further option for GnuPG.
    pub fn option(mut self, option: &str) -> Self {
        self.options.push(option.into());
        self
    }

    /// Signed and encrypted in one, armoured: what stands in the second part of PGP/MIME.
    pub fn payload(&self) -> Vec<u8> {
        self.gpg(&["--sign", "--encrypt"], &self.entity)
    }

    /// PGP/MIME, signed and encrypted: what Thunderbird and GnuPG's companions send.
    pub fn sealed(&self) -> Vec<u8> {
        self.wrap(&self.payload())
    }

    /// PGP/MIME, encrypted only.
    pub fn encrypted_only(&self) -> Vec<u8> {
        self.wrap(&self.gpg(&["--encrypt"], &self.entity))
    }

    /// Some OpenPGP message as PGP/MIME under these headers.
    pub fn wrap(&self, payload: &[u8]) -> Vec<u8> {
        let kind = "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"enc\"";
        let payload = with_crlf(payload);
        let parts = [
            b"--enc\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
                .as_slice(),
            b"--enc\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
              Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n",
            &payload,
            b"\r\n--enc--\r\n",
        ];
        self.mail(kind, &parts.concat())
    }

    /// `multipart/signed`: everybody can read it.
    pub fn signed_only(&self) -> Vec<u8> {
        let (kind, body) = self.detached();
        self.mail(kind, &body)
    }

    /// `multipart/signed` inside, then encrypted without a signature of its own (RFC 3156, 6.1).
    pub fn signed_then_encrypted(&self) -> Vec<u8> {
        let (kind, body) = self.detached();
        let entity = [format!("Content-Type: {kind}\r\n\r\n").as_bytes(), &body].concat();
        self.wrap(&self.gpg(&["--encrypt"], &entity))
    }

    fn detached(&self) -> (&'static str, Vec<u8>) {
        let signature = self.gpg(&["--textmode", "--detach-sign"], &self.entity);
        let parts = [
            b"--sig\r\n".as_slice(),
            &self.entity,
            b"\r\n--sig\r\nContent-Type: application/pgp-signature; name=\"signature.asc\"\r\n\r\n",
            &with_crlf(&signature),
            b"\r\n--sig--\r\n",
        ];
        let kind = "multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=\"sig\"";
        (kind, parts.concat())
    }

    /// Inline: these words signed and encrypted, in a plain text mail.
    pub fn inline_sealed(&self, text: &str) -> Vec<u8> {
        let message = self.gpg(&["--sign", "--encrypt"], text.as_bytes());
        self.mail("text/plain; charset=UTF-8", &with_crlf(&message))
    }

    /// Inline: these words clear-signed, for everybody to read.
    pub fn inline_signed(&self, text: &str) -> Vec<u8> {
        let message = self.gpg(&["--clear-sign"], text.as_bytes());
        self.mail(
            "text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit",
            &with_crlf(&message),
        )
    }

    /// Neither signed nor encrypted.
    pub fn plain(&self, text: &str) -> Vec<u8> {
        let part = text_part("text/plain; charset=UTF-8", text.as_bytes());
        self.mail_of(&part)
    }

    /// Any body of this type under these headers.
    pub fn mail(&self, content_type: &str, body: &[u8]) -> Vec<u8> {
        self.mail_of(
            &[
                format!("Content-Type: {content_type}\r\n\r\n").as_bytes(),
                body,
            ]
            .concat(),
        )
    }

    /// Any MIME entity under these headers.
    pub fn mail_of(&self, entity: &[u8]) -> Vec<u8> {
        let lines = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        [lines.collect::<String>().as_bytes(), entity].concat()
    }

    fn gpg(&self, commands: &[&str], input: &[u8]) -> Vec<u8> {
        let service = self.officer.service.display().to_string();
        let mut all = vec![
            "--armor",
            "--local-user",
            &self.officer.key,
            "--recipient-file",
            &service,
        ];
        all.extend(self.options.iter().map(String::as_str));
        all.extend(commands);
        let output = self.officer.ring.well(&all, input);
        output.unwrap_or_else(|said| panic!("gpg {all:?}: {said}"))
    }
}

/// A MIME part with its text in base64.
pub fn text_part(content_type: &str, bytes: &[u8]) -> Vec<u8> {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).expect("base64 is ASCII"))
        .collect();
    let head = format!("Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    format!("{head}{}\r\n", lines.join("\r\n")).into_bytes()
}

/// Parts under a protected subject, as Thunderbird writes it.
pub fn protected(subject: &str, part: &[u8]) -> Vec<u8> {
    let subject = STANDARD.encode(subject);
    let head = format!(
        "Content-Type: multipart/mixed; boundary=\"in\"; protected-headers=\"v1\"\r\n\
         Subject: =?UTF-8?B?{subject}?=\r\n\r\n--in\r\n"
    );
    [head.as_bytes(), part, b"\r\n--in--\r\n"].concat()
}

/// A text as a mail program quotes it under its own words.
pub fn quoted(text: &str) -> String {
    let lines: String = text.lines().map(|line| format!("> {line}\n")).collect();
    format!("在 2026/11/24 10:00, tips@tips.example.invalid 写道\u{3a}\n{lines}")
}

fn with_crlf(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(text.to_vec()).expect("armour is ASCII");
    text.lines()
        .map(|line| format!("{line}\r\n"))
        .collect::<String>()
        .into_bytes()
}
