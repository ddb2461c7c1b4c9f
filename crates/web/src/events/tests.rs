//! Streams of events.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use axum::Router;
use axum::routing::get as route;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{answer, json, sse};
use crate::layers::Closing;
use crate::testing::{ask, get, request, wrapped};

#[derive(Serialize)]
struct Progress {
    done: u32,
}

#[tokio::test]
async fn events_arrive_named_and_uncompressed_and_are_not_held_back() {
    let handler = async || sse(stream::iter([json("progress", &Progress { done: 3 }), json("end", &"a\nb")]));
    let router = wrapped(Router::new().route("/", route(handler)));
    let answer = get(&router, "/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(answer.body, "event: progress\ndata: {\"done\":3}\n\nevent: end\ndata: \"a\\nb\"\n\n");
    assert_eq!((answer.header("content-type"), answer.header("content-encoding")), ("text/event-stream", ""));
    assert_eq!((answer.header("cache-control"), answer.header("x-accel-buffering")), ("no-cache", "no"));
}

#[tokio::test]
async fn a_stream_ends_when_the_server_closes() {
    let handler = async || sse(stream::iter([json("first", &1)]).chain(stream::pending()));
    let router = wrapped(Router::new().route("/", route(handler)));
    let closing = CancellationToken::new();
    let mut asked = request("GET /", &[], "");
    asked.extensions_mut().insert(Closing(closing.clone()));
    let asking = tokio::spawn(async move { ask(&router, asked).await.body });
    closing.cancel();
    let body = asking.await.unwrap();
    assert!(body.is_empty() || body.starts_with("event: first"), "{body}");
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_lives_and_ends_after_a_while() {
    let (often, longest) = (Duration::from_millis(5), Duration::from_secs(1));
    let handler = async move || answer(stream::pending(), often, longest);
    let body = get(&wrapped(Router::new().route("/", route(handler))), "/", &[]).await.body;
    assert!(body.starts_with(":\n\n:\n\n"), "{body:?}");
}
