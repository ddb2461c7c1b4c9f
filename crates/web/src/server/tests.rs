//! The listener, over loopback.

mod limits;
mod shutdown;
mod support;
mod targets;
mod tls;

use axum::Router;
use axum::routing::get;

use super::{ServeSettings, Server, TlsFiles, serve};
use crate::Network;
use crate::testing::wrapped;
use support::{Started, ask, loopback};

#[tokio::test]
async fn a_free_port_is_taken_and_told() {
    let started = Started::new(ServeSettings::plain(loopback()), wrapped(hello())).await;
    assert_ne!(started.address.port(), 0);
    assert_eq!(started.url, format!("http://{}", started.address));
    let answer = ask(started.connect().await, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("hello from 127.0.0.1"), "{answer}");
    assert_eq!(started.stop().await, 0);
}

#[tokio::test]
async fn plain_http_that_others_can_reach_is_refused_with_the_way_out() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let listen = listen.parse().expect("an address");
        let error = serve(ServeSettings::plain(listen), Router::new(), std::future::ready(())).await;
        let text = error.expect_err("refused").to_string();
        assert!(text.starts_with(&format!("plain HTTP on {listen} would carry passwords")), "{text}");
        for way_out in ["a certificate and a key", "listen on 127.0.0.1", "name the proxy"] {
            assert!(text.contains(way_out), "{text}");
        }
    }
}

#[tokio::test]
async fn plain_http_behind_a_named_proxy_is_allowed() {
    let mut settings = ServeSettings::plain("0.0.0.0:0".parse().expect("an address"));
    settings.trusted_proxies.0.push("10.0.0.5".parse::<Network>().expect("a network"));
    Server::bind(settings).await.expect("bound");
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let first = Server::bind(ServeSettings::plain(loopback())).await.expect("bound");
    let second = Server::bind(ServeSettings::plain(first.address())).await.expect_err("in use");
    assert_eq!(second.to_string(), format!("cannot listen on {}", first.address()));
}

fn hello() -> Router {
    Router::new().route(
        "/",
        get(async |context: crate::RequestContext| {
            context.address.map_or("nobody".to_owned(), |address| format!("hello from {address}"))
        }),
    )
}

fn files(folder: &std::path::Path) -> TlsFiles {
    TlsFiles { certificate: folder.join("server.pem"), key: folder.join("server.key") }
}
