//! How a server ends.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::support::{SOON, Started, loopback, read_all, read_until};
use crate::testing::wrapped;
use crate::{ServeSettings, events};

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn answers_that_have_begun_are_finished_and_nobody_new_is_let_in() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enter, leave) = (entered.clone(), release.clone());
    let handler = async move || {
        enter.notify_one();
        leave.notified().await;
        "finished"
    };
    let started = Started::new(ServeSettings::plain(loopback()), wrapped(Router::new().route("/", get(handler)))).await;
    let mut stream = started.connect().await;
    stream.write_all(ASK).await.expect("sent");
    entered.notified().await;
    started.stopping.cancel();
    let refused = async { while TcpStream::connect(started.address).await.is_ok() {} };
    tokio::time::timeout(SOON, refused).await.expect("the port closes");
    release.notify_one();
    let answer = read_all(&mut stream).await;
    assert!(answer.ends_with("finished") && answer.contains("connection: close"), "{answer}");
    assert_eq!(started.stop().await, 0);
}

#[tokio::test]
async fn answers_that_do_not_end_are_cut_at_the_deadline() {
    let entered = Arc::new(Notify::new());
    let enter = entered.clone();
    let handler = async move || {
        enter.notify_one();
        pending::<()>().await;
    };
    let serving = ServeSettings { patience: Duration::from_millis(50), ..ServeSettings::plain(loopback()) };
    let started = Started::new(serving, wrapped(Router::new().route("/", get(handler)))).await;
    let mut stream = started.connect().await;
    stream.write_all(ASK).await.expect("sent");
    entered.notified().await;
    assert_eq!(started.stop().await, 1);
    assert_eq!(read_all(&mut stream).await, "");
}

#[tokio::test]
async fn quiet_connections_and_event_streams_do_not_hold_the_server_up() {
    let events = async || events::sse(stream::iter([events::json("first", &1)]).chain(stream::pending()));
    let router = Router::new().route("/", get(async || "done")).route("/events", get(events));
    let started = Started::new(ServeSettings::plain(loopback()), wrapped(router)).await;
    let mut quiet = started.connect().await;
    quiet.write_all(ASK).await.expect("sent");
    read_until(&mut quiet, "done").await;
    let mut listening = started.connect().await;
    listening.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    read_until(&mut listening, "event: first").await;
    assert_eq!(started.stop().await, 0);
}
