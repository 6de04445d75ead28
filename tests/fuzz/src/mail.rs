//! A mail from the pipe, up to where its OpenPGP lies: all that is done before a signature is known.

use tip_service::correspondence::address::token;
use tip_service::correspondence::automatic::is_automatic;
use tip_service::correspondence::body::to_crlf;
use tip_service::correspondence::bounce::failed_letters;
use tip_service::correspondence::openpgp::{Shape, shape};
use tip_service::correspondence::parts::headers;
use tip_service::id;

const DOMAIN: &str = "tips.example.invalid";
const FROM: &str = "tips@tips.example.invalid";
/// Letters that one report is believed about.
const LETTERS: usize = 16;

/// Nothing is found that does not stand in the mail.
pub(crate) fn mail(data: &[u8]) {
    let raw = to_crlf(data);
    assert_eq!(to_crlf(&raw), raw);
    if let Some(mail) = headers(&raw) {
        let letters = failed_letters(&mail, DOMAIN);
        assert!(letters.len() <= LETTERS);
        assert!(letters.is_sorted_by(|a, b| a < b), "each once");
        let _ = is_automatic(&mail, DOMAIN, FROM);
        let head = String::from_utf8_lossy(&raw);
        if let Ok(found) = token(&mail, None, DOMAIN) {
            assert_eq!(token(&mail, Some(&address(&found)), DOMAIN), Ok(found));
        }
        let _ = token(&mail, head.lines().next(), DOMAIN);
    }
    match shape(&raw) {
        Ok(Shape::Encrypted(message) | Shape::Inline(message)) => {
            assert!(message.len() <= raw.len());
        }
        Ok(Shape::Detached { content, signature }) => {
            assert!(raw.windows(content.len().max(1)).any(|w| w == content) || content.is_empty());
            assert!(signature.len() <= raw.len());
        }
        Ok(Shape::Plain) | Err(_) => (),
    }
}

fn address(token: &id::Id) -> String {
    format!("reply+{}@{DOMAIN}", id::hex(token))
}
