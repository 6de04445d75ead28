//! Submission by SMTP (RFC 6409), TLS 1.2 or newer always: STARTTLS that the server must offer, or TLS from
//! the first byte. Never opportunistic.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters, TlsVersion};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{SendError, TransportError};
use crate::config;

pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    pub(super) fn new(smtp: &config::Smtp, domain: &str) -> Result<Self, TransportError> {
        let parameters = tls(&smtp.host, smtp.ca_file.as_deref())?;
        let tls = match smtp.tls {
            config::Tls::Starttls => Tls::Required(parameters),
            config::Tls::Implicit => Tls::Wrapper(parameters),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls)
            // The greeting carries our mail domain, not the machine's name.
            .hello_name(ClientId::Domain(domain.to_owned()))
            .timeout(Some(Duration::from_secs(smtp.timeout_seconds)))
            .pool_config(
                PoolConfig::new()
                    .max_size(4)
                    .idle_timeout(Duration::from_secs(10)),
            );
        if let (Some(user), Some(file)) = (&smtp.username, &smtp.password_file) {
            let password = fs::read_to_string(file).map_err(|e| {
                wrong(
                    "mail.transport.password_file",
                    format!("{}: {e}", file.display()),
                )
            })?;
            builder = builder.credentials(Credentials::new(
                user.clone(),
                password.trim_end().to_owned(),
            ));
        }
        Ok(Self {
            transport: builder.build(),
        })
    }

    /// Connects, starts TLS, logs in, and leaves: for `tip-service check`.
    pub(super) async fn probe(&self) -> Result<(), SendError> {
        self.transport
            .test_connection()
            .await
            .map(drop)
            .map_err(|e| sort(&e))
    }

    pub(super) async fn send(&self, from: &str, to: &str, raw: &[u8]) -> Result<(), SendError> {
        let unusable = |_| SendError::Transient {
            code: 0,
            what: "an address cannot be used",
        };
        let from: Mailbox = from.parse().map_err(unusable)?;
        let to: Mailbox = to.parse().map_err(unusable)?;
        let envelope =
            Envelope::new(Some(from.email), vec![to.email]).map_err(|_| SendError::Transient {
                code: 0,
                what: "an address cannot be used",
            })?;
        self.transport
            .send_raw(&envelope, raw)
            .await
            .map(drop)
            .map_err(|e| sort(&e))
    }
}

fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, TransportError> {
    let mut builder =
        TlsParameters::builder(host.to_owned()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(file) = ca_file {
        let why = |e: String| wrong("mail.transport.ca_file", format!("{}: {e}", file.display()));
        let pem = fs::read(file).map_err(|e| why(e.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|e| why(e.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|e| wrong("mail.transport", e.to_string()))
}

/// 55x refuses the letter; all else may pass: a wrong password (53x) or a missing certificate is the
/// operator's to mend and must not park every letter in the outbox.
fn sort(error: &lettre::transport::smtp::Error) -> SendError {
    let code = error.status().map_or(0, u16::from);
    let what = if error.is_tls() {
        "TLS failed: no letter leaves without it"
    } else if error.is_timeout() {
        "the mail server did not answer in time"
    } else if (530..=539).contains(&code) {
        "the mail server refused the log-in"
    } else if code > 0 {
        "the mail server said try later"
    } else if error.is_client() {
        "the mail server offers no STARTTLS or no log-in we can use"
    } else {
        "no connection to the mail server"
    };
    if (550..=559).contains(&code) {
        return SendError::Permanent { code };
    }
    SendError::Transient { code, what }
}

fn wrong(key: &'static str, why: String) -> TransportError {
    TransportError { key, why }
}
