//! Targets as clients in use write them.

use axum::Router;
use axum::extract::RawQuery;
use axum::routing::{get, post};

use super::support::{Started, ask, loopback};
use crate::ServeSettings;
use crate::testing::wrapped;

fn router() -> Router {
    let query = get(async |RawQuery(query): RawQuery| format!("[{}]", query.unwrap_or_default()));
    wrapped(Router::new().route("/", query).route("/echo", post(async |body: String| format!("({body})"))))
}

#[tokio::test]
async fn quotes_in_a_query_are_taken_on_every_request_of_a_connection() {
    let started = Started::new(ServeSettings::plain(loopback()), router()).await;
    let get = "GET /?filter=userName+eq+\"x%40y\"&<> HTTP/1.1\r\nhost: x\r\n";
    let post = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 23\r\n\r\nGET /?\" HTTP/1.1\r\n\r\n\"<>";
    let chunked = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\n\"<>\r\n0\r\n\r\n";
    let answers =
        ask(started.connect().await, &format!("{get}\r\n{post}{get}\r\n{chunked}{get}connection: close\r\n\r\n")).await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 5, "{answers}");
    assert_eq!(answers.matches("[filter=userName+eq+%22x%40y%22&%3C%3E]").count(), 3, "{answers}");
    assert!(answers.contains("(GET /?\" HTTP/1.1\r\n\r\n\"<>)") && answers.contains("(\"<>)"), "{answers}");
}

#[tokio::test]
async fn what_no_client_means_is_still_refused_by_hyper() {
    let started = Started::new(ServeSettings::plain(loopback()), router()).await;
    for head in ["GET /<> HTTP/1.1\r\nhost: x\r\n\r\n", "GET /?a \" HTTP/1.1\r\nhost: x\r\n\r\n", "\x16\x03\x01\r\n"] {
        let answer = ask(started.connect().await, head).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?} {answer}");
    }
}
