//! What every request meets.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::routing::{get as route, post};
use axum::{Extension, Router};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use tokio::sync::Notify;
use tower::ServiceExt as _;

use super::limits::{RateLimit, longest_body};
use super::{Protocol, Settings, layers};
use crate::address::Peer;
use crate::testing::{Log, ask, from_peer, get, request, settings, wrapped};
use crate::{Problem, RequestContext, health, measure};

fn with(router: Router, change: impl FnOnce(&mut Settings)) -> Router {
    let mut settings = settings();
    change(&mut settings);
    layers(router, settings)
}

#[tokio::test]
async fn every_answer_has_an_id_of_ours() {
    let router =
        wrapped(Router::new().route("/", route(async |context: RequestContext| context.request_id.to_string())));
    let first = get(&router, "/", &[("x-request-id", "chosen-by-a-stranger")]).await;
    let second = get(&router, "/", &[]).await;
    assert_eq!(first.header("x-request-id"), first.body);
    assert_ne!(first.body, second.body);
    assert_ne!(first.body, "chosen-by-a-stranger");
}

#[tokio::test]
async fn what_nobody_serves_is_a_problem() {
    let nested = Router::new().route("/runs", post(async || "done"));
    let router = wrapped(Router::new().nest("/api/v1", nested));
    let (status, code, detail) = get(&router, "/api/v1/nothing?token=x", &[]).await.verdict();
    assert_eq!(
        (status, code.as_str(), detail.as_str()),
        (404, "web.no_such_path", "there is nothing at /api/v1/nothing")
    );
    let answer = get(&router, "/api/v1/runs", &[]).await;
    let (status, code, detail) = answer.verdict();
    assert_eq!((status, code.as_str()), (405, "web.method_not_allowed"));
    assert_eq!((detail.as_str(), answer.header("allow")), ("/api/v1/runs does not answer GET", "POST"));
}

#[tokio::test]
async fn a_panic_fails_one_request_and_is_logged() {
    let (log, _guard) = Log::keep();
    let router = wrapped(Router::new().route("/", route(async || -> () { panic!("invariant broken: 7") })));
    let answer = get(&router, "/", &[]).await;
    assert_eq!(answer.verdict().1, "web.panic");
    assert!(!answer.body.contains("invariant") && log.text().contains("invariant broken: 7"));
    assert!(answer.problem().request_id.is_some());
}

#[tokio::test]
async fn logs_hold_paths_and_results_but_no_queries_bodies_or_secrets() {
    let (log, _guard) = Log::keep();
    let router = wrapped(Router::new().route("/users/{id}", post(async |_: crate::Public| "done")));
    let headers = [("authorization", "Bearer s3cret-token"), ("cookie", "vestibule=s3cret-cookie")];
    let answer = ask(&router, request("POST /users/ada?code=s3cret-query", &headers, "s3cret-body")).await;
    let text = log.text();
    assert!(text.contains("/users/{id}") && text.contains("web.status=200"), "{text}");
    assert!(text.contains(answer.header("x-request-id")), "{text}");
    assert!(!text.contains("s3cret") && !text.contains("/users/ada"), "{text}");
}

#[tokio::test]
async fn the_log_says_who_acted() {
    let (log, _guard) = Log::keep();
    let router = wrapped(Router::new().route("/", route(async |_: crate::Caller| "done")));
    get(&router, "/", &[("authorization", "Bearer owner")]).await;
    assert!(log.text().contains("web.actor=\"token:test\""), "{}", log.text());
}

#[tokio::test]
async fn security_headers_are_everywhere_and_a_route_may_set_its_own() {
    let asset = async || ([(CACHE_CONTROL, "max-age=60"), (CONTENT_SECURITY_POLICY, "sandbox")], "asset");
    let router = wrapped(Router::new().route("/", route(async || "page")).route("/asset", route(asset)));
    for path in ["/", "/nothing"] {
        let answer = get(&router, path, &[]).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert_eq!((answer.header("cache-control"), answer.header("strict-transport-security")), ("no-store", ""));
    }
    let answer = get(&router, "/asset", &[]).await;
    assert_eq!((answer.header("cache-control"), answer.header("content-security-policy")), ("max-age=60", "sandbox"));
    let answer = ask(&router, from_peer(request("GET /", &[], ""), "198.51.100.9:1", true)).await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_read_it() {
    let router = wrapped(Router::new().route("/", route(async || "a".repeat(10_000))));
    let answer = get(&router, "/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.body.len() < 1_000);
    assert_eq!(get(&router, "/", &[]).await.body.len(), 10_000);
    let whole = async || (Extension(crate::Uncompressed), "a".repeat(10_000));
    let answer = get(&wrapped(Router::new().route("/", route(whole))), "/", &[("accept-encoding", "gzip")]).await;
    assert_eq!((answer.header("content-encoding"), answer.header("content-length")), ("", "10000"));
}

#[tokio::test]
async fn bodies_have_a_limit_that_a_route_may_move() {
    let count = async |body: Bytes| body.len().to_string();
    let roomy = Router::new().route("/roomy", post(count)).layer(longest_body(100));
    let router = with(Router::new().route("/tight", post(count)).merge(roomy), |settings| settings.longest_body = 10);
    let check = async |path: &str, length: usize, status: u16| {
        let answer = ask(&router, request(&format!("POST {path}"), &[], &"a".repeat(length))).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {length}");
    };
    check("/tight", 10, 200).await;
    check("/tight", 11, 413).await;
    check("/roomy", 100, 200).await;
    check("/roomy", 101, 413).await;
}

#[tokio::test]
async fn an_address_that_calls_too_often_is_told_when_to_come_back() {
    let limit = Some(RateLimit::per_minute(1, 2));
    let router = with(Router::new().route("/", route(async || "done")), |settings| settings.rate = limit);
    let call = async |address: &str| ask(&router, from_peer(request("GET /", &[], ""), address, false)).await;
    assert_eq!(call("198.51.100.9:1").await.status, 200);
    assert_eq!(call("198.51.100.9:2").await.status, 200);
    let answer = call("198.51.100.9:3").await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_str()), (429, "web.too_many_requests"));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(call("198.51.100.10:1").await.status, 200, "another address is another caller");
    for address in ["[2001:db8::1]:1", "[2001:db8::2]:1"] {
        assert_eq!(call(address).await.status, 200);
    }
    assert_eq!(call("[2001:db8::3]:1").await.status, 429, "one household of IPv6 is one caller");
}

#[tokio::test]
async fn a_full_server_turns_away_and_still_answers_its_probes() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enter, leave) = (entered.clone(), release.clone());
    let handler = async move || {
        enter.notify_one();
        leave.notified().await;
        "done"
    };
    let router = with(Router::new().route("/", route(handler)), |settings| {
        settings.at_once = 1;
        settings.probes = health::routes(health::Checks::new(), measure::Exposure::Closed);
    });
    let busy = router.clone();
    let first = tokio::spawn(async move { get(&busy, "/", &[]).await.status });
    entered.notified().await;
    let answer = get(&router, "/", &[]).await;
    assert_eq!((answer.verdict().1.as_str(), answer.header("retry-after")), ("web.busy", "1"));
    assert_eq!(get(&router, "/healthz", &[]).await.status, 200);
    release.notify_one();
    assert_eq!(first.await.unwrap(), 200);
}

#[tokio::test]
async fn what_takes_too_long_is_given_up_and_blamed_on_the_right_side() {
    let router = Router::new()
        .route("/slow", route(async || pending::<()>().await))
        .route("/read", post(async |_: Bytes| "done"));
    let router = with(router, |settings| settings.timeout = Duration::from_millis(20));
    assert_eq!(get(&router, "/slow", &[]).await.verdict().1, "web.timeout");
    let (status, code, _) = ask(&router, request("POST /slow", &[], "")).await.verdict();
    assert_eq!((status, code.as_str()), (405, "web.method_not_allowed"));
    let mut dripping = request("POST /read", &[], "");
    *dripping.body_mut() = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let (status, code, _) = ask(&router, dripping).await.verdict();
    assert_eq!((status, code.as_str()), (408, "web.slow_body"));
}

#[tokio::test]
async fn people_see_problems_as_pages_and_programs_as_documents() {
    let page = |problem: &crate::ProblemBody, _: &super::Looker| format!("<h1>{}</h1>", problem.title);
    let failing = async || Problem::unavailable("x.y", "later").with_retry_after(Duration::from_secs(3));
    let routes = Router::new().route("/console", route(failing)).route("/api/v1/x", route(failing));
    let router = with(routes, |settings| settings.problem_page = Some(Arc::new(page)));
    let browser = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    let answer = get(&router, "/console", &[browser]).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (503, "<h1>Service Unavailable</h1>"));
    assert_eq!((answer.header("content-type"), answer.header("retry-after")), ("text/html; charset=utf-8", "3"));
    assert_eq!(get(&router, "/nowhere", &[browser]).await.body, "<h1>Not Found</h1>");
    for (path, headers) in
        [("/console", vec![]), ("/console", vec![browser, ("sec-fetch-mode", "cors")]), ("/api/v1/x", vec![browser])]
    {
        assert_eq!(get(&router, path, &headers).await.problem().code, "x.y", "{path} {headers:?}");
    }
}

#[tokio::test]
async fn a_page_for_people_is_what_its_encoding_says() {
    let page = |problem: &crate::ProblemBody, _: &super::Looker| {
        format!("<h1>{}</h1>{}", problem.title, "<p>What to do.</p>".repeat(20))
    };
    let router = with(Router::new(), |settings| settings.problem_page = Some(Arc::new(page)));
    let browser = [("accept", "text/html"), ("accept-encoding", "gzip, deflate, br, zstd")];
    let response = router.oneshot(request("GET /nowhere", &browser, "")).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    assert_eq!(body[..2], [0x1F, 0x8B], "{}", String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn an_exposed_plain_port_serves_its_proxy_this_machine_and_probes_alone() {
    let router = with(Router::new().route("/", route(async || "done")), |settings| {
        settings.proxies = serde_json::from_str(r#"["10.0.0.0/8"]"#).unwrap();
        settings.probes = health::routes(health::Checks::new(), measure::Exposure::Closed);
    });
    let check = async |path: &str, address: &str, status: u16| {
        let mut request = request(&format!("GET {path}"), &[], "");
        let address = address.parse().unwrap();
        request.extensions_mut().insert(Peer { address, tls: false, exposed: true });
        assert_eq!(ask(&router, request).await.status.as_u16(), status, "{path} {address}");
    };
    check("/", "10.0.0.7:1", 200).await;
    check("/", "127.0.0.1:1", 200).await;
    check("/", "198.51.100.9:1", 403).await;
    check("/healthz", "198.51.100.9:1", 200).await;
}

#[tokio::test]
async fn a_protocol_that_is_not_ours_says_in_its_own_words_what_did_not_work_and_counts_by_itself() {
    fn told(problem: &crate::ProblemBody) -> (&'static str, Vec<u8>) {
        ("application/scim+json", format!("{} {}", problem.status, problem.code).into_bytes())
    }
    let routes = Router::new()
        .route("/scim/panic", route(async || -> () { panic!("invariant broken: 7") }))
        .route("/scim/post", post(async || "done"))
        .route("/api/post", post(async || "done"));
    let router = with(routes, |settings| {
        settings.protocols = vec![Protocol { prefix: "/scim", problem: told }];
        settings.problem_page = Some(Arc::new(|_, _| "a page".to_owned()));
        settings.rate = Some(RateLimit::per_minute(1, 1));
    });
    let cases = [
        ("/scim/panic", "500 web.panic"),
        ("/scim/post", "405 web.method_not_allowed"),
        ("/scim", "404 web.no_such_path"),
    ];
    for (path, expected) in cases {
        let asked = request(&format!("GET {path}"), &[("accept", "text/html")], "");
        let answer = ask(&router, from_peer(asked, "192.0.2.1:5", false)).await;
        assert_eq!(answer.body, expected, "{path}");
        assert_eq!(answer.header("content-type"), "application/scim+json");
        assert!(!answer.header("x-request-id").is_empty());
    }
    let others = ["/scimitar", "/api/post"];
    let mut statuses = Vec::new();
    for path in others {
        let answer = ask(&router, from_peer(request(&format!("GET {path}"), &[], ""), "192.0.2.1:5", false)).await;
        statuses.push((answer.status.as_u16(), answer.header("content-type").to_owned()));
    }
    let problem = "application/problem+json".to_owned();
    assert_eq!(statuses, [(404, problem.clone()), (429, problem)]);
}
