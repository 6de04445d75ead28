//! What an officer writes back with GnuPG, in every shape that mail has for it.

use sealed_tip::{
    OpenError, SecretCert, Signature, SignatureError, UnitCert, generate, open_reply,
    verify_detached, verify_inline,
};

use crate::desk::rng;
use crate::gpg::{Gpg, NOW, TODAY};

pub(crate) const DAY: u64 = 86_400;
/// When the keys of these tests were made.
pub(crate) const BORN: &str = "20260901T000000";
pub(crate) const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\naccept\r\nWe are on it. \r\n";

/// An officer's GnuPG that knows the service's certificate, and the service's own key.
pub(crate) struct Office {
    pub(crate) gpg: Gpg,
    pub(crate) service: String,
    pub(crate) key: SecretCert,
}

impl Office {
    pub(crate) fn new() -> Self {
        let pair = generate("service", NOW - 200 * DAY, None, &mut rng(11)).unwrap();
        let gpg = Gpg::new();
        gpg.run(TODAY, &["--import"], pair.cert_armored.as_bytes());
        Self {
            gpg,
            service: pair.fingerprint,
            key: SecretCert::parse(&pair.secret_armored).unwrap(),
        }
    }

    /// A unit's key: `algorithm` signs, cv25519 decrypts. Gives the primary's fingerprint.
    pub(crate) fn unit(&self, name: &str, algorithm: &str) -> String {
        let primary = self
            .gpg
            .primary(BORN, name, algorithm, "cert,sign", "never");
        self.add(&primary, "cv25519", "encr", "never");
        primary
    }

    pub(crate) fn add(&self, primary: &str, algorithm: &str, usage: &str, life: &str) {
        let add = ["--quick-add-key", primary, algorithm, usage, life];
        self.gpg.run(BORN, &add, b"");
    }

    pub(crate) fn cert(&self, fingerprint: &str) -> UnitCert {
        UnitCert::parse(&self.gpg.export(&[fingerprint]), NOW).unwrap()
    }

    /// Signed by `signer` at `time`, with `options`.
    pub(crate) fn signed(&self, time: &str, signer: &str, options: &[&str]) -> Vec<u8> {
        self.gpg
            .run(time, &[&["-u", signer][..], options].concat(), TEXT)
    }

    pub(crate) fn sealed(&self, signer: &str, options: &[&str]) -> Vec<u8> {
        let seal = ["--sign", "--encrypt", "-r", &self.service];
        self.signed(TODAY, signer, &[options, &seal[..]].concat())
    }
}

pub(crate) fn by(fingerprint: &str) -> Result<Signature, SignatureError> {
    Ok(Signature {
        fingerprint: fingerprint.to_owned(),
        made: NOW,
    })
}

pub(crate) fn inline(
    message: &[u8],
    certs: &[&UnitCert],
) -> Result<(Vec<u8>, Signature), SignatureError> {
    verify_inline(message, certs, NOW).map(|(text, signature)| (text.to_vec(), signature))
}

#[test]
fn a_signed_and_encrypted_reply_opens_and_is_the_units() {
    let office = Office::new();
    for algorithm in ["ed25519", "rsa3072", "nistp256"] {
        let unit = office.unit(algorithm, algorithm);
        let cert = office.cert(&unit);
        for options in [
            &["--armor"][..],
            &["-z", "0"],
            &["--compress-algo", "bzip2"],
            &["--compress-algo", "zlib", "--digest-algo", "SHA384"],
            &["--textmode", "--digest-algo", "SHA512"],
            &["--throw-keyids"],
        ] {
            let message = office.sealed(&unit, options);
            let opened = open_reply(&message, &office.key, &[&cert], NOW).unwrap();
            assert_eq!(&opened.content[..], TEXT, "{algorithm} {options:?}");
            assert_eq!(opened.signature, by(&unit), "{algorithm} {options:?}");
        }
    }
}

#[test]
fn a_signing_subkey_signs_for_its_primary_key() {
    let office = Office::new();
    let unit = office.gpg.primary(BORN, "unit", "ed25519", "cert", "never");
    office.add(&unit, "cv25519", "encr", "never");
    let silent = office.cert(&unit);
    office.add(&unit, "ed25519", "sign", "never");
    let cert = office.cert(&unit);
    let message = office.sealed(&unit, &[]);
    let opened = open_reply(&message, &office.key, &[&cert], NOW).unwrap();
    assert_eq!(opened.signature, by(&unit));
    // Before it had the subkey the certificate could be sealed to and sign nothing.
    let opened = open_reply(&message, &office.key, &[&silent], NOW).unwrap();
    assert!(matches!(
        opened.signature,
        Err(SignatureError::Stranger { .. })
    ));
}

#[test]
fn an_encrypted_reply_without_a_signature_opens_and_says_so() {
    let office = Office::new();
    for options in [&["--armor"][..], &["-z", "0"]] {
        let seal = [options, &["--encrypt", "-r", &office.service]].concat();
        let message = office.gpg.run(TODAY, &seal, TEXT);
        let opened = open_reply(&message, &office.key, &[], NOW).unwrap();
        assert_eq!(&opened.content[..], TEXT);
        assert_eq!(opened.signature, Err(SignatureError::Missing));
    }
}

#[test]
fn what_is_for_somebody_else_or_not_encrypted_does_not_open() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let error = |message: &[u8]| open_reply(message, &office.key, &[], NOW).err();
    let elsewhere = office.signed(TODAY, &unit, &["--sign", "--encrypt", "-r", &unit]);
    assert_eq!(error(&elsewhere), Some(OpenError::NoKey));
    let signed = office.signed(TODAY, &unit, &["--sign", "--armor"]);
    assert_eq!(error(&signed), Some(OpenError::NotEncrypted));
    let symmetric = ["--passphrase", "secret", "--symmetric"];
    let password = office.gpg.run(TODAY, &symmetric, TEXT);
    assert_eq!(error(&password), Some(OpenError::NoKey));
    for rubbish in [&b""[..], b"accept", &[0xFF; 40], &TEXT.repeat(400_000)] {
        assert!(error(rubbish).is_some());
    }
}

#[test]
fn a_detached_signature_holds_for_the_exact_bytes_alone() {
    let office = Office::new();
    for algorithm in ["ed25519", "rsa3072", "nistp256"] {
        let unit = office.unit(algorithm, algorithm);
        let cert = office.cert(&unit);
        for options in [&["--armor"][..], &[], &["--textmode", "--armor"]] {
            let detach = [options, &["--detach-sign"]].concat();
            let signature = office.signed(TODAY, &unit, &detach);
            let verdict = |text: &[u8]| verify_detached(text, &signature, &[&cert], NOW);
            assert_eq!(verdict(TEXT), by(&unit), "{algorithm} {options:?}");
            let other = String::from_utf8_lossy(TEXT).replace("on it", "off it");
            assert_eq!(verdict(other.as_bytes()), Err(SignatureError::Bad));
            let unix = String::from_utf8_lossy(TEXT).replace("\r\n", "\n");
            let is_text = options.contains(&"--textmode");
            assert_eq!(verdict(unix.as_bytes()).is_ok(), is_text, "line ends");
        }
    }
}

#[test]
fn a_text_signed_in_the_clear_is_given_out_as_it_was_signed() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    // 受理 in GB 18030, a line that must be escaped, white space before line ends.
    let text = b"\xCA\xDC\xC0\xED \t\n-- \n- dash\n\n-----BEGIN PGP SIGNATURE-----\nFrom here\n";
    let clear = office
        .gpg
        .run(TODAY, &["-u", &unit, "--clearsign"], &text[..]);
    let signed =
        b"\xCA\xDC\xC0\xED\r\n--\r\n- dash\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\nFrom here";
    let (content, signature) = inline(&clear, &[&cert]).unwrap();
    assert_eq!(content, signed);
    assert_eq!(Ok(signature), by(&unit));
    // As mail carries it.
    let mut crlf = Vec::new();
    for line in clear.split_inclusive(|b| *b == b'\n') {
        crlf.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        crlf.extend_from_slice(b"\r\n");
    }
    assert_eq!(inline(&crlf, &[&cert]).unwrap().0, signed);

    let clear = office.signed(TODAY, &unit, &["--clearsign"]);
    let clear = String::from_utf8(clear).unwrap();
    assert!(inline(clear.as_bytes(), &[&cert]).is_ok());
    let bad = clear.replace("on it", "off it");
    assert_eq!(inline(bad.as_bytes(), &[&cert]), Err(SignatureError::Bad));
    for outside in [
        format!("close\n{clear}"),
        format!("{clear}close\n"),
        clear.replace("Hash:", "close\nHash:"),
        clear.replace("\naccept", "\n-accept"),
        clear.replace("-----BEGIN PGP SIGNATURE-----", ""),
    ] {
        let error = inline(outside.as_bytes(), &[&cert]).unwrap_err();
        assert!(matches!(error, SignatureError::Unreadable(_)), "{outside}");
    }
}

#[test]
fn a_message_that_is_signed_and_not_encrypted_is_read_too() {
    let office = Office::new();
    let unit = office.unit("unit", "ed25519");
    let cert = office.cert(&unit);
    for options in [&["--armor", "--sign"][..], &["-z", "0", "--sign"]] {
        let message = office.signed(TODAY, &unit, options);
        let (content, signature) = inline(&message, &[&cert]).unwrap();
        assert_eq!((&content[..], Ok(signature)), (TEXT, by(&unit)));
    }
    let store = office.gpg.run(TODAY, &["--store"], TEXT);
    assert_eq!(inline(&store, &[&cert]), Err(SignatureError::Missing));
    let sealed = office.sealed(&unit, &[]);
    assert!(matches!(
        inline(&sealed, &[&cert]),
        Err(SignatureError::Unreadable(_))
    ));
}

#[test]
fn a_stranger_is_named_as_the_signature_names_him() {
    let office = Office::new();
    let (unit, other) = (
        office.unit("unit", "ed25519"),
        office.unit("other", "rsa2048"),
    );
    let cert = office.cert(&unit);
    let message = office.sealed(&other, &[]);
    let opened = open_reply(&message, &office.key, &[&cert], NOW).unwrap();
    let issuer = other.clone();
    assert_eq!(opened.signature, Err(SignatureError::Stranger { issuer }));
    assert_eq!(&opened.content[..], TEXT);
    // Of two signatures one by the unit is enough, whichever stands first.
    for (first, second) in [(&unit, &other), (&other, &unit)] {
        let message = office.sealed(first, &["-u", second]);
        let opened = open_reply(&message, &office.key, &[&cert], NOW).unwrap();
        assert_eq!(opened.signature, by(&unit));
    }
}
