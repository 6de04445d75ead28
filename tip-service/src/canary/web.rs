//! The public door from outside: one request at a time, by TLS with the system's authorities, without cookies, redirects or
//! a name for itself. Reads no more than a page may have, and waits no longer than it was told.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// Our pages have a few dozen KiB.
const PAGE_MAX: usize = 1 << 20;

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// The address cannot be used.
    #[error("地址不对 · the address cannot be used")]
    Address,
    /// Nobody answers there.
    #[error("连不上 · no connection: {0}")]
    Connect(io::Error),
    /// TLS failed: a certificate that has lapsed, another name.
    #[error("加密连接失败 · TLS failed: {0}")]
    Tls(io::Error),
    /// The connection broke, or it was not HTTP.
    #[error("连接中断 · the connection broke: {0}")]
    Http(#[from] hyper::Error),
    /// Broken off, or longer than any page of ours.
    #[error("页面没有收全，或者太大 · the page broke off or is too large")]
    Body,
    /// Took too long.
    #[error("{0} 秒没有回应 · no answer within {0} s")]
    Slow(u64),
    /// The authorities to trust could not be read.
    #[error("door.ca_file: {0}")]
    Authorities(String),
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// A way to the door.
pub(super) struct Web {
    tls: TlsConnector,
    timeout: Duration,
}

impl Web {
    /// # Errors
    /// [`WebError::Authorities`].
    pub(super) fn new(ca_file: Option<&Path>, timeout: Duration) -> Result<Self, WebError> {
        let why = |error: &dyn std::fmt::Display| WebError::Authorities(error.to_string());
        let mut roots = RootCertStore::empty();
        // One odd certificate among the system's is no reason to see nothing at all.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(file) = ca_file {
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| why(&e))? {
                let certificate = certificate.map_err(|e| why(&e))?;
                roots.add(certificate).map_err(|e| why(&e))?;
            }
        }
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e: rustls::Error| why(&e))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            timeout,
        })
    }

    pub(super) async fn get(&self, url: &str) -> Result<Answer, WebError> {
        self.ask(url, None).await
    }

    /// Posts a body of this content type.
    pub(super) async fn post(
        &self,
        url: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Answer, WebError> {
        self.ask(url, Some((kind, body))).await
    }

    async fn ask(&self, url: &str, body: Option<(&str, Vec<u8>)>) -> Result<Answer, WebError> {
        let slow = |_| WebError::Slow(self.timeout.as_secs());
        let uri: Uri = url.parse().map_err(|_| WebError::Address)?;
        let request = request(&uri, body)?;
        tokio::time::timeout(self.timeout, self.exchange(&uri, request))
            .await
            .map_err(slow)?
    }

    async fn exchange(&self, uri: &Uri, request: Request<Full<Bytes>>) -> Result<Answer, WebError> {
        let host = uri.host().ok_or(WebError::Address)?;
        let by_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if by_tls { 443 } else { 80 });
        let tcp = TcpStream::connect((host, port))
            .await
            .map_err(WebError::Connect)?;
        if !by_tls {
            return speak(tcp, request).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| WebError::Address)?;
        let tls = self.tls.connect(name, tcp).await.map_err(WebError::Tls)?;
        speak(tls, request).await
    }
}

fn request(uri: &Uri, body: Option<(&str, Vec<u8>)>) -> Result<Request<Full<Bytes>>, WebError> {
    let host = uri.authority().ok_or(WebError::Address)?;
    let mut request = Request::builder()
        .uri(uri.path())
        .header(header::HOST, host.as_str())
        .header(header::ACCEPT, "text/html");
    let mut bytes = Vec::new();
    if let Some((kind, body)) = body {
        request = request.method("POST").header(header::CONTENT_TYPE, kind);
        bytes = body;
    }
    let whole = request.body(Full::new(Bytes::from(bytes)));
    whole.map_err(|_| WebError::Address)
}

async fn speak<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, WebError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer: how the connection is closed then is of no interest.
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), PAGE_MAX).collect().await;
    driver.abort();
    let body = body.map_err(|_| WebError::Body)?.to_bytes();
    Ok(Answer {
        status,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
