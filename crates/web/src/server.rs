//! The listener: plain or TLS, HTTP/1.1 and HTTP/2, limits per connection, and a close that waits for answers.
//!
//! Refuses to start where passwords and tokens would cross a network in clear.

mod connection;
mod follow;
mod lenient;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::address::{Peer, TrustedProxies};
use crate::measure;
use connection::{Connection, Limits};

pub use tls::{Certificates, TlsError};

/// Where the certificate chain and its key lie, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// TLS; `None` is plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Proxies that end TLS before us.
    pub trusted_proxies: TrustedProxies,
    /// How long a handshake and a request's head may take.
    pub header_timeout: Duration,
    /// The longest head of a request, in bytes.
    pub longest_head: usize,
    /// How many connections at once; more wait in the backlog.
    pub connections: usize,
    /// How long a close waits for answers that have begun.
    pub patience: Duration,
    /// How often the certificate files are looked at.
    pub certificate_check: Duration,
}

impl ServeSettings {
    /// Plain HTTP at `listen` with the usual limits.
    pub fn plain(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls: None,
            trusted_proxies: TrustedProxies::default(),
            header_timeout: Duration::from_secs(15),
            longest_head: 64 * 1024,
            connections: 10_000,
            patience: Duration::from_secs(20),
            certificate_check: Duration::from_secs(30),
        }
    }

    /// TLS at `listen` with the usual limits.
    pub fn tls(listen: SocketAddr, files: TlsFiles) -> Self {
        Self { tls: Some(files), ..Self::plain(listen) }
    }

    /// Plain HTTP may leave this machine only towards a named proxy.
    fn refuse_open_plain(&self) -> Result<(), ServeError> {
        let open = self.tls.is_none() && !self.listen.ip().to_canonical().is_loopback();
        if open && self.trusted_proxies.is_empty() {
            return Err(ServeError::OpenPlain { listen: self.listen });
        }
        Ok(())
    }
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Plain HTTP on an address that others can reach.
    #[error(
        "plain HTTP on {listen} would carry passwords and tokens over the network in clear; give a certificate and \
         a key, or listen on 127.0.0.1, or name the proxy that ends TLS in front of this server as trusted"
    )]
    OpenPlain {
        /// The address.
        listen: SocketAddr,
    },
    /// The address cannot be taken.
    #[error("cannot listen on {listen}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// The system's reason.
        #[source]
        cause: io::Error,
    },
    /// The certificate or the key is of no use.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A server that has its address but does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Arc<Certificates>>,
    settings: ServeSettings,
}

impl Server {
    /// Takes the address and reads the certificate.
    pub async fn bind(settings: ServeSettings) -> Result<Self, ServeError> {
        settings.refuse_open_plain()?;
        let certificates = match &settings.tls {
            Some(files) => Some(Arc::new(Certificates::load(files.clone()).await?)),
            None => None,
        };
        let failed = |cause| ServeError::Listen { listen: settings.listen, cause };
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, certificates, settings })
    }

    /// The address that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL.
    pub fn url(&self) -> String {
        let scheme = if self.certificates.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate in use, to reload it at will (on SIGHUP, say); files that change are noticed anyway.
    pub fn certificates(&self) -> Option<Arc<Certificates>> {
        self.certificates.clone()
    }

    /// Serves until `shutdown`, then waits for answers that have begun. Returns how many connections had to be cut.
    pub async fn run(self, router: Router, shutdown: impl Future<Output = ()>) -> usize {
        let closing = CancellationToken::new();
        let patience = self.settings.patience;
        let mut connections = JoinSet::new();
        self.accept_until(router, shutdown, &closing, &mut connections).await;
        closing.cancel();
        let drained = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(patience, drained).await;
        let cut = connections.len();
        if cut > 0 {
            tracing::warn!(web.connections = cut, "connections did not end in time and were cut");
        }
        connections.shutdown().await;
        cut
    }

    /// Takes connections until `shutdown`; the listener is closed when this returns.
    async fn accept_until(
        self,
        router: Router,
        shutdown: impl Future<Output = ()>,
        closing: &CancellationToken,
        connections: &mut JoinSet<()>,
    ) {
        let permits = Arc::new(Semaphore::new(self.settings.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let limits = Limits { header_timeout: self.settings.header_timeout, longest_head: self.settings.longest_head };
        let exposed = self.certificates.is_none() && !self.address.ip().to_canonical().is_loopback();
        let tls = self.certificates.is_some();
        let acceptor = self.certificates.as_ref().map(Certificates::acceptor);
        let pause = self.settings.certificate_check.max(Duration::from_millis(1));
        let mut upkeep = tokio::time::interval_at(Instant::now() + pause, pause);
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                _ = upkeep.tick() => self.look_after().await,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                (stream, address, permit) = accept(&self.listener, &permits) => {
                    let connection = Connection {
                        peer: Peer { address, tls, exposed },
                        acceptor: acceptor.clone(),
                        router: router.clone(),
                        closing: closing.clone(),
                        limits,
                    };
                    connections.spawn(async move {
                        connection.serve(stream).await;
                        drop(permit);
                    });
                }
            }
        }
    }

    async fn look_after(&self) {
        measure::upkeep();
        if let Some(certificates) = &self.certificates {
            certificates.check().await;
        }
    }
}

/// Binds and serves in one go, for those who know their address.
pub async fn serve(
    settings: ServeSettings,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> Result<usize, ServeError> {
    Ok(Server::bind(settings).await?.run(router, shutdown).await)
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let permit = permits.clone().acquire_owned().await.expect("invariant: the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers are small and should leave at once; a socket that refuses is about to fail anyway.
                let _ = stream.set_nodelay(true);
                return (stream, address, permit);
            }
            Err(error) if is_the_callers(&error) => {}
            Err(error) => {
                tracing::error!(web.cause = %error, "connections cannot be taken for now");
                pause().await;
            }
        }
    }
}

/// The connection failed before we took it; the next may be well.
fn is_the_callers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[expect(clippy::disallowed_methods, reason = "out of file handles: nothing announces when there are some again")]
async fn pause() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}

#[cfg(test)]
mod tests;
