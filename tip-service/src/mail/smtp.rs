//! Submission by SMTP (RFC 6409), TLS 1.2 or newer always: STARTTLS that the server must offer, or TLS from
//! the first byte. Never opportunistic.
//!
//! A connection for each letter, walked through step by step. Kept connections are not worth their price: one whose
//! letter ran into the deadline still owes an answer, and the next letter would take that answer for its own.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsVersion,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;

use super::{SendError, TransportError};
use crate::config;

/// How long a server is given to answer our good-bye; the letter's fate is known by then.
const FAREWELL: Duration = Duration::from_secs(5);

/// A reply that is none to what was asked: the letter is not taken for delivered.
const CONFUSED: SendError = SendError::Transient {
    code: 0,
    what: "the mail server answered something else than it was asked",
};

pub(super) struct Smtp {
    host: String,
    port: u16,
    tls: config::Tls,
    parameters: TlsParameters,
    hello: ClientId,
    login: Option<Credentials>,
    timeout: Duration,
}

impl Smtp {
    pub(super) fn new(smtp: &config::Smtp, domain: &str) -> Result<Self, TransportError> {
        let mut login = None;
        if let (Some(user), Some(file)) = (&smtp.username, &smtp.password_file) {
            let password = fs::read_to_string(file).map_err(|e| {
                wrong(
                    "mail.transport.password_file",
                    format!("{}: {e}", file.display()),
                )
            })?;
            let password = password.trim_end().to_owned();
            login = Some(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            host: smtp.host.clone(),
            port: smtp.port,
            tls: smtp.tls,
            parameters: tls(&smtp.host, smtp.ca_file.as_deref())?,
            // The greeting carries our mail domain, not the machine's name.
            hello: ClientId::Domain(domain.to_owned()),
            login,
            timeout: Duration::from_secs(smtp.timeout_seconds),
        })
    }

    /// Connects, starts TLS, logs in, and leaves: for `tip-service check`.
    pub(super) async fn probe(&self) -> Result<(), SendError> {
        let mut connection = self.connect().await.map_err(|e| later(&e))?;
        let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
        Ok(())
    }

    pub(super) async fn send(&self, from: &str, to: &str, raw: &[u8]) -> Result<(), SendError> {
        let unusable = |_| SendError::Transient {
            code: 0,
            what: "an address cannot be used",
        };
        let from: Mailbox = from.parse().map_err(unusable)?;
        let to: Mailbox = to.parse().map_err(unusable)?;
        let mut connection = self.connect().await.map_err(|e| later(&e))?;
        let sent = hand_over(&mut connection, from.email, to.email, raw).await;
        // Apart from the letter: a server that is slow to say good-bye has taken it all the same.
        tokio::spawn(async move {
            let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
        });
        sent
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let implicit = (self.tls == config::Tls::Implicit).then(|| self.parameters.clone());
        let server = (self.host.as_str(), self.port);
        let (timeout, hello) = (Some(self.timeout), &self.hello);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, timeout, hello, implicit, None).await?;
        if self.tls == config::Tls::Starttls {
            connection
                .starttls(self.parameters.clone(), &self.hello)
                .await?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(connection)
    }
}

/// One letter, from MAIL to the end of DATA. Only what is said of the recipient or of the letter can refuse it for
/// good: a server that turns us away before knows nothing of it, and must not park the whole outbox.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    from: Address,
    to: Address,
    raw: &[u8],
) -> Result<(), SendError> {
    let mail = Mail::new(Some(from), Vec::new());
    connection.command(mail).await.map_err(|e| later(&e))?;
    let rcpt = Rcpt::new(to, Vec::new());
    connection.command(rcpt).await.map_err(|e| refused(&e))?;
    let go = connection.command(Data).await.map_err(|e| refused(&e))?;
    if !go.has_code(354) {
        return Err(CONFUSED);
    }
    let taken = connection.message(raw).await.map_err(|e| refused(&e))?;
    if taken.code().severity != Severity::PositiveCompletion {
        return Err(CONFUSED);
    }
    Ok(())
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

/// 55x refuses the letter; all else may pass.
fn refused(error: &Error) -> SendError {
    match code(error) {
        code @ 550..=559 => SendError::Permanent { code },
        _ => later(error),
    }
}

/// A wrong password (53x), a missing certificate, a sender that is not liked are the operator's to mend.
fn later(error: &Error) -> SendError {
    let code = code(error);
    let what = if error.is_tls() {
        "TLS failed: no letter leaves without it"
    } else if error.is_timeout() {
        "the mail server did not answer in time"
    } else if (530..=539).contains(&code) {
        "the mail server refused the log-in"
    } else if code >= 500 {
        "the mail server turns us away"
    } else if code > 0 {
        "the mail server said try later"
    } else if error.is_client() {
        "the mail server offers no STARTTLS or no log-in we can use"
    } else {
        "no connection to the mail server"
    };
    SendError::Transient { code, what }
}

/// The reply's code; 0 when there was none.
fn code(error: &Error) -> u16 {
    error.status().map_or(0, u16::from)
}

fn wrong(key: &'static str, why: String) -> TransportError {
    TransportError { key, why }
}
