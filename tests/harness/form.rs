//! The tip form as a visitor without script uses it: fetch it, fill it in, send it as multipart.

use std::io;

use crate::http::{Answer, Client};

/// Where the form lives.
pub const FORM: &str = "/tip/";
/// Where a receipt is looked up.
pub const MAILBOX: &str = "/tip/mailbox/";

const BOUNDARY: &str = "----------------------------7f3c1b2a9e";

/// One part of the body.
#[derive(Clone, Debug)]
pub struct Part {
    name: String,
    file: Option<(String, String)>,
    bytes: Vec<u8>,
}

/// A form being filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// The one-time number of the page it came from.
    pub form_id: String,
    parts: Vec<Part>,
}

impl Form {
    /// Fetches the form page and takes its one-time number.
    pub fn fetch(client: &mut Client) -> Self {
        let answer = client.get(FORM);
        assert_eq!(answer.status, 200, "the form: {}", answer.page().body());
        Self::of(&answer).expect("the form page has a form_id")
    }

    /// As [`Form::fetch`], for callers that live with a service that dies under them.
    pub fn try_fetch(client: &mut Client) -> io::Result<Self> {
        let answer = client.try_send("GET", FORM, None)?;
        Self::of(&answer).ok_or_else(|| io::Error::other(format!("status {}", answer.status)))
    }

    /// The form on an answered page: the first one, or the one that came back with errors.
    pub fn of(answer: &Answer) -> Option<Self> {
        let form_id = answer.page().attribute("input[name=form_id]", "value")?;
        Some(Self::with_id(&form_id))
    }

    /// An empty form with a number of the test's choice.
    pub fn with_id(form_id: &str) -> Self {
        Self {
            form_id: form_id.into(),
            parts: Vec::new(),
        }
    }

    /// Fills in a field.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.parts.push(Part {
            name: name.into(),
            file: None,
            bytes: value.into(),
        });
        self
    }

    /// Attaches a file.
    pub fn file(mut self, name: &str, content_type: &str, bytes: &[u8]) -> Self {
        self.parts.push(Part {
            name: "files".into(),
            file: Some((name.into(), content_type.into())),
            bytes: bytes.into(),
        });
        self
    }

    /// A filled-in tip on poppies in 横道河镇, 东丰县: the unit `dongfeng` answers for it.
    pub fn poppies(self, what: &str) -> Self {
        self.text("kind", "cultivation")
            .text("what", what)
            .text("county", "220421")
            .text("township", "220421102")
    }

    /// The content type a browser would send.
    pub fn content_type() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    /// The body a browser would send.
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let id = Part {
            name: "form_id".into(),
            file: None,
            bytes: self.form_id.clone().into(),
        };
        for part in std::iter::once(&id).chain(&self.parts) {
            let disposition = match &part.file {
                None => format!("form-data; name=\"{}\"\r\n", part.name),
                Some((file, kind)) => format!(
                    "form-data; name=\"{}\"; filename=\"{file}\"\r\nContent-Type: {kind}\r\n",
                    part.name
                ),
            };
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n").as_bytes(),
            );
            body.extend_from_slice(&part.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        body
    }

    /// Sends the form.
    pub fn send(&self, client: &mut Client) -> Answer {
        client.post(FORM, &Self::content_type(), &self.body())
    }

    /// As [`Form::send`], for callers that live with a service that dies under them.
    pub fn try_send(&self, client: &mut Client) -> io::Result<Answer> {
        client.try_send("POST", FORM, Some((&Self::content_type(), &self.body())))
    }
}

/// The receipt shown on an answer, without its spaces; nothing when none is shown.
pub fn shown_receipt(answer: &Answer) -> Option<String> {
    let text = answer.page().text("#receipt")?;
    let receipt: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (answer.status == 200 && receipt.chars().count() == 12).then_some(receipt)
}

/// Files one tip on poppies and returns its receipt.
pub fn file_tip(client: &mut Client, what: &str) -> String {
    let answer = Form::fetch(client).poppies(what).send(client);
    shown_receipt(&answer)
        .unwrap_or_else(|| panic!("no receipt, {}: {}", answer.status, answer.page().body()))
}

/// Looks a receipt up and returns the mailbox page.
pub fn look_up(client: &mut Client, receipt: &str) -> Answer {
    let form = url_encoded(&[("receipt", receipt)]);
    client.post(
        MAILBOX,
        "application/x-www-form-urlencoded",
        form.as_bytes(),
    )
}

/// Fields in the encoding of a plain form.
pub fn url_encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
