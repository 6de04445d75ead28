//! The way out, where it cannot be set up or a letter cannot leave: what the operator is told, by key or in our own words.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use tip_service::config;
use tip_service::mail::{Alarm, Envelope, Recipient, SendError, Transport};

fn mail(from: &str, transport: &str) -> config::Mail {
    let text = format!(
        "domain = \"tips.example.invalid\"\nfrom = \"{from}\"\noperator = \"o@example.invalid\"\n\
         [transport]\n{transport}\n"
    );
    toml::from_str(&text).expect("a section")
}

fn smtp(port: u16, further: &str) -> String {
    format!("kind = \"smtp\"\nhost = \"localhost\"\nport = {port}\ntls = \"implicit\"\n{further}")
}

const UNIT: Recipient<'_> = Recipient {
    id: "city",
    address: "city@units.example.invalid",
};

fn letter() -> Envelope<'static> {
    Envelope {
        id: &[7; 16],
        in_reply_to: None,
        reply_to: None,
        sealed: b"-----BEGIN PGP MESSAGE-----\r\n",
        day: 20_000,
    }
}

/// The words of a try that may be made again, and its code.
async fn deferred(mail: &config::Mail) -> (&'static str, u16) {
    let transport = Transport::new(mail).expect("a transport");
    match transport.send(UNIT, &letter()).await {
        Err(SendError::Transient { code, what }) => (what, code),
        other => panic!("{other:?}"),
    }
}

fn key_at_fault(transport: &str) -> &'static str {
    let failed = Transport::new(&mail("tips@tips.example.invalid", transport));
    failed.err().expect("it cannot be set up").key
}

#[test]
fn a_password_or_an_authority_that_cannot_be_read_is_told_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let login = format!("username = \"u\"\npassword_file = \"{}\"", at("nothing"));
    assert_eq!(
        key_at_fault(&smtp(465, &login)),
        "mail.transport.password_file"
    );
    let absent = format!("ca_file = \"{}\"", at("nothing"));
    assert_eq!(key_at_fault(&smtp(465, &absent)), "mail.transport.ca_file");
    let rubbish = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(folder.path().join("rubbish"), rubbish).unwrap();
    let spoilt = format!("ca_file = \"{}\"", at("rubbish"));
    assert_eq!(key_at_fault(&smtp(465, &spoilt)), "mail.transport");
}

#[tokio::test]
async fn a_letter_that_cannot_be_built_or_written_waits() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let maildir = |dir: &Path| format!("kind = \"maildir\"\ndir = \"{}\"", dir.display());
    let unwritable = mail("tips@tips.example.invalid", &maildir(&file));
    assert_eq!(
        deferred(&unwritable).await,
        ("the Maildir could not be written", 0)
    );
    let mut nobody = mail("tips@tips.example.invalid", &maildir(folder.path()));
    nobody.from = "nobody".to_owned();
    assert_eq!(deferred(&nobody).await, ("could not build the letter", 0));
    let alarm = Alarm {
        id: &[7; 16],
        day: 20_000,
        subject: "s",
        text: "t",
    };
    let transport = Transport::new(&nobody).unwrap();
    assert!(transport.alarm(UNIT, &alarm).await.is_err());
}

#[tokio::test]
async fn to_a_server_that_speaks_no_tls_no_byte_of_a_letter_goes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 localhost ready\r\n").unwrap();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        heard
    });
    let (what, code) = deferred(&mail("tips@tips.example.invalid", &smtp(port, ""))).await;
    assert_eq!(code, 0, "{what}");
    let heard = server.join().unwrap();
    let words = String::from_utf8_lossy(&heard).into_owned();
    assert!(!words.contains("MAIL") && !words.contains("PGP"), "{words}");
}
