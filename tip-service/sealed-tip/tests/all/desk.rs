//! An officer's desk: a key of ours, and a letter opened with it.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealed_tip::{
    Cover, Note, ReplyTo, SealedLetter, SecretCert, Tip, UnitCert, generate, letter_text, open,
    seal, seal_note,
};

use crate::gpg::NOW;

pub(crate) const REFERENCE: &str = "L-2026-0001";

/// A letter nobody can answer.
pub(crate) const COVER: Cover<'_> = Cover {
    reference: REFERENCE,
    reply: None,
};

pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A key of ours: its secret half and its certificate.
pub(crate) fn own_key(seed: u64) -> (SecretCert, UnitCert) {
    let pair = generate("demo <demo@example.org>", NOW, None, &mut rng(seed)).unwrap();
    (
        SecretCert::parse(&pair.secret_armored).unwrap(),
        UnitCert::parse(&pair.cert_armored, NOW).unwrap(),
    )
}

pub(crate) fn sealed(tip: &Tip, certs: &[&UnitCert]) -> SealedLetter {
    seal(tip, &COVER, certs, NOW, &mut rng(7)).unwrap()
}

/// The letter as the officer's side has it after decryption.
pub(crate) fn entity(tip: &Tip) -> Vec<u8> {
    let (secret, cert) = own_key(1);
    open(sealed(tip, &[&cert]).message(), &[&secret])
        .unwrap()
        .to_vec()
}

pub(crate) fn text(tip: &Tip) -> String {
    letter_text(&entity(tip)).unwrap()
}

/// The address of a thread's letters.
pub(crate) const ADDRESS: &str = "reply+00112233445566778899aabbccddeeff@mail.example.org";
/// As long as a real check.
pub(crate) const CHECK: &str = "67efa192c39257101013f06ca770b7dbaa47924706f04bfb1ca0e456914e6462";

/// The service's certificate.
pub(crate) fn service_cert() -> String {
    generate("service <tip@example.org>", NOW, None, &mut rng(99))
        .unwrap()
        .cert_armored
}

/// A letter that can be answered.
pub(crate) fn answerable<'a>(service_cert: &'a str, reward: Option<&'a str>) -> Cover<'a> {
    Cover {
        reference: REFERENCE,
        reply: Some(ReplyTo {
            address: ADDRESS,
            message_id: MESSAGE_ID,
            service_cert,
            encrypted: true,
            reward,
        }),
    }
}

/// A tip under any cover, after decryption.
pub(crate) fn covered(tip: &Tip, cover: &Cover<'_>) -> Vec<u8> {
    let (secret, cert) = own_key(1);
    let message = seal(tip, cover, &[&cert], NOW, &mut rng(7)).unwrap();
    open(message.message(), &[&secret]).unwrap().to_vec()
}

/// A note after decryption.
pub(crate) fn note(note: &Note<'_>, cover: &Cover<'_>) -> Vec<u8> {
    let (secret, cert) = own_key(1);
    let message = seal_note(note, cover, &[&cert], NOW, &mut rng(7)).unwrap();
    open(message.message(), &[&secret]).unwrap().to_vec()
}

/// The subject inside, after a look at each encoded word.
pub(crate) fn subject(entity: &[u8]) -> String {
    let raw = std::str::from_utf8(entity).unwrap();
    let (_, subject) = raw.split_once("Subject: ").unwrap();
    let (subject, _) = subject.split_once("\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    for word in subject.split("\r\n ") {
        assert!(word.len() <= 75);
        let q = word.strip_prefix("=?UTF-8?Q?").unwrap();
        let q = q.strip_suffix("?=").unwrap();
        let hex = q.split('=').skip(1);
        let one: Vec<u8> = hex.map(|h| u8::from_str_radix(h, 16).unwrap()).collect();
        assert!(std::str::from_utf8(&one).is_ok(), "whole characters");
        bytes.extend(one);
    }
    String::from_utf8(bytes).unwrap()
}

/// Head and content of each part, as a mail program splits them.
pub(crate) fn parts(entity: &[u8]) -> Vec<(String, String)> {
    let raw = std::str::from_utf8(entity).unwrap();
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let boundary = head.split_once("boundary=\"").unwrap().1;
    let delimiter = format!("--{}", boundary.split_once('"').unwrap().0);
    let mut pieces: Vec<&str> = body.split(&delimiter).collect();
    assert_eq!(pieces.remove(0), "");
    let epilogue = pieces.pop().unwrap();
    assert_eq!(epilogue.strip_prefix("--\r\n").unwrap().trim(), "");
    let split = |piece: &&str| {
        let piece = piece.strip_prefix("\r\n").unwrap();
        let (head, content) = piece
            .strip_suffix("\r\n")
            .unwrap()
            .split_once("\r\n\r\n")
            .unwrap();
        (head.to_owned(), content.to_owned())
    };
    pieces.iter().map(split).collect()
}

/// The letter that links answer to.
pub(crate) const MESSAGE_ID: &str = "<00112233445566778899aabbccddeeff@tips.example.invalid>";

/// Address, subject and body of a `mailto:` link, as a mail program reads it; each answers to the letter.
pub(crate) fn mailto(link: &str) -> (String, String, String) {
    assert!(link.is_ascii() && !link.contains(['+', ' ', '<', '>', '"', '#']));
    let (address, query) = link
        .strip_prefix("mailto:")
        .unwrap()
        .split_once('?')
        .unwrap();
    let (subject, rest) = query.split_once('&').unwrap();
    let (answered, body) = rest.split_once('&').unwrap();
    let answered = answered.strip_prefix("In-Reply-To=").unwrap();
    assert_eq!(percent_decoded(answered), MESSAGE_ID);
    (
        percent_decoded(address),
        percent_decoded(subject.strip_prefix("subject=").unwrap()),
        percent_decoded(body.strip_prefix("body=").unwrap()),
    )
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_once('%') {
        bytes.extend_from_slice(plain.as_bytes());
        bytes.push(u8::from_str_radix(&tail[..2], 16).unwrap());
        rest = &tail[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}

/// The links of a letter, read.
pub(crate) fn links(text: &str) -> Vec<(String, String, String)> {
    let link = |line: &str| Some(mailto(line.split_once("<")?.1.strip_suffix('>')?));
    text.lines()
        .filter(|l| l.contains("mailto:"))
        .filter_map(link)
        .collect()
}
