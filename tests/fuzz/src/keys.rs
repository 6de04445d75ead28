//! OpenPGP from outside: certificates, encrypted replies, signatures.

use std::sync::LazyLock;

use sealed_tip::{
    OpenError, SealedLetter, SecretCert, UnitCert, open, open_reply, verify_detached, verify_inline,
};

use crate::house::NOW;

/// A unit's certificates and the service's own key: for demonstration, they open nothing else.
static CERTS: LazyLock<[UnitCert; 2]> = LazyLock::new(|| {
    let read = |armored| UnitCert::parse(armored, NOW).expect("a good certificate");
    [
        read(include_str!(
            "../../../tip-service/tests/thunderbird/keys/dongfeng.cert.asc"
        )),
        read(include_str!(
            "../../../tip-service/tests/thunderbird/keys/dongfeng-rsa3072.cert.asc"
        )),
    ]
});
static SERVICE: LazyLock<SecretCert> = LazyLock::new(|| {
    let armored = include_str!("../../../tip-service/tests/thunderbird/keys/service.secret.asc");
    SecretCert::parse(armored).expect("a good key")
});

/// Most bytes that come out of a reply.
const REPLY: usize = 4 << 20;

/// What is taken for a certificate can be sealed to today, and has a name.
pub(crate) fn certificate(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(cert) = UnitCert::parse(&text, NOW) {
        assert!(cert.check(NOW).is_ok());
        assert!(cert.expires().is_none_or(|at| at > NOW));
        let fingerprint = cert.fingerprint();
        assert_eq!(fingerprint.len(), 40);
        assert!(fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    let _ = SecretCert::parse(&text);
}

/// An encrypted reply: nothing too long comes out, and no signature is a unit's but one of its certificates'.
pub(crate) fn reply(data: &[u8]) {
    let certs: Vec<&UnitCert> = CERTS.iter().collect();
    if let Ok(opened) = open_reply(data, &SERVICE, &certs, NOW) {
        assert!(opened.content.len() <= REPLY);
        if let Ok(by) = opened.signature {
            assert!(is_a_units(&by.fingerprint));
        }
    }
}

/// A letter that a browser sealed: what is taken is kept as it came, and is for others' keys.
pub(crate) fn sealed(data: &[u8]) {
    let certs: Vec<&UnitCert> = CERTS.iter().collect();
    if let Ok(letter) = SealedLetter::from_outside(data.to_vec(), &certs, NOW) {
        assert_eq!(letter.message(), data);
        let opened = open(data, &[&SERVICE]).map(|_| ());
        assert_eq!(opened, Err(OpenError::NoKey));
    }
}

/// A signed message, or, behind a zero byte, a text and its detached signature parted by one more.
pub(crate) fn signature(data: &[u8]) {
    let certs: Vec<&UnitCert> = CERTS.iter().collect();
    if let Some(rest) = data.strip_prefix(&[0]) {
        let mut parts = rest.splitn(2, |byte| *byte == 0);
        let (text, signature) = (parts.next(), parts.next());
        let (Some(text), Some(signature)) = (text, signature) else {
            return;
        };
        if let Ok(by) = verify_detached(text, signature, &certs, NOW) {
            assert!(is_a_units(&by.fingerprint));
        }
    } else if let Ok((text, by)) = verify_inline(data, &certs, NOW) {
        assert!(text.len() <= REPLY);
        assert!(is_a_units(&by.fingerprint));
    }
}

fn is_a_units(fingerprint: &str) -> bool {
    CERTS.iter().any(|cert| cert.fingerprint() == fingerprint)
}
