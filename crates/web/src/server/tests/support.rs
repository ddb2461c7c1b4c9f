//! Starting and asking servers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ServeSettings, Server};
use crate::Certificates;

/// Longer than anything here takes.
pub(super) const SOON: Duration = Duration::from_secs(20);

pub(super) fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A server that runs.
pub(super) struct Started {
    pub address: SocketAddr,
    pub url: String,
    pub certificates: Option<Arc<Certificates>>,
    pub stopping: CancellationToken,
    pub running: JoinHandle<usize>,
}

impl Started {
    pub(super) async fn new(settings: ServeSettings, router: Router) -> Self {
        let server = Server::bind(settings).await.expect("bound");
        let (address, url, certificates) = (server.address(), server.url(), server.certificates());
        let stopping = CancellationToken::new();
        let running = tokio::spawn(server.run(router, stopping.clone().cancelled_owned()));
        Self { address, url, certificates, stopping, running }
    }

    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// Stops it; how many connections were cut.
    pub(super) async fn stop(self) -> usize {
        self.stopping.cancel();
        tokio::time::timeout(SOON, self.running).await.expect("stops in time").expect("no panic")
    }
}

/// Sends text and reads until the other side ends.
pub(super) async fn ask<T: AsyncRead + AsyncWrite + Unpin>(mut stream: T, text: &str) -> String {
    stream.write_all(text.as_bytes()).await.expect("sent");
    read_all(&mut stream).await
}

/// Reads until the other side ends, politely or not.
pub(super) async fn read_all<T: AsyncRead + Unpin>(stream: &mut T) -> String {
    let mut bytes = Vec::new();
    let reading = tokio::time::timeout(SOON, stream.read_to_end(&mut bytes)).await;
    // A connection that is cut still shows what arrived before.
    let _ = reading.expect("the other side ends in time");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until `end` has arrived.
pub(super) async fn read_until<T: AsyncRead + Unpin>(stream: &mut T, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(end) {
        let read = tokio::time::timeout(SOON, stream.read(&mut buffer)).await.expect("arrives in time");
        let count = read.expect("read");
        assert_ne!(count, 0, "ended before {end:?}: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    text
}
