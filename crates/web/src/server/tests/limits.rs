//! What one connection may take.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::io::AsyncWriteExt as _;

use super::support::{Started, ask, loopback, read_all, read_until};
use crate::testing::settings;
use crate::{ServeSettings, layers};

fn router() -> Router {
    let mut settings = settings();
    settings.timeout = Duration::from_millis(100);
    let routes = Router::new().route("/", get(async || "done")).route("/read", post(async |body: String| body));
    layers(routes, settings)
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let serving = ServeSettings { longest_head: 16 * 1024, ..ServeSettings::plain(loopback()) };
    let started = Started::new(serving, router()).await;
    let head = |length: usize| {
        format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: {}\r\n\r\n", "a".repeat(length))
    };
    let answer = ask(started.connect().await, &head(8 * 1024)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = ask(started.connect().await, &head(20 * 1024)).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_head_that_drips_ends_the_connection() {
    let serving = ServeSettings { header_timeout: Duration::from_millis(50), ..ServeSettings::plain(loopback()) };
    let started = Started::new(serving, router()).await;
    for begun in ["", "GET / HTTP/1.1\r\nhost: x\r\nx-drip: "] {
        let answer = ask(started.connect().await, begun).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_given_up() {
    let started = Started::new(ServeSettings::plain(loopback()), router()).await;
    let mut stream = started.connect().await;
    let head = "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let answer = read_until(&mut stream, "web.slow_body").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{answer}");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let serving = ServeSettings { connections: 1, ..ServeSettings::plain(loopback()) };
    let started = Started::new(serving, router()).await;
    let mut first = started.connect().await;
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    read_until(&mut first, "done").await;
    let mut second = started.connect().await;
    second.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
    let early = tokio::time::timeout(Duration::from_millis(50), read_all(&mut second)).await;
    assert!(early.is_err(), "{early:?}");
    drop(first);
    assert!(read_all(&mut second).await.ends_with("done"));
}
