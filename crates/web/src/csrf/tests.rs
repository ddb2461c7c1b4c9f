//! Who may change something on the strength of a cookie.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{any, post};
use kernel::{Rng, Secret};
use serde::Deserialize;

use super::{CsrfKey, CsrfToken, same_origin};
use crate::testing::{ask, csrf_key, from_peer, get, request, settings, wrapped};
use crate::{Caller, Form, layers};

fn secret(text: &str) -> Secret<String> {
    text.into()
}

#[test]
fn tokens_differ_each_time_and_count_for_their_session_and_key_alone() {
    let key = csrf_key();
    let (first, second) = (key.token(&secret("ada")), key.token(&secret("ada")));
    assert_ne!(first, second);
    assert!(key.verify(&secret("ada"), &first) && key.verify(&secret("ada"), &second));
    assert!(!key.verify(&secret("eve"), &first));
    assert!(!CsrfKey::random(Rng::seeded(6)).verify(&secret("ada"), &first));
    for wrong in ["", "!", "AAAA", &first[1..], &format!("{first}AAAA")] {
        assert!(!key.verify(&secret("ada"), wrong), "{wrong}");
    }
}

#[derive(Deserialize)]
struct Body {
    note: String,
}

fn router() -> Router {
    let router = Router::new()
        .route("/act", any(async |_: Caller| "done"))
        .route("/note", post(async |_: Caller, Form(body): Form<Body>| body.note))
        .route("/token", any(async |token: CsrfToken| token.0));
    wrapped(router)
}

const SESSION: (&str, &str) = ("cookie", "vestibule=owner");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HOST: (&str, &str) = ("host", "localhost:8080");

#[tokio::test]
async fn only_our_own_pages_act_on_a_session() {
    async fn check(line: &str, headers: &[(&str, &str)], expected: &str) {
        let answer = ask(&router(), request(line, headers, "")).await;
        let found = if answer.status == 200 { answer.body } else { answer.problem().code };
        assert_eq!(found, expected, "{line} {headers:?}");
    }
    let good = csrf_key().token(&secret("owner"));
    let other = csrf_key().token(&secret("auditor"));
    let token = ("x-csrf-token", good.as_str());
    check("GET /act", &[SESSION], "done").await;
    check("GET /act", &[SESSION, ("sec-fetch-site", "cross-site")], "done").await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        let line = format!("{method} /act");
        check(&line, &[SESSION], "web.csrf_token").await;
        check(&line, &[SESSION, token], "done").await;
    }
    check("POST /act", &[SESSION, ("x-csrf-token", &other)], "web.csrf_token").await;
    check("POST /act", &[SESSION, ("x-csrf-token", "")], "web.csrf_token").await;
    check("POST /act", &[SESSION, token, ("sec-fetch-site", "same-origin")], "done").await;
    check("POST /act", &[SESSION, token, ("sec-fetch-site", "none")], "done").await;
    check("POST /act", &[SESSION, token, ("sec-fetch-site", "same-site")], "web.cross_site").await;
    check("POST /act", &[SESSION, token, ("sec-fetch-site", "cross-site")], "web.cross_site").await;
    check("POST /act", &[SESSION, token, HOST, ("origin", "http://localhost:8080")], "done").await;
    check("POST /act", &[SESSION, token, HOST, ("origin", "https://localhost:8080")], "web.cross_site").await;
    check("POST /act", &[SESSION, token, HOST, ("origin", "http://evil.example")], "web.cross_site").await;
    check("POST /act", &[SESSION, token, HOST, ("origin", "null")], "web.cross_site").await;
    check("POST /act", &[("authorization", "Bearer owner")], "done").await;
    check("POST /act", &[("authorization", "Bearer owner"), ("sec-fetch-site", "cross-site")], "done").await;
    // A header that is no bearer token does not smuggle the cookie past the check.
    check("POST /act", &[SESSION, ("authorization", "Basic eDp5")], "web.unauthenticated").await;
    check("POST /act", &[], "web.unauthenticated").await;
}

#[tokio::test]
async fn a_form_may_carry_the_token_and_arrives_whole() {
    let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let body = format!("csrf={}&note=hello+there", csrf_key().token(&secret("owner")));
    let answer = ask(&router(), request("POST /note", &[SESSION, form], &body)).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "hello there"));
    let answer = ask(&router(), request("POST /note", &[SESSION, form], "csrf=x&note=hello")).await;
    assert_eq!(answer.problem().code, "web.csrf_token");
    let long = format!("note={}", "a".repeat(1 << 20));
    assert_eq!(ask(&router(), request("POST /note", &[SESSION, form], &long)).await.status, 413);
    let json = ("content-type", "application/json");
    assert_eq!(ask(&router(), request("POST /note", &[SESSION, json], &body)).await.status, 403);
}

#[tokio::test]
async fn a_page_gets_a_token_that_works_and_strangers_get_none() {
    let answer = get(&router(), "/token", &[SESSION]).await;
    assert!(csrf_key().verify(&secret("owner"), &answer.body));
    assert_eq!(get(&router(), "/token", &[]).await.body, "");
}

#[tokio::test]
async fn a_named_public_origin_is_ours_too() {
    let mut settings = settings();
    settings.origin = Some("https://vestibule.example".to_owned());
    let router = layers(Router::new().route("/act", post(async |_: Caller| "done")), settings);
    let token = csrf_key().token(&secret("owner"));
    let headers = [SESSION, HOST, ("origin", "https://vestibule.example"), ("x-csrf-token", token.as_str())];
    assert_eq!(ask(&router, request("POST /act", &headers, "")).await.status, 200);
}

#[tokio::test]
async fn a_sign_in_form_from_another_site_is_refused() {
    let router = wrapped(Router::new().route("/sign-in", post(async || "in")).layer(from_fn(same_origin)));
    let check = async |headers: &[(&str, &str)], tls: bool, status: u16| {
        let request = from_peer(request("POST /sign-in", headers, ""), "127.0.0.1:9", tls);
        assert_eq!(ask(&router, request).await.status.as_u16(), status, "{headers:?}");
    };
    check(&[("sec-fetch-site", "same-origin")], false, 200).await;
    check(&[("sec-fetch-site", "cross-site")], false, 403).await;
    check(&[("host", "v.example"), ("origin", "https://v.example")], true, 200).await;
    check(&[("host", "v.example:443"), ("origin", "https://v.example")], true, 200).await;
    check(&[("host", "v.example"), ("origin", "https://w.example")], true, 403).await;
    check(&[], false, 200).await;
}

#[tokio::test]
async fn where_other_sites_post_by_design_no_session_counts() {
    let routes = Router::new()
        .route("/given", any(async |Form(body): Form<Body>| body.note))
        .route("/act", any(async |_: Caller| "done"));
    let router = layers(routes, crate::Settings { foreign_forms: |_| true, ..settings() });
    let from_elsewhere = [SESSION, ("sec-fetch-site", "cross-site"), FORM];
    let given = ask(&router, request("POST /given", &from_elsewhere, "note=hello")).await;
    assert_eq!((given.status.as_u16(), given.body.as_str()), (200, "hello"));
    assert_ne!(ask(&router, request("POST /act", &[SESSION], "")).await.status, 200);
}

#[tokio::test]
async fn without_the_layers_a_session_counts_for_nothing() {
    let router = Router::new().route("/act", any(async |_: Caller| "done"));
    let answer = ask(&router, request("POST /act", &[SESSION], "")).await;
    assert_eq!(answer.verdict().1, "web.layers_missing");
    assert!(answer.problem().request_id.is_none());
    let parts = answer.headers.get("x-request-id").map(|id| id.to_str().unwrap());
    assert_eq!(parts, None);
}
