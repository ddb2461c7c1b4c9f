//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::address::Peer;
use crate::layers::Closing;
use crate::server::lenient::Lenient;

/// What one connection may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub header_timeout: Duration,
    pub longest_head: usize,
}

/// How many requests one HTTP/2 connection carries at once.
const STREAMS: u32 = 200;
/// How often a quiet HTTP/2 connection is asked whether it is alive.
const PING: Duration = Duration::from_secs(30);

pub(super) struct Connection {
    pub peer: Peer,
    pub acceptor: Option<TlsAcceptor>,
    pub router: Router,
    pub closing: CancellationToken,
    pub limits: Limits,
}

impl Connection {
    pub(super) async fn serve(self, stream: TcpStream) {
        let Some(acceptor) = self.acceptor.clone() else {
            return self.speak(stream, false).await;
        };
        match tokio::time::timeout(self.limits.header_timeout, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                self.speak(stream, http2).await;
            }
            Ok(Err(error)) => tracing::debug!(web.cause = %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    /// The version is settled before the first byte (by ALPN, RFC 7301), so that the time limit holds from there.
    async fn speak<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: T, http2: bool) {
        let builder = builder(self.limits, http2);
        let closing = self.closing.clone();
        let longest_head = self.limits.longest_head;
        let service = service_fn(move |request| self.answer(request));
        let stream = Lenient::new(stream, longest_head, http2);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = closing.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(web.cause = %error, "a connection ended early");
        }
    }

    fn answer(&self, request: hyper::Request<Incoming>) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer);
        request.extensions_mut().insert(Closing(self.closing.clone()));
        self.router.clone().oneshot(request)
    }
}

fn builder(limits: Limits, http2: bool) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.longest_head.max(8 * 1024));
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(limits.longest_head).unwrap_or(u32::MAX));
    if http2 { builder.http2_only() } else { builder.http1_only() }
}
