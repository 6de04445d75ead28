//! TLS as nginx speaks it, asked by openssl and by hellos made by hand for what openssl itself no longer speaks: the list that
//! testssl.sh goes through, less what is OpenSSL's own matter (Heartbleed and its like) and revocation (the certificate is the
//! test's).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use e2e::machine::{missing, run, words};
use e2e::nginx::{DOMAIN, Files, Nginx};

/// nginx with no service behind it: TLS does not need one.
fn nginx() -> Nginx {
    Files::before(9, &[]).start()
}

/// What `openssl s_client` says with these options and this input.
fn client(nginx: &Nginx, options: &[&str], input: &str) -> String {
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect"])
        .arg(format!("127.0.0.1:{}", nginx.files.https))
        .args(["-servername", DOMAIN, "-verify_hostname", DOMAIN, "-CAfile"])
        .arg(nginx.files.path("ca.pem"))
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| missing("openssl".as_ref(), &error));
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    words(&child.wait_with_output().expect("openssl ends"))
}

fn agreed(said: &str) -> Option<&str> {
    let line = said.lines().find(|line| line.starts_with("New, "))?;
    let cipher = line.rsplit(' ').next()?;
    (cipher != "(NONE)").then_some(cipher)
}

#[test]
fn tls_1_2_and_1_3_are_spoken_and_the_certificate_is_the_site_s() {
    let nginx = nginx();
    for (version, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let said = client(&nginx, &[version, "-alpn", "h2,http/1.1"], "");
        for words in [
            format!("New, {name}, Cipher is "),
            "Verify return code: 0 (ok)".into(),
            format!("subject=CN = {DOMAIN}"),
            "ALPN protocol: h2".into(),
            "Compression: NONE".into(),
        ] {
            assert!(said.contains(&words), "{words} is not in\n{said}");
        }
    }
    let said = client(&nginx, &["-tls1_2"], "");
    assert!(said.contains("Secure Renegotiation IS supported"), "{said}");
    assert!(said.contains("Extended master secret: yes"), "{said}");
    assert!(!said.contains("TLS session ticket:"), "a ticket\n{said}");
}

#[test]
fn of_all_ciphers_of_tls_1_2_forward_secret_authenticated_ones_alone_are_taken() {
    let nginx = nginx();
    let listed = run(Command::new("openssl").args([
        "ciphers",
        "-tls1_2",
        "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
    ]));
    let listed = words(&listed);
    let all: Vec<&str> = listed
        .trim()
        .split(':')
        .filter(|name| !name.starts_with("TLS_"))
        .collect();
    assert!(all.len() > 100, "openssl knows {}", all.len());
    for weak in [
        "AES128-SHA",
        "ECDHE-ECDSA-AES128-SHA",
        "NULL-SHA256",
        "ADH-AES128-SHA",
    ] {
        assert!(all.contains(&weak), "openssl does not know {weak}");
    }
    let mut taken: Vec<&str> = all
        .into_iter()
        .filter(|cipher| {
            let list = format!("{cipher}:@SECLEVEL=0");
            agreed(&client(&nginx, &["-tls1_2", "-cipher", &list], "")).is_some()
        })
        .collect();
    taken.sort_unstable();
    // The test's certificate has an ECDSA key; one with an RSA key has the same three for RSA.
    let wanted = [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ];
    assert_eq!(taken, wanted);
}

#[test]
fn tls_1_3_takes_its_three_ciphers_three_curves_and_no_early_data() {
    let nginx = nginx();
    let of = |option: &str, names: &[&str], version: &str| -> Vec<String> {
        let taken = |name: &&&str| agreed(&client(&nginx, &[version, option, name], "")).is_some();
        names
            .iter()
            .filter(taken)
            .map(ToString::to_string)
            .collect()
    };
    let ciphers = [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_CCM_SHA256",
        "TLS_AES_128_CCM_8_SHA256",
    ];
    assert_eq!(of("-ciphersuites", &ciphers, "-tls1_3"), ciphers[..3]);
    let curves = [
        "X25519",
        "P-256",
        "P-384",
        "P-521",
        "X448",
        "brainpoolP256r1",
        "secp256k1",
        "P-224",
    ];
    assert_eq!(of("-curves", &curves, "-tls1_3"), curves[..3]);
    let said = client(&nginx, &["-tls1_3"], "");
    assert!(said.contains("Early data was not sent"), "{said}");
    assert!(!said.contains("Max Early Data: 1"), "{said}");
}

#[test]
fn a_client_cannot_renegotiate_nor_be_pushed_back_to_an_older_version() {
    let nginx = nginx();
    let said = client(&nginx, &["-tls1_2"], "R\n");
    assert!(
        said.contains("RENEGOTIATING"),
        "the question was put\n{said}"
    );
    assert!(said.contains("no renegotiation"), "{said}");
    let said = client(&nginx, &["-tls1_2", "-fallback_scsv"], "");
    assert!(said.contains("inappropriate fallback"), "{said}");
}

#[test]
fn a_session_is_resumed_by_the_server_s_memory_and_not_by_a_ticket() {
    let nginx = nginx();
    let said = client(&nginx, &["-tls1_2", "-reconnect"], "");
    assert!(said.contains("Reused, TLSv1.2"), "{said}");
    let said = client(&nginx, &["-tls1_2", "-tlsextdebug"], "");
    assert!(!said.contains("\"session ticket\""), "{said}");
    assert!(!said.contains("heartbeat"), "{said}");
}

#[test]
fn who_names_no_site_or_another_one_gets_no_certificate() {
    let nginx = nginx();
    for options in [
        &["-noservername"][..],
        &["-servername", "elsewhere.invalid"],
    ] {
        let mut asked = vec!["s_client", "-connect"];
        let address = format!("127.0.0.1:{}", nginx.files.https);
        asked.push(&address);
        asked.extend(options);
        let said = words(&run(Command::new("openssl")
            .args(asked)
            .stdin(Stdio::null())));
        assert!(said.contains("no peer certificate available"), "{said}");
        assert!(said.contains("unrecognized name"), "{said}");
    }
}

/// A hello made by hand: this version at most, these ciphers, the site's name, P-256 and ECDSA offered.
fn hello(version: [u8; 2], ciphers: &[u16]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(u16::try_from(ciphers.len() * 2).expect("few").to_be_bytes());
    body.extend(ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()));
    // The second compression method is DEFLATE: nobody may take it (CRIME).
    body.extend([2, 1, 0]);
    let mut extensions = Vec::new();
    let name = DOMAIN.as_bytes();
    let length = u16::try_from(name.len()).expect("short");
    extensions.extend([0, 0]);
    extensions.extend((length + 5).to_be_bytes());
    extensions.extend((length + 3).to_be_bytes());
    extensions.push(0);
    extensions.extend(length.to_be_bytes());
    extensions.extend(name);
    extensions.extend([0, 10, 0, 4, 0, 2, 0, 23]);
    extensions.extend([0, 13, 0, 6, 0, 4, 4, 3, 2, 3]);
    body.extend(
        u16::try_from(extensions.len())
            .expect("short")
            .to_be_bytes(),
    );
    body.extend(extensions);
    let mut handshake = vec![1, 0];
    handshake.extend(u16::try_from(body.len()).expect("short").to_be_bytes());
    handshake.extend(body);
    let mut record = vec![22, 3, 0];
    record.extend(u16::try_from(handshake.len()).expect("short").to_be_bytes());
    record.extend(handshake);
    record
}

/// The first record that comes back: its type, and for a hello the version, cipher and compression agreed on.
fn answer(nginx: &Nginx, hello: &[u8]) -> (u8, Option<([u8; 2], u16, u8)>) {
    let mut stream = TcpStream::connect(("127.0.0.1", nginx.files.https)).expect("connected");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a time-out");
    stream.write_all(hello).expect("written");
    let mut head = [0; 5];
    stream.read_exact(&mut head).expect("a record");
    let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut body).expect("a record");
    if head[0] != 22 {
        return (head[0], None);
    }
    let session = usize::from(body[38]);
    let cipher = u16::from_be_bytes([body[39 + session], body[40 + session]]);
    (22, Some(([body[4], body[5]], cipher, body[41 + session])))
}

const GOOD: u16 = 0xc02b;
const ALERT: u8 = 21;

#[test]
fn older_versions_compression_and_ciphers_that_openssl_has_forgotten_are_refused() {
    let nginx = nginx();
    let (kind, agreed) = answer(&nginx, &hello([3, 3], &[GOOD]));
    assert_eq!(
        (kind, agreed),
        (22, Some(([3, 3], GOOD, 0))),
        "a good hello is taken, without compression"
    );
    // ECDHE with CBC, static RSA, RC4: what those versions could speak.
    let old = [GOOD, 0xc00a, 0xc009, 0x002f, 0x0035, 0x000a, 0x0005];
    for (name, version) in [
        ("SSL 3.0", [3, 0]),
        ("TLS 1.0", [3, 1]),
        ("TLS 1.1", [3, 2]),
    ] {
        assert_eq!(answer(&nginx, &hello(version, &old)).0, ALERT, "{name}");
    }
    for (name, cipher) in [
        ("NULL", 0x0002),
        ("export, RC4", 0x0003),
        ("export, DES", 0x0008),
        ("RC4", 0x0005),
        ("RC4, ECDHE", 0xc007),
        ("IDEA", 0x0007),
        ("DES", 0x0009),
        ("3DES, Sweet32", 0x000a),
        ("3DES, ECDHE", 0xc008),
        ("anonymous DH, export", 0x0017),
        ("anonymous ECDH", 0xc018),
        ("SEED", 0x0096),
        ("DHE, GCM", 0x009e),
        ("static ECDH", 0xc02d),
        ("static RSA, GCM", 0x009c),
        ("ECDHE, CBC, Lucky13", 0xc009),
        ("ECDHE, CBC, SHA-256", 0xc023),
    ] {
        assert_eq!(answer(&nginx, &hello([3, 3], &[cipher])).0, ALERT, "{name}");
    }
}
