//! Listens, and cuts who is too slow. `axum::serve` has no time-outs for request heads and does not bound
//! connections, so the loop is ours; the protocol is hyper's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

use super::client::Peer;
use crate::config;

/// Which door a listener is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// Addresses mean something.
    Open,
    /// All visitors come from our own tor.
    Onion,
}

/// A peer that moves no byte for this long in mid-request or mid-answer is cut.
const STALLED: Duration = Duration::from_secs(30);

/// Rest after a failed accept: out of file descriptors, most likely.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// Connections under way get this long to end when the service stops.
const GRACE: Duration = Duration::from_secs(10);

/// Head buffer: what is larger gets hyper's own bare 431; what is merely absurd gets our page.
const HEAD_MAX: usize = 128 << 10;
const HEADERS_MAX: usize = 512;

/// Serves until `stop` resolves, then lets requests under way end.
pub async fn serve(
    listener: TcpListener,
    kind: Listener,
    router: Router,
    settings: &config::Server,
    stop: impl Future<Output = ()>,
) {
    let slots = Arc::new(Semaphore::new(settings.max_connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(settings.header_seconds))
        .max_buf_size(HEAD_MAX)
        .max_headers(HEADERS_MAX);
    tokio::pin!(stop);
    let mut refused = false;
    loop {
        let slot = tokio::select! {
            () = &mut stop => break,
            slot = slots.clone().acquire_owned() => slot,
        };
        let (stream, address) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => {
                    refused = false;
                    accepted
                }
                Err(error) => {
                    // Once, until one is accepted again: it comes back twenty times a second.
                    if !std::mem::replace(&mut refused, true) {
                        tracing::error!(%error, "ALARM: no connection can be accepted");
                    }
                    tokio::time::sleep(ACCEPT_REST).await;
                    continue;
                }
            },
        };
        let service =
            TowerToHyperService::new(router.clone().layer(Extension(peer(kind, address))));
        let connection =
            graceful.watch(http.serve_connection(TokioIo::new(patient(stream)), service));
        tokio::spawn(async move {
            // How a visitor's connection ended is nobody's business: neither logged nor counted.
            let _ = connection.await;
            drop(slot);
        });
    }
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

fn peer(kind: Listener, address: SocketAddr) -> Peer {
    match kind {
        Listener::Open => Peer::Network(address.ip()),
        Listener::Onion => Peer::Onion,
    }
}

/// Without TCP_NODELAY an answer in two writes waits for the peer's delayed acknowledgement, about 40 ms.
fn patient(stream: TcpStream) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(STALLED));
    Box::pin(stream)
}
