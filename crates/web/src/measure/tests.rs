//! Who reads the figures, and what is in them.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::Router;
use axum::routing::get as route;

use super::{Exposure, install};
use crate::testing::{ask, from_peer, get, request, settings};
use crate::{Checks, health, layers};

fn router(exposure: Exposure) -> Router {
    let mut settings = settings();
    settings.probes = health::routes(Checks::new(), exposure);
    layers(Router::new().route("/users/{id}", route(async || "done")), settings)
}

#[tokio::test]
async fn requests_are_counted_by_their_matched_path() {
    install().unwrap();
    install().unwrap();
    let router = router(Exposure::Loopback);
    get(&router, "/users/ada?x=1", &[]).await;
    get(&router, "/users/eve", &[]).await;
    let figures = ask(&router, from_peer(request("GET /metrics", &[], ""), "127.0.0.1:1", false)).await;
    assert_eq!(figures.status, 200);
    let line = r#"web_requests_total{method="GET",path="/users/{id}",status="200"} 2"#;
    assert!(figures.body.contains(line), "{}", figures.body);
    let bucket = r#"web_request_seconds_bucket{method="GET",path="/users/{id}",le="30"} 2"#;
    assert!(figures.body.contains(bucket), "{}", figures.body);
    assert!(figures.body.contains("web_requests_in_flight"), "{}", figures.body);
    assert!(!figures.body.contains("/users/ada"), "{}", figures.body);
}

#[tokio::test]
async fn strangers_do_not_learn_that_there_are_figures() {
    async fn check(exposure: Exposure, address: &str, headers: &[(&str, &str)], status: u16) {
        let name = format!("{exposure:?} {address} {headers:?}");
        let request = from_peer(request("GET /metrics", headers, ""), address, false);
        assert_eq!(ask(&router(exposure), request).await.status.as_u16(), status, "{name}");
    }
    let (here, there) = ("127.0.0.1:1", "198.51.100.9:1");
    check(Exposure::Closed, here, &[], 404).await;
    check(Exposure::Loopback, here, &[], 200).await;
    check(Exposure::Loopback, "[::1]:1", &[], 200).await;
    check(Exposure::Loopback, there, &[], 404).await;
    check(Exposure::Loopback, here, &[("x-forwarded-for", "198.51.100.9")], 404).await;
    let token = || Exposure::Token("t0ken".into());
    check(token(), there, &[("authorization", "Bearer t0ken")], 200).await;
    check(token(), there, &[("authorization", "Bearer other")], 404).await;
    check(token(), here, &[], 404).await;
}
